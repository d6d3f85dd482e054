"""Articles that supersede, lead to or translate each other."""

from __future__ import annotations

from pathlib import Path

from tests.kb.checks.shelf import Shelf


def test_a_published_article_that_another_supersedes_is_reported_where_it_stands(shelf: Shelf) -> None:
    shelf.put("new", supersedes="[old, older]")
    shelf.put("old")
    shelf.put("older", status="archived")
    assert shelf.findings() == [("warning", "superseded-published", "old.md", 5)]


def test_articles_that_supersede_each_other_are_told_once_a_loop(shelf: Shelf) -> None:
    shelf.put("a", status="draft", supersedes="[b]")
    shelf.put("b", status="draft", supersedes="[x, c]")
    shelf.put("c", status="draft", supersedes="[a]")
    shelf.put("x", status="draft", supersedes="[x]")
    shelf.put("y", status="draft", supersedes="[c]")
    loops = shelf.check().findings
    assert [(finding.code, Path(finding.path).name, finding.line) for finding in loops] == [
        ("supersede-loop", "a.md", 9),
        ("supersede-loop", "x.md", 9),
    ]
    assert "`a` supersedes `b` supersedes `c` supersedes `a`" in loops[0].message
    assert loops[1].message == "`x` supersedes `x`"


def test_long_chains_of_successors_are_no_loop(shelf: Shelf) -> None:
    for number in range(300):
        shelf.put(f"a{number}", status="archived", supersedes=f"[a{number + 1}, a{min(number + 7, 300)}]")
    shelf.put("a300", status="archived")
    assert shelf.findings() == []


def test_a_published_article_that_leads_to_an_archived_one_is_told(shelf: Shelf) -> None:
    shelf.put("a", "[b](b.md) [c](c.md)", related="[b]", supersedes="[c]")
    shelf.put("b", "[a](a.md)", status="archived")
    shelf.put("c", status="archived")
    shelf.put("d", "[b](b.md)", status="draft", related="[b]")
    assert shelf.findings() == [("warning", "archived-link", "a.md", 9), ("warning", "archived-link", "a.md", 12)]


def test_a_translation_left_behind_is_told(shelf: Shelf) -> None:
    shelf.put("de/a", status="archived")
    shelf.put("en/a", language="en")
    shelf.put("de/b", reviewed_on="2026-06-30")
    shelf.put("en/b", language="en", reviewed_on="2026-10-30")
    shelf.put("de/c", reviewed_on="2026-10-01")
    shelf.put("en/c", language="en", reviewed_on="2026-10-31")
    assert shelf.findings() == [
        ("info", "older-translation", "de/b.md", 8),
        ("warning", "orphan-translation", "en/a.md", 5),
    ]


def test_a_missing_translation_is_told_only_where_both_languages_are_kept(shelf: Shelf) -> None:
    shelf.put("de/a")
    assert shelf.findings() == []
    shelf.put("de/b")
    shelf.put("en/b", language="en")
    shelf.put("de/c", status="draft")
    assert shelf.findings() == [("info", "missing-translation", "de/a.md", 2)]


def test_a_stray_article_does_not_make_a_library_bilingual(shelf: Shelf) -> None:
    for number in range(10):
        shelf.put(f"a{number}")
    shelf.put("stray", language="en")
    assert shelf.findings() == []
