"""Gaps: what customers ask and no article answers, found in the log, explained by asking again.

``find`` is the door. Reading order: ``find`` (the steps), ``signals``, ``clusters``, ``probe``, ``belief`` with
``similar`` and ``feedback``, ``scope``, ``cause`` with ``conflict`` and ``texts``, ``priority``, ``report``.
"""

from assistant.gaps.pipeline import find
from assistant.gaps.report import GapReport

__all__ = ["GapReport", "find"]
