"""Company: what the questions that are most like a need, in other words or another language, got for an answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assistant.gaps.belief import odds_of
from assistant.gaps.clusters import RANKING_BONUS, found_by
from assistant.gaps.counterparts import Counterparts
from assistant.gaps.signals import Case
from kb.embedding.protocol import FloatMatrix

_ALIKE: Final = 0.35
"""Likeness from which on a question counts, the more the nearer: most of two needs lie below."""

_ABROAD: Final = 0.3
"""The same for the cosine of a question in another language, which hardly finds the same articles."""

_MOST: Final = 200
"""Questions that are nearest by their cosine, among which like ones are looked for."""

_DRAWN: Final = 0.1
"""Weight of nothing known, which draws the mean to 0: one question that is hardly alike says hardly anything."""

_STEP: Final = 0.25
"""To such steps it is rounded, so that a few more questions in a log seldom change it, and what was proved stays."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A question in another language that is ``alike`` (cosine), and that an article answered which is not in ours.

    ``cited`` is that article, as id@language, ``confidence`` that of the answer.
    """

    text: str
    language: str
    alike: float
    confidence: float
    cited: str


class Company:
    """The questions of a log, with their centred vectors (n, d) of length 1 and the log odds of their confidences."""

    def __init__(self, cases: Sequence[Case], space: FloatMatrix, counterparts: Counterparts) -> None:
        self._cases, self._all, self._counterparts = cases, space, counterparts
        self._asked = np.array([place for place, case in enumerate(cases) if case.kind == "question"], dtype=np.int64)
        self._space = space[self._asked]
        self._odds = np.array([odds_of(cases[place].confidence) for place in self._asked], dtype=np.float32)
        self._foreign: dict[str, list[int]] = {}

    def of(self, wordings: Collection[int], inside: Collection[int], language: str) -> float:
        """The mean log odds of the questions alike to one of ``wordings``.

        Left out are those ``inside`` the cluster, and those answered by an article that is not there in ``language``.
        """
        if not len(self._asked) or not wordings:
            return 0.0
        cosines = self._space @ self._all[list(wordings)].T
        left = np.isin(self._asked, [*inside, *self._answered_abroad(language)], invert=True)
        near = np.argsort(np.where(left, -cosines.max(axis=1), 2.0), kind="stable")[:_MOST]
        near = near[left[near]]
        found = found_by([self._cases[place].nearest for place in [*wordings, *self._asked[near].tolist()]])
        shared = found[len(wordings) :] @ found[: len(wordings)].T
        weights = np.maximum((cosines[near] + RANKING_BONUS * shared).max(axis=1) - _ALIKE, 0.0)
        mean = float(weights @ self._odds[near]) / (float(weights.sum()) + _DRAWN)
        return round(mean / _STEP) * _STEP

    def elsewhere(self, wordings: Sequence[int], language: str) -> Elsewhere | None:
        """The question in another language most like one of ``wordings`` whose article is not there in ``language``."""
        others = self._answered_abroad(language)
        if not others or not wordings:
            return None
        alike = (self._all[others] @ self._all[list(wordings)].T).max(axis=1).round(2)
        best = int(alike.argmax())
        case = self._cases[others[best]]
        if alike[best] < _ABROAD:
            return None
        return Elsewhere(case.text, case.language, float(alike[best]), round(case.confidence, 3), case.cited[0])

    def _answered_abroad(self, language: str) -> list[int]:
        """The places of questions in other languages, answered by an article that is not there in ``language``."""
        if language not in self._foreign:
            self._foreign[language] = [
                int(place) for place in self._asked if self._answered_elsewhere(self._cases[place], language)
            ]
        return self._foreign[language]

    def _answered_elsewhere(self, case: Case, language: str) -> bool:
        if case.status != "answered" or case.language == language or not case.cited:
            return False
        article, _, spoken = case.cited[0].rpartition("@")
        return spoken.partition("-")[0] == case.language and self._counterparts.lacks(article, language)
