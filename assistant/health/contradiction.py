"""Do two sentences about the same thing state different facts? By rules alone: the same sentences, the same verdict.

Steps: (1) both are about the same thing, under the same conditions: they share most words of content, and neither
names something, or someone, that the other does not; (2) what both state alike is set aside; (3) of the facts left, two
that measure the same and stand beside the same words differ; (4) else one denies, restricts or turns round what the
other says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias, TypeVar

from assistant.health import lexicon
from assistant.health.parameters import CONTRADICTION
from assistant.health.statement import Cell, Statement, Topic, is_met, keys_of, state, unmatched
from kb.facts import Fact, FactKind, agree, comparable

T = TypeVar("T")
DifferenceKind: TypeAlias = FactKind | Literal["negation", "only", "opposite"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What two sentences state differently, as each of them writes it."""

    kind: DifferenceKind
    left: str
    right: str


def compare(a: str, b: str, language: str) -> Difference | None:
    """The first fact that two sentences in ``language`` (a BCP 47 tag) about the same thing state differently.

    None where they agree, where one says more than the other, and where they hold under different conditions. The
    verdict is the same for (b, a), with the sides changed. Never raises.
    """
    return differ(state(a, language), state(b, language))


def differ(left: Statement, right: Statement) -> Difference | None:
    """``compare`` for sentences that are taken apart already."""
    if left.text > right.text:  # one order for both, so that ties are broken alike
        found = differ(right, left)
        return found and Difference(found.kind, found.right, found.left)
    if left.text == right.text or _case(left) != _case(right):
        return None
    turned = _opposite(left, right)
    only_left = [topic for topic in unmatched(left, right) if topic.word not in turned]
    only_right = [topic for topic in unmatched(right, left) if topic.word not in turned]
    shared = _shared(left, right, only_left, only_right)
    if _names_another(only_left, only_right) or not _is_same(left, right, shared, only_left, only_right):
        return None
    found = _facts_differ(left, right, shared)
    if found is None and shared >= CONTRADICTION.shared_to_deny:
        found = _yes_and_no(left, right, turned, (only_left, only_right))
    return found


def _case(statement: Statement) -> tuple[frozenset[str], frozenset[str], int]:
    """For whom, of what and when a sentence holds."""
    return statement.scopes, statement.ordinals, statement.case_denials


def _is_same(left: Statement, right: Statement, shared: float, only_left: list[Topic], only_right: list[Topic]) -> bool:
    """Whether two sentences that share so much are about the same thing; what a row is about, the other must name."""
    if any(topic in left.subject for topic in only_left) or any(topic in right.subject for topic in only_right):
        return False
    if left.cells and right.cells and (_met(left.subject, right.subject, None) != left.subject):
        return False
    if shared >= CONTRADICTION.shared:
        return True
    in_common = len(left.topics) - len(only_left)
    return shared >= CONTRADICTION.shared_at_least and in_common > 1 and not (only_left and only_right)


def _shared(left: Statement, right: Statement, only_left: list[Topic], only_right: list[Topic]) -> float:
    """Dice over the words of content, 0 to 1; where there are none, whether the other words are the same."""
    both = len(left.topics) + len(right.topics)
    return 1 - (len(only_left) + len(only_right)) / both if both else float(left.words == right.words)


def _names_another(only_left: list[Topic], only_right: list[Topic]) -> bool:
    """Whether each sentence names something that the other does not: another tariff, a debit and a credit card."""
    if any(any(map(str.isdigit, topic.key)) for topic in (*only_left, *only_right)):
        return True
    if any(t.is_name for t in only_left) and any(t.is_name for t in only_right):
        return True
    return any(t.following and t.following == u.following for t, u in product(only_left, only_right))


def _facts_differ(left: Statement, right: Statement, shared: float) -> Difference | None:
    ours, theirs = left_over(left.facts, right.facts, _is_same_fact), left_over(right.facts, left.facts, _is_same_fact)
    pairs = [
        (_beside(left, right, a, b), a, b)
        for a, b in product(ours, theirs)
        if comparable(a, b) and not agree(a, b) and _in_like_columns(left, right, a, b)
        if shared >= CONTRADICTION.shared_to_count or a.kind != "number" or (a.unit and b.unit)
    ]
    if not pairs:
        return None
    best, one, other = max(pairs, key=lambda pair: (pair[0], -pair[1].start, -pair[2].start))
    return Difference(one.kind, one.written, other.written) if best >= CONTRADICTION.shared_beside else None


