"""Ask: one function for the command line, REST, the page and evaluation."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from assistant.answering.abstention import abstain
from assistant.answering.answer import AnswerVerdict
from assistant.answering.citing import quote_and_cite
from assistant.answering.context import QuestionContext
from assistant.answering.evidence import article_evidence
from assistant.answering.generation.rewrite import rewrite, sources
from assistant.answering.judge import judge
from assistant.answering.reply import NearestArticle, Reply, Timings
from assistant.retrieval.query import Query, understand
from assistant.retrieval.ranking import Ranked
from assistant.retrieval.search import retrieve, searching
from kb.articles.article import ArticleKey
from kb.articles.front_matter import text_sha256
from kb.catalog import Filter
from kb.errors import MissingPartError, UsageError
from kb.library import Library
from kb.vectors.question_vectors import folded

__all__ = ["AskFilters", "Asker", "Reply", "ask"]

_LOG = logging.getLogger(__name__)

DEFAULT_LIMIT = 10
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class AskFilters:
    """What the asker narrows the question to.

    ``audience`` "public" answers from what a customer may read; "internal" from everything an agent may read.
    ``language`` restricts the articles. ``hidden`` leaves articles out by id (for evaluation). ``spoken`` is the
    language of the question where the caller knows it; else its words tell.
    """

    audience: str = "internal"
    language: str | None = None
    products: tuple[str, ...] = ()
    limit: int = DEFAULT_LIMIT
    hidden: tuple[str, ...] = ()
    spoken: str | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, for the log: a pseudonymous handle, the session, the door used, and the caller's own id.

    Where ``question_id`` is given, the question is logged under it, in place of what was logged under it before.
    """

    actor: str = ""
    session: str = ""
    channel: str = "cli"
    caller_id: str = ""
    question_id: str = ""


@dataclass(slots=True)
class Trace:
    """Every step's contribution, for `kb ask --explain`."""

    steps: list[dict[str, Any]] = field(default_factory=list)

    def add(self, step: str, **values: object) -> None:
        """Record a step."""
        self.steps.append({"step": step, **values})


def ask(
    library: Library,
    question: str,
    filters: AskFilters | None = None,
    asker: Asker | None = None,
    now: datetime | None = None,
    *,
    log: bool = True,
    trace: Trace | None = None,
    on_text: Callable[[str], None] | None = None,
) -> Reply:
    """Answer a question from the articles, or abstain.

    1. Understand it: language, terms, what it asks for. 2. Embed it. 3. Find candidates among vectors and full text at
    one state of the index, fuse and group them. 4. Gather evidence in the best article. 5. Judge p(answerable).
    6. Quote and cite, or abstain with a reason; either way the nearest articles. 7. Where a language model is set, have
    it put the answer into words, sentence by sentence checked; ``on_text`` gets them as they come. 8. Log the event,
    redacted, and keep the question's vector.

    ``now`` (aware, default: the clock) decides about freshness and stands in the log. Raises UsageError for an empty or
    overlong question or unknown filters, MissingPartError where the index cannot serve. A log that cannot be written
    does not keep anybody from an answer: it is a warning.
    """
    filters, asker, now = filters or AskFilters(), asker or Asker(), now or datetime.now(UTC)
    _check(library, question, filters)
    started = time.perf_counter()
    # 1
    query = understand(question, filters.spoken)
    # 2
    understood = time.perf_counter()
    vector = library.embedder.embed_queries([query.text])[0]
    embedded = time.perf_counter()
    # 3
    today = library.day_of(now)
    where = Filter(today, filters.audience, filters.language, filters.products, hidden=filters.hidden)
    with searching(library, vector) as (snapshot, hits):
        ranking = retrieve(snapshot, library, query, vector, hits, where)
        ranked = time.perf_counter()
        # 4
        context = QuestionContext(library, snapshot, query, vector, today)
        evidence = article_evidence(context, ranking.distinct)
        # 5
        verdict = judge(context, evidence)
        # 6
        answer = quote_and_cite(context, verdict) if verdict.answers else abstain(context, verdict)
        quoted = snapshot.sources({cited.key for cited in answer.citations})
        writable = sources(context, ranking.distinct, answer)
    # 7
    answer = rewrite(context, answer, writable, on_text)
    nearest = ranking.articles[: filters.limit]
    reply = Reply(
        question_id=asker.question_id or uuid.uuid4().hex,
        question=question,
        language=query.language,
        status="answered" if answer.text else "abstained",
        confidence=verdict.confidence,
        answer=answer.text,
        reason=answer.reason,
        citations=answer.citations,
        nearest=tuple(NearestArticle.of(item) for item in nearest),
        timings_ms=Timings.between(started, understood, embedded, ranked, time.perf_counter()),
        dropped=answer.dropped,
    )
    if trace is not None:
        _explain(trace, query, nearest, verdict)
    # 8
    if log:
        texts = {key: text_sha256(source) for key, (_, source) in quoted.items()}
        stored = _record(library, reply, filters, asker, now, texts)
        if folded(stored) == query.text:
            library.question_cache.keep(stored, vector)
    return reply


