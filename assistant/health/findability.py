"""Whether an article comes up when it is called by its own title or aliases: asked of retrieval itself."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from assistant.health.cache import Cache
from assistant.health.parameters import USE
from assistant.retrieval.query import understand
from assistant.retrieval.search import retrieve
from kb.catalog import Filter, Snapshot, Survey
from kb.embedding.protocol import FloatMatrix
from kb.library import Library
from kb.runtime.cancellation import checkpoint

_BLOCK: Final = 512
_KIND: Final = "findability"
_STATE: Final = "findability state"


@dataclass(frozen=True, slots=True)
class Lost:
    """A name that does not find its article: at which rank it came (0: not at all), and what came before it."""

    article: int
    name: str
    rank: int
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    article: int
    vector_id: str
    text: str
    vector: FloatMatrix
    near: tuple[int, ...]
    hits: tuple[tuple[str, float], ...]


def lost(library: Library, snapshot: Snapshot, survey: Survey, where: Filter, cache: Cache) -> list[Lost]:
    """The names that do not find their article among the first ``USE.shown``, in the order of the survey.

    1. Names whose article is among the ``USE.shown`` nearest by meaning, title and aliases left aside, are found: what
    retrieval adds speaks for it too. 2. The others are asked, but for those that no change since the last time can have
    moved. An article of the same name that comes before it does not count: which of the two is meant, nobody can say.
    """
    keys = {row: str(article.key) for row, article in survey.articles.items()}
    state = {keys[row]: article.sha256 for row, article in survey.articles.items()}
    earlier = cache.results(_STATE)
    changed = {key for key in state.keys() | earlier.keys() if state.get(key) != earlier.get(key)}
    sharing = _sharing(survey, keys)
    found = []
    with cache.comparisons(_KIND) as asked:
        for name in _doubtful(library, snapshot, survey):
            touching = {keys[name.article], *(keys[row] for row in name.near)}
            ranking = asked.get(
                f"{keys[name.article]} {name.vector_id}",
                functools.partial(_ask, library, snapshot, name, survey, where),
                functools.partial(_is_untouched, changed, touching),
            )
            others = [key for key in ranking["before"] if key not in sharing[name.text]]
            rank = ranking["rank"] - (len(ranking["before"]) - len(others)) if ranking["rank"] else 0
            if not 0 < rank <= USE.shown:
                found.append(Lost(name.article, name.text, rank, tuple(others)))
    cache.keep(_STATE, earlier, state)
    return found


def _is_untouched(changed: set[str], touching: set[str], kept: dict[str, Any]) -> bool:
    return changed.isdisjoint(touching.union(kept["before"]))


def _sharing(survey: Survey, keys: Mapping[int, str]) -> dict[str, set[str]]:
    """The articles that go by each name."""
    found: dict[str, set[str]] = {}
    for row, names in survey.names.items():
        for _, text in names:
            found.setdefault(text, set()).add(keys[row])
    return found


def _doubtful(library: Library, snapshot: Snapshot, survey: Survey) -> Iterator[_Name]:
    """The names whose article is not among the nearest by meaning, in its language."""
    fingerprint = library.embedder.fingerprint
    names = [(row, key, text) for row in survey.articles for key, text in survey.names.get(row, ())]
    kept = snapshot.vectors(fingerprint, sorted({key for _, key, _ in names}))
    names = [name for name in names if name[1] in kept]
    if not names or not len(survey.chunks):
        return
    owners = np.array([chunk.article for chunk in survey.chunks])
    spoken = np.array([survey.articles[chunk.article].language for chunk in survey.chunks])
    count = min(2 * library.settings.retrieval.candidates, len(survey.chunks))
    for start in range(0, len(names), _BLOCK):
        checkpoint()
        part = names[start : start + _BLOCK]
        cosines = np.stack([kept[key] for _, key, _ in part]) @ survey.vectors.T
        for (row, key, text), line in zip(part, cosines, strict=True):
            best = np.argsort(-line, kind="stable")[:count]
            same = owners[best[spoken[best] == survey.articles[row].language]]
            near = tuple(dict.fromkeys(same.tolist()))[: USE.near]
            if row not in near[: USE.shown]:
                hits = tuple((survey.chunks[index].vector_id, float(line[index])) for index in best)
                yield _Name(row, key, text, kept[key], near, hits)


def _ask(library: Library, snapshot: Snapshot, name: _Name, survey: Survey, where: Filter) -> dict[str, Any]:
    """The rank of the name's article, and the articles in front of it, ten at most."""
    own = survey.articles[name.article]
    query = understand(name.text, own.language)
    ranking = retrieve(snapshot, library, query, name.vector, list(dict(name.hits).items()), where)
    keys = [str(ranked.article.key) for ranked in ranking.articles]
    ids = [ranked.article.id for ranked in ranking.articles]
    rank = ids.index(own.id) + 1 if own.id in ids else 0
    return {"rank": rank, "before": keys[: max(rank - 1, 0) if rank else USE.near][: USE.near]}
