"""The planted-gap benchmark: gaps are planted in a knowledge base, questions are logged, and the finder is scored.

Reading order: ``wordings`` (many askers), ``plants`` (what is done to the articles), ``log`` (what is asked),
``score``, ``context`` (the command), ``scale``.
"""
