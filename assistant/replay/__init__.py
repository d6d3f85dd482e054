"""Many questions of another day, asked and logged as of then.

Reading order: ``replay`` (the door), ``embedding_cache``, ``deferred_log``.
"""
