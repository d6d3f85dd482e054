"""The commands as programs outside call them: exit codes, JSON shapes, two lines on stderr."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli import main

ROOT = Path(__file__).parents[3]
ASK_KEYS = {
    "question_id", "question", "language", "status", "confidence", "answer", "reason", "citations", "nearest",
    "timings_ms",
}  # fmt: skip
CITATION_KEYS = {
    "number", "article_id", "language", "title", "section", "anchor", "path", "lines", "quote", "score", "reviewed_on",
    "freshness",
}  # fmt: skip


@pytest.fixture
def kb(monkeypatch, capsys, tmp_path):
    """Run `kb` in a folder of its own; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kb", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    for language in ("de", "en"):
        folder = tmp_path / "articles" / language
        folder.mkdir(parents=True)
        shutil.copy(ROOT / "articles" / language / "report-move.md", folder)
    return tmp_path / "articles"


def test_ingest_ask_and_rate_from_end_to_end(kb, articles) -> None:
    code, out, _ = kb("ingest", "--json")
    report = json.loads(out)
    assert code == 0
    assert report["articles"] == {"added": 2, "changed": 0, "removed": 0, "unchanged": 0, "rejected": 0}
    assert report["sections"].keys() == {"total", "embedded"}
    assert report.keys() == {"articles", "sections", "seconds", "problems"}

    code, out, _ = kb("ask", "Wie melde ich meinen Umzug?", "--json")
    reply = json.loads(out)
    assert code == 0
    assert reply.keys() == ASK_KEYS
    assert reply["status"] == "answered"
    assert reply["citations"][0].keys() == CITATION_KEYS
    assert reply["citations"][0]["path"] == "articles/de/report-move.md"
    assert reply["timings_ms"].keys() == {"embed", "search", "answer", "total"}
    assert reply["nearest"][0].keys() == {"article_id", "language", "title", "score"}

    code, out, _ = kb("rate", reply["question_id"], "not_helpful", "--reason", "outdated", "--json")
    assert (code, json.loads(out)["reason"]) == (0, "outdated")

    code, out, _ = kb("doctor", "--json")
    assert code == 0, out
    assert {check["state"] for check in json.loads(out)["checks"]} <= {"ok", "warning"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("ask", "Umzug"), 3, "kb ingest"),
        (("ask", ""), 2, "empty"),
        (("ask",), 2, "question"),
        (("ask", "x", "--bogus"), 2, "--bogus"),
        (("frobnicate",), 2, "frobnicate"),
        (("ingest", "nowhere"), 2, "nowhere"),
        (("rate", "unknown", "helpful"), 2, "unknown"),
        (("rate", "unknown", "splendid"), 2, "splendid"),
        (("check", "--today", "31.12.2026"), 2, "YYYY-MM-DD"),
        (("check", "nowhere"), 2, "nowhere"),
        (("settings", "--config", "nowhere.toml"), 2, "nowhere.toml"),
        (("new", "???"), 2, "???"),
        (("replay", "nowhere.jsonl"), 2, "nowhere.jsonl"),
        (("replay", "."), 2, "cannot be read"),
    ],
)
def test_an_error_is_two_lines_on_stderr_and_an_exit_code(kb, arguments, code, said) -> None:
    status, out, err = kb(*arguments)
    assert status == code
    assert out == ""
    assert len(err.strip().splitlines()) == 2
    assert said in err


def test_check_finds_what_is_wrong_and_fails_only_where_it_should(kb, articles) -> None:
    code, out, _ = kb("check", "--format", "json", "--today", "2026-11-23")
    report = json.loads(out)
    assert report.keys() == {"findings", "summary"}
    assert report["summary"].keys() == {"articles", "errors", "warnings"}
    late = ("--today", "2029-01-01")
    dead = ("--fail-on", "error")
    assert code == (1 if report["summary"]["errors"] else 0)
    (articles / "de" / "report-move.md").write_text(
        "---\nid: report-move\ntitle: Umzug\nlanguage: de\nstatus: published\naudience: public\nowner: team\n"
        "created_on: 2024-01-01\nreviewed_on: 2026-01-01\n---\n\nMelden Sie den Umzug.\n",
        encoding="utf-8",
    )
    shutil.rmtree(articles / "en")
    assert kb("check", *dead, *late)[0] == 0
    assert kb("check", "--fail-on", "overdue", *late)[0] == 1


