"""Find: one function that turns the log into gaps with a proven cause."""

from __future__ import annotations

import contextlib
import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from assistant.gaps import clustering, signals
from assistant.gaps.cases import ArticlesToday, Case
from assistant.gaps.diagnosis import Cluster, Diagnostician
from assistant.gaps.merging import Diagnosis, merge
from assistant.gaps.priority import demand, priority
from assistant.gaps.probe import STATUSES
from assistant.gaps.report import GapReport
from assistant.gaps.scope import KnowledgeScope
from assistant.leads import recheck
from kb.articles.front_matter import text_sha256
from kb.backlog.model import FoundGap, GapQuestion
from kb.catalog import Filter
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.runtime.days import noon
from kb.runtime.progress import Listener, tell, telling
from kb.text.terms import terms

STEPS: Final = ("questions", "tickets", "embedding", "clustering", "asking")
"""What takes long, in its order: how many are read of the log, embedded, put into blocks, and clusters asked again."""

_TERMS: Final = 5
_TITLE: Final = 120
"""Characters."""


def find(
    library: Library,
    since: datetime | None = None,
    until: datetime | None = None,
    today: date | None = None,
    progress: Listener | None = None,
) -> GapReport:
    """Find what the knowledge base lacks in the questions asked from ``since`` on and before ``until``.

    Verified gaps whose article has changed so that it answers no longer are reopened first (``assistant.leads``).
    1. Read the log and the tickets: which of them carry signals of a gap. 2. Cluster all of them by need. 3. Ask some
    of each cluster again, with the filters off one by one, and decide on a cause; put together what one article mends.
    4. Rank by what it costs, the arithmetic shown. 5. Sync with the backlog, so that ids, states and owners survive.
    6. Report.

    ``today`` (default: the day it is) decides about freshness and age; ``progress`` gets how far each of ``STEPS`` is.
    The same log, index and day give the same report. An empty log gives an empty one. Raises MissingPartError where
    there is no index to ask, or the log cannot be read.
    """
    now = datetime.now(UTC)
    if today is not None and today != library.day_of(now):
        now = noon(library.settings.reports.time_zone, today)
    today = library.day_of(now)
    library.require_index()
    if not library.settings.events.url and not library.events_file.exists():
        return GapReport(since, until, 0, ())
    recheck(library, now)
    # 1
    cases = _read(library, since, until, today, progress)
    with telling(progress, "embedding"):
        vectors = library.question_vectors([case.text for case in cases])
    cases = signals.rephrased(cases, vectors, library.settings.gaps)
    # 2
    with library.catalog.snapshot() as snapshot:
        scope = KnowledgeScope.of(library, snapshot)
    scope.take_in(vectors[[place for place, case in enumerate(cases) if case.status == "answered"]])
    with telling(progress, "clustering"):
        found = _clusters(library, cases, vectors, scope)
    # 3
    with telling(progress, "asking"):
        findings = Diagnostician(library, cases, vectors, scope, today).run(found, tell)
    findings = merge(findings, library.settings.gaps.merge_distance)
    # 4
    gaps = sorted((_gap(library, finding, today) for finding in findings), key=_place)
    # 5
    kept = library.backlog.sync(gaps, now)
    # 6
    kept.sort(key=lambda gap: (gap.cause == "out_of_scope", -gap.priority))
    return GapReport(since, until, len(cases), tuple(kept))


def _read(
    library: Library, since: datetime | None, until: datetime | None, today: date, progress: Listener | None
) -> list[Case]:
    with _collecting_later():
        with telling(progress, "questions"):
            cases = signals.read(library, _shelf(library, today), since, until, today)
        with telling(progress, "tickets"):
            return cases + signals.tickets(library, since, until)


@contextlib.contextmanager
def _collecting_later() -> Iterator[None]:
    """No collecting of garbage while a large log is read: hardly any is made, and all rows would be looked at again.

    That takes a quarter of the time of reading 100,000 questions.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _place(gap: FoundGap) -> tuple[bool, float, datetime, str]:
    """What costs most comes first; what is off topic, last."""
    return gap.cause == "out_of_scope", -gap.priority, gap.questions[0].asked_at, gap.questions[0].id


def _shelf(library: Library, today: date) -> ArticlesToday:
    everything = Filter(today, statuses=STATUSES, expired=True)
    with library.catalog.snapshot() as snapshot:
        rows = {f"{row.id}@{row.language}": row for row in snapshot.listing(everything)}
        sources = snapshot.sources(list(rows))
    return ArticlesToday(rows, {key: text_sha256(source) for key, (_, source) in sources.items()})


def _clusters(library: Library, cases: Sequence[Case], vectors: FloatMatrix, scope: KnowledgeScope) -> list[Cluster]:
    """Those with enough evidence, the weightiest first, then the quiet ones that several questions are in."""
    settings = library.settings.gaps
    made = []
    for places in clustering.cluster(
        [case.text for case in cases],
        [case.language for case in cases],
        vectors,
        [case.nearest for case in cases],
        settings.cluster_distance,
        scope.means,
        scope.pivots,
    ):
        signalled = frozenset(place for place in places if cases[place].signals)
        weight = sum(cases[place].weight for place in signalled)
        quiet = not signalled or weight < settings.min_evidence
        if not quiet or len(places) >= settings.min_evidence:
            made.append(Cluster(tuple(clustering.central(places, vectors)), signalled, weight, quiet))
    return sorted(made, key=lambda one: (one.quiet, -one.weight, -len(one.places), min(one.places)))


def _gap(library: Library, finding: Diagnosis, today: date) -> FoundGap:
    cases = finding.cases
    cost, rows = priority(finding, today, library.settings.gaps, library.settings.reports.time_zone)
    asked = sorted(cases, key=lambda case: (case.asked_at, case.id))
    return FoundGap(
        title=_title(cases),
        language=Counter(case.language for case in cases).most_common(1)[0][0],
        cause=finding.proof.cause,
        evidence={**finding.proof.evidence, "terms": _terms(cases)},
        questions=tuple(
            GapQuestion(case.id, case.text, case.asked_at, case.language, case.kind, case.signals) for case in asked
        ),
        demand=demand(cases),
        priority=cost,
        arithmetic=rows,
        nearest=finding.proof.nearest,
        action=finding.proof.action,
    )


def _title(cases: Sequence[Case]) -> str:
    """The most central question that is short enough for a heading, else the beginning of the most central one."""
    texts = [" ".join(case.text.split()) for case in cases]
    short = next((text for text in texts if len(text) <= _TITLE), None)
    return short or f"{texts[0][: _TITLE - 1]}…"


def _terms(cases: Sequence[Case]) -> list[str]:
    """The words that most of the questions share, as they are stemmed, the most frequent first."""
    count: Counter[str] = Counter()
    for case in cases:
        count.update(set(terms(case.text, case.language)))
    return sorted(count, key=lambda word: (-count[word], word))[:_TERMS]
