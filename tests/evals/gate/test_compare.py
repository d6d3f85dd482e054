from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.cli import main
from evals.gate import gold
from evals.gate.compare import compare, described, markdown
from evals.gate.gold import GoldOutcome, GoldQuestion
from kb.errors import MissingPartError


def record(ndcg: float = 1.0, *, right: bool | None = True, confidence: float = 0.8, mark: str = "1") -> GoldQuestion:
    hit = float(ndcg == 1)
    return GoldQuestion(mark, {"de>de": (ndcg, hit, 1.0)}, right, [(True, right is None, confidence)])


def negative(confidence: float = 0.2) -> GoldQuestion:
    return GoldQuestion("1", {}, None, [(False, True, confidence)])


def kept(*records: GoldQuestion, fingerprint: str = "f", gaps: dict[str, float] | None = None) -> GoldOutcome:
    questions = {f"q{number:03}": item for number, item in enumerate(records)}
    return GoldOutcome(
        date=date(2026, 11, 23), embedder="words", fingerprint=fingerprint, questions=questions, gaps=gaps or {}
    )


GOOD = [record() for _ in range(40)] + [negative() for _ in range(20)]

RECORDS = st.builds(
    record, st.floats(0, 1), right=st.sampled_from([True, False, None]), confidence=st.floats(0, 1)
) | st.builds(negative, st.floats(0, 1))


@given(st.lists(RECORDS, min_size=1, max_size=20))
def test_the_same_outcomes_are_never_a_drop(records: list[GoldQuestion]) -> None:
    result = compare(kept(*records), kept(*records))
    assert result["dropped"] == []
    assert {row["difference"] for row in result["metrics"]} <= {0.0, None}


def test_what_many_questions_lose_is_named_and_what_is_untouched_is_not() -> None:
    worse = [record(0.5, right=False) for _ in range(12)] + GOOD[12:]
    result = compare(kept(*GOOD), kept(*worse))
    assert result["dropped"] == ["hybrid de>de ndcg@10", "hybrid de>de recall@1", "answered_right"]
    (change,) = [row for row in result["metrics"] if row["metric"] == "hybrid de>de ndcg@10"]
    assert change["difference"] == pytest.approx(-0.15)
    assert 0.03 < change["noise"] < 0.15
    assert markdown(result).splitlines()[6].startswith("| hybrid de>de ndcg@10 | 1.000 | 0.850 | -0.150 |")
    assert compare(kept(*worse), kept(*GOOD))["dropped"] == []


def test_one_question_that_gets_worse_is_noise() -> None:
    worse = [record(0.5, right=False), *GOOD[1:]]
    assert compare(kept(*GOOD), kept(*worse))["dropped"] == []


def test_confidence_that_no_longer_tells_is_a_drop() -> None:
    blind = [record() for _ in range(40)] + [negative(0.8) for _ in range(20)]
    assert compare(kept(*GOOD), kept(*blind))["dropped"] == ["abstention auroc"]


def test_a_loss_that_nobody_would_notice_is_no_drop() -> None:
    assert compare(kept(*GOOD), kept(*[record(0.996) if item.pairs else item for item in GOOD]))["dropped"] == [
        "hybrid de>de recall@1"
    ]


def test_two_planted_gaps_that_are_missed_are_a_drop_and_one_is_noise() -> None:
    before = kept(*GOOD, gaps={"precision": 0.8, "recall": 14 / 16, "cause_accuracy": 12 / 14})
    one_less = kept(*GOOD, gaps={"precision": 0.79, "recall": 13 / 16, "cause_accuracy": 11 / 14})
    two_less = kept(*GOOD, gaps={"precision": 0.69, "recall": 12 / 16, "cause_accuracy": 10 / 14})
    assert compare(before, one_less)["dropped"] == []
    assert compare(before, two_less)["dropped"] == ["gaps precision", "gaps recall", "gaps cause_accuracy"]
    assert compare(two_less, before)["dropped"] == []
    assert compare(kept(*GOOD), two_less)["dropped"] == []  # a baseline of before there were gaps in it


def test_questions_that_are_new_gone_or_changed_are_left_out() -> None:
    now = kept(*GOOD[:3], record(0.0, mark="2"), record(0.0))
    result = compare(kept(*GOOD[:4]), now)
    assert (result["questions"], result["left_out"], result["dropped"]) == (3, ["q003", "q004"], [])
    assert "2 questions are new, gone or changed" in markdown(result)
    with pytest.raises(MissingPartError, match="none of the gold questions"):
        compare(kept(record(mark="1")), kept(record(mark="2")))


def test_another_embedder_is_told() -> None:
    assert "Another embedder" in markdown(compare(kept(*GOOD), kept(*GOOD, fingerprint="g")))


@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, records: list[GoldQuestion]) -> None:
    file = tmp_path_factory.getbasetemp() / "kept.json"
    run = described(kept(*records, gaps={"recall": 0.875}))
    gold.write(run, file)
    assert gold.read(file) == run


def test_a_thousand_questions_stay_below_a_hundred_kilobytes(tmp_path: Path) -> None:
    gold.write(kept(*([record(0.6309, confidence=0.8123)] * 1000)), tmp_path / "kept.json")
    assert (tmp_path / "kept.json").stat().st_size < 100_000


@pytest.fixture
def repository(dataset: Path, tmp_path: Path) -> Path:
    shutil.copytree(dataset / "articles", tmp_path / "articles")
    (tmp_path / "evals" / "data").mkdir(parents=True)
    shutil.copy(dataset / "queries.jsonl", tmp_path / "evals" / "data" / "gold_de.jsonl")
    return tmp_path


def command(repository: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setattr("sys.argv", ["evals", "compare", "--repository", str(repository), *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code


def test_without_a_baseline_two_lines_name_the_remedy_and_the_exit_code_is_3(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(repository, monkeypatch) == 3
    (repository / "evals" / "baseline.json").write_text("{}", encoding="utf-8")
    assert command(repository, monkeypatch) == 3
    missing, remedy, damaged, same_remedy = capsys.readouterr().err.strip().splitlines()
    assert "There is no baseline" in missing
    assert "cannot be read: date" in damaged
    assert remedy == same_remedy == "Make it from the code as it is: python -m evals compare --update"


def test_a_baseline_is_written_held_to_and_a_drop_leaves_exit_code_1(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"text": "Was kostet der Umzug?", "language": "de", "relevant": ["kuendigung"]}
    lines = [json.dumps({"id": str(number), **line}) for number in range(12)]
    (repository / "evals" / "data" / "gold_de.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert command(repository, monkeypatch, "--update") == 0
    file = repository / "evals" / "baseline.json"
    before = gold.read(file)
    assert before.metrics["hybrid de>de recall@1"]["value"] == 0.0
    assert len(before.questions["1"].asked) == 2  # with its article and without
    capsys.readouterr()
    assert command(repository, monkeypatch, "--json") == 0
    assert json.loads(capsys.readouterr().out)["dropped"] == []
    better = {name: item._replace(pairs={"de>de": (1.0, 1.0, 1.0)}) for name, item in before.questions.items()}
    gold.write(before.model_copy(update={"questions": better}), file)
    assert command(repository, monkeypatch) == 1
    assert "| hybrid de>de recall@1 | 1.000 | 0.000 | -1.000 | 0.000 | dropped |" in capsys.readouterr().out


def test_without_gold_questions_nothing_is_compared(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "evals" / "data" / "gold_de.jsonl").unlink()
    assert command(repository, monkeypatch, "--update") == 3
    assert "no gold questions" in capsys.readouterr().err
