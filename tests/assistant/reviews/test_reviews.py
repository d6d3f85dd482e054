"""Reviewing articles: the stamp, the record, the lists and the reminders."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.reviews import due, reminders, review
from assistant.reviews.lists import listing
from kb.articles.article import ArticleKey
from kb.errors import NotFoundError, UsageError
from kb.library import Library
from kb.settings import Settings

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOURCE = (
    "---\n# Wer hier ändert, fragt Anna.\ntitle:   'Umzug: so geht es'\nid: report-move\nlanguage: de\n"
    'status: published\naudience: public\nowner: team-a\naliases:\n    - Umzug\n    - "neue Wohnung"   # häufig\n'
    "reviewed_on: 2026-01-05   # mit dem Vertrieb\nreview_every_days: 90\n---\n# Umzug\n\nMelden Sie ihn.\n"
)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "report-move.md").write_text(SOURCE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def library(tmp_path_factory: pytest.TempPathFactory):
    opened = Library(tmp_path_factory.mktemp("home"), Settings())
    yield opened
    opened.close()


def put(articles: Path, name: str, **changes: str) -> Path:
    text = SOURCE.replace("id: report-move", f"id: {Path(name).stem}")
    for key, value in changes.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in text.split("\n")]
        text = "\n".join(lines)
    file = articles / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_stamp_changes_one_date_and_no_other_byte(articles: Path, library: Library, end: str, mark: str) -> None:
    file = articles / "de" / "report-move.md"
    before = (mark + SOURCE.replace("\n", end)).encode()
    file.write_bytes(before)
    done = review(library, [articles], "report-move", "confirmed", NOW, TODAY, actor="anna")
    assert file.read_bytes() == before.replace(b"2026-01-05", b"2026-11-23")
    assert (done.before, done.reviewed_on, done.unrecorded) == (date(2026, 1, 5), TODAY, "")


def test_a_missing_date_is_added_behind_the_owner(articles: Path, library: Library) -> None:
    file = articles / "de" / "report-move.md"
    file.write_text(SOURCE.replace("reviewed_on: 2026-01-05   # mit dem Vertrieb\n", ""))
    review(library, [articles], "report-move", "confirmed", NOW, TODAY)
    assert "owner: team-a\nreviewed_on: 2026-11-23\naliases:\n" in file.read_text()


def test_who_and_when_are_on_record(articles: Path, library: Library) -> None:
    review(
        library, [articles], str(articles / "de/report-move.md"), "confirmed", NOW, TODAY, actor="anna", note="passt"
    )
    (one,) = library.reviews.history("report-move")
    assert (one.key, one.at, one.reviewed_on, one.verdict) == (ArticleKey("report-move", "de"), NOW, TODAY, "confirmed")
    assert (one.actor, one.note) == ("anna", "passt")


def test_changed_means_that_the_text_is_another_one(articles: Path, library: Library) -> None:
    file = articles / "de" / "report-move.md"
    review(library, [articles], "report-move", "changed", NOW, TODAY)
    stamped = file.read_text()
    with pytest.raises(UsageError, match="same as at its review on 2026-11-23"):
        review(library, [articles], "report-move", "changed", NOW, date(2026, 11, 24))
    assert file.read_text() == stamped
    file.write_text(stamped.replace("Melden Sie ihn.", "Melden Sie ihn 14 Tage vorher."))
    review(library, [articles], "report-move", "changed", NOW, date(2026, 11, 24))
    assert len({one.sha256 for one in library.reviews.history("report-move")}) == 2


def test_an_article_is_named_by_its_id_language_or_file(articles: Path, library: Library) -> None:
    put(articles, "en/report-move.md", language="en")
    put(articles, "de/other-file.md").write_text(SOURCE.replace("id: report-move", "id: hidden-id"))
    review(library, [articles], "report-move@en", "confirmed", NOW, TODAY)
    assert review(library, [articles], "hidden-id", "confirmed", NOW, TODAY).path.endswith("de/other-file.md")
    with pytest.raises(UsageError, match=r"report-move@de .*report-move@en"):
        review(library, [articles], "report-move", "confirmed", NOW, TODAY)
    with pytest.raises(NotFoundError):
        review(library, [articles], "nothing", "confirmed", NOW, TODAY)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Ohne Kopf\n\nText.", "no front matter"),
        ("---\nid: x\nreviewed_on: |\n  2026-01-01\n---\nText.", "not a date on one line"),
    ],
)
def test_what_cannot_be_stamped_is_left_and_not_recorded(
    articles: Path, library: Library, text: str, said: str
) -> None:
    file = articles / "x.md"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        review(library, [articles], str(file), "confirmed", NOW, TODAY)
    file.write_bytes(SOURCE.encode("cp1252"))
    with pytest.raises(UsageError, match="not UTF-8"):
        review(library, [articles], str(file), "confirmed", NOW, TODAY)
    assert not library.events_file.exists()


def test_a_database_out_of_reach_does_not_stop_the_stamp(articles: Path, library: Library) -> None:
    library.events_file.parent.mkdir(exist_ok=True)
    library.events_file.mkdir()
    done = review(library, [articles], "report-move", "confirmed", NOW, TODAY)
    assert "cannot be used" in done.unrecorded
    assert not done.to_json()["recorded"]
    assert "2026-11-23" in (articles / "de/report-move.md").read_text()


def test_what_must_be_reviewed_stands_by_owner_the_latest_first(articles: Path, library: Library) -> None:
    put(articles, "de/a.md", reviewed_on="2026-09-01", owner="team-b")  # due on 30.11.2026
    put(articles, "de/b.md", reviewed_on="2026-09-02", owner="team-b")  # a day too late for the list
    put(articles, "de/c.md", reviewed_on="2026-08-01", owner="team-b")
    put(articles, "de/d.md", review_every_days="90\nexpires_on: 2026-11-01", owner="team-b", reviewed_on="2026-11-01")
    put(articles, "de/e.md", status="draft")
    found = due([articles], TODAY)
    assert {name: [(one.article_id, one.state, one.days_late) for one in items] for name, items in found.items()} == {
        "team-a": [("report-move", "overdue", 232)],
        "team-b": [("d", "expired", 22), ("c", "overdue", 24), ("a", "due", 0)],
    }
    assert list(due([articles], TODAY, owner="team-a")) == ["team-a"]
    assert [one.article_id for one in due([articles], TODAY, days=8)["team-b"]] == ["d", "c", "a", "b"]
    text = listing(found, "de")
    assert text.startswith(
        "## team-a (1)\n\n- [ ] Umzug: so geht es (de) – Prüfung war fällig am 5.4.2026, seit 232 Tagen"
    )
    assert "review due by 2026-11-30" in listing(found, "en")
    assert listing({}, "de") == "Nichts zu prüfen."


def test_an_owner_gets_one_reminder_not_one_an_article(articles: Path, tmp_path: Path) -> None:
    put(articles, "de/a.md", owner="Team B/C")
    put(articles, "de/b.md", owner="Team B/C")
    put(articles, "de/c.md", owner="Team B-C")
    put(articles, "de/d.md", owner="")
    found = due([articles], TODAY)
    files = reminders(tmp_path / "out", found, TODAY, "de")
    assert {name: file.name for name, file in files.items()} == {
        "": "ohne-Zuständigkeit.txt",
        "Team B-C": "Team-B-C.txt",
        "Team B/C": "Team-B-C-2.txt",
        "team-a": "team-a.txt",
    }
    text = files["Team B/C"].read_text(encoding="utf-8")
    assert text.startswith("Artikel prüfen: 2, davon 2 zu spät (23.11.2026)\n\nGuten Tag, Team B/C,")
    assert text.count("Umzug: so geht es (de)") == 2
    english = reminders(tmp_path / "out", found, TODAY, "en")["team-a"].read_text(encoding="utf-8")
    assert english.startswith("Articles to review: 1, 1 of them late")
    assert "Prüfung" not in english


@pytest.fixture
def kb(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("KB_ARTICLES__PATHS", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kb", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


def test_the_command_from_end_to_end(kb, articles) -> None:
    code, out, err = kb("review", "report-move", "--confirm", "--by", "anna", "--today", "2026-08-20", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "article_id": "report-move", "language": "de", "path": "de/report-move.md", "verdict": "confirmed",
        "reviewed_on": "2026-08-20", "before": "2026-01-05", "by": "anna", "note": "", "recorded": True,
    }  # fmt: skip
    code, out, _ = kb("review", "--list", "--today", "2026-11-23", "--json")
    (owner,) = json.loads(out)["owners"]
    assert (owner["owner"], owner["articles"][0]["reviewed_by"], owner["articles"][0]["state"]) == (
        "team-a",
        "anna",
        "overdue",
    )
    code, out, _ = kb("review", "--list", "--today", "2026-11-23")
    assert "zuletzt geprüft von anna" in out
    code, out, _ = kb("review", "--reminders", "out", "--today", "2026-11-23")
    assert (code, out) == (0, "out/team-a.txt: 1\n")
    code, out, _ = kb("review", "report-move", "--confirm", "--today", "2026-11-23")
    assert out == "de/report-move.md: reviewed_on 2026-11-23 (before: 2026-08-20).\n"


@pytest.mark.parametrize(
    "arguments",
    [(), ("report-move",), ("--confirm",), ("report-move", "--confirm", "--change"), ("report-move", "--list"),
     ("--list", "--reminders", "out")],
)  # fmt: skip
def test_one_thing_at_a_time(kb, articles, arguments) -> None:
    code, _, err = kb("review", *arguments)
    assert code == 2
    assert err.startswith("Say one thing")


def test_lists_and_the_stamp_need_no_database_package(articles: Path, tmp_path: Path) -> None:
    """The base install has no sqlalchemy, and neither has a scheduled check."""
    block = "import sys; sys.modules.update(dict.fromkeys(['sqlalchemy', 'numpy'])); "
    for arguments, expected in ((["--list"], "team-a"), (["report-move", "--confirm", "--by", "anna"], "reviewed_on")):
        argv = ["kb", "--home", str(tmp_path / "home"), "review", *arguments]
        code = f"{block}sys.argv = {argv!r}; from assistant.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=False,
            env={"PYTHONPATH": str(ROOT), "KB_ARTICLES__PATHS": str(articles)},
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
    assert "not on record" in done.stderr
