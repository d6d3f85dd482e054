"""Whether the best article answers, and the quotes that say so.

Reading order, as an answer comes about: ``answer`` (the types), ``evidence`` with ``question_terms`` and ``quotes``
(``qualifiers``), ``judge`` with ``confidence``, ``citing`` or ``abstention``, ``reply`` (the contract), ``messages``;
``generation/`` where a language model is set; ``parameters`` holds the tuned numbers.
"""