def test_new_writes_a_draft_that_passes_the_check(kb) -> None:
    code, out, _ = kb("new", 'Zählerstand: "schätzen" & mehr', "--json")
    path = json.loads(out)["path"]
    assert (code, path) == (0, "articles/de/zaehlerstand-schaetzen-mehr.md")
    assert kb("check")[0] == 0
    code, _, err = kb("new", 'Zählerstand: "schätzen" & mehr')
    assert code == 2
    assert "already" in err


def test_settings_say_where_a_value_is_from(kb, monkeypatch) -> None:
    monkeypatch.setenv("KB_ANSWER__THRESHOLD", "0.7")
    rows = {row["key"]: row for row in json.loads(kb("settings", "--json")[1])["settings"]}
    assert (rows["answer.threshold"]["value"], rows["answer.threshold"]["origin"]) == (0.7, "KB_ANSWER__THRESHOLD")
    assert rows["server.port"]["origin"] == "default"


@pytest.mark.parametrize(
    "command",
    [
        "ingest",
        "reindex",
        "ask",
        "replay",
        "tickets import",
        "rate",
        "check",
        "new",
        "serve",
        "doctor",
        "settings",
        "model build",
    ],
)
def test_every_command_has_examples_and_json(kb, command) -> None:
    code, out, _ = kb(*command.split(), "--help")
    assert code == 0
    assert "Examples" in out
    assert f"kb {command}" in out
    assert "--json" in out


def test_a_library_of_one_article_answers_what_it_says_and_nothing_else(kb, articles) -> None:
    shutil.rmtree(articles / "en")
    kb("ingest")
    assert json.loads(kb("ask", "Wie melde ich meinen Umzug?", "--json")[1])["status"] == "answered"
    assert json.loads(kb("ask", "Wie backe ich Sauerteigbrot?", "--json")[1])["status"] == "abstained"


def test_replay_prints_one_line_a_question_and_names_the_lines_that_are_wrong(kb, articles) -> None:
    kb("ingest")
    good = {"id": "a", "text": "Wie melde ich meinen Umzug?", "asked_at": "2026-11-20T08:00:00Z"}
    Path("q.jsonl").write_text(f"{json.dumps(good)}\n{{}}\n{json.dumps({**good, 'id': 'b'})}\n", encoding="utf-8")
    code, out, err = kb("replay", "q.jsonl", "--json")
    replies = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [reply["id"] for reply in replies] == ["a", "b"]
    assert all(reply.keys() == ASK_KEYS - {"answer"} | {"id"} for reply in replies)
    assert err.splitlines()[0].startswith('q.jsonl:2: "id" is missing')
    assert err.splitlines()[1] == "1 lines were not asked."
    Path("q.jsonl").write_text(json.dumps(good), encoding="utf-8")
    code, out, err = kb("replay", "q.jsonl")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "1 questions asked: 1 answered, 0 abstained."


def test_replay_reads_standard_input(kb, articles, monkeypatch) -> None:
    kb("ingest")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id": "a", "text": "Umzug melden"}')))
    code, out, _ = kb("replay", "-", "--json")
    assert (code, json.loads(out)["id"]) == (0, "a")


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "holds no question"), (b"\n \n", "holds no question"), (b"\x00\xff", "not UTF-8")]
)
def test_a_file_without_questions_is_wrong_use(kb, articles, content, said) -> None:
    kb("ingest")
    Path("q.jsonl").write_bytes(content)
    code, out, err = kb("replay", "q.jsonl", "--json")
    assert (code, out) == (2, "")
    assert said in err


TICKETS = "id;created_at;text\n1;2026-01-15T09:30Z;Wie melde ich meinen Umzug?\n2;03/04/2026;Und wann?\n"


