"""What is asked: the questions of the needs, in several wordings, by many people, and some about other subjects."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from evals.gaps.plants import Need, Plant, hits
from evals.gaps.wordings import wordings
from evals.quality.datasets import Question
from kb.text.language import InLanguage

OFF_TOPIC: Final = "off topic"
_DAYS: Final = 30
_SINGLES: Final = 12
_WORDINGS: Final = 3
"""A question is asked in one to so many wordings, whether something answers it or not."""

_SUBJECTS: Final = 5
_OF_A_SUBJECT: Final = 6
_PEOPLE: Final = 400
_FAR_SUBJECTS: Final = frozenset({
    "translate", "flip_coin", "fun_fact", "recipe", "weather", "play_music", "timer", "restaurant_reservation",
    "tire_pressure", "nutrition_info", "cook_time", "flight_status", "tell_joke", "oil_change_how",
    "meal_suggestion", "calories", "spelling", "roll_dice", "ingredients_list", "travel_suggestion", "vaccines",
    "gas_type", "plug_type", "international_visa",
})  # fmt: skip
"""Labels of clinc_oos that no knowledge base here is about."""


@dataclass(frozen=True, slots=True)
class LoggedQuestion(InLanguage):
    """One question that is logged, and the truth about it: its need, and the plant that leaves it unanswered."""

    id: str
    text: str
    language: str
    asked_at: datetime
    actor: str
    session: str
    need: str
    plant: Plant | None = None
    audience: str = "internal"
    products: tuple[str, ...] = ()

    @property
    def off_topic(self) -> bool:
        """Whether it is about another subject."""
        return self.need.startswith(OFF_TOPIC)


def log(
    every: Sequence[Need], plants: Sequence[Plant], far: Path | None, most: int, until: datetime, rng: random.Random
) -> list[LoggedQuestion]:
    """The log, oldest first: all questions of planted needs, and others up to ``most``, in some wordings each.

    Needs without articles that are no plants, being the other half's, are not asked for.
    """
    planted = {one.need: one for one in plants}
    made: list[_Line] = []
    for need in every:
        if need.name in planted:
            for question in need.questions:
                made += _worded(question, need.name, planted[need.name], rng)
    made += _far(far, rng)
    answered = [need for need in every if need.articles and need.name not in planted]
    others = [(need, question) for need in answered for question in need.questions]
    rng.shuffle(others)
    for need, question in others:
        if len(made) >= most:
            break
        made += _worded(question, need.name, None, rng)
    asked = [_asked(line, until, rng) for line in made]
    return sorted(asked, key=lambda one: (one.asked_at, one.id))


class _Line(NamedTuple):
    id: str
    text: str
    language: str
    need: str
    plant: Plant | None = None


def _worded(question: Question, need: str, plant: Plant | None, rng: random.Random) -> list[_Line]:
    """A question in some wordings; of a need that is planted for one language or figure, only those it hits are so."""
    language = question.primary_language
    if plant is not None and (plant.language not in {"", language} or not hits(plant, question)):
        plant = None
    texts = [question.text, *wordings(question.text, language, rng.randrange(_WORDINGS), rng)]
    return [_Line(f"{question.id}#{number}", one, language, need, plant) for number, one in enumerate(texts)]


def _far(file: Path | None, rng: random.Random) -> list[_Line]:
    """Single questions about anything, and a few subjects that many people ask about."""
    if file is None:
        return []
    by_label: dict[str, list[_Line]] = defaultdict(list)
    for text in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        label = str(row.get("label", "oos"))
        scope = row["id"] if label == "oos" else label
        by_label[label].append(_Line(row["id"], row["text"], row.get("language", "en"), f"{OFF_TOPIC}: {scope}"))
    singles = by_label.get("oos", [])
    rng.shuffle(singles)
    made = singles[:_SINGLES]
    subjects = sorted(_FAR_SUBJECTS & by_label.keys())
    rng.shuffle(subjects)
    for label in subjects[:_SUBJECTS]:
        rng.shuffle(by_label[label])
        made += by_label[label][:_OF_A_SUBJECT]
    return made


def _asked(line: _Line, until: datetime, rng: random.Random) -> LoggedQuestion:
    person = rng.randrange(_PEOPLE)
    moment = until - timedelta(minutes=rng.randrange(_DAYS * 24 * 60))
    plant = line.plant
    return LoggedQuestion(
        id=line.id,
        text=line.text,
        language=line.language,
        asked_at=moment,
        actor=f"a{person}",
        session=f"s-{line.id}",
        need=line.need,
        plant=plant,
        audience="public" if plant and plant.how == "audience" else "internal",
        products=plant.products if plant else (),
    )
