"""Rules on the text: headings, links, paragraphs."""

from __future__ import annotations

import pytest

from tests.kb.checks.shelf import Shelf


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("\n[a](nowhere.md)", ("error", "dead-link", 11)),
        ("[a]()", ("error", "dead-link", 10)),
        ("Text\n![a](nowhere.png)", ("error", "dead-image", 11)),
        ("<img src='nowhere.png'> da", ("error", "dead-image", 10)),
        ("[a](#nowhere)", ("error", "dead-anchor", 10)),
        ("[a](a.md#nowhere)", ("error", "dead-anchor", 10)),
        ("## A\n\nx\n\n#### B\n\ny", ("warning", "heading-jump", 14)),
        ("### A\n\nx", ("warning", "heading-jump", 10)),
        ("x\n\n## A\n\n## B\n\ny", ("warning", "empty-section", 12)),
        ("x\n\n## A", ("warning", "empty-section", 12)),
        ("x\n\n- eins\n- TODO: zwei", ("warning", "todo-left", 13)),
    ],
)
def test_a_wrong_text_is_found_at_its_line(shelf: Shelf, body: str, expected: tuple[str, str, int]) -> None:
    shelf.put("a", body)
    assert [(severity, code, line) for severity, code, _, line in shelf.findings()] == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "[a](/site/page) [b](//host/x) [c](tel:0800) [d]({% link x %})",
        "[a](a.md?x=1#frist) [b](a#frist) [c](./a.md#%66rist)\n\n## Frist\n\nx",
        "[a](#f2) [b](#x)\n\n## Frist {#f2}\n\n<a name='x'></a>Text",
        "`TODO` und\n\n```\nTODO\n```\n\nPASTEBIN",
        "## A\n\n### B\n\ny",
        "# Titel\n\n## A\n\ny",
    ],
)
def test_a_sound_text_has_no_findings(shelf: Shelf, body: str) -> None:
    shelf.put("a", body)
    assert shelf.findings() == []


def test_a_link_into_a_folder_beside_is_followed(shelf: Shelf) -> None:
    shelf.put("de/a", "[b](../en/b.md#cost) [c](../en/b.md#price)")
    shelf.put("en/b", "## Cost\n\nText", language="en")
    assert [finding[1:] for finding in shelf.findings() if finding[0] == "error"] == [("dead-anchor", "de/a.md", 10)]


def test_suggestions_name_what_was_probably_meant(shelf: Shelf) -> None:
    shelf.put("report-move", "[x](repot-move.md) [y](#fristn)\n\n## Fristen\n\nx", related="[report-mov]", ownr="x")
    fixes = " ".join(finding.fix for finding in shelf.check().findings)
    assert all(name in fixes for name in ("report-move.md?", "#fristen?", "`report-move`?", "`owner`?"))


def test_a_wall_of_text_is_found_and_a_long_list_is_not(shelf: Shelf) -> None:
    shelf.put("a", "Kurz.\n\n" + "Wort " * 151 + "\n\n" + "- Punkt\n" * 200 + "\n" + "Wort " * 150)
    assert shelf.findings() == [("warning", "long-paragraph", "a.md", 12)]