def test_tickets_are_imported_and_refused_rows_are_named(kb) -> None:
    Path("t.csv").write_text(TICKETS, encoding="utf-8")
    code, out, _ = kb("tickets", "import", "t.csv", "--json")
    report = json.loads(out)
    assert code == 1
    assert report["tickets"] == {"added": 1, "updated": 0, "unchanged": 0, "rejected": 1}
    assert [row["line"] for row in report["rejected"]] == [3]
    code, out, err = kb("tickets", "import", "t.csv", "--date-format", "%d/%m/%Y", "--source", "t")
    assert (code, err) == (0, "")
    assert "2 tickets added, 0 updated, 0 unchanged, 0 rows refused" in out
    code, out, err = kb("tickets", "import", "t.csv", "--dry-run")
    assert "0 tickets would be added, 0 updated, 1 unchanged, 1 rows refused" in out
    assert err.startswith("t.csv:3: ")


def test_an_import_reads_standard_input(kb, monkeypatch) -> None:
    read, write = os.pipe()
    os.write(write, TICKETS.encode())
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
        assert json.loads(kb("tickets", "import", "-", "--json")[1])["tickets"]["added"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.csv",), "nowhere.csv"),
        (("t.csv", "--map", "id"), "maps nothing"),
        (("t.csv", "--satisfaction-scale", "5"), "is no scale"),
        (("t.csv", "--preset", "otrs"), "no preset"),
    ],
)
def test_an_import_told_wrongly_is_two_lines_on_stderr(kb, arguments, said) -> None:
    Path("t.csv").write_text(TICKETS, encoding="utf-8")
    code, out, err = kb("tickets", "import", *arguments)
    assert (code, out, len(err.splitlines())) == (2, "", 2)
    assert said in err


def test_check_mends_on_request_and_says_what_it_did_on_stderr(kb, articles) -> None:
    file = articles / "de" / "report-move.md"
    file.write_text(file.read_text(encoding="utf-8").replace("reviewed_on:", "reviewd_on:"), encoding="utf-8")
    assert "[unknown-key]" in kb("check", "--today", "2026-11-23")[1]
    _, out, err = kb("check", "--today", "2026-11-23", "--fix", "--json")
    assert "unknown-key" not in {one["code"] for one in json.loads(out)["findings"]}
    assert err == "Mended articles/de/report-move.md: unknown-key\n"


def test_external_links_do_not_go_with_a_change(kb, articles) -> None:
    code, _, err = kb("check", "--links", "--changed-since", "main")
    assert (code, len(err.splitlines())) == (2, 2)


def test_external_links_are_asked_where_a_network_is_allowed_only(kb, articles, monkeypatch) -> None:
    file = articles / "de" / "report-move.md"
    file.write_text(file.read_text(encoding="utf-8") + "\n[intern](http://127.0.0.1:9/x)\n", encoding="utf-8")
    refused = json.loads(kb("check", "--links", "--json", "--today", "2026-11-23")[1])["findings"]
    assert [one["code"] for one in refused if one["code"].endswith("-url")] == ["refused-url"]
    monkeypatch.setenv("KB_LINKS__ALLOW_NETWORKS", "127.0.0.0/8")
    asked = json.loads(kb("check", "--links", "--json", "--today", "2026-11-23")[1])["findings"]
    assert [one["code"] for one in asked if one["code"].endswith("-url")] == ["unreachable-url"]
    monkeypatch.setenv("KB_LINKS__ALLOW_NETWORKS", "zuhause")
    code, _, err = kb("check", "--links")
    assert (code, "links.allow_networks" in err) == (2, True)


@pytest.mark.parametrize("form", ["text", "json", "github", "junit", "sarif"])
def test_a_file_name_that_is_no_text_stops_no_report(tmp_path, form) -> None:
    (tmp_path / os.fsdecode(b"\xff\xfe\n.md")).write_text("Nur Text.")
    code = "from assistant.cli import main; main()"
    env = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(tmp_path), "--format", form],
        capture_output=True,
        check=False,
        env=env,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"bad-name" in done.stdout
    if form in ("json", "sarif"):
        json.loads(done.stdout)
