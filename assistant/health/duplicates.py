"""Articles and sections that say the same, nearly word for word: by the runs of three words that they share.

Broder 1997, "On the resemblance and containment of documents": resemblance is the Jaccard index of two multisets of
such runs, containment the share of the smaller one's that the larger one has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from kb.text.terms import terms

_RUN: Final = 3

MIN_RESEMBLANCE: Final = 0.6
"""From here on two texts are the same with changes. Pairs of different articles of two FAQs stayed below 0.25; articles
made from one template for two products came up to 0.56.
"""

MIN_CONTAINMENT: Final = 0.9
MIN_RUNS: Final = 20
"""Texts with fewer runs are alike by chance or by a house style ("Call us at …"), unless they are the same."""

_MIN_RUNS_OF_THE_SAME: Final = 8
_SAME: Final = 0.9
_NAMED_AGAIN: Final = 2
_NAMED_MORE: Final = 3
"""How often a text has to name what its title names, at least and measured by the other text, to be about that."""

Runs: TypeAlias = Counter[tuple[str, ...]]


class Overlap(NamedTuple):
    """How much two texts share, both 0 to 1."""

    resemblance: float
    containment: float

    @property
    def is_duplicate(self) -> bool:
        """Whether one text is the other one with changes, or part of it."""
        return self.resemblance >= MIN_RESEMBLANCE or self.containment >= MIN_CONTAINMENT


def runs(texts: Iterable[str], language: str) -> Runs:
    """The runs of three words of some sentences; of a shorter sentence, all of it."""
    found: Runs = Counter()
    for text in texts:
        words = terms(text, language)
        found.update(tuple(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1)) if words)
    return found


def overlap(left: Runs, right: Runs) -> Overlap:
    """What two texts share; nothing where one of them is too short to tell."""
    sizes = left.total(), right.total()
    if min(sizes) < _MIN_RUNS_OF_THE_SAME:
        return Overlap(0.0, 0.0)
    shared = (left & right).total()
    found = Overlap(round(shared / (sum(sizes) - shared), 3), round(shared / min(sizes), 3))
    return found if min(sizes) >= MIN_RUNS or found.resemblance >= _SAME else Overlap(0.0, 0.0)


def are_variants(titles: tuple[str, str], texts: tuple[Sequence[str], Sequence[str]], language: str) -> bool:
    """Whether two articles are one template for two things: each names, far more often, what only its title names."""
    named = [set(terms(title, language)) for title in titles]
    counted = [Counter(word for text in some for word in terms(text, language)) for some in texts]
    return all(
        any(
            counted[side][word] >= max(_NAMED_AGAIN, _NAMED_MORE * counted[1 - side][word])
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
