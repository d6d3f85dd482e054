"""German and English versions of one article held against each other."""

from __future__ import annotations

from typing import Any

from assistant.health.parity import compare, linkable

HEAD = "---\nid: a\ntitle: A\nlanguage: {language}\n---\n"
GERMAN = """# A

Die Frist beträgt zwei Wochen, die Gebühr 1.204,50 €. Rufen Sie 040 66969-120 an, werktags bis 18 Uhr.

1. Melden Sie sich an.
2. Siehe [B](b.md#gebühr).

> [!NOTE]
> Nur bis zum 31. März 2027.
"""
ENGLISH = """# A

The period is 14 days, the fee EUR 1,204.50. Call +49 40 66969120, on working days until 6 pm.

1. Log in.
2. See [B](b.md#fee).

> [!NOTE]
> Only until 31 March 2027.
"""


def differences(german: str, english: str) -> list[dict[str, Any]]:
    return compare(("de/a.md", HEAD.format(language="de") + german), ("en/a.md", HEAD.format(language="en") + english))


def test_the_same_facts_written_as_each_language_does_do_not_differ() -> None:
    assert differences(GERMAN, ENGLISH) == []


def test_a_changed_figure_is_found_with_both_sentences() -> None:
    (found,) = differences(GERMAN, ENGLISH.replace("14 days", "30 days"))
    assert found["of"] == "period"
    assert (found["left"]["written"], found["right"]["written"]) == ("zwei Wochen", "30 days")
    assert "Die Frist" in found["left"]["sentence"]
    assert found["right"]["lines"] == [8, 8]


def test_missing_steps_warnings_and_links_are_counted() -> None:
    shorter = ENGLISH.replace("2. See [B](b.md#fee).\n", "").replace("> [!NOTE]\n> Only until 31 March 2027.\n", "")
    found = {item["of"]: (item["left"], item["right"]) for item in differences(GERMAN, shorter)}
    assert found == {"steps": (2, 1), "warnings": (1, 0), "links": (["b.md"], [])}


def test_a_link_to_an_article_of_one_language_is_no_difference() -> None:
    found = differences(GERMAN, ENGLISH.replace("[B](b.md#fee)", "B"))
    assert linkable(found, {"b.md"}) == found
    assert linkable(found, {"c.md"}) == []
