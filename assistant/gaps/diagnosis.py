"""Replay: clusters are asked again, as far as the budget goes, and each gets the proof of what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from assistant.gaps import clustering
from assistant.gaps.answerability import BaseRate
from assistant.gaps.cases import Case
from assistant.gaps.cause import SURELY_ALIKE, DiagnosisContext, Proof, diagnose, is_foreign
from assistant.gaps.conflict import disagreement
from assistant.gaps.feedback import combined, complaints
from assistant.gaps.merging import Diagnosis
from assistant.gaps.probe import STATUSES, Prober, ProbeResult
from assistant.gaps.scope import FAR, KnowledgeScope, in_scope_score
from assistant.gaps.similar_questions import AnsweredElsewhere, SimilarQuestions
from kb.backlog.model import Cause
from kb.catalog import Filter
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.runtime.memo import Memo

Progress = Callable[[int, int], None]

_WORDINGS: Final = 6
"""Questions of a cluster that are asked again: more hardly change what they say together."""

_SAME: Final = 0.95
"""From this cosine on two wordings are one, but for a greeting or a typing error; of those, one is asked again."""

_LOOKED_AT: Final = 100
"""Questions of a cluster among which different wordings are looked for."""

_EXPECTED: Final = 0.75
_DRAWN: Final = 30
"""The share of questions that are answered where nothing is known, as the threshold of answers supposes; it counts as
so many questions, so that a short log says little about what is usual."""

_NEAR_STEP: Final = 0.25
"""To such steps nearness is rounded, so that a few more questions seldom change it, and what was proved stays."""

_PROVED: Final[frozenset[Cause]] = frozenset({"restricted", "stale", "conflict", "language"})
"""Causes that an article proves, though nobody who asked had a reason to complain."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The places of all questions of a need, the most central first, and of those with signals.

    A quiet cluster has too little evidence to be a gap by itself.
    """

    places: tuple[int, ...]
    signalled: frozenset[int]
    weight: float
    quiet: bool


class Diagnostician:
    """Asks clusters again over one library. ``vectors`` (n, d) are those of the ``cases``.

    What was proved is kept, and read again where the same questions meet the same index on the same day.
    """

    def __init__(
        self, library: Library, cases: Sequence[Case], vectors: FloatMatrix, scope: KnowledgeScope, today: date
    ) -> None:
        self._cases, self._vectors, self._scope, self._today = cases, vectors, scope, today
        self._space = clustering.centred(vectors, [case.language for case in cases], scope.means)
        self._similar = SimilarQuestions(cases, self._space, scope.translations)
        self._prober = Prober(library, today)
        with library.catalog.snapshot() as snapshot:
            self._base_rate = BaseRate(_answered_share(cases), snapshot.counts()["articles"])
            everything = snapshot.listing(Filter(today, statuses=STATUSES, expired=True))
            self._rows = {f"{row.id}@{row.language}": row for row in everything}
        self._most = library.settings.gaps.most_replayed
        self._memo = Memo(library.home / "gap-proofs.sqlite3")
        self._known, self._kept = self._memo.read(), dict[str, Any]()
        self._state = [
            library.catalog.generation(),
            library.embedder.fingerprint,
            library.catalog.noted("judged"),
            library.settings.model_dump_json(include={"retrieval", "answer", "articles", "embedding"}),
            today.isoformat(),
            self._base_rate.answered,
        ]

    def run(self, found: Sequence[Cluster], progress: Progress | None) -> list[Diagnosis]:
        """What is wrong in each cluster, in their order, as far as the budget of questions goes."""
        findings: list[Diagnosis] = []
        left = self._most
        for done, one in enumerate(found):
            if progress is not None:
                progress(done, len(found))
            asked = self._wordings(one)[: 2 if one.quiet else _WORDINGS]
            left -= len(asked)
            if left < 0:
                break
            findings += self._findings(one, asked)
        self._memo.replace(self._kept)
        return findings

    def _findings(self, one: Cluster, asked: Sequence[int]) -> Iterator[Diagnosis]:
        direction = self._space[list(one.places)].mean(axis=0)
        proofs, scope_score = self._proofs(one, asked)
        for proof in proofs:
            proved = proof.cause in _PROVED
            if one.quiet and not proved:
                continue
            own = [place for place in one.places if self._cases[place].language in proof.languages]
            cases = [self._cases[place] for place in own if proved or place in one.signalled]
            if len(cases) > (one.quiet and proof.cause == "language"):
                yield Diagnosis(tuple(cases), proof, scope_score, direction)

    def _proofs(self, one: Cluster, asked: Sequence[int]) -> tuple[list[Proof], float]:
        """What the replay proves of a cluster, known from another run or found now; and how remote the need is."""
        cases = [self._cases[place] for place in one.places if one.quiet or place in one.signalled]
        similar, answered_elsewhere = self._around(one, asked)
        said = self._feedback(one)
        nearness = round(self._scope.nearness(self._vectors[list(asked)]) / _NEAR_STEP) * _NEAR_STEP
        key = self._key(
            one, cases, asked, [similar, said, nearness, [asdict(item) for item in answered_elsewhere.values()]]
        )
        if key not in self._known:
            probes: list[ProbeResult] = []
            suspicious = any(item.alike >= SURELY_ALIKE for item in answered_elsewhere.values())
            for place in asked:
                probes.append(self._prober.probe(self._cases[place], self._vectors[place]))
                if one.quiet and not suspicious and not _suspicious(probes):
                    break
            scope_score = in_scope_score(nearness, [probe.own for probe in probes])
            quiet = one.quiet and not suspicious and not _suspicious(probes)
            context = DiagnosisContext(
                self._today, self._base_rate, scope_score < FAR, similar, said, answered_elsewhere, self._rows
            )
            proofs = [] if quiet else diagnose(cases, probes, context)
            self._known[key] = {"proofs": [asdict(proof) for proof in proofs], "scope_score": scope_score}
        self._kept[key] = self._known[key]
        return [
            Proof(**{**row, "languages": tuple(row["languages"]), "nearest": tuple(row["nearest"])})
            for row in self._known[key]["proofs"]
        ], self._known[key]["scope_score"]

    def _around(self, one: Cluster, asked: Sequence[int]) -> tuple[dict[str, float], dict[str, AnsweredElsewhere]]:
        """What the log says of each language of a cluster: how surely like questions were answered, and where."""
        similar, answered_elsewhere = {}, {}
        for language in sorted({self._cases[place].language for place in one.places}):
            own = [place for place in asked if self._cases[place].language == language]
            similar[language] = self._similar.of(own or asked, one.places, language)
            if found := self._similar.answered_elsewhere(own, language):
                answered_elsewhere[language] = found
        return similar, answered_elsewhere

    def _feedback(self, one: Cluster) -> dict[str, float]:
        """What the askers in each language say."""
        cases = [self._cases[place] for place in one.places]
        languages = sorted({case.language for case in cases})
        return {tag: combined(case for case in cases if case.language == tag) for tag in languages}

    def _key(self, one: Cluster, cases: Sequence[Case], asked: Sequence[int], around: Sequence[object]) -> str:
        """What the proofs depend on: the state of all, the questions asked again, and what speaks for the others."""
        wordings = [
            [case.text, case.language, case.audience, case.only_language, case.products]
            for case in (self._cases[place] for place in asked)
        ]
        spoken = [tag for tag, _ in Counter(case.language for case in cases).most_common()]
        complained = [complaints(cases, tag) for tag in spoken]
        said = json.dumps([self._state, wordings, spoken, complained, around, one.quiet], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()

    def _wordings(self, one: Cluster) -> list[int]:
        """Some questions of a cluster, each worded differently, those asked first, all languages by turns.

        Not the most central ones: these change with every question that is asked, and then nothing that was proved
        before could be used.
        """
        by_language: dict[str, list[int]] = {}
        kept: list[int] = []
        for place in sorted(one.places)[:_LOOKED_AT]:
            if kept and float((self._vectors[kept] @ self._vectors[place]).max()) >= _SAME:
                continue
            kept.append(place)
            by_language.setdefault(self._cases[place].language, []).append(place)
        turns: list[int] = []
        while any(by_language.values()):
            turns += [places.pop(0) for places in by_language.values() if places]
        return turns


def _suspicious(probes: Sequence[ProbeResult]) -> bool:
    """Whether answered questions need a closer look.

    Something kept back comes first, what is shown is in another language, or articles disagree.
    """
    foreign = [one for one in probes if one.own and one.own.answered and is_foreign(one.own, one.case.language)]
    return bool(foreign) or any(one.blocked is not None for one in probes) or disagreement(probes) is not None


def _answered_share(cases: Sequence[Case]) -> float:
    """The share of differently worded questions that were answered, to one in twenty, so that it changes seldom."""
    status = {" ".join(case.text.casefold().split()): case.status for case in cases if case.kind == "question"}
    answered = sum(one == "answered" for one in status.values()) + _DRAWN * _EXPECTED
    return round(20 * answered / (len(status) + _DRAWN)) / 20
