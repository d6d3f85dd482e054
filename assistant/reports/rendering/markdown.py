"""A report as Markdown: every text of the data stays text, whatever marks it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.reports.rendering.blocks import (
    Block,
    Bullets,
    Cell,
    ChartBlock,
    Document,
    Facts,
    Grid,
    InternalLink,
    Paragraph,
    Section,
)

_MARKS = re.compile(r"([\\`*_{}\[\]<>|~])")
_STARTS = re.compile(r"^(\s*\d*)([#+=.)-])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_ADDRESS = re.compile(r"(?<=[A-Za-z])(:)(?=//)|(?<=\bwww)(\.)", re.IGNORECASE)


def markdown(document: Document) -> str:
    """The whole file. Charts are left out: their values stand in the tables."""
    head = [f"# {text(document.title)}", f"**{text(document.subtitle)}**", opening(document.origin)]
    blocks = [written for block in document.blocks if (written := "\n".join(_block(block)))]
    return "\n\n".join([*head, *blocks]) + "\n"


def text(data: str) -> str:
    """``data`` so that Markdown shows it as it is: one line, no mark with a meaning, no address that becomes a link."""
    flat = data if data.isprintable() else " ".join(data.split())
    return _ADDRESS.sub(r"\\\g<0>", _MARKS.sub(r"\\\1", _ENTITY.sub("&amp;", flat)))


def opening(data: str) -> str:
    """The same at the start of a line, where some marks begin a heading, a list or a quote."""
    return _STARTS.sub(r"\1\\\2", text(data))


def _block(block: Block) -> Iterable[str]:
    match block:
        case Section():
            return [f"{'#' * block.level} {text(block.title)}"]
        case Paragraph():
            return [f"*{text(block.text)}*" if block.quiet else opening(block.text)]
        case Bullets():
            return [f"- {opening(item)}" for item in block.items]
        case Facts():
            return [f"- **{text(name)}:** {text(said)}" for name, said in block.rows]
        case Grid():
            return _grid(block)
        case ChartBlock():
            return []


def _grid(grid: Grid) -> Iterator[str]:
    if grid.captioned:
        yield f"**{text(grid.caption)}**"
        yield ""
    yield _row(grid.columns)
    yield "| " + " | ".join("---:" if at in grid.numeric else "---" for at in range(len(grid.columns))) + " |"
    for row in grid.rows:
        yield _row(row)


def _row(cells: Iterable[Cell]) -> str:
    return "| " + " | ".join(text(cell.text if isinstance(cell, InternalLink) else cell) for cell in cells) + " |"
