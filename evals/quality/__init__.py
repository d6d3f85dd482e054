"""Retrieval, answers and abstention on a data set.

Reading order: ``datasets``, ``index`` with ``vector_cache``, ``systems`` with ``baseline``, ``scores`` with ``metrics``
and ``bootstrap``, ``answers``, ``abstention`` with ``risk``, ``report`` (one run); ``tables``, ``plots``, ``results``.
"""
