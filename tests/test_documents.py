"""The repository's own documents: links that lead somewhere, and rooms whose READMEs name their modules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb import markdown

ROOT = Path(__file__).parents[1]
ROOMS = ("kb", "ingest", "assistant", "evals")
DOCUMENTS = sorted(
    file
    for pattern in ("*.md", "docs/*.md", ".github/*.md", *(f"{room}/**/*.md" for room in ROOMS))
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
