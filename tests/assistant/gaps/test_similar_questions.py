from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.gaps.cases import Case, CaseVectors
from assistant.gaps.parameters import FITTED
from assistant.gaps.similar_questions import SimilarQuestions
from assistant.gaps.translations import Translations
from kb.articles.article import ArticleKey
from tests.assistant.gaps.samples import article, case, directions, near


def test_translations_are_told_by_id_or_by_names_that_are_nearest_to_each_other() -> None:
    needs = directions(4)
    rows = {place: article(name, tag, place) for place, (name, tag) in enumerate([
        ("move", "de"), ("move", "en"), ("umzug", "de"), ("relocation", "en"), ("bill", "de"),
    ])}  # fmt: skip
    names = near(needs[[0, 0, 1, 1, 2]], 1)
    found = Translations(rows, list(rows), names, FITTED.translations)
    assert not found.lacks("move", "en")
    assert not found.lacks("umzug", "en")
    assert not found.lacks("relocation", "de")
    assert found.lacks("bill", "en")
    assert not found.lacks("bill", "de")
    assert not found.lacks("unknown", "en")


def similar(cases: list[Case], vectors: np.ndarray) -> SimilarQuestions:
    rows = {0: article("move", "de", 0), 1: article("move", "en", 1), 2: article("bill", "en", 2)}
    translations = Translations(rows, list(rows), directions(3), FITTED.translations)
    return SimilarQuestions(CaseVectors(cases, vectors, vectors), translations, FITTED)


def test_like_questions_that_were_answered_speak_for_an_answer_and_refused_ones_against() -> None:
    space = near(directions(2)[[0, 0, 1]], 1)
    sure = case(2, status="answered", confidence=0.95, cited=(ArticleKey("move", "de"),))
    assert similar([case(1), sure, case(3, confidence=0.02)], space).mean_log_odds([0], [0], "de") > 1.5
    assert similar([case(1), case(2, confidence=0.05), sure], space).mean_log_odds([0], [0], "de") < -1.5
    assert similar([case(1), case(2, confidence=0.05), sure], space).mean_log_odds([2], [2], "de") == 0.0


def test_a_question_whose_article_lacks_a_language_is_found_elsewhere_and_not_counted_as_similar() -> None:
    space = near(directions(1)[[0, 0]], 1)
    english = case(2, language="en", status="answered", confidence=0.95, cited=(ArticleKey("bill", "en"),))
    around = similar([case(1), english], space)
    found = around.answered_elsewhere([0], "de")
    assert found is not None
    assert (found.cited, found.language) == (ArticleKey("bill", "en"), "en")
    assert around.mean_log_odds([0], [0], "de") == 0.0
    translated = similar([case(1), replace(english, cited=(ArticleKey("move", "en"),))], space)
    assert translated.answered_elsewhere([0], "de") is None
    assert translated.mean_log_odds([0], [0], "de") > 1.5
