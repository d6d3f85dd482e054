"""Find: one function that turns the log into gaps with a proven cause."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from assistant.gaps import signals
from assistant.gaps.cases import CaseVectors
from assistant.gaps.clustering import centre, need_clusters
from assistant.gaps.diagnosis import Diagnostician
from assistant.gaps.parameters import FITTED, GapParameters
from assistant.gaps.ranking import merge, rank
from assistant.gaps.report import GapReport
from assistant.gaps.scope import KnowledgeScope
from assistant.leads import recheck
from kb.library import Library
from kb.runtime.days import noon
from kb.runtime.progress import Listener, telling

STEPS: Final = ("questions", "tickets", "embedding", "clustering", "asking")
"""What takes long, in its order: how many are read of the log, embedded, put into blocks, and clusters asked again."""


def find(
    library: Library,
    since: datetime | None = None,
    until: datetime | None = None,
    today: date | None = None,
    progress: Listener | None = None,
    parameters: GapParameters = FITTED,
) -> GapReport:
    """Find what the knowledge base lacks in the questions asked from ``since`` on and before ``until``.

    0. Recheck: verified gaps whose article has changed so that it answers no longer are reopened (``assistant.leads``).
    1. Read the signals: which questions of the log, and which tickets, speak for a gap. 2. Cluster all of them by need.
    3. Diagnose: ask some of each cluster again, with the filters off one by one, and decide on a cause; merge what one
    article mends. 4. Rank by what it costs, the arithmetic shown. 5. Sync with the backlog, so that ids, states and
    owners survive. 6. Report.

    ``today`` (default: the day it is) decides about freshness and age; ``progress`` gets how far each of ``STEPS`` is.
    The same log, index and day give the same report. An empty log gives an empty one. Raises MissingPartError where
    there is no index to ask, or the log cannot be read.
    """
    settings, zone = library.settings.gaps, library.settings.reports.time_zone
    now = datetime.now(UTC)
    if today is not None and today != library.day_of(now):
        now = noon(zone, today)
    today = library.day_of(now)
    library.require_index()
    if not library.has_log:
        return GapReport(since, until, 0, ())
    # 0
    recheck(library, now)
    # 1
    articles = signals.articles_today(library, today)
    with telling(progress, "questions"):
        cases = signals.read(library, articles, since, until, today, parameters.feedback)
    with telling(progress, "tickets"):
        cases += signals.tickets(library, since, until)
    with telling(progress, "embedding"):
        vectors = library.question_vectors([case.text for case in cases])
    cases = signals.rephrased(cases, vectors, settings, parameters.feedback)
    # 2
    answered = [index for index, case in enumerate(cases) if case.status == "answered"]
    scope = KnowledgeScope.of(library, vectors[answered], parameters)
    centred = centre(vectors, [case.language for case in cases], scope.means, parameters.clustering.prior)
    questions = CaseVectors(cases, vectors, centred)
    with telling(progress, "clustering"):
        clusters = need_clusters(questions, scope.pivots, settings, parameters.clustering)
    # 3
    with telling(progress, "asking"):
        candidates = Diagnostician(library, questions, articles, scope, today, parameters).diagnose(clusters)
    candidates = merge(candidates, settings.merge_distance)
    # 4
    gaps = rank(candidates, today, settings, zone, parameters.priority)
    # 5
    kept = library.backlog.sync(gaps, now)
    # 6
    kept.sort(key=lambda gap: (gap.cause == "out_of_scope", -gap.priority))
    return GapReport(since, until, len(cases), tuple(kept))
