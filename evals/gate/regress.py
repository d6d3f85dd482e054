"""Regress: the questions that gaps were closed with, asked again as they are on the articles as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.leads.regression import ask_kept
from kb.backlog import RegressionQuestion
from kb.errors import UsageError
from kb.library import Library


def regress(library: Library, now: datetime) -> dict[str, Any]:
    """Ask all questions that verified gaps are to keep answered; those that break stand in ``broken``.

    They pass as when the gap was closed: the answer quotes the gap's article for what its text says. Unlike the look
    after an article has changed, this also finds what another article did to them.
    """
    questions = library.backlog.regression_questions()
    kept = ask_kept(library, questions, now) if questions else []
    return {
        "questions": len(kept),
        "gaps": len({one.question.gap_id for one in kept}),
        "broken": [one.to_json() for one in kept if not one.passed],
    }


def export(questions: Sequence[RegressionQuestion], file: Path) -> int:
    """Write questions as a data set's, one a line, for ``python -m evals run DATASET --queries FILE``; how many.

    Raises UsageError where the file cannot be written.
    """
    lines = [json.dumps(_line(one), ensure_ascii=False) + "\n" for one in questions]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", "Name a file you may write.") from None
    return len(lines)


def markdown(report: Mapping[str, Any]) -> str:
    """The report for people: what broke, and in which gap."""
    lines = [f"{report['questions']} questions of {report['gaps']} gaps, {len(report['broken'])} broken."]
    for one in report["broken"]:
        instead = f", answered from {', '.join(one['cited'])}" if one["cited"] else ""
        lines.append(f"- {one['gap_id']}: {one['text']} ({one['article_id']}, {one['fault']}{instead})")
    return "\n".join(lines)


def _line(one: RegressionQuestion) -> dict[str, Any]:
    line = {
        "id": f"{one.gap_id}/{one.id}",
        "text": one.text,
        "language": one.language,
        "relevant": [one.article.article_id],
        "answerable": True,
        "kind": "regression",
    }
    return line | ({"target_language": one.filters["language"]} if one.filters.get("language") else {})
