"""What is asked: the questions of the needs, in several wordings, by many people, and some about other subjects."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from evals.gaps.plants import Need, Plant
from evals.gaps.wordings import wordings

OFF_TOPIC: Final = "off topic"
_DAYS: Final = 30
_SINGLES: Final = 12
_SUBJECTS: Final = 5
_FAR_SUBJECTS: Final = frozenset(
    [
        "translate",
        "flip_coin",
        "fun_fact",
        "recipe",
        "weather",
        "play_music",
        "timer",
        "restaurant_reservation",
        "tire_pressure",
        "nutrition_info",
        "cook_time",
        "flight_status",
        "tell_joke",
        "oil_change_how",
        "meal_suggestion",
        "calories",
        "spelling",
        "roll_dice",
        "ingredients_list",
        "travel_suggestion",
        "vaccines",
        "gas_type",
        "plug_type",
        "international_visa",
    ]
)
"""Labels of clinc_oos that no knowledge base here is about."""


@dataclass(frozen=True, slots=True)
class Asked:
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

    @property
    def off_topic(self) -> bool:
        """Whether it is about another subject."""
        return self.need.startswith(OFF_TOPIC)


def log(
    every: Sequence[Need], plants: Sequence[Plant], far: Path | None, most: int, until: datetime, rng: random.Random
) -> list[Asked]:
    """The log, oldest first: questions of planted needs in three wordings each, others in one or two up to ``most``."""
    planted = {one.need: one for one in plants}
    made: list[tuple[str, str, str, str]] = []
    for need in every:
        if need.name in planted:
            for question in need.questions:
                made += _worded(question.id, question.text, question.base_language, need.name, 2, rng)
    made += _far(far, rng)
    others = [(need, question) for need in every if need.name not in planted for question in need.questions]
    rng.shuffle(others)
    for need, question in others:
        if len(made) >= most:
            break
        made += _worded(question.id, question.text, question.base_language, need.name, rng.randrange(2), rng)
    asked = [_asked(*one, planted, until, rng) for one in made]
    return sorted(asked, key=lambda one: (one.asked_at, one.id))


def _worded(
    name: str, text: str, language: str, need: str, more: int, rng: random.Random
) -> list[tuple[str, str, str, str]]:
    texts = [text, *wordings(text, language, more, rng)]
    return [(f"{name}#{number}", one, language, need) for number, one in enumerate(texts)]


def _far(file: Path | None, rng: random.Random) -> list[tuple[str, str, str, str]]:
    """Single questions about anything, and a few subjects that many people ask about."""
    if file is None:
        return []
    by_label: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_label[str(row.get("label", "oos"))].append((row["id"], row["text"], row.get("language", "en")))
    singles = [one for label in ("oos",) for one in by_label.get(label, [])]
    rng.shuffle(singles)
    made = [(name, text, tag, f"{OFF_TOPIC}: {name}") for name, text, tag in singles[:_SINGLES]]
    subjects = sorted(_FAR_SUBJECTS & by_label.keys())
    rng.shuffle(subjects)
    for label in subjects[:_SUBJECTS]:
        questions = by_label[label]
        rng.shuffle(questions)
        made += [(name, text, tag, f"{OFF_TOPIC}: {label}") for name, text, tag in questions[:6]]
    return made


def _asked(
    name: str, text: str, language: str, need: str, planted: dict[str, Plant], until: datetime, rng: random.Random
) -> Asked:
    plant = planted.get(need)
    if plant is not None and plant.language not in {"", language}:
        plant = None
    person = rng.randrange(400)
    moment = until - timedelta(minutes=rng.randrange(_DAYS * 24 * 60))
    audience = "public" if plant is not None and plant.how == "audience" else "internal"
    return Asked(name, text, language, moment, f"a{person}", f"s-{name}", need, plant, audience)


def lines(asked: Sequence[Asked]) -> Iterator[str]:
    """The log as `kb replay` reads it."""
    for one in asked:
        row = {
            "id": one.id,
            "text": one.text,
            "language": one.language,
            "asked_at": one.asked_at.isoformat(),
            "actor": one.actor,
            "session": one.session,
        }
        yield json.dumps(row, ensure_ascii=False)
