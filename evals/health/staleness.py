"""Does the list by damage find what is stale? A year of a team is played, with articles that become wrong unnoticed.

The world: 120 articles, each about one fee; some fees change often, most hardly ever. When a fee changes, somebody
edits its article soon, or nobody notices. Half of the articles share their fee with another one, which is forgotten
more often. Reviews are due by the calendar and half of them are done; a review mends four wrong articles of five.
Questions fall on articles as Zipf has it; one answer in ten is rated, and a wrong one is rated bad more often.

What the lists see goes through the product: questions and ratings through the event log and ``usage``, contradictions
through ``compare`` over the articles' own sentences, the order through ``stale``. What is truly stale is known, as the
world's fees are. The figures of the world are assumptions, written down before the lists were first run; the weights of
the list were chosen on the years ``TUNED_ON``, the figures are of others.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from assistant.health.contradiction import compare
from assistant.health.staleness import leaning, stale
from assistant.health.usage import Usage, usage
from kb.articles.article import ArticleKey
from kb.articles.freshness import days_overdue
from kb.articles.front_matter import text_sha256
from kb.catalog import ArticleRow, Survey
from kb.events import Feedback, FeedbackReason, QuestionEvent, Verdict
from kb.library import Library
from kb.settings import Settings

SEEDS: Final = range(200, 220)
TUNED_ON: Final = range(100, 113)
TOP: Final = 10
END: Final = date(2026, 11, 25)
YEAR: Final = 365

ARTICLES: Final = 120
QUESTIONS: Final = 12_000
RATED: Final = 0.1
BAD_WHEN_WRONG: Final = 0.4
"""Share of ratings that are bad while the article is wrong: many questions are about its other sentences."""

BAD_WHEN_RIGHT: Final = 0.06
VOLATILE: Final = 0.3
CHANGES_A_YEAR: Final = {True: 1.0, False: 0.1}
NOTICED: Final = 0.7
NOTICED_IN_THE_SECOND: Final = 0.4
SHARED: Final = 0.5
REVIEWED: Final = 0.5
MENDED: Final = 0.8
INTERVALS: Final = (90, 180, 180, 365)

_WAYS: Final = (
    "Die Gebühr für Vorgang {topic} beträgt {fee} €.",
    "Vorgang {topic} kostet {fee} Euro.",
    "Für den Vorgang {topic} berechnen wir {fee},00 € Gebühr.",
)


@dataclass(slots=True)
class DatedPage:
    """An article of the world: which fee it is about, what it says, since when it is wrong."""

    number: int
    topic: int
    way: int
    interval: int
    says: int
    reviewed_on: date
    wrong_since: date | None = None
    texts: list[tuple[date, str]] = field(default_factory=list)

    def sentence(self) -> str:
        """What the article says."""
        return _WAYS[self.way].format(topic=_name(self.topic), fee=self.says)

    def write(self, day: date, fee: int) -> None:
        """Somebody brings the article up to date."""
        self.says, self.reviewed_on, self.wrong_since = fee, day, None
        self.texts.append((day, self.sentence()))

    def text_on(self, day: date) -> str:
        """What the article said on a day."""
        return next(text for since, text in reversed(self.texts) if since <= day)


@dataclass(slots=True)
class World:
    """All articles after a year, with the questions and ratings that came in."""

    pages: list[DatedPage]
    questions: list[QuestionEvent]
    ratings: list[Feedback]


def _name(topic: int) -> str:
    """A name for a topic that is a word: ``Babade`` and so on."""
    return "".join(
        "BDFGKLMNPRST"[part] + "aeiou"[topic % 5] for part in (topic // 12 % 12, topic % 12, topic % 7)
    ).title()


def play(seed: int, asked: int = QUESTIONS) -> World:
    """A year of one team that asks ``asked`` questions."""
    dice = random.Random(seed)  # noqa: S311  a simulation
    start = END - timedelta(days=YEAR)
    topics = int(ARTICLES * (1 - SHARED / 2))
    fees = [dice.randrange(5, 90) for _ in range(topics)]
    volatile = [dice.random() < VOLATILE for _ in range(topics)]
    pages = []
    for number in range(ARTICLES):
        interval = dice.choice(INTERVALS)
        topic = number % topics
        page = DatedPage(number, topic, dice.randrange(3), interval, fees[topic], start)
        page.texts.append((date.min, page.sentence()))
        page.reviewed_on = start - timedelta(days=dice.randrange(interval))
        pages.append(page)
    tried: dict[int, date] = {}
    wrong: dict[date, set[int]] = {}
    for passed in range(YEAR):
        day = start + timedelta(days=passed)
        _change(dice, day, fees, volatile, pages)
        _review(dice, day, fees, pages, tried)
        wrong[day] = {page.number for page in pages if page.wrong_since}
    return World(pages, *_ask(dice, start, pages, wrong, asked))


def _change(
    dice: random.Random, day: date, fees: list[int], volatile: Sequence[bool], pages: Sequence[DatedPage]
) -> None:
    """Fees change; the first article about one is mended more often than the second."""
    for topic, often in enumerate(volatile):
        if dice.random() >= CHANGES_A_YEAR[often] / YEAR:
            continue
        fees[topic] += dice.choice((-4, -3, 2, 3, 5))
        about = [page for page in pages if page.topic == topic]
        for page, noticed in zip(about, (NOTICED, NOTICED_IN_THE_SECOND), strict=False):
            if dice.random() < noticed:
                page.write(day, fees[topic])
            else:
                page.wrong_since = page.wrong_since or day


def _review(
    dice: random.Random, day: date, fees: Sequence[int], pages: Sequence[DatedPage], tried: dict[int, date]
) -> None:
    """Articles come due; half of them are looked at then, the others not before the year is over."""
    for page in pages:
        due = page.reviewed_on + timedelta(days=page.interval)
        if day < due or tried.get(page.number) == due:
            continue
        tried[page.number] = due
        if dice.random() < REVIEWED:
            is_wrong = page.wrong_since is not None
            page.reviewed_on = day
            if not is_wrong or dice.random() < MENDED:
                page.write(day, fees[page.topic])


def _ask(
    dice: random.Random, start: date, pages: Sequence[DatedPage], wrong: dict[date, set[int]], asked_in_all: int
) -> tuple[list[QuestionEvent], list[Feedback]]:
    order = dice.sample(range(ARTICLES), ARTICLES)
    weights = [1 / (rank + 1) for rank in range(ARTICLES)]
    questions, ratings = [], []
    for number in range(asked_in_all):
        day = start + timedelta(days=dice.randrange(YEAR))
        page = pages[dice.choices(order, weights)[0]]
        asked = datetime.combine(day, time(9), UTC)
        cited = {"article_id": f"a{page.number}", "language": "de", "sha256": text_sha256(page.text_on(day))}
        questions.append(
            QuestionEvent(f"q{number}", asked, "Was kostet das?", "de", "answered", 0.9, "rest", citations=[cited])
        )
        if dice.random() < RATED:
            is_bad = dice.random() < (BAD_WHEN_WRONG if page.number in wrong[day] else BAD_WHEN_RIGHT)
            reasons: tuple[FeedbackReason | None, ...] = ("outdated", "wrong", None) if is_bad else (None,)
            verdict: Verdict = "not_helpful" if is_bad else "helpful"
            ratings.append(Feedback(f"q{number}", asked, verdict, dice.choice(reasons)))
    return questions, ratings


def seen(world: World, folder: Path) -> tuple[Survey, Usage]:
    """What the product knows of the world: its articles, and what the event log tells of them."""
    rows = {
        page.number: ArticleRow(
            page.number, f"a{page.number}", "de", f"Vorgang {page.number}", "published", "internal", "team", (), (), (),
            None, page.reviewed_on, None, page.interval, (), (), "", f"a{page.number}.md", "",
        )
        for page in world.pages
    }  # fmt: skip
    sources = {page.number: page.text_on(END) for page in world.pages}
    survey = Survey(rows, (), {}, np.zeros((0, 0), dtype=np.float32), {}, sources)
    library = Library(folder, Settings())
    with contextlib.closing(library):
        library.events.log_questions(world.questions, redact=False)
        for rating in world.ratings:
            library.events.rate(rating, redact=False)
        return survey, usage(library, survey, END)


def conflicts(world: World) -> dict[ArticleKey, list[ArticleKey]]:
    """The articles whose sentences contradict each other, by the product's own comparison."""
    found: dict[ArticleKey, list[ArticleKey]] = {}
    by_topic: dict[int, list[DatedPage]] = {}
    for page in world.pages:
        by_topic.setdefault(page.topic, []).append(page)
    for about in by_topic.values():
        for page in about:
            others = [one for one in about if one is not page and compare(page.sentence(), one.sentence(), "de")]
            if others:
                found[_key(page)] = [_key(one) for one in others]
    return found


