from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.answering.reply import Citation, Reply, Timings
from evals.quality.answers import Files, Shown, measures
from evals.quality.datasets import Question
from evals.quality.index import configured, opened
from kb.articles.article import ArticleKey
from tests.fakes import WordEmbedder

NOTHING: frozenset[str] = frozenset()


def question(**more: Any) -> Question:
    plain = Question("q", "Was kostet es?", "de", frozenset({"umzug"}), NOTHING, (), True, None, None, "dev", Path(), 1)
    return replace(plain, **more)


def shown(asked: Question, *quotes: str, article: str = "umzug", language: str = "de") -> Shown:
    cited = [
        Citation(number, article, language, "", "", "", "", (1, 1), quote, 1.0, None, "fresh")
        for number, quote in enumerate(quotes, 1)
    ]
    reply = Reply("", asked.text, "de", "answered", 0.9, "", None, tuple(cited), (), Timings(0, 0, 0, 0))
    return Shown(asked, reply)


@pytest.fixture(scope="module")
def files(dataset: Path, embedder: WordEmbedder) -> Files:
    with opened(dataset / "articles", configured(), embedder) as index:
        return Files(dataset / "articles", index)


def test_an_answer_is_right_when_it_quotes_a_known_one_and_else_by_its_article() -> None:
    assert shown(question(answers=("25 Euro",)), "Er kostet 25\nEuro.").right is True
    assert shown(question(answers=("26 Euro",)), "Er kostet 25 Euro.").right is False
    assert shown(question(), "Er kostet 25 Euro.").right is True
    assert shown(question(), "Zwölf.", article="zaehler").right is False
    assert shown(question(also_ok=frozenset({"zaehler"})), "Zwölf.", article="zaehler").right is True
    assert shown(question(answerable=False), "Zwölf.").right is None
    assert shown(question(relevant=NOTHING), "Zwölf.").right is None


def test_known_answers_are_not_looked_for_in_a_language_that_they_are_not_in() -> None:
    asked = question(answers=("25 Euro",), relevant=frozenset({"move"}))
    assert shown(asked, "25 euros, that is.", article="move", language="en").right is True
    in_english = replace(asked, answers=("26 euros",), target_language="en")
    assert shown(in_english, "25 euros, that is.", article="move", language="en").right is False


def test_a_quote_is_verbatim_when_it_stands_in_its_own_file_once_white_space_is_folded(files: Files) -> None:
    assert files.hold(ArticleKey("umzug", "de"), "Der  Umzug\nkostet 25 Euro.")
    assert not files.hold(ArticleKey("umzug", "de"), "Der Umzug kostet 26 Euro.")
    assert not files.hold(ArticleKey("zaehler", "de"), "Der Umzug kostet 25 Euro.")


def test_answers_are_counted_by_quotes_sentences_and_characters(files: Files) -> None:
    two = shown(question(answers=("25 Euro",)), "Der Umzug kostet 25 Euro.", "Erfunden. Ganz frei.")
    one = shown(question(answerable=False), "Der Umzug kostet 25 Euro.")
    assert measures([two, one], files) == {
        "shown": 2,
        "verbatim": 0.6667,
        "quotes": 1.5,
        "quoted_sentences": 2.0,
        "quoted_characters": 35.0,
        "answered_right": 1.0,
        "answer_hit_shown": 1.0,
    }
    assert measures([], files)["verbatim"] is None


def test_the_product_quotes_verbatim(evaluated: dict[str, Any]) -> None:
    answers = evaluated["answers"]
    assert answers["shown"] > 0
    assert answers["verbatim"] == 1.0
    assert answers["by_pair"].keys() == evaluated["systems"]["hybrid"]["by_pair"].keys()
