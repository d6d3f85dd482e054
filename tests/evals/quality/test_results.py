from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from evals.quality.datasets import Selection
from evals.quality.report import Run, evaluate
from evals.quality.results import missed, misses, save
from tests.fakes import WordEmbedder


def test_a_run_leaves_its_report_its_tables_and_a_figure(run: Run, tmp_path: Path) -> None:
    data, text, figure = save(run, tmp_path / "new")
    assert json.loads(data.read_text(encoding="utf-8")) == run.report
    assert f"]({figure.name})" in text.read_text(encoding="utf-8")
    assert ET.parse(figure).getroot().tag.endswith("svg")
    assert "<text" not in figure.read_text(encoding="utf-8")


def test_the_same_run_leaves_the_same_bytes(run: Run, tmp_path: Path) -> None:
    first = [file.read_bytes() for file in save(run, tmp_path)]
    assert [file.read_bytes() for file in save(run, tmp_path)] == first
    assert b"dc:date" not in first[2]


def test_every_missed_question_is_told_with_what_came_first(run: Run, tmp_path: Path) -> None:
    (row,) = [row for row in run.measured.parts.all if row.question.id == "3"]
    kept = row.values["hybrid"].copy()
    ranking = row.outcome.rankings["hybrid", None]
    before = list(ranking)
    try:
        row.values["hybrid"][:] = [0.6, 0.5, 0.0, 1.0, 1.0]
        ranking[:2] = ["move", "meter"]
        text = save(run, tmp_path)[1].read_text(encoding="utf-8")
    finally:
        row.values["hybrid"][:] = kept
        ranking[:] = before
    assert "| 3 | How do I read the number on the meter? | `meter` | 2 | `move` |" in text
    others = [row.question.id for row in misses(run.measured.parts)]
    assert f"## Missed: {len(others) + 1} of 4 questions" in text


def test_no_more_misses_are_listed_than_can_be_read(run: Run) -> None:
    head, *lines = missed(run.measured.parts.all * 25, 4)
    assert "100 of 4 questions" in head
    assert len(lines) == 40 + 5


def test_another_choice_of_questions_or_settings_never_overwrites_the_plain_run(
    dataset: Path, embedder: WordEmbedder, run: Run, tmp_path: Path
) -> None:
    (dataset / "other.jsonl").write_text((dataset / "queries.jsonl").read_text("utf-8"), encoding="utf-8")
    other = evaluate(dataset, Selection([Path("other.jsonl")], limit=2), ["answer.threshold=0.6"], embedder)
    assert save(run, tmp_path)[0].stem == dataset.name
    assert save(other, tmp_path)[0].stem == f"{dataset.name}-other-2-answer.threshold=0.6"


def test_the_repositorys_own_questions_are_known_by_their_files_alone(dataset: Path, run: Run, tmp_path: Path) -> None:
    gold = replace(run, report={**run.report, "selection": {"queries": ["gold_de", "gold_en"]}})
    assert save(gold, tmp_path, dataset.resolve())[0].stem == "gold_de-gold_en"
