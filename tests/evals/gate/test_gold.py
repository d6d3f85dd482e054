from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from evals.quality.datasets import Question, Selection, fold, load

ROOT = Path(__file__).parents[3]
LANGUAGES = ("de", "en")
SPLITS = {"dev", "test"}
UNANSWERABLE = {"near_miss", "far"}
KINDS = UNANSWERABLE | {
    "exact", "paraphrase", "typo", "compound", "colloquial", "ticket", "two_articles", "cross"
}  # fmt: skip
AS_OF = date(2026, 11, 23)  # as in evals/data/planted.json
LEAST_QUESTIONS = 240

each_language = pytest.mark.parametrize("language", LANGUAGES)


def source(language: str) -> Path:
    return ROOT / "evals" / "data" / f"gold_{language}.jsonl"


@cache
def gold(language: str) -> tuple[Question, ...]:
    return load(ROOT, Selection(queries=(source(language),))).questions


@cache
def article(name: str, language: str) -> str | None:
    file = ROOT / "articles" / language / f"{name}.md"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def front_matter(text: str) -> dict[str, object]:
    read = yaml.safe_load(text.split("\n---\n", 1)[0])
    assert isinstance(read, dict)
    return read


@cache
def superseded() -> frozenset[str]:
    files = (ROOT / "articles").glob("*/*.md")
    found = (front_matter(file.read_text(encoding="utf-8")).get("supersedes") for file in files)
    return frozenset(name for names in found if isinstance(names, list) for name in names)


def answers_today(name: str, language: str) -> bool:
    text = article(name, language)
    if text is None:
        return False
    front = front_matter(text)
    expires_on = front.get("expires_on")
    expired = isinstance(expires_on, date) and expires_on < AS_OF
    return front["status"] == "published" and not expired and name not in superseded()


def searched(question: Question) -> str:
    return question.target_language or question.language


def test_there_are_enough_questions_and_no_id_or_wording_comes_twice() -> None:
    questions = [question for language in LANGUAGES for question in gold(language)]
    assert len(questions) >= LEAST_QUESTIONS
    for counted in (Counter(question.id for question in questions), Counter(fold(read.text) for read in questions)):
        assert [name for name, count in counted.items() if count > 1] == []


@each_language
def test_every_kind_is_in_both_halves_and_the_halves_are_alike(language: str) -> None:
    read = gold(language)
    assert {(question.kind, question.split) for question in read} == {(kind, half) for kind in KINDS for half in SPLITS}
    dev = sum(question.split == "dev" for question in read)
    assert 0.4 <= dev / len(read) <= 0.6


@each_language
def test_every_question_is_in_the_language_of_its_file_and_only_cross_ones_search_another(language: str) -> None:
    (other,) = set(LANGUAGES) - {language}
    for question in gold(language):
        target = other if question.kind == "cross" else None
        assert (question.id, question.language, question.target_language) == (question.id, language, target)


@each_language
def test_unanswerable_questions_have_no_articles_and_no_answers_and_the_others_have_both(language: str) -> None:
    for question in gold(language):
        assert question.answerable is (question.kind not in UNANSWERABLE), question.id
        assert bool(question.relevant) is question.answerable, question.id
        assert bool(question.answers) is question.answerable, question.id
        assert not question.relevant & question.also_ok, question.id
        assert question.kind != "two_articles" or len(question.relevant) == 2, question.id


@each_language
def test_relevant_articles_are_published_in_the_searched_language_and_neither_expired_nor_replaced(
    language: str,
) -> None:
    for question in gold(language):
        silent = [name for name in question.relevant if not answers_today(name, searched(question))]
        assert (question.id, silent) == (question.id, [])


@each_language
def test_articles_that_are_also_ok_exist(language: str) -> None:
    for question in gold(language):
        unknown = [name for name in question.also_ok if not any(article(name, tongue) for tongue in LANGUAGES)]
        assert (question.id, unknown) == (question.id, [])


@each_language
def test_every_answer_stands_in_a_relevant_article_of_the_searched_language(language: str) -> None:
    for question in gold(language):
        texts = [fold(article(name, searched(question)) or "") for name in question.relevant]
        missing = [answer for answer in question.answers if not any(fold(answer) in text for text in texts)]
        assert (question.id, missing) == (question.id, [])
