from __future__ import annotations

from collections.abc import Sequence

from assistant.gaps import answerability as module
from assistant.gaps.answerability import NEUTRAL, BaseRate
from assistant.gaps.parameters import FITTED
from assistant.gaps.probe import AnswerView
from tests.assistant.gaps.samples import view

THRESHOLD = FITTED.answerability.threshold


def answerability(views: list[AnswerView], base_rate: BaseRate, similar: float) -> float:
    return module.answerability(views, base_rate, similar, 0.0, FITTED)


def answers(views: Sequence[AnswerView | None], base_rate: BaseRate = NEUTRAL) -> float:
    return module.article_answers(views, base_rate, FITTED)


def test_several_unsure_wordings_that_agree_say_more_than_ones_that_do_not() -> None:
    together = [view(0.4), view(0.4), view(0.4), view(0.4)]
    apart = [view(0.4, name, number) for number, name in enumerate("abcd")]
    assert answers(together) > THRESHOLD > answers(apart)


def test_where_refusals_are_rare_one_says_more() -> None:
    refused = [view(0.3)]
    assert answers(refused, BaseRate(0.9, 100)) < answers(refused, BaseRate(0.5, 100))


def test_agreement_says_less_where_there_are_few_articles_to_agree_on() -> None:
    together = [view(0.4), view(0.4), view(0.4), view(0.4)]
    assert answers(together, BaseRate(0.5, 10)) < answers(together)


def test_a_refused_need_is_taken_for_answered_where_similar_questions_were() -> None:
    refused = [view(0.4)]
    assert (
        answerability(refused, BaseRate(0.6, 100), 2.0) > THRESHOLD > answerability(refused, BaseRate(0.6, 100), -1.0)
    )
    assert answerability(refused, BaseRate(0.4, 100), 0.0) > THRESHOLD > answerability(refused, BaseRate(0.8, 100), 0.0)
    assert answerability([], NEUTRAL, 2.0) == 0.0


def test_nothing_found_answers_nothing() -> None:
    assert answers([]) == 0.0
    assert answers([None, None]) < 0.1
