from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from assistant.answering.reply import Citation, NearestArticle, Reply, Timings
from evals.gaps.log import LoggedQuestion, log
from evals.gaps.plants import LEAFLET, Plant, apply, need_name, needs, plant, split_of
from evals.gaps.reactions import react, what
from evals.gaps.score import score
from evals.gaps.wordings import wordings
from evals.quality.datasets import Selection, load
from kb.articles.reader import read
from kb.backlog.gap import Demand, Gap, GapQuestion
from kb.events import EventLog, QuestionEvent

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def dataset():
    return load(ROOT, Selection((ROOT / "evals" / "data" / "paraphrases.jsonl",)))


def test_wordings_differ_from_the_question_and_are_the_same_for_one_seed() -> None:
    text = "Wie lange dauert der Austausch eines Gaszählers?"
    first = wordings(text, "de", 3, random.Random(1))
    assert first == wordings(text, "de", 3, random.Random(1))
    assert len({text, *first}) == 4


def test_translations_are_one_need_whatever_their_ids() -> None:
    assert need_name("cwa-de-contact") == need_name("cwa-en-contact")
    assert need_name("indent") == "indent"


def test_plants_are_of_one_split_and_no_need_is_planted_twice(dataset) -> None:
    every = needs(dataset)
    chosen = plant(every, "test", 12, random.Random(1))
    assert chosen
    assert {split_of(one.need) for one in chosen} == {"test"}
    assert len({one.need for one in chosen}) == len(chosen)
    assert plant(every, "test", 12, random.Random(1)) == chosen


def test_what_is_planted_is_in_the_copy_and_the_articles_stay(dataset, tmp_path: Path) -> None:
    every = needs(dataset)
    name = next(need.name for need in every if need.name == "annual-bill")
    other = next(need.name for need in every if need.name == "refer-a-friend")
    planted = [Plant(name, "missing", "missing"), Plant(other, "conflict", "conflict")]
    made = apply(dataset, every, planted, tmp_path, date(2026, 11, 24))
    assert not list(made.rglob("annual-bill.md"))
    assert len(list(made.rglob(f"refer-a-friend{LEAFLET}.md"))) == 2
    assert list(dataset.articles.rglob("annual-bill.md"))


def test_the_log_is_in_order_and_says_what_is_planted(dataset) -> None:
    every = needs(dataset)
    chosen = plant(every, "dev", 10, random.Random(1))
    asked = log(every, chosen, None, 300, NOW, random.Random(1))
    assert [one.asked_at for one in asked] == sorted(one.asked_at for one in asked)
    assert {one.need for one in asked if one.plant} == {one.need for one in chosen}
    assert len({one.id for one in asked}) == len(asked)


def test_a_misfiled_article_is_kept_from_those_who_narrow_their_questions_to_its_product(
    dataset, tmp_path: Path
) -> None:
    every = needs(dataset)
    chosen = plant(every, "dev", 16, random.Random(1))
    (one,) = [one for one in chosen if one.cause == "findability"]
    assert one.products
    made = apply(dataset, every, chosen, tmp_path, date(2026, 11, 24))
    files = [
        made / item.path.relative_to(dataset.articles)
        for need in every
        for item in need.articles
        if need.name == one.need
    ]
    for file in files:
        article = read(file.name, file.read_bytes()).article
        assert article is not None
        assert article.products
        assert not set(article.products) & set(one.products)
    asked = log(every, chosen, None, 300, NOW, random.Random(1))
    assert {row.products for row in asked if row.need == one.need} == {one.products}
    assert {row.products for row in asked if row.plant is None} == {()}


def reply(status: str, cited: str = "", near: tuple[str, ...] = ()) -> Reply:
    citations = [Citation(1, cited, "de", "", "", "", "", (1, 1), "", 1.0, None, "fresh")] if cited else []
    return Reply(
        "q", "a1", "de", status, 0.5, "", None, tuple(citations),
        tuple(NearestArticle(name, "de", name, 0.5) for name in near),
        Timings(0, 0, 0, 0),
    )  # type: ignore[arg-type]  # fmt: skip


def test_people_react_to_what_they_got() -> None:
    one = asked("a1", "a")
    assert what(one, reply("answered", "a"), {"a"}) == "right"
    assert what(one, reply("answered", "b"), {"a"}) == "wrong"
    assert what(one, reply("abstained", near=("b", "a")), {"a"}) == "listed"
    assert what(one, reply("abstained", near=("b", "c", "d", "e", "f", "a")), {"a"}) == "nothing"
    assert what(replace(one, language="en"), reply("answered", "a"), {"a"}) == "wrong"


def test_reactions_are_logged_and_nobody_hands_on_another_subject(tmp_path: Path) -> None:
    with EventLog.open(f"sqlite:///{tmp_path}/events.sqlite3") as events:
        library = SimpleNamespace(events=events)
        for number in range(200):
            for need in ("a", "off topic: jokes"):
                name = f"{need}-{number}"
                events.log_question(QuestionEvent(name, NOW, name, "de", "abstained", 0.1, "replay"))
                made = replace(reply("abstained"), question_id=name)
                react(library, asked(name, need), made, (), rate=1.0)  # type: ignore[arg-type]
        done = events.actions_for([f"a-{number}" for number in range(200)])
        far = events.actions_for([f"off topic: jokes-{number}" for number in range(200)])
    kinds = Counter(action.kind for actions in done.values() for action in actions)
    assert 8 <= kinds["escalated"] <= 32  # one in ten of two hundred
    assert {action.kind for actions in far.values() for action in actions} == {"opened"}


def gap(number: int, cause: str, *ids: str) -> Gap:
    questions = tuple(GapQuestion(name, name, NOW, "de") for name in ids)
    return Gap(
        title=ids[0], language="de", cause=cause, evidence={}, questions=questions, demand=Demand(1, 1, 0),
        priority=1.0, gap_id=f"G-{number:04}", version=1, first_seen=NOW, last_seen=NOW, created_at=NOW, updated_at=NOW,
    )  # type: ignore[arg-type]  # fmt: skip


def asked(name: str, need: str, planted: Plant | None = None) -> LoggedQuestion:
    return LoggedQuestion(name, name, "de", NOW, "a", "s", need, planted)


def test_gaps_are_scored_by_what_most_of_their_questions_are() -> None:
    missing, stale = Plant("a", "missing", "missing"), Plant("b", "stale", "overdue")
    questions = [
        asked("a1", "a", missing),
        asked("a2", "a", missing),
        asked("b1", "b", stale),
        asked("c1", "c"),
        asked("x1", "off topic: jokes"),
    ]
    found = [
        gap(1, "missing", "a1", "a2", "c1"),
        gap(2, "missing", "c1"),
        gap(3, "missing", "b1"),
        gap(4, "out_of_scope", "x1"),
    ]
    made = score(found, questions, [missing, stale], np.eye(5, dtype=np.float32))
    assert (made["found"], made["precision"], made["recall"], made["cause_accuracy"]) == (3, 0.667, 1.0, 0.5)
    assert made["confusion"] == {"missing": {"missing": 1}, "stale": {"missing": 1}}
    assert made["off_topic"] == {"gaps": 1, "first_place": 4, "planted_below": 0, "of": 4}
    assert made["missed"] == []
