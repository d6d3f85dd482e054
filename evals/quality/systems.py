"""The systems under test: full text alone, vectors alone, the product, and the baseline.

The product is measured through its own functions: `hybrid` is what ``ask`` ranks, quotes and says; `bm25` and `dense`
are its ``retrieve`` with one half switched off. Where the settings name a cross-encoder, the product is called
`hybrid+rerank`, and `hybrid` is its ranking without that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assistant.answering.reply import Reply
from assistant.ask import MAX_LIMIT, AskFilters, ask
from assistant.retrieval.fusion import TEXT_ALONE, VECTORS_ALONE
from assistant.retrieval.parameters import Weights
from assistant.retrieval.query import understand
from assistant.retrieval.search import retrieve, searching
from evals.progress import progress
from evals.quality.baseline import NAME
from evals.quality.datasets import Dataset, Question
from evals.quality.index import Index, question_vectors
from kb.catalog import Filter
from kb.library import Library

HYBRID, RERANKED = "hybrid", "hybrid+rerank"
SYSTEMS = ("bm25", "dense", HYBRID, "baseline")
"""Those that are run and shown, in this order; each is ranked by a function that ``_asked`` or ``run`` calls."""
WITH_RERANKER = ("bm25", "dense", HYBRID, RERANKED, "baseline")
_ALONE = {"bm25": TEXT_ALONE, "dense": VECTORS_ALONE}
_RANKED = 20
_SCORED = 10
_BATCH = 64


def embed(library: Library, questions: Sequence[Question]) -> None:
    """Embed all of ``questions`` in batches; the embedder of an index stores them, so that no system embeds again."""
    texts = sorted({understand(question.text).text for question in questions})
    starts = range(0, len(texts), _BATCH)
    for start in progress(starts, "Embedding questions"):
        library.embedder.embed_queries(texts[start : start + _BATCH])


def product(names: Iterable[str]) -> str:
    """Which of the systems ``names`` is what people get."""
    return RERANKED if RERANKED in names else HYBRID


@contextmanager
def _without_reranker(library: Library) -> Iterator[None]:
    settings = library.settings
    plain = settings.retrieval.model_copy(update={"reranker": ""})
    library.settings = settings.model_copy(update={"retrieval": plain})
    try:
        yield
    finally:
        library.settings = settings


@dataclass(slots=True)
class SystemAnswer:
    """What the systems made of one question, by the language that the search was restricted to (None: by none).

    ``rankings`` holds article ids, best first, by system and language; ``replies`` what the product said.
    """

    question: Question
    rankings: dict[tuple[str, str | None], list[str]] = field(default_factory=dict)
    replies: dict[str | None, Reply] = field(default_factory=dict)

    def rank(self, system: str, language: str | None, names: Sequence[str]) -> None:
        """Keep a ranking. ``also_ok`` articles are neither hit nor miss: they are taken out before scoring."""
        kept = [name for name in names if name not in self.question.also_ok]
        self.rankings[system, language] = kept[:_SCORED]


def targets(question: Question, index: Index) -> dict[str, frozenset[str]]:
    """The languages in which the question has relevant articles, each with these; only the target language, if any."""
    found: dict[str, set[str]] = {}
    for name in question.relevant:
        for language in index.languages.get(name, frozenset()):
            if question.target_language in {None, language}:
                found.setdefault(language, set()).add(name)
    return {language: frozenset(names) for language, names in sorted(found.items())}


def run(index: Index, dataset: Dataset, names: Sequence[str] = SYSTEMS) -> list[SystemAnswer]:
    """Put every question to the systems ``names``: to the whole index, and to each language that its articles are in.

    The product is asked in any case.
    """
    outcomes = [_asked(index, question, names) for question in progress(dataset.questions, "Asking")]
    if "baseline" in names:
        _ask_baseline(index, outcomes)
    return outcomes


def _asked(index: Index, question: Question, names: Sequence[str]) -> SystemAnswer:
    """The systems that are parts of the product, at one time."""
    outcome, now = SystemAnswer(question), datetime.now(UTC)
    scopes = {question.target_language, *targets(question, index)}
    alone = {system: weights for system, weights in _ALONE.items() if system in names}
    if alone:
        _ask_alone(index.library, outcome, scopes, alone, now)
    if RERANKED in names:
        with _without_reranker(index.library):
            _ask_product(index.library, outcome, scopes, now, HYBRID)
    _ask_product(index.library, outcome, scopes, now, product(names))
    return outcome


def _ask_alone(
    library: Library, outcome: SystemAnswer, scopes: Iterable[str | None], alone: Mapping[str, Weights], now: datetime
) -> None:
    """The product's ``retrieve`` with one half switched off."""
    query = understand(outcome.question.text)
    vector = library.embedder.embed_queries([query.text])[0]
    with searching(library, vector) as (snapshot, hits):
        for language in scopes:
            where = Filter(library.day_of(now), language=language)
            for system, weights in alone.items():
                found = retrieve(snapshot, library, query, vector, hits, where, weights=weights)
                outcome.rank(system, language, [item.article.id for item in found.articles])


def _ask_product(
    library: Library, outcome: SystemAnswer, scopes: Iterable[str | None], now: datetime, name: str
) -> None:
    """What people get; asked last, it is the one whose replies are kept."""
    limit = min(_RANKED + len(outcome.question.also_ok), MAX_LIMIT)
    for language in scopes:
        filters = AskFilters(language=language, limit=limit)
        reply = ask(library, outcome.question.text, filters, now=now, log=False)
        outcome.replies[language] = reply
        outcome.rank(name, language, [near.article_id for near in reply.nearest])


def _ask_baseline(index: Index, outcomes: Sequence[SystemAnswer]) -> None:
    texts = [outcome.question.text for outcome in outcomes]
    vectors = question_vectors(NAME, texts, index.baseline.embed)
    wanted: dict[str | None, list[int]] = {}
    for place, outcome in enumerate(outcomes):
        for language in outcome.replies:
            wanted.setdefault(language, []).append(place)
    for language, places in wanted.items():
        for place, names in zip(places, index.baseline.rank(vectors[places], language), strict=True):
            outcomes[place].rank("baseline", language, names)
