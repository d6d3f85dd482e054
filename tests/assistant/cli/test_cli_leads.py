"""The commands of leads as programs outside call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import ask
from assistant.cli import main
from evals.cli import main as evals_main
from ingest.pipeline import ingest
from kb.backlog import Demand, FoundGap, GapQuestion
from kb.library import Library

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write: Any, folder: Path, word_service: object) -> Library:
    """A home with an index, a question and a gap, and commands that find it with the small embedder."""
    monkeypatch.chdir(tmp_path)
    write("de/wallbox", "Wallbox", "# Wallbox\n\nDie Wallbox kostet 500 Euro.", id="wallbox", owner="team-technik")
    made = Library.open(tmp_path / ".kb")
    ingest(made, [folder])
    question = ask(made, "Was kostet die Wallbox?", now=NOW)
    evidence = [
        GapQuestion(question.question_id, question.question, NOW, "de"),
        GapQuestion("t1", "Wallbox?", NOW, "de"),
    ]
    nearest = ({"article_id": "wallbox", "language": "de", "title": "Wallbox", "score": 0.5},)
    gap = FoundGap("Was kostet die Wallbox?", "de", "weak", {}, tuple(evidence), Demand(2, 1, 0), 2.0, nearest=nearest)
    made.backlog.sync(
        [gap, FoundGap("X", "de", "missing", {}, (GapQuestion("x", "X?", NOW, "de"),), Demand(1, 1, 0), 1.0)], NOW
    )
    made.close()
    made.question_id = question.question_id  # type: ignore[attr-defined]
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run_one(*arguments: str, program: Any = main) -> tuple[int, Any, str]:
        monkeypatch.setattr(sys, "argv", ["kb", *arguments])
        with pytest.raises(SystemExit) as end:
            program()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), json.loads(out) if "--json" in arguments and out else out, err

    return run_one


def test_a_gap_from_assigned_to_verified_and_its_questions_guarded(run: Any, home: Library, tmp_path: Path) -> None:
    code, gap, _ = run("gaps", "assign", "G-0001", "anna", "--by", "lea", "--json")
    assert (code, gap["state"], gap["owner"], gap["version"]) == (0, "assigned", "anna", 2)
    code, _, err = run("gaps", "assign", "G-0001", "ben", "--by", "ben")
    assert code == 2
    assert "lea assigned it" in err
    assert len(err.splitlines()) == 2
    code, _, err = run("gaps", "verify", "G-0001", "--by", "anna")
    assert code == 2
    assert "--article" in err
    code, made, _ = run("gaps", "draft", "G-0001", "--by", "anna", "--json")
    assert (code, made["article_id"], made["created"]) == (0, "wallbox", False)
    assert "Wallbox" in made["steps"][0]
    code, gap, _ = run("gaps", "move", "G-0001", "review", "--by", "anna", "--json")
    assert (code, gap["state"], gap["linked"]) == (0, "review", {"article_id": "wallbox", "language": "de"})
    code, proof, _ = run("gaps", "verify", "G-0001", "--by", "lea", "--json")
    passed = [row["passed"] for row in proof["questions"]]
    assert code == (0 if proof["closed"] else 1)
    assert proof["closed"] == (sum(passed) / len(passed) >= 0.8)
    assert proof["questions"][0].keys() == {"id", "kind", "text", "before", "after", "passed", "fault"}
    code, out, _ = run("gaps", "history", "G-0001")
    assert code == 0
    assert [line.split()[2] for line in out.splitlines()] == ["found", "assigned", "linked", "moved", "checked"]
    code, out, _ = run("gaps", "history", "G-0001", "--json")
    assert out["history"][-1]["detail"]["questions"] == proof["questions"]


def test_a_gap_that_stays_open_says_which_questions_fail(run: Any, home: Library, monkeypatch: Any) -> None:
    monkeypatch.setenv("KB_ANSWER__THRESHOLD", "1.0")  # nothing is that sure
    code, out, _ = run("gaps", "verify", "G-0001", "--article", "wallbox", "--by", "lea")
    assert code == 1
    assert "FAIL" in out
    assert "Was kostet die Wallbox?" in out
    assert "0 of 2 questions are answered from wallbox (de); 80% are needed." in out
    assert "G-0001 stays in drafting." in out


def test_of_two_leads_whose_commands_meet_one_wins_and_the_other_is_told(home: Library) -> None:
    program = "from assistant.cli import main; main()"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, "gaps", "assign", "G-0001", name, "--by", name, "--version", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for name in ("anna", "ben")
    ]
    said = {name: process.communicate(timeout=60) for name, process in zip(("anna", "ben"), both, strict=True)}
    assert sorted(process.returncode for process in both) == [0, 2]
    owner = home.backlog.gap("G-0001").owner
    loser = {"anna": "ben", "ben": "anna"}[owner]
    assert said[owner][1] == ""
    assert f"{owner} assigned it" in said[loser][1]
    assert len(said[loser][1].splitlines()) == 2
    assert len(home.backlog.history("G-0001")) == 2


def test_new_from_a_gap_merge_and_split(run: Any, home: Library, folder: Path) -> None:
    code, made, _ = run("new", "Preis der Wallbox", "--from-gap", "G-0001", "--by", "anna", "--json")
    assert (code, made["path"]) == (0, str(folder / "de" / "preis-der-wallbox.md"))
    assert "G-0001" in Path(made["path"]).read_text(encoding="utf-8")
    code, gap, _ = run("gaps", "split", "G-0001", "t1", "--title", "Nur Wallbox", "--by", "lea", "--json")
    assert (code, gap["gap_id"], gap["title"], gap["questions"]) == (0, "G-0003", "Nur Wallbox", 1)
    code, gap, _ = run("gaps", "merge", "G-0003", "G-0002", "--by", "lea", "--json")
    assert (code, gap["questions"]) == (0, 2)
    code, _, err = run("gaps", "move", "G-0003", "snoozed", "--by", "lea")
    assert code == 2
    assert "--until" in err
    code, gap, _ = run("gaps", "move", "G-0003", "snoozed", "--until", "2099-01-31", "--by", "lea", "--json")
    assert gap["snoozed_until"] == "2099-01-31"


def test_an_escalation_from_the_agent_to_the_article(run: Any, home: Any) -> None:
    code, made, _ = run(
        "escalate", home.question_id, "--reason", "authority", "--note", "Rabatt?", "--by", "a7", "--json"
    )
    assert (code, made["escalation_id"]) == (0, "E-0001")
    code, listed, _ = run("escalations", "list", "--json")
    assert [row["question"] for row in listed["escalations"]] == ["Was kostet die Wallbox?"]
    assert run("escalations", "list")[1].startswith("E-0001")
    code, made, _ = run("escalations", "answer", "E-0001", "Nein, keiner.", "--by", "lea", "--json")
    assert (code, made["answered_by"]) == (0, "lea")
    assert run("escalations", "list", "--json")[1] == {"escalations": []}
    code, made, _ = run("escalations", "draft", "E-0001", "--by", "lea", "--json")
    assert code == 0
    assert "Nein, keiner." in Path(made["path"]).read_text(encoding="utf-8")


def test_questions_of_closed_gaps_are_exported_and_asked_by_the_evaluation(
    run: Any, home: Library, tmp_path: Path, folder: Path
) -> None:
    from evals.quality.datasets import Selection, load

    assert run("regress", "--json", program=evals_main)[:2] == (0, {"questions": 0, "gaps": 0, "broken": []})
    run("gaps", "assign", "G-0001", "anna", "--by", "lea")
    monkey = pytest.MonkeyPatch()
    monkey.setenv("KB_ANSWER__THRESHOLD", "0.0")  # the small embedder is never sure
    code, out, _ = run("gaps", "verify", "G-0001", "--article", "wallbox", "--by", "lea")
    assert code == 0, out
    assert run("regress", "--json", program=evals_main)[:2] == (0, {"questions": 2, "gaps": 1, "broken": []})
    file = tmp_path / "set" / "queries.jsonl"
    assert run("regress", "--export", str(file), program=evals_main)[0] == 0
    (tmp_path / "set" / "articles").mkdir()
    dataset = load(tmp_path / "set", Selection())
    assert [(one.id, one.relevant) for one in dataset.questions] == [
        (f"G-0001/{one}", frozenset({"wallbox"}))
        for one in sorted([home.question_id, "t1"])  # type: ignore[attr-defined]
    ]
    monkey.undo()
    monkey.setenv("KB_ANSWER__THRESHOLD", "1.0")
    code, report, _ = run("regress", "--json", program=evals_main)
    assert code == 1
    assert {row["gap_id"] for row in report["broken"]} == {"G-0001"}
    assert "2 broken" in run("regress", program=evals_main)[1]
    monkey.undo()
