"""Rules on the front matter and the name of a file."""

from __future__ import annotations

import pytest

from tests.kb.checks.shelf import Shelf


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"reviewd_on": "2026-01-01"}, ("error", "unknown-key", 9)),
        ({"id": None}, ("error", "missing-key", 1)),
        ({"title": None}, ("error", "missing-key", 1)),
        ({"language": None}, ("error", "missing-key", 1)),
        ({"status": None}, ("warning", "missing-key", 1)),
        ({"audience": None}, ("warning", "missing-key", 1)),
        ({"owner": ""}, ("warning", "missing-key", 1)),
        ({"reviewed_on": None}, ("warning", "missing-key", 1)),
        ({"status": "live"}, ("error", "bad-value", 5)),
        ({"language": "deutsche sprache"}, ("error", "bad-value", 4)),
        ({"tags": "{a: b}"}, ("error", "wrong-type", 9)),
        ({"tags": "a, b"}, ("error", "wrong-type", 9)),
        ({"review_every_days": "0"}, ("error", "bad-value", 9)),
        ({"reviewed_on": "2026-02-30"}, ("error", "bad-date", 8)),
        ({"reviewed_on": "2026-11-24"}, ("error", "future-date", 8)),
        ({"title": "'a"}, ("error", "bad-front-matter", 3)),
        ({"related": "[nowhere]"}, ("error", "unknown-related", 9)),
        ({"supersedes": "[nowhere]"}, ("error", "unknown-related", 9)),
        ({"reviewed_on": "2025-01-01"}, ("warning", "review-overdue", 8)),
        ({"reviewed_on": "2026-06-10"}, ("info", "review-due", 8)),
        ({"expires_on": "2026-11-22"}, ("warning", "expired", 9)),
    ],
)
def test_a_wrong_front_matter_is_found_at_its_line(
    shelf: Shelf, keys: dict[str, str | None], expected: tuple[str, str, int]
) -> None:
    shelf.put("a", **keys)
    found = [(severity, code, line) for severity, code, _, line in shelf.findings()]
    if expected[1] == "bad-front-matter":
        assert [item[:2] for item in found] == [expected[:2]]
    else:
        assert found == [expected]


@pytest.mark.parametrize(
    ("name", "code"), [("Bad_Slug", "bad-slug"), ("zähler", "bad-slug"), ("a-", "bad-slug"), ("report-move2", None)]
)
def test_an_id_is_a_slug(shelf: Shelf, name: str, code: str | None) -> None:
    shelf.put(name)
    assert [finding.code for finding in shelf.check().findings] == ([code] if code else [])


def test_the_fix_of_a_bad_slug_is_a_slug(shelf: Shelf) -> None:
    shelf.put("Zähler & Straße")
    (finding,) = shelf.check().findings
    assert finding.fix == "Write `id: zaehler-strasse`."


def test_the_same_id_in_one_language_is_reported_at_the_second_file_and_names_the_first(shelf: Shelf) -> None:
    shelf.put("x/a")
    shelf.put("y/a")
    shelf.put("z/a", language="en")
    (finding,) = shelf.check().findings
    assert (finding.severity, finding.code, finding.line) == ("error", "duplicate-id", 2)
    assert finding.path.endswith("y/a.md")
    assert "x/a.md" in finding.message


def test_an_id_unlike_the_file_name_is_a_warning(shelf: Shelf) -> None:
    shelf.put("a", id="b")
    assert shelf.findings() == [("warning", "id-not-file-name", "a.md", 2)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"\0\1", "binary"),
        ("Preis für".encode("cp1252"), "invalid-encoding"),
        (b"Nur Text.", "missing-key"),
    ],
)
def test_a_file_that_is_no_article_is_an_error(shelf: Shelf, raw: bytes, code: str) -> None:
    (shelf.root / "a.md").write_bytes(raw)
    assert ("error", code) in [finding[:2] for finding in shelf.findings()]