def left_over(facts: Sequence[T], others: Sequence[T], is_same: Callable[[T, T], bool]) -> list[T]:
    """The facts that have no equal among the others; of several equal ones as many stay as are too many."""
    spare = list(others)
    found = []
    for fact in facts:
        equal = next((other for other in spare if is_same(fact, other)), None)
        if equal is None:
            found.append(fact)
        else:
            spare.remove(equal)
    return found


def _is_same_fact(fact: Fact, other: Fact) -> bool:
    return comparable(fact, other) and agree(fact, other)


def _in_like_columns(left: Statement, right: Statement, a: Fact, b: Fact) -> bool:
    """Whether what the column of a row says about a fact holds for the other fact too."""
    ours, theirs = left.cell(a), right.cell(b)
    if ours and theirs:
        return ours.head == theirs.head or bool(ours.head & theirs.head) or ours.head | theirs.head <= lexicon.CARRIERS
    cell, other = (ours, right) if ours else (theirs, left)
    telling = cell.head - lexicon.CARRIERS if cell else frozenset()
    return not telling or 2 * len(telling & other.keys) > len(telling)


def _beside(left: Statement, right: Statement, a: Fact, b: Fact) -> float:
    """Share of the words around two facts that they have in common, of those around the one that has fewer."""
    ours, theirs = _around(left, a), _around(right, b)
    if not ours or not theirs:
        return 1.0
    met = min(len(_met(ours, theirs, right.cell(b))), len(_met(theirs, ours, left.cell(a))))
    return met / min(len(ours), len(theirs))


def _met(topics: list[Topic], others: list[Topic], cell: Cell | None) -> list[Topic]:
    keys = keys_of(others) | (cell.head if cell else frozenset())
    return [topic for topic in topics if is_met(topic, keys)]


def _around(statement: Statement, fact: Fact) -> list[Topic]:
    """The topics beside a fact; in a row those of its cell, and what the row is about."""
    if cell := statement.cell(fact):
        return [t for t in statement.topics if t in statement.subject or cell.start <= t.start < cell.end]
    start, end = fact.start - CONTRADICTION.beside, fact.end + CONTRADICTION.beside
    return [topic for topic in statement.topics if start <= topic.start <= end]


def _opposite(left: Statement, right: Statement) -> tuple[str, ...]:
    """A word of the left sentence and one of the right one that say the opposite; empty where there is none."""
    gone, come = left.words - right.words, right.words - left.words
    pairs = product(sorted(gone), sorted(come))
    return next(((one, other) for one, other in pairs if frozenset((one, other)) in lexicon.OPPOSITES), ())


def _yes_and_no(
    left: Statement, right: Statement, turned: tuple[str, ...], alone: tuple[list[Topic], list[Topic]]
) -> Difference | None:
    """Whether one sentence denies or narrows what the other says; ``alone`` are the topics that only one side has."""
    denials = len(left.denials) + len(right.denials)
    if turned and not denials:
        return Difference("opposite", *turned)
    figures = left_over(left.facts, right.facts, _is_same_fact) or left_over(right.facts, left.facts, _is_same_fact)
    if all(alone) or figures or left.cells or right.cells:  # a figure on one side is a condition: "in the last 3 days"
        return None
    spare = min(len(left.topics), len(right.topics)) >= CONTRADICTION.topics_to_spare_one
    is_same = len(alone[0]) + len(alone[1]) <= spare and left.sentences == right.sentences
    if denials % 2 and is_same and not (left.only or right.only):
        return Difference("negation", ", ".join(left.denials), ", ".join(right.denials))
    if bool(left.only) != bool(right.only) and not denials:
        narrow, wide = (alone[0], right) if left.only else (alone[1], left)
        if not narrow and wide.also:
            return Difference("only", left.only, right.only)
    return None
