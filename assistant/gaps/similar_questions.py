"""Company: what the questions that are most like a need, in other words or another language, got for an answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assistant.gaps.answerability import odds_of
from assistant.gaps.cases import Case
from assistant.gaps.clustering import RANKING_BONUS, IntArray, found_by
from assistant.gaps.translations import Translations
from kb.embedding.protocol import FloatMatrix
from kb.text.terms import base_language

_ALIKE: Final = 0.35
"""Likeness from which on a question counts, the more the nearer: most of two needs lie below."""

_ABROAD: Final = 0.3
"""The same for the cosine of a question in another language, which hardly finds the same articles."""

_CONSIDERED: Final = 20_000
"""Questions of a large log, the latest: enough to know each need, and comparing with them takes milliseconds."""

_MOST: Final = 200
"""Questions that are nearest by their cosine, among which like ones are looked for."""

_DRAWN: Final = 0.1
"""Weight of nothing known, which draws the mean to 0: one question that is hardly alike says hardly anything."""

_STEP: Final = 0.25
"""To such steps it is rounded, so that a few more questions in a log seldom change it, and what was proved stays."""


@dataclass(frozen=True, slots=True)
class AnsweredElsewhere:
    """A question in another language that is ``alike`` (cosine), and that an article answered which is not in ours.

    ``cited`` is that article, as id@language, ``confidence`` that of the answer.
    """

    text: str
    language: str
    alike: float
    confidence: float
    cited: str


class SimilarQuestions:
    """The latest questions of a log, with their centred vectors of length 1 and the log odds of their confidences.

    ``space`` (n, d) are the vectors of all ``cases``, oldest first.
    """

    def __init__(self, cases: Sequence[Case], space: FloatMatrix, translations: Translations) -> None:
        self._cases, self._all, self._translations = cases, space, translations
        asked = [place for place, case in enumerate(cases) if case.kind == "question"][-_CONSIDERED:]
        self._asked = np.array(asked, dtype=np.int64)
        self._space = space[self._asked]
        self._odds = np.array([odds_of(cases[place].confidence) for place in asked], dtype=np.float32)
        self._at = np.full(len(cases), -1, dtype=np.int64)
        self._at[self._asked] = np.arange(len(asked))
        self._foreign: dict[str, tuple[IntArray, FloatMatrix]] = {}

    def of(self, wordings: Collection[int], inside: Collection[int], language: str) -> float:
        """The mean log odds of the questions alike to one of ``wordings``.

        Left out are those ``inside`` the cluster, and those answered by an article that is not there in ``language``.
        """
        if not len(self._asked) or not wordings:
            return 0.0
        cosines = self._space @ self._all[list(wordings)].T
        best = cosines.max(axis=1)
        within = self._at[list(inside)]
        best[within[within >= 0]] = -1.0
        best[self._answered_abroad(language)[0]] = -1.0
        near = np.argpartition(-best, _MOST)[:_MOST] if len(best) > _MOST else np.arange(len(best))
        near = np.sort(near[best[near] > 0.0])
        found = found_by([self._cases[place].nearest for place in [*wordings, *self._asked[near].tolist()]])
        shared = found[len(wordings) :] @ found[: len(wordings)].T
        weights = np.maximum((cosines[near] + RANKING_BONUS * shared).max(axis=1, initial=-1.0) - _ALIKE, 0.0)
        mean = float(weights @ self._odds[near]) / (float(weights.sum()) + _DRAWN)
        return round(mean / _STEP) * _STEP

    def answered_elsewhere(self, wordings: Sequence[int], language: str) -> AnsweredElsewhere | None:
        """The question in another language most like one of ``wordings`` whose article is not there in ``language``."""
        others, vectors = self._answered_abroad(language)
        if not len(others) or not wordings:
            return None
        alike = (vectors @ self._all[list(wordings)].T).max(axis=1).round(2)
        best = int(alike.argmax())
        case = self._cases[int(self._asked[others[best]])]
        if alike[best] < _ABROAD:
            return None
        return AnsweredElsewhere(case.text, case.language, float(alike[best]), round(case.confidence, 3), case.cited[0])

    def _answered_abroad(self, language: str) -> tuple[IntArray, FloatMatrix]:
        """Questions in other languages, answered by an article that is not there in ``language``, and their vectors."""
        if language not in self._foreign:
            places = enumerate(self._asked.tolist())
            found = [at for at, place in places if self._answered_elsewhere(self._cases[place], language)]
            others = np.array(found, dtype=np.int64)
            self._foreign[language] = others, self._space[others]
        return self._foreign[language]

    def _answered_elsewhere(self, case: Case, language: str) -> bool:
        if case.status != "answered" or case.language == language or not case.cited:
            return False
        article, _, spoken = case.cited[0].rpartition("@")
        return base_language(spoken) == case.language and self._translations.lacks(article, language)
