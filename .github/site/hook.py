"""Puts the handbook's articles and the screenshots into the site, from where they are."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
ARTICLES = ("handbook-*.md", "article-standard.md", "article-review.md")  # the handbook links to the last two
CALLOUT = re.compile(r"^> \[!(\w+)\]\n((?:> ?.*\n?)+)", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add each article as ``LANGUAGE/NAME.md`` and each picture as ``pictures/NAME.png``."""

    def add(source: Path, path: str) -> None:
        files.append(File.generated(config, path, abs_src_path=str(source)))

    for pattern in ARTICLES:
        for article in sorted((ROOT / "articles").glob(f"*/{pattern}")):
            add(article, f"{article.parent.name}/{article.name}")
    for picture in sorted((ROOT / ".github" / "screenshots").glob("*.png")):
        add(picture, f"pictures/{picture.name}")
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Drop the keys that the theme understands otherwise, and write notes and links as the site needs them."""
    if "/" not in page.file.src_uri:  # a page of this folder: its links are those of the repository
        markdown = markdown.replace("](../../articles/", "](").replace("](../screenshots/", "](pictures/")
    page.meta.pop("status", None)  # "published"; the theme would draw a mark beside the title
    page.meta.pop("tags", None)
    return CALLOUT.sub(_note, markdown)


def _note(callout: re.Match[str]) -> str:
    lines = [line.removeprefix(">").strip() for line in callout[2].splitlines()]
    return f"!!! {callout[1].lower()}\n" + "".join(f"    {line}\n" for line in lines)
