"""Does it work, and how do we know: retrieval, answers, abstention and speed, measured on data sets."""
