"""Which articles may answer: candidates by vectors and full text, fused, grouped by article, reranked.

Reading order: ``ranking`` (the types), ``query``, ``search`` (the steps), ``fusion``, ``rerank`` with
``relevance_feedback``, ``near_duplicates``; ``parameters`` holds the tuned numbers.
"""
