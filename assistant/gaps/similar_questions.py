"""Similar questions: what the questions most like a need got, in other words or another language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from assistant.gaps.answerability import log_odds
from assistant.gaps.cases import Case, CaseVectors
from assistant.gaps.clustering import IntArray, ranking_vectors
from assistant.gaps.parameters import GapParameters
from assistant.gaps.translations import Translations
from kb.articles.article import ArticleKey
from kb.embedding.protocol import FloatMatrix


@dataclass(frozen=True, slots=True)
class AnsweredElsewhere:
    """A question in another language, answered by an article that is not there in the asker's.

    ``similarity`` is its cosine, ``cited`` that article, ``confidence`` that of the answer.
    """

    text: str
    language: str
    similarity: float
    confidence: float
    cited: ArticleKey

    def to_json(self) -> dict[str, Any]:
        """As it stands in the evidence of a gap."""
        values = asdict(self) | {"cited": str(self.cited)}
        return {"alike" if name == "similarity" else name: value for name, value in values.items()}


class SimilarQuestions:
    """The latest questions of a log, with their centred vectors and the log odds of their confidences."""

    def __init__(self, questions: CaseVectors, translations: Translations, parameters: GapParameters) -> None:
        cases = questions.cases
        self._cases, self._all, self._translations = cases, questions.centred, translations
        self._parameters, self._ranking_bonus = parameters.similar_questions, parameters.clustering.ranking_bonus
        least = parameters.answerability.least_confidence
        latest = [index for index, case in enumerate(cases) if case.kind == "question"][-self._parameters.latest :]
        self._asked = np.array(latest, dtype=np.int64)
        self._centred = questions.centred[self._asked]
        self._odds = np.array([log_odds(cases[index].confidence, least) for index in latest], dtype=np.float32)
        self._row_of = np.full(len(cases), -1, dtype=np.int64)
        self._row_of[self._asked] = np.arange(len(latest))
        self._other_language: dict[str, tuple[IntArray, FloatMatrix]] = {}

    def mean_log_odds(self, wordings: Collection[int], inside: Collection[int], language: str) -> float:
        """The mean log odds of the questions similar to one of ``wordings``.

        Left out are those ``inside`` the cluster, and those answered by an article that is not there in ``language``.
        """
        if not len(self._asked) or not wordings:
            return 0.0
        parameters = self._parameters
        cosines = self._centred @ self._all[list(wordings)].T
        best = cosines.max(axis=1)
        within = self._row_of[list(inside)]
        best[within[within >= 0]] = -1.0
        best[self._in_other_languages(language)[0]] = -1.0
        near = np.arange(len(best))
        if len(best) > parameters.nearest:
            near = np.argpartition(-best, parameters.nearest)[: parameters.nearest]
        near = np.sort(near[best[near] > 0.0])
        found = ranking_vectors([self._cases[index].nearest for index in [*wordings, *self._asked[near].tolist()]])
        shared = found[len(wordings) :] @ found[: len(wordings)].T
        similarity = (cosines[near] + self._ranking_bonus * shared).max(axis=1, initial=-1.0)
        weights = np.maximum(similarity - parameters.least, 0.0)
        mean = float(weights @ self._odds[near]) / (float(weights.sum()) + parameters.prior)
        return round(mean / parameters.step) * parameters.step

    def answered_elsewhere(self, wordings: Sequence[int], language: str) -> AnsweredElsewhere | None:
        """The question in another language most like one of ``wordings`` whose article is not there in ``language``."""
        rows, vectors = self._in_other_languages(language)
        if not len(rows) or not wordings:
            return None
        similarity = (vectors @ self._all[list(wordings)].T).max(axis=1).round(2)
        best = int(similarity.argmax())
        if similarity[best] < self._parameters.least_other_language:
            return None
        case = self._cases[int(self._asked[rows[best]])]
        return AnsweredElsewhere(
            case.text, case.language, float(similarity[best]), round(case.confidence, 3), case.cited[0]
        )

    def _in_other_languages(self, language: str) -> tuple[IntArray, FloatMatrix]:
        """Questions in other languages, answered by an article that is not there in ``language``, and their vectors."""
        if language not in self._other_language:
            lacking = [self._lacks_article(self._cases[index], language) for index in self._asked.tolist()]
            rows = np.flatnonzero(np.array(lacking, dtype=bool))
            self._other_language[language] = rows, self._centred[rows]
        return self._other_language[language]

    def _lacks_article(self, case: Case, language: str) -> bool:
        """Whether the article that answered ``case``, in the language it was asked in, is not there in ``language``."""
        if case.status != "answered" or case.language == language or not case.cited:
            return False
        cited = case.cited[0]
        return cited.primary_language == case.language and self._translations.lacks(cited.article_id, language)
