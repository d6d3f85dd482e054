"""A report as one HTML file: nothing from another host, no script, light and dark, and made to be printed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import chain
from pathlib import Path

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
from assistant.reports.rendering.charts import svg

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Should anything ever slip into a report, the browser neither runs nor fetches it."""

_SHORT = 14
_SHORT_CELL = 40
"""A table of so many rows with cells of at most so many characters is not broken over two pages."""


def html(document: Document) -> str:
    """The whole file. Every text of the document is escaped."""
    blocks = "\n".join(_block(block, number) for number, block in enumerate(document.blocks))
    return f"""<!DOCTYPE html>
<html lang="{escape(document.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(document.title)}: {escape(document.subtitle)}</title>
<style>
{_style()}</style>
</head>
<body>
<main>
<header>
<h1>{escape(document.title)}</h1>
<p class="subtitle">{escape(document.subtitle)}</p>
<p class="origin">{escape(document.origin)}</p>
</header>
{blocks}
</main>
</body>
</html>
"""


@cache
def _style() -> str:
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8")


def _block(block: Block, number: int) -> str:
    match block:
        case Section():
            name = f' id="{escape(block.target)}"' if block.target else ""
            page = ' class="new-page"' if block.new_page else ""
            return f"<h{block.level}{name}{page}>{escape(block.title)}</h{block.level}>"
        case Paragraph():
            quiet = ' class="quiet"' if block.quiet else ""
            return f"<p{quiet}>{escape(block.text)}</p>"
        case Bullets():
            return "<ul>\n" + "".join(f"<li>{escape(item)}</li>\n" for item in block.items) + "</ul>"
        case Facts():
            rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>\n" for name, text in block.rows)
            return f"<dl>\n{rows}</dl>"
        case Grid():
            return "\n".join(_grid(block, number))
        case ChartBlock():
            return (
                f"<figure>{svg(block.chart, f'c{number}')}<figcaption>{escape(block.chart.title)}</figcaption></figure>"
            )


def _grid(grid: Grid, number: int) -> Iterator[str]:
    # A wide table scrolls by itself on a small screen; the keyboard must reach it, and a reader hear its name.
    short = " short" if len(grid.rows) <= _SHORT and all(map(_is_short, chain(*grid.rows))) else ""
    yield f'<div class="scroll{short}" tabindex="0" role="group" aria-labelledby="t{number}">'
    unseen = "" if grid.captioned else ' class="unseen"'
    yield f'<table><caption id="t{number}"{unseen}>{escape(grid.caption)}</caption>'
    heads = "".join(f'<th scope="col"{_class(grid, at)}>{escape(head)}</th>' for at, head in enumerate(grid.columns))
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for row in grid.rows:
        first, *rest = row
        cells = "".join(f"<td{_class(grid, at)}>{_cell(cell)}</td>" for at, cell in enumerate(rest, 1))
        yield f'<tr><th scope="row"{_class(grid, 0)}>{_cell(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _is_short(cell: Cell) -> bool:
    return len(cell.text if isinstance(cell, InternalLink) else cell) <= _SHORT_CELL


def _class(grid: Grid, place: int) -> str:
    if place in grid.numeric:
        return ' class="number"'
    return ' class="whole"' if place in grid.whole else ""


def _cell(cell: Cell) -> str:
    if isinstance(cell, InternalLink):
        return f'<a href="#{escape(cell.target)}">{escape(cell.text)}</a>'
    return escape(cell)
