"""Gaps: what customers ask and no article answers, found in the log, explained by asking again.

``find`` is the door. Reading order: ``pipeline`` (the steps), ``signals`` with ``cases`` and ``feedback``,
``clustering``, ``diagnosis`` with ``probe``, ``scope`` and ``similar_questions``, ``cause`` with ``answerability`` and
``conflict``, ``ranking``, ``report``. All fitted numbers stand in ``parameters``.
"""

from assistant.gaps.pipeline import find
from assistant.gaps.report import GapReport

__all__ = ["GapReport", "find"]
