"""Small groups are not reported, and cannot be computed from what is: what a works council asks of every report.

A group is as large as the people it rests on. A case of which nobody knows whose it was counts as a person of its own:
nobody can be found behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

People = frozenset[str]

_K = TypeVar("_K", bound=Hashable)


def too_few(people: Collection[str], least: int) -> bool:
    """Whether a group is so small that it says something about persons. Nobody at all is no group."""
    return 0 < len(people) < least


def hidden(
    groups: Mapping[_K, People],
    least: int,
    *,
    sums: Sequence[Collection[_K]] | None = None,
    withheld: Collection[_K] = (),
) -> frozenset[_K]:
    """Which groups to hide so that none under ``least`` people is shown or can be computed by subtraction.

    ``sums`` are the sets of groups whose total is published: all groups together, unless told. ``withheld`` are
    groups that are published nowhere, though they are part of a total. What a sum hides is nothing, or has ``least``
    people together, or is every group that has people: a total less what is shown is never about a few.

    1. Hide what is too small. 2. Where a total would give that away, hide the next smallest of its groups too, until
    no total gives anything away.
    """
    # 1
    gone = {key for key, people in groups.items() if key in withheld or too_few(people, least)}
    # 2
    lines = [list(groups)] if sums is None else [list(line) for line in sums]
    changed = True
    while changed:
        changed = False
        for line in lines:
            while (companion := _next_to_hide(groups, line, gone, least)) is not None:
                gone.add(companion)
                changed = True
    return frozenset(gone)


def _next_to_hide(groups: Mapping[_K, People], line: Sequence[_K], gone: Collection[_K], least: int) -> _K | None:
    """The smallest group that a sum still shows and must not; None where its total gives nothing away."""
    unseen = frozenset().union(*(groups[key] for key in line if key in gone))
    if not too_few(unseen, least):
        return None
    shown = [key for key in line if key not in gone and groups[key]]
    return min(shown, key=lambda key: (len(groups[key]), str(key)), default=None)
