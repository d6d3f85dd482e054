"""Which articles may answer: candidates by vectors and full text, fused, grouped by article, reranked.

Reading order: ``model`` (the words), ``query``, ``search`` (the steps), ``fusion``, ``rerank`` with
``relevance_feedback``, ``near_duplicates``; ``parameters`` holds the tuned numbers.
"""
