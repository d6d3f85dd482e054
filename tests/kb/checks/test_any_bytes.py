"""Whatever is in a folder, a check ends with findings."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.checks import check
from kb.checks.codes import WHY
from tests.kb.checks.shelf import TODAY

keys = st.sampled_from(
    [
        "id: a",
        "supersedes: [a]",
        "related: a",
        "reviewed_on: 9999-12-31",
        "created_on: 2026-13-01",
        "status: Published",
        "expires_on: 0001-01-01",
        "expires_on: 9999-12-31",
        "review_every_days: 730",
        "# kb-check: ignore x",
        "&a *a",
        "?",
    ]
)


pieces = st.sampled_from(
    [
        "# A",
        "#### C",
        "[x](nowhere.md)",
        "[x](#no)",
        "![y](no.png)",
        "- TODO",
        "```",
        "|a|b|",
        "|-|-|",
        "> ",
        "<b",
        "{%",
        "---",
        "gültig bis 31.12.2025",
        "valid until March 2026",
        "bis 99.99.9999",
        "bis Ende 0000",
        "\ufeff",
        "\0",
        "\x85",
        "]]>",
        "<!-- kb-check: ignore",
        "-->",
        "dead-link: weil es so ist",
        "<!-- kb-check: ignore dead-link: weil es so ist -->",
    ]
)


texts = st.lists(st.one_of(pieces, keys, st.text(max_size=10)), max_size=25)


ends = st.sampled_from(["\n", "\r\n", "\r", " "])


def whole(head: list[str], body: list[str], end: str) -> bytes:
    return end.join(["---", "language: de", *head, "---", *body]).encode("utf-8", "replace")


anything = st.one_of(
    st.builds(whole, st.lists(keys, max_size=6), texts, ends),
    st.binary(max_size=300),
    st.builds(lambda parts, end: end.join(parts).encode("utf-8", "replace"), texts, ends),
    st.builds(lambda parts: "\n".join(["---", *parts]).encode("utf-16"), texts),
    st.builds(lambda parts: "\n".join(["---", "id: a", *parts]).encode("cp1252", "replace"), texts),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(anything, min_size=1, max_size=3))
@example([b"---\nlanguage: de\nreviewed_on: 9999-12-31\n---\nText"])
def test_any_bytes_as_articles_give_findings_and_never_an_exception(
    tmp_path_factory: pytest.TempPathFactory, files: list[bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for number, raw in enumerate(files):
        (folder / f"a{number}.md").write_bytes(raw)
    report = check([folder], TODAY)
    lines = {str(folder / f"a{number}.md"): raw for number, raw in enumerate(files)}
    for finding in report.findings:
        assert finding.path in lines
        assert finding.code in WHY
        assert finding.message
        assert finding.fix
        text = lines[finding.path].decode("utf-16" if lines[finding.path][:2] == b"\xff\xfe" else "utf-8", "replace")
        assert 0 <= finding.line <= len(re.split("\r\n|\r|\n", text))
    assert check([folder], TODAY) == report
