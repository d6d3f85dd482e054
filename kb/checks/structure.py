"""Rules on the text of one article: headings, sections, leftovers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from kb.checks.finding import Finding
    from kb.checks.page import Page

_TODO = re.compile(r"\b(?:TODO|FIXME|TBD)\b")
_CODE_SPAN = re.compile(r"(`+)[^`\n]+\1")
_LINE_END = re.compile(r"\r\n|\r|\n")

MAX_PARAGRAPH_WORDS = 150
"""About a minute of reading aloud. Articles of a knowledge base stay below; legal texts are quoted with a reason."""


def heading_jump(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """A heading two levels below the one before: a screen reader announces a part that is not there."""
    above = 1
    for heading in page.body.headings:
        if heading.level > above + 1:
            message = f"heading of level {heading.level} below level {above}: “{heading.text}”"
            fix = f"Write it with {'#' * (above + 1)}."
            yield page.finding("warning", "heading-jump", heading.line, message, fix)
        above = heading.level


def empty_section(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """A heading with nothing below it, not even a deeper heading."""
    sections = page.body.sections
    for index, section in enumerate(sections):
        deeper = index + 1 < len(sections) and sections[index + 1].level > section.level
        if not section.blocks and not deeper:
            message = f"nothing stands below “{section.heading}”"
            yield page.finding("warning", "empty-section", section.lines[0], message, "Write it or remove the heading.")


def long_paragraph(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """A wall of text. Lists, tables and code are as long as they have to be."""
    for section in page.body.sections:
        for block in section.blocks:
            if block.kind not in ("paragraph", "admonition", "quote") or len(block.text) < MAX_PARAGRAPH_WORDS * 2:
                continue
            words = len(block.text.split())
            if words > MAX_PARAGRAPH_WORDS:
                message = f"a paragraph of {words} words, more than {MAX_PARAGRAPH_WORDS}"
                fix = "Cut it into several, or into steps or a list."
                yield page.finding("warning", "long-paragraph", block.lines[0], message, fix)


def todo_left(page: Page, today: date) -> Iterator[Finding]:  # noqa: ARG001
    """Notes of the author to themselves in what the reader sees; code is left alone."""
    for section in page.body.sections:
        for block in section.blocks:
            if block.kind == "code" or not _TODO.search(block.source):
                continue
            source = _CODE_SPAN.sub(lambda match: " " * len(match[0]), block.source)
            for match in _TODO.finditer(source):
                line = block.lines[0] + len(_LINE_END.findall(source, 0, match.start()))
                yield page.finding(
                    "warning", "todo-left", line, f"“{match[0]}” is left in the text", "Finish or remove it."
                )
