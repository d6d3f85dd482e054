"""`kb check --changed-since`: whoever changes something answers for that, and for nothing older."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from kb.checks.changed import check_changed
from kb.errors import MissingPartError, UsageError

TODAY = date(2026, 11, 23)
IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")


class Repository:
    """A repository in which `old` and `other` have findings that nobody has mended for long."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")
        self.put("de/old", "[x](nowhere.md)\n\nTODO\n\nEin Satz.")
        self.put("de/other", "[b](base.md#kosten)\n\n[b](base.md)")
        self.put("de/base", "## Kosten\n\nText.")
        self.commit()

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.root), *IDENTITY, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def put(self, name: str, body: str, **keys: str) -> Path:
        file = self.root / "articles" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        head = {"id": file.stem, "title": "T", "language": "de", "status": "published", "audience": "public"}
        head |= {"owner": "team", "reviewed_on": "2020-01-01", **keys}
        file.write_text("\n".join(["---", *(f"{key}: {value}" for key, value in head.items()), "---", body, ""]))
        return file

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x", "--allow-empty")
        return self.git("rev-parse", "HEAD")

    def findings(self, since: str = "main", folder: str = "articles") -> list[tuple[str, str, int]]:
        report, _ = check_changed([self.root / folder], TODAY, since, 30, ())
        return [(Path(one.path).name, one.code, one.line) for one in report.findings]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_without_a_change_nothing_is_told(repository: Repository) -> None:
    report, left_out = check_changed([repository.root / "articles"], TODAY, "HEAD", 30, ())
    assert (report.findings, report.articles, report.fails()) == ((), 3, False)
    assert left_out == 5


def test_only_lines_that_were_written_count_in_an_old_article(repository: Repository) -> None:
    repository.put("de/old", "[x](nowhere.md)\n\nTODO, später\n\nNoch ein Satz.")
    assert repository.findings() == [("old.md", "todo-left", 12)]


def test_a_new_article_answers_for_all_it_says_committed_or_not(repository: Repository) -> None:
    expected = [("new.md", "review-overdue", 8), ("new.md", "dead-link", 10)]
    repository.put("de/new", "[x](nowhere.md)")
    assert repository.findings() == expected
    repository.git("switch", "-q", "-c", "work")
    repository.commit()
    assert repository.findings() == expected


def test_what_a_change_breaks_elsewhere_is_its_doing(repository: Repository) -> None:
    repository.put("de/base", "## Preise\n\nText.")
    assert repository.findings() == [("other.md", "dead-anchor", 10)]
    (repository.root / "articles/de/base.md").unlink()
    assert repository.findings() == [("other.md", "dead-link", 10), ("other.md", "dead-link", 12)]


def test_archiving_an_article_is_told_where_others_lead_to_it(repository: Repository) -> None:
    repository.put("de/base", "## Kosten\n\nText.", status="archived")
    assert repository.findings() == [("other.md", "archived-link", 10), ("other.md", "archived-link", 12)]


def test_a_second_article_with_the_same_id_is_the_changes_doing_wherever_it_is_told(repository: Repository) -> None:
    repository.put("de/a/base", "Text.")
    assert ("base.md", "duplicate-id", 2) in repository.findings()


def test_a_renamed_file_keeps_what_was_wrong_with_it(repository: Repository) -> None:
    repository.git("mv", "articles/de/old.md", "articles/de/older.md")
    assert repository.findings() == [("older.md", "id-not-file-name", 2)]


def test_one_more_of_the_same_kind_is_new(repository: Repository) -> None:
    repository.put("de/old", "[x](nowhere.md)\n\nTODO\n\nEin Satz. [x](nowhere.md)")
    assert repository.findings() == [("old.md", "dead-link", 14)]


def test_work_is_compared_with_the_point_it_left_from(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "work")
    repository.put("de/new", "TODO", reviewed_on="2026-11-01")
    repository.commit()
    repository.git("switch", "-q", "main")
    repository.put("de/old", "Alles behoben.")
    repository.commit()
    repository.git("switch", "-q", "work")
    assert repository.findings() == [("new.md", "todo-left", 10)]


def test_paths_look_the_same_from_every_folder(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.put("de/z/old", "Doppelt.")
    repository.commit()
    repository.put("de/old", "[x](nowhere.md)\n\nTODO\n\nEin anderer Satz.")
    for folder in (repository.root, repository.root / "articles" / "de", Path("/")):
        monkeypatch.chdir(folder)
        assert repository.findings("HEAD") == []


def test_odd_names_links_to_other_files_and_submodules_are_known(repository: Repository) -> None:
    (repository.root / "articles/bild ü.png").write_bytes(b"png")
    (repository.root / "articles/minutes.docx").write_bytes(b"PK")
    (repository.root / "articles/large.md").write_bytes(b"# T\n\n" + b"Text. " * 700_000)
    for name, target in (("link.md", "de/base.md"), ("out.md", "../../out.md"), ("up.md", "../up.md")):
        (repository.root / "articles" / name).symlink_to(target)
    repository.put('de/ä "b"\tc', "![x](<../bild ü.png>)", id="x")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{repository.git('rev-parse', 'HEAD')},sub")
    repository.commit()
    repository.put("de/base", "## Kosten\n\nAnderer Text.")
    assert repository.findings("HEAD") == []


def test_before_the_first_commit_everything_is_new(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("first")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / "a.md").write_text("---\nid: a\ntitle: T\nlanguage: de\n---\n[x](nowhere.md)\n")
    report, _ = check_changed([root], TODAY, "HEAD", 30, ())
    assert [one.code for one in report.findings if one.severity == "error"] == ["dead-link"]


def test_a_folder_without_repository_and_a_revision_that_is_none_are_errors_with_a_hint(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(UsageError, match="no revision 'nothing'") as caught:
        repository.findings("nothing")
    assert "fetch" in caught.value.hint
    with pytest.raises(UsageError, match="no revision '--help'"):
        repository.findings("--help")
    outside = tmp_path_factory.mktemp("outside")
    with pytest.raises(UsageError, match="git cannot tell"):
        check_changed([outside], TODAY, "main", 30, ())
    with pytest.raises(UsageError, match="not in the repository"):
        check_changed([repository.root, outside], TODAY, "main", 30, ())


def test_without_git_the_message_says_so(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingPartError, match="git is not installed"):
        repository.findings()
