"""The report of a check: its articles, order, paths, exit and time."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from kb.checks import CheckReport, Finding, check
from kb.errors import NotFoundError
from tests.kb.checks.shelf import TODAY, Shelf


def test_a_sound_article_has_no_findings(shelf: Shelf) -> None:
    shelf.put("a", "Siehe [B](b.md#kosten) und [oben](#frist).\n\n## Frist\n\nText.", related="[b]")
    shelf.put("b", "## Kosten\n\n![Bild](bild.png) [extern](https://example.org) [Post](mailto:a@b.example)")
    (shelf.root / "bild.png").write_bytes(b"png")
    assert shelf.findings() == []


def test_only_one_owners_articles(shelf: Shelf) -> None:
    shelf.put("a", "TODO", owner="anna")
    shelf.put("b", "TODO", owner="bernd")
    report = check([shelf.root], TODAY, owner="anna")
    assert ([Path(finding.path).name for finding in report.findings], report.articles) == (["a.md"], 1)


@pytest.mark.parametrize("status", ["draft", "review", "archived"])
def test_only_published_articles_grow_old(shelf: Shelf, status: str) -> None:
    shelf.put("a", status=status, reviewed_on="2020-01-01", expires_on="2021-01-01")
    assert shelf.findings() == []


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
