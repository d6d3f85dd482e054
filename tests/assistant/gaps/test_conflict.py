from __future__ import annotations

from assistant.gaps.conflict import contradiction
from assistant.gaps.parameters import ConflictParameters
from tests.assistant.gaps.samples import probe

FITTED = ConflictParameters()
FEE = ("returned", "Die Gebühr für eine Rücklastschrift beträgt 3,50 €.")
OTHER_FEE = ("dunning", "Die Gebühr für eine Rücklastschrift beträgt 4,50 €.")


def test_two_articles_with_different_figures_are_a_conflict_with_both_sentences() -> None:
    found = contradiction([probe(FEE, OTHER_FEE)], FITTED)
    assert found is not None
    assert (found["left"]["value"], found["right"]["value"]) == ("3,50 €", "4,50 €")
    assert found["left"]["sentence"] == FEE[1]
    for side in (found["left"], found["right"]):
        assert side.keys() >= {"article_id", "language", "title", "sentence", "value"}  # what the page shows of it


def test_the_same_figure_twice_is_none_and_neither_is_a_sentence_about_something_else() -> None:
    assert contradiction([probe(FEE, ("dunning", FEE[1]))], FITTED) is None
    assert contradiction([probe(FEE, ("wait", "Warten Sie 10 Minuten."))], FITTED) is None


def test_a_pair_that_few_questions_find_proves_nothing() -> None:
    assert contradiction([probe(FEE, OTHER_FEE), *[probe(FEE)] * 4], FITTED) is None
