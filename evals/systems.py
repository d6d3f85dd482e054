"""The systems under test: full text alone, vectors alone, the product, and the baseline.

The product is measured through its own functions: `hybrid` is what ``ask`` ranks, quotes and says; `bm25` and `dense`
are its ``retrieve`` with one half switched off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from assistant.ask import MAX_LIMIT, Scope, ask
from assistant.query import understand
from assistant.results import Reply
from assistant.retrieval import retrieve, searching
from evals.baseline import NAME
from evals.datasets import Dataset, Question, holds_answer
from evals.index import Index, question_vectors
from evals.metrics import RANKING, ranking, share
from evals.progress import progress
from kb.catalog import Filter
from kb.embedding.protocol import Embedder, FloatMatrix
from kb.library import Library

SYSTEMS = ("bm25", "dense", "hybrid", "baseline")
_ALONE = {"bm25": 0.0, "dense": 1.0}
_RANKED = 20
_SCORED = 10
_BATCH = 64

Measures = dict[str, Any]
"""``queries``, the means of ``metrics.RANKING`` and ``answer_hit``, rounded; None where undefined."""


class Remembering:
    """An embedder that has seen the questions: embedded in batches once, they serve every system."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        self._embedder = embedder
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimensions, self.max_tokens = embedder.dimensions, embedder.max_tokens
        self._known = dict(zip(texts, question_vectors(embedder.fingerprint, texts, self._batches), strict=True))

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """As the embedder; texts that were seen cost nothing."""
        if all(text in self._known for text in texts):
            return np.stack([self._known[text] for text in texts])
        return self._embedder.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """As the embedder."""
        return self._embedder.embed_passages(texts)

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """As the embedder."""
        return self._embedder.token_offsets(text)

    def _batches(self, texts: Sequence[str]) -> FloatMatrix:
        parts = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        return np.concatenate([self._embedder.embed_queries(part) for part in progress(parts, "Embedding questions")])


@contextmanager
def remembering(library: Library, questions: Sequence[Question]) -> Iterator[None]:
    """While the body runs, ``library`` embeds each of ``questions`` without computing it again."""
    embedder = library.embedder
    library.embedder = Remembering(embedder, sorted({understand(question.text).text for question in questions}))
    try:
        yield
    finally:
        library.embedder = embedder


@dataclass(slots=True)
class Outcome:
    """What the systems made of one question, by the language that the search was restricted to (None: by none).

    ``rankings`` holds article ids, best first, by system and language; ``replies`` what the product said.
    """

    question: Question
    rankings: dict[tuple[str, str | None], list[str]] = field(default_factory=dict)
    replies: dict[str | None, Reply] = field(default_factory=dict)


def targets(question: Question, index: Index) -> dict[str, frozenset[str]]:
    """The languages in which the question has relevant articles, each with these; only the target language, if any."""
    found: dict[str, set[str]] = {}
    for name in question.relevant:
        for language in index.languages.get(name, frozenset()):
            if question.target_language in {None, language}:
                found.setdefault(language, set()).add(name)
    return {language: frozenset(names) for language, names in sorted(found.items())}


def run(index: Index, dataset: Dataset) -> list[Outcome]:
    """Put every question to every system: to the whole index, and to each language that its articles are in."""
    outcomes = [_asked(index, question) for question in progress(dataset.questions, "Asking")]
    _ask_baseline(index, outcomes)
    return outcomes


def _asked(index: Index, question: Question) -> Outcome:
    """The product's part."""
    library, outcome = index.library, Outcome(question)
    query, now = understand(question.text), datetime.now(UTC)
    scopes = {question.target_language, *targets(question, index)}
    vector = library.embedder.embed_queries([query.text])[0]
    with searching(library, vector, 2 * library.settings.retrieval.candidates) as (snapshot, hits):
        for language in scopes:
            where = Filter(now.date(), language=language)
            for system, weight in _ALONE.items():
                found = retrieve(snapshot, library, query, vector, hits, where, dense_weight=weight)
                outcome.rankings[system, language] = _cut(question, [item.article.id for item in found.articles])
    limit = min(_RANKED + len(question.also_ok), MAX_LIMIT)
    for language in scopes:
        reply = ask(library, question.text, Scope(language=language, limit=limit), now=now, log=False)
        outcome.replies[language] = reply
        outcome.rankings["hybrid", language] = _cut(question, [near.article_id for near in reply.nearest])
    return outcome


def _ask_baseline(index: Index, outcomes: Sequence[Outcome]) -> None:
    texts = [outcome.question.text for outcome in outcomes]
    vectors = question_vectors(NAME, texts, index.baseline.embed)
    wanted: dict[str | None, list[int]] = {}
    for place, outcome in enumerate(outcomes):
        for system, language in outcome.rankings:
            if system == "hybrid":
                wanted.setdefault(language, []).append(place)
    for language, places in wanted.items():
        for place, names in zip(places, index.baseline.rank(vectors[places], language), strict=True):
            outcomes[place].rankings["baseline", language] = _cut(outcomes[place].question, names)


def _cut(question: Question, names: Sequence[str]) -> list[str]:
    """``also_ok`` articles are neither hit nor miss: they are taken out before scoring."""
    return [name for name in names if name not in question.also_ok][:_SCORED]


@dataclass(frozen=True, slots=True)
class _Row:
    """One question in one table: the language that was searched, and the articles that are relevant there."""

    outcome: Outcome
    language: str | None
    relevant: frozenset[str]

    @property
    def answer_hit(self) -> bool:
        quotes = [citation.quote for citation in self.outcome.replies[self.language].citations]
        return holds_answer(self.outcome.question.answers, quotes)


def scores(system: str, index: Index, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """``all``, ``by_pair`` and ``by_kind`` of a system, in the shape of the contract."""
    whole: list[_Row] = []
    pairs: dict[str, list[_Row]] = {}
    kinds: dict[str, list[_Row]] = {}
    for outcome in outcomes:
        question, wanted = outcome.question, targets(outcome.question, index)
        relevant = frozenset().union(*wanted.values()) or _rejected(question, index)
        if not relevant:
            continue
        row = _Row(outcome, question.target_language, relevant)
        whole.append(row)
        if question.kind is not None:
            kinds.setdefault(question.kind, []).append(row)
        for language, names in wanted.items():
            pair = f"{question.language.partition('-')[0]}>{language}"
            pairs.setdefault(pair, []).append(_Row(outcome, language, names))
    return {
        "all": _measures(system, whole),
        "by_pair": {pair: _measures(system, rows) for pair, rows in sorted(pairs.items())},
        "by_kind": {kind: _measures(system, rows) for kind, rows in sorted(kinds.items())},
    }


def _rejected(question: Question, index: Index) -> frozenset[str]:
    """Relevant articles that are files, yet not in the index: the product rejected them, so the question is a miss."""
    return frozenset(name for name in question.relevant if name not in index.languages)


def _measures(system: str, rows: Sequence[_Row]) -> Measures:
    """Only the product quotes, so only it can hit an answer."""
    means = ranking([row.outcome.rankings[system, row.language] for row in rows], [row.relevant for row in rows])
    hits = [row.answer_hit for row in rows if row.outcome.question.answers]
    hit = share(sum(hits), len(hits)) if system == "hybrid" else None
    return {
        "queries": len(rows),
        **{name: rounded(means[name]) for name in RANKING},
        "answer_hit": rounded(hit),
    }


def rounded(value: float | None) -> float | None:
    """Four digits are more than any of these numbers bears."""
    return None if value is None else round(value, 4)
