"""What the project offers for CI does what it says: the shell commands in it are taken out and run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from kb import markdown

ROOT = Path(__file__).parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"
OLD, NEW = "2020-01-01", (datetime.now(UTC).date() - timedelta(days=1)).isoformat()

GH = """#!{python}
import json, os, sys
store, log = os.environ["GH_STORE"], os.environ["GH_LOG"]
issues = json.load(open(store)) if os.path.exists(store) else []
words = sys.argv[1:]
def option(name): return words[words.index(name) + 1] if name in words else None
with open(log, "a") as out: out.write(" ".join(words[:2]) + "\\n")
if words[:2] == ["issue", "list"]:
    found = [one for one in issues if one["open"] and one["label"] == option("--label")]
    print("\\n".join(str(one["number"]) for one in found[: int(option("--limit"))]))
elif words[:2] == ["issue", "create"]:
    body = open(option("--body-file")).read()
    issues.append(dict(number=len(issues) + 1, open=True, label=option("--label"), title=option("--title"), body=body))
elif words[:2] == ["issue", "edit"]:
    issues[int(words[2]) - 1]["body"] = open(option("--body-file")).read()
elif words[:2] == ["issue", "close"]:
    issues[int(words[2]) - 1]["open"] = False
elif words[:2] != ["label", "create"]:
    sys.exit("unknown: " + " ".join(words))
json.dump(issues, open(store, "w"))
"""


class Shop:
    """A repository of articles with `kb` on its path, and a `gh` that keeps issues in a file."""

    def __init__(self, root: Path) -> None:
        self.root = root / "repo"
        self.bin = root / "bin"
        self.issues = root / "issues.json"
        self.log = root / "gh.log"
        self.bin.mkdir()
        self.root.mkdir()
        self._program("kb", f"#!{sys.executable}\nfrom assistant.cli import main\nmain()\n")
        self._program("gh", GH.format(python=sys.executable))
        self._program("pip", "#!/bin/sh\n")
        self.put("sound", NEW)
        self.git("init", "-q", "-b", "main")
        self.commit()

    def _program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def put(self, name: str, reviewed_on: str, body: str = "Text.") -> Path:
        file = self.root / "articles" / f"{name}.md"
        file.parent.mkdir(exist_ok=True)
        head = f"id: {name}\ntitle: Titel {name}\nlanguage: de\nstatus: published\naudience: public\nowner: team-a"
        file.write_text(f"---\n{head}\nreviewed_on: {reviewed_on}\n---\n{body}\n")
        return file

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(self.root), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ``script`` as a GitHub or GitLab runner does."""
        env = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.root.parent),
            "GH_STORE": str(self.issues),
            "GH_LOG": str(self.log),
            **variables,
        }
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.root,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    def kept(self) -> list[dict[str, Any]]:
        return json.loads(self.issues.read_text())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def workflow(name: str) -> dict[Any, Any]:
    loaded = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    assert set(loaded) >= {"name", True, "permissions", "jobs"}  # YAML reads `on` as true
    for job in loaded["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert all(("run" in step) != ("uses" in step) for step in job["steps"])
    return loaded


def step(loaded: dict[Any, Any], job: str, name: str) -> dict[str, Any]:
    return next(one for one in loaded["jobs"][job]["steps"] if one.get("name") == name)


@pytest.mark.parametrize("file", sorted(WORKFLOWS.glob("*.yml")), ids=lambda file: file.name)
def test_every_workflow_reads_only_and_its_shell_commands_are_a_program(file: Path) -> None:
    loaded = workflow(file.name)
    assert loaded["permissions"]["contents"] == "read"
    for job in loaded["jobs"].values():
        for script in (step["run"] for step in job["steps"] if "run" in step):
            subprocess.run(["bash", "-n", "-c", script], check=True)


def test_the_suite_of_github_is_that_of_everybody() -> None:
    steps = workflow("test.yml")["jobs"]["suite"]["steps"]
    own = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line.startswith("make ")]
    assert [step["run"] for step in steps if "run" in step] == own


def test_the_readme_shows_a_job_that_checks_articles(shop: Shop) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    loaded = yaml.safe_load(text)
    assert set(loaded) == {"name", True, "jobs"}
    *_, install, check = (step.get("run") for step in loaded["jobs"]["check"]["steps"])
    assert install == "pip install lotse-kb"
    shop.put("sound", NEW, "[y](nowhere.md)")
    done = shop.run(check)
    assert (done.returncode, done.stdout.count("::error file=articles/sound.md")) == (1, 1)


def test_every_form_for_an_issue_asks_for_something() -> None:
    forms = [file for file in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if file.name != "config.yml"]
    assert len(forms) == 3
    for file in forms:
        form = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert set(form) >= {"name", "description", "body"}
        assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_the_hooks_of_this_repository_run_the_programs_of_the_environment() -> None:
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    entries = {hook["id"]: hook["entry"].split() for hook in repo["hooks"]}
    assert {"ruff", "ruff-format", "kb-check"} <= set(entries)
    for program, *_ in entries.values():
        assert program.startswith(".venv/bin/")
        assert shutil.which(Path(program).name, path=str(Path(sys.executable).parent)), program


