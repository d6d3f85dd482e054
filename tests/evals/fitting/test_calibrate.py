"""Fitting the confidence: it follows what tells, and no weight has the wrong sign."""

from __future__ import annotations

import numpy as np

from evals.fitting.calibrate import ANSWERABLE, RISK, Example, _fit, _p, _threshold


def examples(split: int = 400) -> list[Example]:
    """``sentence`` tells what is right; ``name`` speaks against it, by chance; ``missed`` tells a little."""
    random = np.random.default_rng(3)
    made = []
    for number in range(split):
        right = bool(number % 2)
        features = {
            "sentence": float(random.normal(0.9 if right else 0.8, 0.05)),
            "name": float(random.normal(0.2 if right else 0.6, 0.1)),
            "missed": float(random.normal(0.1 if right else 0.3, 0.1)),
        }
        made.append(Example("set", "same_language", features, right, answerable=right))
    return made


def test_a_weight_keeps_the_sign_of_what_it_measures() -> None:
    weights = _fit(examples())["weights"]
    assert weights["sentence"] > 0
    assert weights["name"] == 0
    assert weights["missed"] < 0


def test_of_shown_answers_so_many_are_wrong_as_was_stated_where_so_many_questions_are_answerable_as_assumed() -> None:
    made = examples()
    models = {"same_language": _fit(made)}
    threshold = _threshold(made, models)
    shown = [one for one in made if _p(one, models[one.case]) >= threshold]
    wrong = (1 - ANSWERABLE) * sum(not one.right for one in shown)
    right = ANSWERABLE * sum(one.right for one in shown)
    assert len(shown) > 150
    assert RISK / 2 < wrong / (wrong + right) <= RISK
