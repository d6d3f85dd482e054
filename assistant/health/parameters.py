"""The tuned numbers of knowledge health, a set for each concern: their units, and on which data they were chosen.

``tests/assistant/health/test_parameters.py`` holds known cases for each of them, and the sentences and copies of
``evals/data``. Whoever changes one that a kept comparison depends on, raises ``assistant.health.cache.RECIPE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from assistant.health.finding import Kind
    from kb.events import FeedbackReason


@dataclass(frozen=True, slots=True)
class PassageParameters:
    """The passages that are compared; cosines are those of multilingual-e5-small.

    ``neighbours``: passages of other articles that each is compared with; the planted contradictions stood among the
    first three. ``min_cosine``: below it two passages are about different things; half of all have their eighth
    neighbour above 0.88. ``min_cosine_of_copies``: the same for texts that could be word for word the same.
    ``unit_characters``: longer units are several sentences, whose words no longer tell which figure belongs to what.
    """

    neighbours: int = 8
    min_cosine: float = 0.85
    min_cosine_of_copies: float = 0.9
    unit_characters: int = 400


@dataclass(frozen=True, slots=True)
class ContradictionParameters:
    """When two sentences state different facts about the same thing; measured on the 133 pairs of ``evals/data``.

    Shares are of words of content, 0 to 1 (Dice). ``shared``: two sentences about the same thing have so much in
    common; ``shared_at_least`` is enough where one of them only says more and two words or more are shared.
    ``shared_to_count``: the same for plain numbers, which say least about what they are; ``shared_to_deny`` for yes and
    no, where no figure beside the words ties the sentences together. From ``topics_to_spare_one`` words of content on,
    one sentence may have one more than the other that it denies. ``beside``: characters around a fact in which its own
    words stand; two facts that measure the same have ``shared_beside`` of these words in common.

    ``same_prefix``: letters that two forms of one word share at the beginning (``signature``, ``signing``);
    ``whole_prefix``: letters of a word that may be the beginning of the other (``sign``, ``signature``), and by which
    the other may be longer. ``scope``: letters that count of the stem of a word of scope, so that ``Privatkunden`` and
    ``Privatkundschaft`` are one.
    """

    shared: float = 0.6
    shared_at_least: float = 0.4
    shared_to_count: float = 0.8
    shared_to_deny: float = 0.8
    topics_to_spare_one: int = 4
    beside: int = 40
    shared_beside: float = 0.5
    same_prefix: int = 7
    whole_prefix: int = 4
    scope: int = 9


@dataclass(frozen=True, slots=True)
class DuplicateParameters:
    """When two texts are copies; shares are of runs of ``run`` words.

    From ``min_resemblance`` on two texts are the same with changes: pairs of different articles of two FAQs stayed
    below 0.25, articles made from one template for two products came up to 0.56. From ``min_containment`` on one is
    part of the other. Texts with fewer runs than ``min_runs`` are alike by chance or by a house style ("Call us at …"),
    unless ``same`` of them is the same; with fewer than ``min_runs_of_the_same`` in any case. A text is about what its
    title names where it names it ``named_again`` times and ``named_more`` times as often as the other text.
    """

    run: int = 3
    min_resemblance: float = 0.6
    min_containment: float = 0.9
    min_runs: int = 20
    min_runs_of_the_same: int = 8
    same: float = 0.9
    named_again: int = 2
    named_more: int = 3


@dataclass(frozen=True, slots=True)
class DamageParameters:
    """The harm that a finding does; set by judgement, checked on simulated years (``evals.health.staleness``).

    ``bad_when_wrong``: share of bad ratings of an article that is wrong, as most questions are about what is still
    right in it; ``bad_when_right`` of one that is right: people also rate what they do not like. Ratings move the
    damage by ``ratings_limit`` at most, up or down: they come from few people, and some are mistaken. ``conflict``: of
    two articles that contradict each other one is wrong, odds of 1 to 1 against 1 to 11 where 8 % are wrong;
    ``conflict_with_older`` for the one reviewed last: rather the other one is wrong. ``change``: a neighbour that was
    looked at since may have changed what this one relies on. ``min_bad``: weight of bad ratings from which on they
    alone are a reason for a review; ``rating`` is what one weighs, by its reason, against the article quoted first.

    ``weights``: what a finding harms an answer, measured by a contradiction, which makes it wrong in one of two cases.
    """

    bad_when_wrong: float = 0.35
    bad_when_right: float = 0.08
    ratings_limit: float = 30.0
    conflict: float = 10.0
    conflict_with_older: float = 3.0
    change: float = 1.5
    min_bad: float = 2.0
    rating: Mapping[FeedbackReason | None, float] = field(
        default_factory=lambda: MappingProxyType(
            {"wrong": 1.0, "outdated": 1.0, "unclear": 0.5, "missing": 0.5, "not_found": 0.0, None: 0.5}
        )
    )
    weights: Mapping[Kind, float] = field(
        default_factory=lambda: MappingProxyType(
            {
                "contradiction": 1.0,
                "parity": 0.5,
                "duplicate": 0.2,
                "duplicate_section": 0.1,
                "findability": 0.5,
                "unused": 0.0,
            }
        )
    )


@dataclass(frozen=True, slots=True)
class UseParameters:
    """How the log, translations and names are looked at; set by judgement.

    ``period_days`` of the log count. An article that grounded no answer for ``unused_days``, of a log that is as long,
    is unused. A translation is older than the other from ``older_days`` on: a team reviews both within a month. Each
    language must have the share ``bilingual`` of the articles before those of one language only are worth a word.
    ``shown``: ranks that count as found, what an answer quotes and the next ones that people look at. ``near``:
    articles nearest to a name by meaning, a change to none of which moves the name's article.
    """

    period_days: int = 365
    unused_days: int = 180
    older_days: int = 30
    bilingual: float = 0.1
    shown: int = 3
    near: int = 10


PASSAGES: Final = PassageParameters()
CONTRADICTION: Final = ContradictionParameters()
DUPLICATES: Final = DuplicateParameters()
DAMAGE: Final = DamageParameters()
USE: Final = UseParameters()
