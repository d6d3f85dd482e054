"""Findings that an author has looked at and lets stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb.checks import check

HEAD = [
    "---",
    "id: a",
    "title: Titel",
    "language: de",
    "status: published",
    "audience: public",
    "owner: team",
    "reviewed_on: 2026-11-01",
]
REASON = "die Seite folgt am Montag"


def codes(folder: Path, body: str, head: list[str] | None = None) -> list[tuple[str, int]]:
    (folder / "a.md").write_text("\n".join([*(head or HEAD), "---", body, ""]), encoding="utf-8")
    return [(finding.code, finding.line) for finding in check([folder], date(2026, 11, 23)).findings]


@pytest.mark.parametrize(
    "body",
    [
        f"[x](no.md) <!-- kb-check: ignore dead-link: {REASON} -->",
        f"<!-- kb-check: ignore dead-link: {REASON} -->\n[x](no.md)",
        f"<!-- kb-check: ignore dead-link {REASON} -->\n\nErste Zeile\n[x](no.md)",
        f"<!--kb-check:ignore dead-link – {REASON}-->\n[x](no.md)",
        f"<!-- kb-check: ignore dead-image, dead-link: {REASON} -->\n\n[x](no.md) ![y](no.png)",
        f"<!-- kb-check: ignore dead-link:\n{REASON}\n-->\n\n[x](no.md)",
        f"- <!-- kb-check: ignore dead-link: {REASON} -->\n  [x](no.md)",
        f"[x](no.md)\n\nText.\n\n<!-- kb-check: ignore-file dead-link: {REASON} -->",
    ],
)
def test_a_finding_with_a_reason_to_stand_is_left_out(tmp_path: Path, body: str) -> None:
    assert codes(tmp_path, body) == []


def test_the_front_matter_takes_the_same_words_behind_a_hash(tmp_path: Path) -> None:
    for lines in (
        [f"team_id: 7 # kb-check: ignore unknown-key: {REASON}"],
        [f"# kb-check: ignore unknown-key: {REASON}", "team_id: 7"],
        ["team_id: 7", f"# kb-check: ignore-file unknown-key: {REASON}"],
    ):
        assert codes(tmp_path, "Text.", [*HEAD, *lines]) == []


def test_what_is_not_covered_is_still_found(tmp_path: Path) -> None:
    body = f"<!-- kb-check: ignore dead-link: {REASON} -->\n[x](no.md)\n\n[y](no.md) ![z](no.png)"
    assert codes(tmp_path, body) == [("dead-image", 13), ("dead-link", 13)]


@pytest.mark.parametrize(
    "comment",
    [
        "ignore dead-link",
        "ignore dead-link:",
        "ignore dead-link: bekannt",
        f"ignore dead-lnk: {REASON}",
        f"ignore bad-suppression: {REASON}",
        f"dead-link: {REASON}",
        "",
    ],
)
def test_one_without_code_or_reason_is_an_error_and_hides_nothing(tmp_path: Path, comment: str) -> None:
    assert codes(tmp_path, f"[x](no.md) <!-- kb-check: {comment} -->") == [("bad-suppression", 10), ("dead-link", 10)]


def test_one_that_hides_nothing_is_a_warning(tmp_path: Path) -> None:
    assert codes(tmp_path, f"<!-- kb-check: ignore dead-link: {REASON} -->\n\nText.") == [("unused-suppression", 10)]


def test_one_for_a_finding_that_comes_with_the_day_may_wait(tmp_path: Path) -> None:
    late = [line.replace("2026-11-01", "2020-11-01") for line in HEAD]
    comment = f"<!-- kb-check: ignore-file review-overdue: {REASON} -->\n\nText."
    assert codes(tmp_path, comment) == []
    assert codes(tmp_path, comment, late) == []


def test_the_syntax_can_be_shown_without_being_meant(tmp_path: Path) -> None:
    shown = "<!-- kb-check: ignore dead-link -->"
    assert codes(tmp_path, f"So: `{shown}`\n\n```\n{shown}\n```") == []
