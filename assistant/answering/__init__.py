"""Whether the best article answers, and the quotes that say so.

Reading order: ``evidence``, ``judge`` (the steps) with ``confidence``, ``quotes`` with ``qualifiers``, ``reply`` (the
contract), ``messages``; ``generation/`` where a language model is set.
"""
