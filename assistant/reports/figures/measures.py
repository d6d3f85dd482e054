"""What is counted, shared and timed: a measure takes one number from every case, and puts them together."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Generic, Literal, TypeAlias, TypeVar

from assistant.reports.figures.suppression import People, hidden, too_few

Unit: TypeAlias = Literal["count", "number", "share", "seconds"]
Combine: TypeAlias = Literal["sum", "mean", "median", "p90"]

_T = TypeVar("_T")
_K = TypeVar("_K", bound=Hashable)

OTHERS = "\0others"
"""The group that small groups are put into; no product or category can have this name."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its coverage: computed from ``known`` of ``of`` cases.

    ``value`` is None where nothing is known, or where it is ``hidden`` because it rests on too few people. Shares are
    0..1.
    """

    unit: Unit
    value: float | None
    known: int
    of: int
    hidden: bool = False

    @classmethod
    def count(cls, number: int) -> Figure:
        """A number of things that are all known."""
        return cls("count", float(number), number, number)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: unknown or nought, and not hidden."""
        return not self.hidden and not self.value

    @property
    def cells(self) -> tuple[str, float | None, int | None, int | None, bool]:
        """Unit, value, known, of and hidden, as a table has them; the cases of a hidden figure are hidden too."""
        known, of = (None, None) if self.hidden else (self.known, self.of)
        return self.unit, self.rounded, known, of, self.hidden

    @property
    def rounded(self) -> float | None:
        """The value to four decimals."""
        return None if self.value is None else round(self.value, 4)

    def conceal(self) -> Figure:
        """The same figure, not to be shown; nor is how many cases it rests on."""
        return replace(self, value=None, known=0, of=0, hidden=True)


@dataclass(frozen=True, slots=True)
class Measure(Generic[_T]):
    """A figure of any set of cases.

    ``number`` gives what one case contributes, None where that is not known; ``person`` whom the case could be traced
    to, its ``who`` unless told. The numbers are put together as ``combine`` says.
    """

    key: str
    unit: Unit
    combine: Combine
    number: Callable[[_T], float | None]
    person: Callable[[_T], str] = attrgetter("who")

    def of(self, cases: Collection[_T]) -> Figure:
        """The figure of these cases."""
        numbers = [number for case in cases if (number := self.number(case)) is not None]
        return Figure(self.unit, _COMBINE[self.combine](numbers), len(numbers), len(cases))

    def people(self, cases: Iterable[_T]) -> People:
        """Who the cases it rests on could be traced to."""
        return frozenset(self.person(case) for case in cases if self.number(case) is not None)


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a table: ``name`` is the group's, ``size`` how many were put together in it."""

    name: str
    values: Mapping[str, Figure]
    size: int = 1


def totals(cases: Collection[_T], measures: Sequence[Measure[_T]], least: int) -> dict[str, Figure]:
    """Every measure of all cases together; what rests on fewer than ``least`` people is hidden."""
    return {
        measure.key: value.conceal() if too_few(measure.people(cases), least) else value
        for measure, value in ((measure, measure.of(cases)) for measure in measures)
    }


def by_group(
    cases: Iterable[_T], name: Callable[[_T], str], measures: Sequence[Measure[_T]], least: int, most: int = 12
) -> list[Group]:
    """A table by group, the largest first, at most ``most`` rows; none where everything would be one row.

    1. The groups. 2. Those that are too small, or too many, are put together as OTHERS. 3. Every measure of every row,
    hidden where it rests on too few people or would give such a one away. The first measure orders the rows.
    """
    # 1
    groups = _grouped(cases, name)
    # 2
    people = {key: measures[0].people(items) for key, items in groups.items()}
    small = set(hidden(people, least))
    large = sorted((key for key in groups if key not in small), key=lambda key: (-len(groups[key]), key))
    small |= set(large[most - 1 :]) if len(groups) > most else set()
    if len(groups) - len(small) + bool(small) < 2:
        return []
    rows = {key: groups[key] for key in groups if key not in small}
    if small:
        rows[OTHERS] = [case for key in sorted(small) for case in groups[key]]
    # 3
    values = protected(rows, measures, least)
    first = measures[0].key
    order = sorted(rows, key=lambda key: (key == OTHERS, -(values[key][first].value or 0), key))
    return [Group(key, values[key], len(small) if key == OTHERS else 1) for key in order]


def protected(
    rows: Mapping[_K, Collection[_T]],
    measures: Sequence[Measure[_T]],
    least: int,
    *,
    sums: Sequence[Collection[_K]] | None = None,
    withheld: Collection[_K] = (),
) -> dict[_K, dict[str, Figure]]:
    """Every measure of every row, each column so that no total of ``sums`` gives a small row away."""
    made: dict[_K, dict[str, Figure]] = {key: {} for key in rows}
    for measure in measures:
        people = {key: measure.people(cases) for key, cases in rows.items()}
        gone = hidden(people, least, sums=sums, withheld=withheld)
        for key, cases in rows.items():
            value = measure.of(cases)
            made[key][measure.key] = value.conceal() if key in gone else value
    return made


def _grouped(cases: Iterable[_T], name: Callable[[_T], str]) -> dict[str, list[_T]]:
    groups: dict[str, list[_T]] = {}
    for case in cases:
        groups.setdefault(name(case), []).append(case)
    return groups


def _mean(numbers: Sequence[float]) -> float | None:
    return math.fsum(numbers) / len(numbers) if numbers else None


def quantile(numbers: Sequence[float], share: float) -> float | None:
    """The smallest number that at least ``share`` of them do not exceed: one that was measured, none in between.

    Hyndman and Fan (1996), definition 1, the inverse of the empirical distribution.
    """
    if not numbers:
        return None
    return sorted(numbers)[max(math.ceil(share * len(numbers)), 1) - 1]


_COMBINE: Mapping[Combine, Callable[[Sequence[float]], float | None]] = {
    "sum": math.fsum,
    "mean": _mean,
    "median": lambda numbers: quantile(numbers, 0.5),
    "p90": lambda numbers: quantile(numbers, 0.9),
}