def _key(page: DatedPage) -> ArticleKey:
    return ArticleKey(f"a{page.number}", "de")


def precision(listed: Sequence[ArticleKey], truly: set[ArticleKey]) -> float:
    """Share of the first ``TOP`` that are truly stale."""
    return sum(key in truly for key in listed[:TOP]) / TOP


def measure(seed: int, asked: int = QUESTIONS) -> dict[str, float]:
    """One year: the share of stale articles, and the precision of each list at ``TOP``."""
    world = play(seed, asked)
    truly = {_key(page) for page in world.pages if page.wrong_since}
    with tempfile.TemporaryDirectory() as folder:
        survey, used = seen(world, Path(folder))
    rows = list(survey.articles.values())
    found = stale(rows, used.articles, END, conflicts(world), leaning(rows))
    late = sorted((row for row in rows if days_overdue(row, END)), key=lambda row: (-days_overdue(row, END), row.id))
    alone = stale(rows, used.articles, END, {}, {})
    answers = sorted(rows, key=lambda row: -used.of(row.key).answers)
    return {
        "stale": len(truly) / len(rows),
        "damage": precision([finding.articles[0].key for finding in found], truly),
        "damage, without contradictions": precision([finding.articles[0].key for finding in alone], truly),
        "calendar": precision([row.key for row in late], truly),
        "most used": precision([row.key for row in answers], truly),
    }


def simulate(seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """All years: the mean of each figure, with the lowest and the highest."""
    years = [measure(seed) for seed in seeds]
    return {
        name: {
            "mean": round(float(np.mean([year[name] for year in years])), 3),
            "lowest": round(min(year[name] for year in years), 3),
            "highest": round(max(year[name] for year in years), 3),
        }
        for name in years[0]
    } | {"years": len(years), "top": TOP}
