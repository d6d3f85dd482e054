from __future__ import annotations

from evals.quality.abstention import RATIOS, Trial, measures, ratio, report

TRIALS = [
    Trial("a", answerable=True, refused=False, confidence=0.9, wrong=False, pair="de>all", characters=30),
    Trial("b", answerable=True, refused=False, confidence=0.6, wrong=True, pair="de>all", characters=28),
    Trial("c", answerable=True, refused=True, confidence=0.3, wrong=False, pair="en>all", characters=26),
    Trial("d", answerable=False, refused=True, confidence=0.1, wrong=True, kind="far", pair="de>all", characters=9),
    Trial("e", answerable=False, refused=False, confidence=0.7, wrong=True, kind="near", pair="en>all", characters=8),
    Trial("f", answerable=False, refused=True, confidence=0.4, wrong=True, pair="en>all", characters=7),
]


def test_the_shares_are_those_of_their_definitions() -> None:
    found = {name: ratio(name, TRIALS) for name in RATIOS}
    assert found == {"refusal_precision": 2 / 3, "refusal_recall": 2 / 3, "coverage": 2 / 3, "risk": 2 / 3}


def test_each_kind_of_unanswerable_question_stands_against_all_answerable_ones() -> None:
    kinds = report(TRIALS)["by_kind"]
    assert kinds == {
        "far": {"questions": 1, "refused": 1.0, "auroc": 1.0},
        "near": {"questions": 1, "refused": 0.0, "auroc": 0.3333},
        "unanswerable": {"questions": 1, "refused": 1.0, "auroc": 0.6667},
    }


def test_each_pair_is_measured_on_its_own_trials() -> None:
    pairs = report(TRIALS)["by_pair"]
    assert (pairs["de>all"]["coverage"], pairs["en>all"]["coverage"]) == (1.0, 0.0)
    assert (pairs["de>all"]["answerable"], pairs["de>all"]["unanswerable"]) == (2, 1)


def test_a_set_whose_unanswerable_questions_are_shorter_gives_them_away() -> None:
    assert measures(TRIALS)["length_only"] == 1.0


def test_intervals_hold_the_values_and_what_is_undefined_has_none() -> None:
    found = report(TRIALS)
    for name, interval in found["intervals"].items():
        assert interval[0] <= found[name] <= interval[1]
    alone = report([trial for trial in TRIALS if trial.answerable])
    assert alone["auroc"] is alone["refusal_precision"] is alone["refusal_recall"] is None
    assert alone["intervals"]["auroc"] is alone["intervals"]["refusal_precision"] is None


def test_reliability_leaves_out_what_nobody_can_judge() -> None:
    unknown = Trial("g", answerable=True, refused=False, confidence=0.5)
    assert measures([*TRIALS, unknown])["brier"] == measures(TRIALS)["brier"]
    assert sum(row["n"] for row in measures([*TRIALS, unknown])["reliability"]) == len(TRIALS)
