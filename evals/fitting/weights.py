"""Fits the fusion's weights on development splits: what each signal counts, in each of the three cases.

A question's candidates and their signals do not depend on the weights, so they are gathered once; then some thousand
mixtures are tried on all of them. Each set weighs alike. The weights that are kept are the mean of the best mixtures: a
single best one is luck. Reranking (superseded, overdue, other language, ratings) is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assistant.retrieval import fusion
from assistant.retrieval.parameters import RETRIEVAL, Weights
from assistant.retrieval.query import understand
from assistant.retrieval.search import candidates, searching, weights_for
from evals.progress import progress
from evals.quality.datasets import SPLITS, Question, Selection, load, resolved
from evals.quality.index import Index, configured, opened
from evals.quality.systems import embed, targets
from kb.catalog import Filter

SIGNALS: Final = tuple(field.name for field in fields(Weights))
CASES: Final = {field.name: getattr(RETRIEVAL.fusion, field.name) for field in fields(RETRIEVAL.fusion)}
_NO_ENGLISH: Final = {"same_language": ("cosine", "bm25", "name"), "across": ("cosine", "bm25", "name")}
_MIXTURES: Final = 3000
_BEST: Final = 30
"""Mixtures whose mean is taken: one in a hundred."""

_DEPTH: Final = 10

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pool:
    """A question with its candidates: ``levels`` (chunks, signals) as the fusion brings them to 0..1.

    ``articles`` (chunks) numbers each chunk's article; ``relevant`` are the numbers of those that answer, ``wanted`` is
    how many there are, found or not.
    """

    dataset: str
    case: str
    split: str
    levels: Floats
    articles: npt.NDArray[np.int64]
    relevant: tuple[int, ...]
    wanted: int


def fit(folders: Sequence[tuple[Path, tuple[Path, ...]]], limit: int | None) -> dict[str, Any]:
    """Gather the questions of data sets (folder, question files) and fit each case on their development splits.

    For each case: ``fitted`` weights, and by set the nDCG@10 of both splits with them, with those in force, and with
    cosine and BM25 alone. ``limit`` questions of a set at most. Raises KBError where a set cannot be read.
    """
    pools: list[Pool] = []
    config = configured()
    for folder, queries in folders:
        dataset = load(folder, Selection(queries=queries, limit=limit))
        with opened(dataset.articles, config) as index:
            asked = resolved(dataset, index.names).questions
            embed(index.library, asked)
            for question in progress(asked, dataset.name):
                pools += _pools(dataset.name, index, question)
    return {case: _fit(case, [one for one in pools if one.case == case]) for case in CASES}


def _pools(name: str, index: Index, question: Question) -> Iterator[Pool]:
    """One for each language in which the question has relevant articles, with only that language searched."""
    library, query = index.library, understand(question.text)
    vector = library.embedder.embed_queries([query.text])[0]
    for language, relevant in targets(question, index).items():
        where = Filter(library.today(), language=language)
        with searching(library, vector) as (snapshot, hits):
            weights = weights_for(snapshot, library, query, where)
            found = candidates(snapshot, library, query, vector, hits, where, weights)
        case = next(case for case, known in CASES.items() if known is weights)
        kept = [key for key, row in found.chunks.items() if found.articles[row.article].id not in question.also_ok]
        if not kept:
            continue
        every = Weights(**dict.fromkeys(SIGNALS, 1.0))
        levels = fusion.fuse(found.signals, every)
        names = [found.articles[found.chunks[key].article].id for key in kept]
        numbers = {one: number for number, one in enumerate(sorted(set(names)))}
        yield Pool(
            name,
            case,
            question.split,
            np.array([[levels[key].get(signal, 0.0) for signal in SIGNALS] for key in kept]),
            np.array([numbers[one] for one in names]),
            tuple(sorted(numbers[one] for one in relevant if one in numbers)),
            len(relevant),
        )


def _fit(case: str, pools: Sequence[Pool]) -> dict[str, Any]:
    mixtures = _mixtures(case)
    measured = {split: _by_set([one for one in pools if one.split == split], mixtures) for split in SPLITS[1:]}
    mean = np.mean(list(measured["dev"].values()), axis=0)
    best = np.argsort(-mean, kind="stable")[:_BEST]
    fitted = np.round(mixtures[best].mean(axis=0), 2)
    fitted[0] += 1.0 - fitted.sum()
    rows = {
        "fitted": fitted,
        "in_force": np.array([getattr(CASES[case], signal) for signal in SIGNALS]),
        "dense": np.eye(len(SIGNALS))[SIGNALS.index("cosine")],
        "bm25": np.eye(len(SIGNALS))[SIGNALS.index("bm25")],
    }
    chosen = np.stack(list(rows.values()))
    figures = {split: _by_set([one for one in pools if one.split == split], chosen) for split in SPLITS[1:]}
    return {
        "fitted": dict(zip(SIGNALS, [round(float(value), 2) for value in fitted], strict=True)),
        "in_force": asdict(CASES[case]),
        "ndcg@10": {
            split: {
                name: dict(zip(rows, [round(float(value), 4) for value in values], strict=True))
                for name, values in sorted(by_set.items())
            }
            for split, by_set in figures.items()
        },
    }


def _mixtures(case: str) -> Floats:
    """(mixtures, signals), each row adding up to 1: drawn evenly from all there are, seeded; unused signals are 0."""
    used = [SIGNALS.index(name) for name in _NO_ENGLISH.get(case, SIGNALS)]
    drawn = np.zeros((_MIXTURES, len(SIGNALS)))
    drawn[:, used] = np.random.default_rng(0).dirichlet(np.ones(len(used)), _MIXTURES)
    return drawn


def _by_set(pools: Sequence[Pool], mixtures: Floats) -> Mapping[str, Floats]:
    """By data set, the mean nDCG@10 (mixtures) of its questions."""
    found: dict[str, list[Floats]] = defaultdict(list)
    for pool in pools:
        found[pool.dataset].append(_ndcg(pool, mixtures))
    return {name: np.mean(values, axis=0) for name, values in found.items()}


def _ndcg(pool: Pool, mixtures: Floats) -> Floats:
    """nDCG@10 (mixtures) of one question: an article scores as its best chunk."""
    order = np.argsort(pool.articles, kind="stable")
    scores = pool.levels[order] @ mixtures.T
    starts = np.searchsorted(pool.articles[order], np.arange(pool.articles.max() + 1))
    articles = np.maximum.reduceat(scores, starts)
    gain: Floats = np.zeros(len(mixtures))
    for relevant in pool.relevant:
        # A tie counts against: of articles with equal scores nobody knows which comes first.
        ranks = (articles >= articles[relevant]).sum(axis=0)
        gain += np.where(ranks <= _DEPTH, 1 / np.log2(1 + ranks), 0.0)
    ideal = float((1 / np.log2(1 + np.arange(1, min(pool.wanted, _DEPTH) + 1))).sum())
    return np.asarray(gain / ideal)
