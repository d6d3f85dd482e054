"""Articles and sections that say the same, nearly word for word: by the runs of three words that they share.

Broder 1997, "On the resemblance and containment of documents": resemblance is the Jaccard index of two multisets of
such runs, containment the share of the smaller one's that the larger one has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from assistant.health.parameters import DUPLICATES
from kb.text.terms import terms

Runs: TypeAlias = Counter[tuple[str, ...]]


class Overlap(NamedTuple):
    """How much two texts share, both 0 to 1."""

    resemblance: float
    containment: float

    @property
    def is_duplicate(self) -> bool:
        """Whether one text is the other one with changes, or part of it."""
        return self.resemblance >= DUPLICATES.min_resemblance or self.containment >= DUPLICATES.min_containment


def runs(texts: Iterable[str], language: str) -> Runs:
    """The runs of three words of some sentences; of a shorter sentence, all of it."""
    found: Runs = Counter()
    for text in texts:
        words = terms(text, language)
        starts = range(max(1, len(words) - DUPLICATES.run + 1)) if words else ()
        found.update(tuple(words[start : start + DUPLICATES.run]) for start in starts)
    return found


def overlap(left: Runs, right: Runs) -> Overlap:
    """What two texts share; nothing where one of them is too short to tell."""
    sizes = left.total(), right.total()
    if min(sizes) < DUPLICATES.min_runs_of_the_same:
        return Overlap(0.0, 0.0)
    shared = (left & right).total()
    found = Overlap(round(shared / (sum(sizes) - shared), 3), round(shared / min(sizes), 3))
    return found if min(sizes) >= DUPLICATES.min_runs or found.resemblance >= DUPLICATES.same else Overlap(0.0, 0.0)


def are_variants(titles: tuple[str, str], texts: tuple[Sequence[str], Sequence[str]], language: str) -> bool:
    """Whether two articles are one template for two things: each names, far more often, what only its title names."""
    named = [set(terms(title, language)) for title in titles]
    counted = [Counter(word for text in some for word in terms(text, language)) for some in texts]
    return all(
        any(
            counted[side][word] >= max(DUPLICATES.named_again, DUPLICATES.named_more * counted[1 - side][word])
            for word in named[side] - named[1 - side]
        )
        for side in (0, 1)
    )


def groups(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Pairs joined into groups, each sorted, in the order of their first members."""
    root: dict[int, int] = {}

    def find(item: int) -> int:
        while root.setdefault(item, item) != item:
            root[item] = root[root[item]]
            item = root[item]
        return item

    for one, other in pairs:
        first, second = sorted((find(one), find(other)))
        root[second] = first
    found: dict[int, list[int]] = {}
    for item in sorted(root):
        found.setdefault(find(item), []).append(item)
    return [tuple(members) for members in found.values()]