def _check(library: Library, question: str, filters: AskFilters) -> None:
    longest = library.settings.server.max_question_characters
    if not question.strip():
        raise UsageError("The question is empty.", 'Ask something, for example: kb ask "Wie melde ich meinen Umzug?"')
    if len(question) > longest:
        raise UsageError(f"The question has {len(question):,} characters; {longest:,} are allowed.", "Shorten it.")
    if filters.audience not in {"public", "internal"}:
        raise UsageError(f"There is no audience '{filters.audience}'.", "Use 'public' or 'internal'.")
    if not 1 <= filters.limit <= MAX_LIMIT:
        raise UsageError(f"The limit {filters.limit} is out of range.", f"Use 1 to {MAX_LIMIT}.")
    library.require_index()


def _explain(trace: Trace, query: Query, ranked: Sequence[Ranked], verdict: AnswerVerdict) -> None:
    trace.add("understand", language=query.language, terms=list(query.terms), focus=query.focus)
    rows = [
        {
            "article_id": item.article.id,
            "language": item.article.language,
            "score": round(item.score, 4),
            "passages": [
                {
                    "chunk": p.chunk,
                    "score": round(p.score, 4),
                    "signals": _rounded(asdict(p.signals)),
                    "shares": _rounded(p.shares),
                }
                for p in item.passages[:3]
            ],
        }
        for item in ranked
    ]
    trace.add("retrieve", articles=rows)
    best = [
        {
            "score": round(item.score, 3),
            "matched": {word: round(share, 3) for word, share in item.matched.items()},
            "lines": list(item.unit.lines),
            "text": item.unit.text,
        }
        for item in verdict.units[:8]
    ]
    trace.add("evidence", units=best)
    trace.add("judge", case=verdict.case, confidence=round(verdict.confidence, 4), features=_rounded(verdict.measured))


def _rounded(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items() if value is not None}


def _record(
    library: Library, reply: Reply, filters: AskFilters, asker: Asker, now: datetime, texts: Mapping[ArticleKey, str]
) -> str:
    """Write the event and return the question as it was stored, redacted; "" where it was not.

    ``texts`` are the hashes of the texts that were quoted. The answer matters more than its log: a log
    that is out of reach is a warning.
    """
    from kb.events import QuestionEvent

    event = QuestionEvent(
        question_id=reply.question_id,
        asked_at=now,
        text=reply.question,
        language=reply.language,
        status=reply.status,
        confidence=reply.confidence,
        reason=reply.reason,
        actor=asker.actor,
        session=asker.session,
        channel=asker.channel,
        caller_id=asker.caller_id,
        filters={"audience": filters.audience, "language": filters.language, "products": list(filters.products)},
        citations=[
            {
                "article_id": c.article_id,
                "language": c.language,
                "anchor": c.anchor,
                "sha256": texts.get(c.key, ""),
                "score": c.score,
                "freshness": c.freshness,
            }
            for c in reply.citations
        ],
        nearest=[near.to_json() for near in reply.nearest],
        timings_ms=asdict(reply.timings_ms),
    )
    try:
        redact, again = library.settings.events.redact, bool(asker.question_id)
        return library.events.log_question(event, redact=redact, overwrite=again).text
    except MissingPartError as error:
        _LOG.warning("The question was answered but not logged. %s %s", error.message, error.hint)
        return ""
