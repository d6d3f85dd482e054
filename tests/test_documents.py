"""The repository's own documents: links that lead somewhere, and rooms whose READMEs name their modules."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from kb import markdown

ROOT = Path(__file__).parents[1]
ROOMS = ("kb", "ingest", "assistant", "evals")
DOCUMENTS = sorted(
    file
    for pattern in ("*.md", ".github/**/*.md", *(f"{room}/**/*.md" for room in ROOMS))
    for file in ROOT.glob(pattern)
    if "results" not in file.parts
)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(file: Path) -> list[str]:
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", file.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [link for link in LINK.findall(text) if not link.startswith(("https://", "http://"))]


def is_broken(file: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (file.parent / path) if path else file
    if not target.exists():
        return True
    if not anchor:
        return False
    return anchor not in markdown.parse(target.read_text(encoding="utf-8")).anchors


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_of_a_document_leads_somewhere(file: Path) -> None:
    assert [link for link in links(file) if is_broken(file, link)] == []


def test_a_broken_link_is_told() -> None:
    readme = ROOT / "README.md"
    assert links(readme)
    assert is_broken(readme, "nowhere.md")
    assert is_broken(readme, "CONTRIBUTING.md#nowhere")
    assert not is_broken(readme, "CONTRIBUTING.md#decisions")


def part(heading: str) -> str:
    """CONTRIBUTING.md below one of its headings."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def table(heading: str) -> list[list[str]]:
    """The cells of the table below ``heading``, without its head."""
    lines = [line for line in part(heading).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_public_names_are_those_that_the_modules_offer() -> None:
    rows = table("Public names")
    assert len(rows) == 6
    for module, names in rows:
        offered = importlib.import_module(module.strip("`")).__all__
        assert sorted(set(re.findall(r"`(\w+)`", names))) == sorted(offered), module


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    names = {re.split(r"[\[>=<]", name)[0].lower() for name in asked} - {project["name"]}
    reasons = {name.strip().lower() for cells in table("Dependencies and why") for name in cells[0].split(",")}
    assert names - reasons == set()
    assert reasons - names == set()


def test_decisions_are_numbered_and_dated() -> None:
    entries = re.split(r"^(?=\d+\. )", part("Decisions"), flags=re.MULTILINE)[1:]
    assert len(entries) > 70
    for number, entry in enumerate(entries, start=1):
        assert re.match(rf"{number}\. \*\*[^*]+\*\* \(\d\d? [A-Z][a-z]{{2}} \d{{4}}\)\. ", " ".join(entry.split())), (
            entry
        )


@pytest.mark.parametrize("room", ROOMS)
def test_a_rooms_readme_names_each_of_its_modules_once_below_its_folder(room: str) -> None:
    named: dict[str, list[str]] = {}
    folder = ""
    for line in (ROOT / room / "README.md").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"#{2,3} (.+)", line):
            folder = heading[1].rstrip("/") if heading[1].endswith("/") else ""
        elif item := re.match(r"- `(\w+)`: \S", line):
            named.setdefault(folder, []).append(item[1])
    there: dict[str, list[str]] = {}
    for module in (ROOT / room).rglob("*.py"):
        if not module.name.startswith("__") and "versions" not in module.parts:
            there.setdefault(module.parent.relative_to(ROOT / room).as_posix().removeprefix("."), []).append(
                module.stem
            )
    assert {folder: sorted(names) for folder, names in named.items()} == {
        folder: sorted(names) for folder, names in there.items()
    }
