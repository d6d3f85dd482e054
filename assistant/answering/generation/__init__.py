"""An optional language model puts the answer into words; every sentence is checked against its sources.

Reading order: ``rewrite`` (the step of asking), ``writer``, ``grounding`` with ``claims``.
"""