def test_a_pull_request_fails_for_its_own_errors_only(shop: Shop) -> None:
    loaded = workflow("articles.yml")
    assert loaded[True].keys() == {"push", "pull_request"}
    assert loaded["permissions"] == {"contents": "read"}
    check = step(loaded, "check", "Check")
    assert check["env"]["BASE"] == "${{ github.base_ref && format('origin/{0}', github.base_ref) }}"
    shop.put("old", OLD, "[x](nowhere.md)")
    shop.git("update-ref", "refs/remotes/origin/main", shop.commit())
    shop.git("switch", "-q", "-c", "work")
    shop.put("sound", NEW, "Anderer Text.")
    shop.commit()
    fine = shop.run(check["run"], BASE="origin/main")
    assert (fine.returncode, fine.stdout) == (0, "2 articles, 0 errors, 0 warnings.\n")
    shop.put("sound", NEW, "[y](nowhere.md)")
    broken = shop.run(check["run"], BASE="origin/main")
    assert broken.returncode == 1
    assert broken.stdout.startswith("::error file=articles/sound.md,line=10,title=dead-link::")
    assert shop.run(check["run"], BASE="").stdout.count("::error") == 2


def test_the_weekly_run_keeps_one_issue_up_to_date_and_closes_it(shop: Shop) -> None:
    loaded = workflow("freshness.yml")
    assert loaded[True].keys() == {"schedule", "workflow_dispatch"}
    assert loaded["permissions"] == {"contents": "read", "issues": "write"}
    look = step(loaded, "freshness", "Look for late reviews and expired articles")
    keep = step(loaded, "freshness", "Keep one issue up to date")
    output = shop.root.parent / "output"
    variables = {key: value for key, value in keep["env"].items() if "${{" not in value}
    assert keep["env"]["LATE"] == f"${{{{ steps.{look['id']}.outputs.late }}}}"

    def week() -> None:
        output.write_text("")
        assert shop.run(look["run"], GITHUB_OUTPUT=str(output)).returncode == 0
        late = output.read_text().strip().partition("=")[2]
        done = shop.run(keep["run"], LATE=late, **variables)
        assert done.returncode == 0, done.stderr

    week()
    assert not shop.issues.exists() or shop.kept() == []
    for number in range(30):
        shop.put(f"late-{number}", OLD)
    week()
    (issue,) = shop.kept()
    assert issue["title"] == "Articles to review"
    assert issue["body"].count("- [ ] ") == 30
    assert "## team-a (30)" in issue["body"]
    for number in range(29):
        shop.put(f"late-{number}", NEW)
    week()
    (issue,) = shop.kept()
    assert (issue["open"], issue["body"].count("- [ ] ")) == (True, 1)
    shop.put("late-29", NEW)
    week()
    (issue,) = shop.kept()
    assert not issue["open"]
    assert shop.log.read_text().count("issue create") == 1


def test_the_weekly_run_fails_where_the_check_cannot_run(shop: Shop) -> None:
    look = step(workflow("freshness.yml"), "freshness", "Look for late reviews and expired articles")
    shutil.rmtree(shop.root / "articles")
    assert shop.run(look["run"], GITHUB_OUTPUT=os.devnull).returncode == 2


def yaml_blocks(language: str) -> list[Any]:
    file = ROOT / "articles" / language / "handbook-check.md"
    body = markdown.parse(file.read_text(encoding="utf-8").partition("\n---\n")[2])
    blocks = [block for section in body.sections for block in section.blocks if block.kind == "code"]
    return [yaml.safe_load(block.text) for block in blocks if block.source.startswith("```yaml")]


def test_both_handbooks_show_the_same_jobs_and_hooks() -> None:
    assert yaml_blocks("de") == yaml_blocks("en")
    assert len(yaml_blocks("de")) == 2


def test_the_gitlab_jobs_report_what_a_merge_request_broke_and_what_is_late(shop: Shop) -> None:
    jobs = yaml_blocks("de")[0]
    base = shop.commit()
    shop.put("late", OLD, "[x](nowhere.md)")
    shop.commit()
    check, late = ("\n".join(jobs[name]["script"]) for name in ("kb-check", "kb-freshness"))
    assert shop.run(check, CI_MERGE_REQUEST_DIFF_BASE_SHA=base).returncode == 1
    report = ET.parse(shop.root / jobs["kb-check"]["artifacts"]["reports"]["junit"]).getroot()
    assert [case.get("name") for case in report.iter("testcase")] == ["review-overdue", "dead-link"]
    shop.put("late", OLD)
    assert shop.run(check).returncode == 0
    done = shop.run(late)
    assert (done.returncode, "Titel late" in done.stdout) == (1, True)
    assert ET.parse(shop.root / "kb-freshness.xml").getroot().get("failures") == "1"


def hooks() -> dict[str, dict[str, Any]]:
    loaded = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in loaded:
        assert set(hook) >= {"id", "name", "entry", "language"}
        assert hook["language"] == "python"
        assert hook["entry"].split()[0] == "kb"
    return {hook["id"]: hook for hook in loaded}


def test_the_hooks_of_the_handbook_exist() -> None:
    (repo,) = yaml_blocks("de")[1]["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == ["kb-check-fix", "kb-check"]
    assert {hook["id"] for hook in repo["hooks"]} == set(hooks())


def test_the_hooks_mend_and_check_what_is_about_to_be_committed(shop: Shop) -> None:
    shop.put("old", OLD, "[x](nowhere.md)")
    shop.commit()
    file = shop.put("new", NEW.replace("-", "/"))
    shop.git("add", "-A")
    fix, check = hooks()["kb-check-fix"], hooks()["kb-check"]
    assert shop.run(check["entry"]).returncode == 1
    done = shop.run(f"{fix['entry']} articles/new.md articles/old.md")
    assert (done.returncode, done.stderr.count("Mended")) == (0, 1)
    assert f"reviewed_on: {NEW}" in file.read_text()
    assert check["pass_filenames"] is False
    assert shop.run(check["entry"]).returncode == 0
