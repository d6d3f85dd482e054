"""The passages of all articles, language by language, with the nearest ones of each."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.health import duplicates, passage_pairs
from assistant.health.cache import Cache
from assistant.health.contradiction import Difference
from assistant.health.duplicates import Overlap
from assistant.health.neighbours import nearest
from assistant.health.parameters import PASSAGES
from kb.catalog import ChunkRow, Survey, UnitRow

Told = Callable[[int, int], None]
"""How many of how many pairs are through."""


@dataclass(frozen=True, slots=True)
class PassagePair:
    """Two passages of different articles in one language, by their places in the survey, and their cosine."""

    left: int
    right: int
    cosine: float


@dataclass(frozen=True, slots=True)
class Clashing:
    """Two sentences that contradict each other, each with its passage's place in the survey."""

    left: int
    right: int
    left_unit: UnitRow
    right_unit: UnitRow
    difference: Difference


def near_pairs(survey: Survey, cache: Cache) -> dict[str, list[PassagePair]]:
    """Pairs of near passages by language; only what changed since the last time is compared."""
    found: dict[str, list[PassagePair]] = {}
    by_language: dict[str, list[int]] = {}
    for index, chunk in enumerate(survey.chunks):
        if survey.units[chunk.rowid] and survey.vectors[index].any():
            by_language.setdefault(survey.articles[chunk.article].primary_language, []).append(index)
    for language, indexes in sorted(by_language.items()):
        owners = [survey.chunks[index].article for index in indexes]
        keys = _keys(survey, indexes)
        known = nearest(
            keys, owners, survey.vectors[np.array(indexes)], PASSAGES.neighbours, cache.neighbours(language)
        )
        cache.keep_neighbours(language, known)
        found[language] = [
            PassagePair(indexes[a], indexes[b], cosine) for a, b, cosine in known.pairs(PASSAGES.min_cosine)
        ]
    return found


def _keys(survey: Survey, indexes: Sequence[int]) -> list[str]:
    """What names each passage for good: its article, its text, and which of several alike in the article it is."""
    seen: Counter[str] = Counter()
    keys = []
    for index in indexes:
        chunk = survey.chunks[index]
        row = survey.articles[chunk.article]
        name = f"{row.key} {chunk.vector_id}"
        keys.append(f"{name} {seen[name]}")
        seen[name] += 1
    return keys


def contradictions(
    survey: Survey, near: Sequence[PassagePair], language: str, cache: Cache, told: Told
) -> list[Clashing]:
    """The sentences of near passages that contradict each other; each pair of sentences once."""
    found: dict[tuple[str, str], Clashing] = {}
    with cache.comparisons(f"clashes {language}") as comparisons:
        for done, pair in enumerate(near, 1):
            indexes = sorted((pair.left, pair.right), key=lambda index: (survey.chunks[index].vector_id, index))
            left, right = (survey.chunks[index] for index in indexes)
            key = f"{left.vector_id} {right.vector_id}"
            compare = functools.partial(_clashes, survey, left, right, language)
            for first, second, *said in comparisons.get(key, compare):
                one, other = survey.units[left.rowid][first], survey.units[right.rowid][second]
                clashing = Clashing(indexes[0], indexes[1], one, other, Difference(*said))
                found.setdefault((min(one.text, other.text), max(one.text, other.text)), clashing)
            told(done, len(near))
    return list(found.values())


def _clashes(survey: Survey, left: ChunkRow, right: ChunkRow, language: str) -> list[list[str | int]]:
    titles = [survey.articles[chunk.article].title for chunk in (left, right)]
    if passage_pairs.are_twins(titles[0], titles[1], language):
        return []
    if not passage_pairs.hold_alike(left.headings, right.headings, language):
        return []
    clashes = passage_pairs.clashes(survey.units[left.rowid], survey.units[right.rowid], language)
    return [[c.left, c.right, c.difference.kind, c.difference.left, c.difference.right] for c in clashes]


def copies(survey: Survey, near: Sequence[PassagePair], language: str, cache: Cache) -> dict[tuple[int, int], Overlap]:
    """Pairs of articles, by row, that say the same, with what they share."""
    candidates = sorted(
        {
            (min(rows), max(rows))
            for pair in near
            if pair.cosine >= PASSAGES.min_cosine_of_copies
            for rows in [(survey.chunks[pair.left].article, survey.chunks[pair.right].article)]
        }
    )
    texts: dict[int, list[str]] = {}
    for chunk in survey.chunks:
        texts.setdefault(chunk.article, []).extend(unit.text for unit in survey.units[chunk.rowid])
    shas = {row: article.sha256 for row, article in survey.articles.items()}
    found = _overlaps(f"articles {language}", candidates, texts, shas, language, cache)
    return {pair: overlap for pair, overlap in found.items() if not _are_variants(survey, pair, texts, language)}


def _are_variants(survey: Survey, pair: tuple[int, int], texts: dict[int, list[str]], language: str) -> bool:
    one, other = pair
    titles = survey.articles[one].title, survey.articles[other].title
    return duplicates.are_variants(titles, (texts[one], texts[other]), language)


def copied_sections(
    survey: Survey, near: Sequence[PassagePair], besides: set[tuple[int, int]], language: str, cache: Cache
) -> dict[tuple[int, int], Overlap]:
    """Pairs of passages, by place, that say the same, but for those of the pairs of articles ``besides``."""
    candidates = []
    for pair in near:
        rows = survey.chunks[pair.left].article, survey.chunks[pair.right].article
        if pair.cosine >= PASSAGES.min_cosine_of_copies and (min(rows), max(rows)) not in besides:
            candidates.append((pair.left, pair.right))
    indexes = {index for pair in candidates for index in pair}
    texts = {index: [unit.text for unit in survey.units[survey.chunks[index].rowid]] for index in indexes}
    shas = {index: survey.chunks[index].vector_id for index in indexes}
    return _overlaps(f"sections {language}", candidates, texts, shas, language, cache)


def _overlaps(
    kind: str,
    candidates: Sequence[tuple[int, int]],
    texts: dict[int, list[str]],
    shas: dict[int, str],
    language: str,
    cache: Cache,
) -> dict[tuple[int, int], Overlap]:
    @functools.cache
    def runs(item: int) -> duplicates.Runs:
        return duplicates.runs(texts[item], language)

    def overlap_of(one: int, other: int) -> Overlap:
        return duplicates.overlap(runs(one), runs(other))

    found: dict[tuple[int, int], Overlap] = {}
    with cache.comparisons(kind) as comparisons:
        for pair in candidates:
            key = " ".join(sorted(shas[item] for item in pair))
            overlap = Overlap(*comparisons.get(key, functools.partial(overlap_of, *pair)))
            if overlap.is_duplicate:
                found[pair] = overlap
    return found
