from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.checks import CheckReport, Finding, check
from kb.checks.codes import WHY
from kb.errors import NotFoundError

TODAY = date(2026, 11, 23)
HEAD = {
    "title": "Titel",
    "language": "de",
    "status": "published",
    "audience": "public",
    "owner": "team",
    "reviewed_on": "2026-11-01",
}


class Shelf:
    """A folder of articles in which only what a test names is wrong."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, body: str = "Text.", **keys: str | None) -> Path:
        file = self.root / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        head = {"id": Path(name).name, **HEAD, **keys}
        lines = [f"{key}: {value}" for key, value in head.items() if value is not None]
        file.write_text("\n".join(["---", *lines, "---", body, ""]), encoding="utf-8")
        return file

    def check(self, *paths: Path, today: date = TODAY) -> CheckReport:
        return check(paths or [self.root], today)

    def findings(self) -> list[tuple[str, str, str, int]]:
        return [
            (finding.severity, finding.code, Path(finding.path).relative_to(self.root).as_posix(), finding.line)
            for finding in self.check().findings
        ]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_sound_article_has_no_findings(shelf: Shelf) -> None:
    shelf.put("a", "Siehe [B](b.md#kosten) und [oben](#frist).\n\n## Frist\n\nText.", related="[b]")
    shelf.put("b", "## Kosten\n\n![Bild](bild.png) [extern](https://example.org) [Post](mailto:a@b.example)")
    (shelf.root / "bild.png").write_bytes(b"png")
    assert shelf.findings() == []


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


def test_a_published_article_that_another_supersedes_is_reported_where_it_stands(shelf: Shelf) -> None:
    shelf.put("new", supersedes="[old, older]")
    shelf.put("old")
    shelf.put("older", status="archived")
    assert shelf.findings() == [("warning", "superseded-published", "old.md", 5)]


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("Der Bonus gilt bis 31.12.2025.", "bis 31.12.2025"),
        ("Der Bonus gilt bis zum 31. Oktober 2026.", "bis zum 31. Oktober 2026"),
        ("Das Angebot ist gültig bis März 2026.", "bis März 2026"),
        ("Die Aktion läuft vom 1. September bis 30. September 2026.", "bis 30. September 2026"),
        ("Die Aktion endet am 22.11.2026.", "endet am 22.11.2026"),
        ("Der Preis ist bis Ende 2025 garantiert.", "bis Ende 2025"),
        ("The offer is valid until March 2026.", "until March 2026"),
        ("You keep the discount through October 31, 2026.", "through October 31, 2026"),
        ("The old app works until 2026-11-01.", "until 2026-11-01"),
        ("Send it no later than 5th October 2026.", "no later than 5th October 2026"),
        ("This page expires on 1 May 2026.", "expires on 1 May 2026"),
    ],
)
def test_a_promise_whose_last_day_has_passed_is_found(shelf: Shelf, sentence: str, phrase: str) -> None:
    shelf.put("a", f"Vorher steht etwas.\n\n- Ein Punkt.\n- {sentence}")
    (finding,) = shelf.check().findings
    assert (finding.severity, finding.code, finding.line) == ("warning", "expired-promise", 13)
    assert phrase in finding.message


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Bonus gilt bis 30.11.2026.",
        "Der Bonus gilt bis 23.11.2026.",
        "Das Angebot ist gültig bis November 2026.",
        "Bis 31.12.2025 galt ein anderer Preis.",
        "Der Preis war bis Ende 2025 niedriger.",
        "Until March 2026 the fee was 5 euros.",
        "Die Rechnung umfasst den Zeitraum vom 1.1.2025 bis 31.12.2025.",
        "Schreiben Sie das Datum so, zum Beispiel bis 31.12.2025.",
        "Gehen Sie bis Punkt 3.10.2025.1 vor.",
        "Rufen Sie bis 18 Uhr an, 2025 war das anders.",
        "`gültig bis 31.02.2025`",
        "Der Bonus gilt bis 31.02.2025.",
        "Die Version bis 2025 ist alt.",
    ],
)
def test_a_date_that_promises_nothing_is_left_alone(shelf: Shelf, sentence: str) -> None:
    shelf.put("a", f"Das ist der Text, in dem die Zusage steht und der für alle gilt.\n\n{sentence}")
    assert shelf.findings() == []


def test_only_who_still_answers_promises(shelf: Shelf) -> None:
    promise = "Der Bonus gilt bis 31.12.2025."
    shelf.put("draft", promise, status="draft")
    shelf.put("ended", promise, expires_on="2025-12-31")
    shelf.put("code", f"```\n{promise}\n```")
    assert [finding.code for finding in shelf.check().findings] == ["expired"]


def test_a_wall_of_text_is_found_and_a_long_list_is_not(shelf: Shelf) -> None:
    shelf.put("a", "Kurz.\n\n" + "Wort " * 151 + "\n\n" + "- Punkt\n" * 200 + "\n" + "Wort " * 150)
    assert shelf.findings() == [("warning", "long-paragraph", "a.md", 12)]


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


def test_only_one_owners_articles(shelf: Shelf) -> None:
    shelf.put("a", "TODO", owner="anna")
    shelf.put("b", "TODO", owner="bernd")
    report = check([shelf.root], TODAY, owner="anna")
    assert ([Path(finding.path).name for finding in report.findings], report.articles) == (["a.md"], 1)


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


@pytest.mark.parametrize("status", ["draft", "review", "archived"])
def test_only_published_articles_grow_old(shelf: Shelf, status: str) -> None:
    shelf.put("a", status=status, reviewed_on="2020-01-01", expires_on="2021-01-01")
    assert shelf.findings() == []


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


def test_a_date_that_passed_fails_only_who_asks_for_it(shelf: Shelf) -> None:
    shelf.put("a", reviewed_on="2026-06-10")
    due, overdue = shelf.check(), shelf.check(today=date(2027, 6, 1))
    assert [due.fails("error"), due.fails("overdue"), due.fails("due")] == [False, False, True]
    assert [overdue.fails("error"), overdue.fails("overdue"), overdue.fails("due")] == [False, True, True]


def test_an_error_fails_always(shelf: Shelf) -> None:
    shelf.put("a", title=None)
    assert all(shelf.check().fails(fail_on) for fail_on in ("error", "overdue", "due"))


def test_a_single_file_knows_its_neighbours_but_reports_only_itself(shelf: Shelf) -> None:
    file = shelf.put("a", related="[b]")
    shelf.put("b", "[x](nowhere.md)")
    report = shelf.check(file)
    assert (report.findings, report.articles) == ((), 1)


def test_a_path_that_does_not_exist_is_an_error_with_a_hint(shelf: Shelf) -> None:
    with pytest.raises(NotFoundError) as caught:
        shelf.check(shelf.root / "nowhere")
    assert caught.value.hint


def test_hidden_folders_other_files_and_ignored_names_are_passed_over(shelf: Shelf) -> None:
    shelf.put(".git/a", title=None)
    shelf.put("README", title=None)
    (shelf.root / "style.css").write_text("")
    assert check([shelf.root], TODAY, ignore=("README*",)) == CheckReport((), 0)


def test_paths_are_shown_as_they_open_from_here(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("de/a", title=None)
    monkeypatch.chdir(shelf.root)
    assert check([Path()], TODAY).findings[0].path == "de/a.md"


def test_json_has_the_shape_of_the_contract(shelf: Shelf) -> None:
    shelf.put("a", title=None)
    shelf.put("b", "## A", owner=None)
    document = shelf.check().to_json()
    assert set(document) == {"findings", "summary"}
    assert document["summary"] == {"articles": 2, "errors": 1, "warnings": 2}
    assert all(list(item) == ["severity", "code", "path", "line", "message", "fix"] for item in document["findings"])


def test_several_processes_find_the_same_as_one(shelf: Shelf) -> None:
    for number in range(70):
        shelf.put(f"a{number}", "[x](nowhere.md) TODO", related="[a1]", extra="1")
    one = shelf.check()
    assert check([shelf.root], TODAY, parallel_from=2) == one
    assert len(one.findings) == 210


def test_the_same_folder_gives_the_same_report_in_the_same_order(shelf: Shelf) -> None:
    for name in ("b", "a", "c/d"):
        shelf.put(name, "## A\n\n[x](nowhere.md) TODO\n\n## B", owner=None)
    findings = shelf.check().findings
    assert findings == shelf.check().findings
    assert list(findings) == sorted(findings, key=lambda finding: (finding.path, finding.line, finding.code))


def test_every_finding_says_what_and_what_to_do(shelf: Shelf) -> None:
    shelf.put(
        "A b", "[x](no.md) ![y](no.png) [z](#no) TODO\n\n#### B", related="[no]", extra="1", expires_on="2020-01-01"
    )
    findings: tuple[Finding, ...] = shelf.check().findings
    assert len({finding.code for finding in findings}) == 10
    assert all(finding.message and re.search(r"[.?]$", finding.fix) for finding in findings)


def test_many_dead_ids_take_bounded_time(shelf: Shelf) -> None:
    names = ", ".join(f"nowhere-{number}" for number in range(400))
    for number in range(300):
        shelf.put(f"article-{number}", related=f"[{names}]" if number < 3 else None)
    began = time.process_time()
    report = shelf.check()
    assert time.process_time() - began < 15
    assert report.errors == 1200


def test_checking_starts_without_heavy_libraries() -> None:
    heavy = (
        "{'torch', 'chromadb', 'gradio', 'llama_index', 'sentence_transformers', 'numpy', 'onnxruntime', 'sqlalchemy'}"
    )
    code = f"import sys, kb.checks; print(sorted({heavy} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


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
