"""The domain and its storage: articles, settings, index, events."""
