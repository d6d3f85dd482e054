"""Find: one function that turns the log into gaps with a proven cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from assistant.gaps import clusters, signals
from assistant.gaps.belief import Subject
from assistant.gaps.cause import Finding, explain
from assistant.gaps.priority import demand, priority
from assistant.gaps.probe import STATUSES, Prober
from assistant.gaps.report import GapReport
from assistant.gaps.signals import Case, Shelf
from assistant.leads import recheck
from kb.backlog.model import FoundGap, GapQuestion
from kb.catalog import Filter
from kb.embedding.protocol import FloatMatrix
from kb.errors import MissingPartError
from kb.learning import text_sha256
from kb.library import Library
from kb.terms import terms

Progress = Callable[[int, int], None]

_WORDINGS = 8
"""Questions of a cluster that are asked again: more hardly change what they say together."""

_TERMS = 5


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster: the places of all its questions, the most central first, and of those with signals."""

    places: tuple[int, ...]
    signalled: tuple[int, ...]
    weight: float


def find(
    library: Library,
    since: datetime | None = None,
    until: datetime | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> GapReport:
    """Find what the knowledge base lacks in the questions asked from ``since`` on and before ``until``.

    Verified gaps whose article has changed so that it answers no longer are reopened first (``assistant.leads``).
    1. Read the log: which questions carry signals of a gap. 2. Cluster all questions by need. 3. Ask those of each
    cluster with enough evidence again, with the filters off one by one, and decide on a cause. 4. Rank by what it
    costs, the arithmetic shown. 5. Sync with the backlog, so that ids, states and owners survive. 6. Report.

    ``today`` (default: the day it is) decides about freshness and age; ``progress`` gets (done, total) clusters. The
    same log, index and day give the same report. An empty log gives an empty one. Raises MissingPartError where there
    is no index to ask, or the log cannot be read.
    """
    now = datetime.now(UTC)
    if today is not None and today != now.date():
        now = datetime.combine(today, time(12), UTC)
    today = now.date()
    _checked(library)
    if not library.settings.events.url and not library.events_file.exists():
        return GapReport(since, until, 0, ())
    recheck(library, now)
    # 1
    cases = signals.read(library, _shelf(library, today), since, until, today)
    vectors = library.question_vectors([case.text for case in cases])
    cases = signals.rephrased(cases, vectors, library.settings.gaps)
    # 2
    with library.catalog.snapshot() as snapshot:
        subject = Subject.of(snapshot, library.embedder.fingerprint)
    found = _clusters(library, cases, vectors, subject)
    # 3
    findings = _explained(library, cases, vectors, found, subject, today, progress)
    # 4
    gaps = [_gap(library, finding, title, today) for finding, title in findings]
    gaps.sort(key=_place)
    # 5
    kept = library.backlog.sync(gaps, now)
    # 6
    kept.sort(key=lambda gap: (gap.cause == "out_of_scope", -gap.priority))
    return GapReport(since, until, len(cases), tuple(kept))


def _place(gap: FoundGap) -> tuple[bool, float, datetime, str]:
    """What costs most comes first; what is off topic, last."""
    return gap.cause == "out_of_scope", -gap.priority, gap.questions[0].asked_at, gap.questions[0].id


def _checked(library: Library) -> None:
    made_with = library.catalog.noted("fingerprint")
    if made_with is None:
        raise MissingPartError(f"There is no index in {library.home}.", "Make one: kb ingest FOLDER")
    if made_with != library.embedder.fingerprint:
        raise MissingPartError(
            f"The index in {library.home} was made with another model than {library.embedder.name}.",
            "Run `kb ingest` to embed the articles with this one, or set embedding.model back.",
        )


def _shelf(library: Library, today: date) -> Shelf:
    everything = Filter(today, statuses=STATUSES, expired=True)
    with library.catalog.snapshot() as snapshot:
        rows = {f"{row.id}@{row.language}": row for row in snapshot.listing(everything)}
        sources = snapshot.sources(list(rows))
    return Shelf(rows, {key: text_sha256(source) for key, (_, source) in sources.items()})


def _clusters(library: Library, cases: Sequence[Case], vectors: FloatMatrix, subject: Subject) -> list[Cluster]:
    """Those with enough evidence, the weightiest first."""
    settings = library.settings.gaps
    made = []
    for places in clusters.cluster(
        [case.text for case in cases],
        [case.language for case in cases],
        vectors,
        [case.nearest for case in cases],
        settings.cluster_distance,
        subject.means,
    ):
        signalled = [place for place in places if cases[place].signals]
        weight = sum(cases[place].weight for place in signalled)
        if signalled and weight >= settings.min_evidence:
            made.append(Cluster(tuple(clusters.central(places, vectors)), tuple(signalled), weight))
    return sorted(made, key=lambda one: (-one.weight, one.signalled))


def _explained(
    library: Library,
    cases: Sequence[Case],
    vectors: FloatMatrix,
    found: Sequence[Cluster],
    subject: Subject,
    today: date,
    progress: Progress | None,
) -> list[tuple[Finding, str]]:
    """The findings with their titles, in the customers' words."""
    prober = Prober(library, today)
    findings: list[tuple[Finding, str]] = []
    left = library.settings.gaps.most_replayed
    for done, one in enumerate(found):
        if progress is not None:
            progress(done, len(found))
        asked = _wordings(one, cases)[: max(left, 0)]
        if not asked:
            break
        left -= len(asked)
        probes = [prober.probe(cases[place], vectors[place]) for place in asked]
        far = subject.is_far(vectors[list(one.places)])
        central = [cases[place] for place in one.places if place in set(one.signalled)]
        findings += [(finding, finding.cases[0].text) for finding in explain(central, probes, today, far=far)]
    return findings


def _wordings(one: Cluster, cases: Sequence[Case]) -> list[int]:
    """Some questions of a cluster, each worded differently, the most central first, all languages by turns."""
    seen: set[str] = set()
    by_language: dict[str, list[int]] = {}
    for place in one.places:
        text = " ".join(cases[place].text.casefold().split())
        if text not in seen:
            seen.add(text)
            by_language.setdefault(cases[place].language, []).append(place)
    turns: list[int] = []
    while any(by_language.values()):
        turns += [places.pop(0) for places in by_language.values() if places]
    return turns[:_WORDINGS]


def _gap(library: Library, finding: Finding, title: str, today: date) -> FoundGap:
    cases = finding.cases
    cost, rows = priority(cases, finding.cause, today, library.settings.gaps)
    asked = sorted(cases, key=lambda case: (case.asked_at, case.id))
    return FoundGap(
        title=title,
        language=Counter(case.language for case in cases).most_common(1)[0][0],
        cause=finding.cause,
        evidence={**finding.evidence, "terms": _terms(cases)},
        questions=tuple(
            GapQuestion(case.id, case.text, case.asked_at, case.language, case.kind, case.signals) for case in asked
        ),
        demand=demand(cases),
        priority=cost,
        arithmetic=rows,
        nearest=finding.nearest,
        action=finding.action,
    )


def _terms(cases: Sequence[Case]) -> list[str]:
    """The words that most of the questions share, as they are stemmed, the most frequent first."""
    count: Counter[str] = Counter()
    for case in cases:
        count.update(set(terms(case.text, case.language)))
    return sorted(count, key=lambda word: (-count[word], word))[:_TERMS]
