"""Diagnosis: clusters are asked again, as far as the budget goes, and each gets the causes of what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from itertools import zip_longest
from typing import Any, Final

from assistant.gaps.answerability import BaseRate
from assistant.gaps.cases import ArticlesToday, Case, CaseVectors
from assistant.gaps.cause import Diagnosis, DiagnosisContext, causes_of, is_other_language
from assistant.gaps.clustering import Cluster
from assistant.gaps.conflict import contradiction
from assistant.gaps.feedback import combined, complaints
from assistant.gaps.parameters import DiagnosisParameters, GapParameters
from assistant.gaps.probe import Prober, ProbeResult
from assistant.gaps.ranking import GapCandidate
from assistant.gaps.scope import KnowledgeScope
from assistant.gaps.similar_questions import AnsweredElsewhere, SimilarQuestions
from kb.backlog.gap import Cause
from kb.library import Library
from kb.runtime.memo import Memo
from kb.runtime.progress import tell

_RECIPE: Final = "1"
"""Counted up with every change of ``Diagnosis``: what is kept of another form is nothing."""

_PROVED_BY_ARTICLE: Final[frozenset[Cause]] = frozenset({"restricted", "stale", "conflict", "language"})
"""Causes that an article proves, though nobody who asked had a reason to complain."""


class Diagnostician:
    """Asks clusters of ``questions`` again over one library, and decides on a cause.

    Diagnoses are kept, and read again where the same questions meet the same index on the same day.
    """

    def __init__(
        self,
        library: Library,
        questions: CaseVectors,
        articles: ArticlesToday,
        scope: KnowledgeScope,
        today: date,
        parameters: GapParameters,
    ) -> None:
        self._cases, self._questions, self._articles = questions.cases, questions, articles
        self._scope, self._today, self._parameters = scope, today, parameters
        self._similar = SimilarQuestions(questions, scope.translations, parameters)
        self._prober = Prober(library, today, parameters.probe)
        share = answered_share(questions.cases, parameters.diagnosis)
        with library.catalog.snapshot() as snapshot:
            self._base_rate = BaseRate(share, snapshot.counts()["articles"])
        self._budget = library.settings.gaps.most_replayed
        self._memo = Memo(library.home / "gap-proofs.sqlite3", _RECIPE)
        self._known, self._kept = self._memo.read(), dict[str, Any]()
        self._state = [
            library.catalog.generation(),
            library.embedder.fingerprint,
            library.catalog.noted("judged"),
            library.settings.model_dump_json(include={"retrieval", "answer", "articles", "embedding"}),
            today.isoformat(),
            self._base_rate.answered,
            repr(parameters),
        ]

    def diagnose(self, clusters: Sequence[Cluster]) -> list[GapCandidate]:
        """The causes of each cluster, in their order, as far as the budget of questions goes."""
        candidates: list[GapCandidate] = []
        budget = self._budget
        for number, cluster in enumerate(clusters):
            tell(number, len(clusters))
            wordings = different_wordings(cluster, self._questions, self._parameters.diagnosis)
            budget -= len(wordings)
            if budget < 0:
                break
            candidates += self._candidates(cluster, self._diagnoses(cluster, wordings))
        self._memo.replace(self._kept)
        return candidates

    def _candidates(self, cluster: Cluster, diagnoses: Sequence[Diagnosis]) -> Iterator[GapCandidate]:
        """A candidate for each cause: all questions that an article proves unanswered, else those with signals.

        Without enough evidence a cluster has only what an article proves; for a translation, of two askers at least.
        """
        direction = self._questions.centred[list(cluster.indices)].mean(axis=0)
        for diagnosis in diagnoses:
            proved = diagnosis.cause in _PROVED_BY_ARTICLE
            if cluster.low_evidence and not proved:
                continue
            cases = tuple(
                self._cases[index]
                for index in cluster.indices
                if self._cases[index].language in diagnosis.languages and (proved or index in cluster.with_signals)
            )
            if len(cases) > (cluster.low_evidence and diagnosis.cause == "language"):
                yield GapCandidate(cases, diagnosis, direction)

    def _diagnoses(self, cluster: Cluster, wordings: Sequence[int]) -> list[Diagnosis]:
        """The diagnoses of a cluster, known from another run or made now."""
        indices = [index for index in cluster.indices if cluster.low_evidence or index in cluster.with_signals]
        cases = [self._cases[index] for index in indices]
        nearness = self._scope.nearness(self._questions.vectors[list(wordings)])
        context = self._context(cluster, wordings, nearness)
        key = self._key(cluster, cases, wordings, context)
        if key not in self._known:
            diagnoses = self._ask_again(cluster, cases, wordings, context)
            self._known[key] = [asdict(diagnosis) for diagnosis in diagnoses]
        self._kept[key] = self._known[key]
        return [
            Diagnosis(**{**row, "languages": tuple(row["languages"]), "nearest": tuple(row["nearest"])})
            for row in self._known[key]
        ]

    def _ask_again(
        self, cluster: Cluster, cases: Sequence[Case], wordings: Sequence[int], context: DiagnosisContext
    ) -> list[Diagnosis]:
        """Ask and decide; a cluster with too little evidence is left as soon as nothing is suspicious."""
        same_need = self._parameters.diagnosis.same_need
        suspicious = not cluster.low_evidence or any(
            elsewhere.similarity >= same_need for elsewhere in context.answered_elsewhere.values()
        )
        probes: list[ProbeResult] = []
        for index in wordings:
            probes.append(self._prober.probe(self._cases[index], self._questions.vectors[index]))
            if not suspicious and not self._suspicious(probes):
                return []
        scope_score = self._scope.score(context.scope_score, [probe.visible for probe in probes])
        return causes_of(cases, probes, replace(context, scope_score=scope_score))

    def _suspicious(self, probes: Sequence[ProbeResult]) -> bool:
        """Whether answered questions need a closer look.

        Something withheld comes first, what is shown is in another language, or articles contradict each other.
        """
        return (
            any(
                probe.withheld is not None
                or (
                    probe.visible is not None
                    and probe.visible.answered
                    and is_other_language(probe.visible, probe.case.language)
                )
                for probe in probes
            )
            or contradiction(probes, self._parameters.conflict) is not None
        )

    def _context(self, cluster: Cluster, wordings: Sequence[int], nearness: float) -> DiagnosisContext:
        """The log around a cluster, by language: similar questions, where they were answered, feedback."""
        similar: dict[str, float] = {}
        feedback: dict[str, float] = {}
        answered_elsewhere: dict[str, AnsweredElsewhere] = {}
        members = [self._cases[index] for index in cluster.indices]
        for language in sorted({case.language for case in members}):
            own = [index for index in wordings if self._cases[index].language == language]
            similar[language] = self._similar.mean_log_odds(own or wordings, cluster.indices, language)
            feedback[language] = combined(
                (case for case in members if case.language == language), self._parameters.feedback
            )
            if found := self._similar.answered_elsewhere(own, language):
                answered_elsewhere[language] = found
        return DiagnosisContext(
            self._today,
            self._base_rate,
            nearness,
            self._parameters,
            similar,
            feedback,
            answered_elsewhere,
            self._articles.rows,
        )

    def _key(self, cluster: Cluster, cases: Sequence[Case], wordings: Sequence[int], context: DiagnosisContext) -> str:
        """The hash of all that the diagnoses depend on: the index, the questions asked again, the log around them."""
        asked = [
            [case.text, case.language, case.audience, case.only_language, case.products]
            for case in (self._cases[index] for index in wordings)
        ]
        languages = [tag for tag, _ in Counter(case.language for case in cases).most_common()]
        complained = [complaints(cases, tag, self._parameters.feedback) for tag in languages]
        around = [context.similar, context.feedback, context.scope_score]
        elsewhere = [asdict(found) for found in context.answered_elsewhere.values()]
        parts = [self._state, asked, languages, complained, around, elsewhere, cluster.low_evidence]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def different_wordings(cluster: Cluster, questions: CaseVectors, parameters: DiagnosisParameters) -> list[int]:
    """Some questions of a cluster, as indices, each worded differently, those asked first, all languages by turns.

    Not the most central ones: these change with every question that is asked, and then no diagnosis that was made
    before could be used.
    """
    by_language: dict[str, list[int]] = {}
    kept: list[int] = []
    for index in sorted(cluster.indices)[: parameters.considered]:
        if not kept or float((questions.vectors[kept] @ questions.vectors[index]).max()) < parameters.same:
            kept.append(index)
            by_language.setdefault(questions.cases[index].language, []).append(index)
    turns = [index for turn in zip_longest(*by_language.values()) for index in turn if index is not None]
    return turns[: parameters.wordings_low_evidence if cluster.low_evidence else parameters.wordings]


def answered_share(cases: Sequence[Case], parameters: DiagnosisParameters) -> float:
    """The share of differently worded questions that were answered, to one in twenty, so that it changes seldom."""
    status = {" ".join(case.text.casefold().split()): case.status for case in cases if case.kind == "question"}
    prior = parameters.prior_questions * parameters.answered_prior
    answered = sum(each == "answered" for each in status.values()) + prior
    return round(20 * answered / (len(status) + parameters.prior_questions)) / 20
