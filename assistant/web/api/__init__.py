"""REST: one router a subject, with its request and response models."""
