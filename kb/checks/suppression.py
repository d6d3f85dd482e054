"""Findings that an author has looked at and lets stand: a comment that names the code and gives the reason.

    <!-- kb-check: ignore dead-link: the page goes online on Monday -->
    <!-- kb-check: ignore-file long-paragraph: legal text, quoted as a whole -->

``ignore`` behind text covers its own line; on a line of its own it covers what follows up to the next blank line.
``ignore-file`` covers the whole file. In the front matter the same words stand behind ``#``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.articles import front_matter
from kb.checks.codes import PASSING, SUPPRESSIONS, WHY
from kb.checks.finding import Finding
from kb.checks.page import Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kb.checks.page import Page

MARK = "kb-check:"
_IN_BODY = re.compile(r"<!--[ \t]*kb-check:(.*?)-->", re.DOTALL)
_IN_FRONT = re.compile(r"(?:^|\s)#[ \t]*kb-check:(.*)$")
_WORDS = re.compile(
    r"\s*(ignore(?:-file)?)\s+([a-z][a-z-]*(?:\s*,\s*[a-z][a-z-]*)*)(?:\s*[:–—]\s*|\s+|$)(.*)", re.DOTALL
)
_CODE_SPAN = re.compile(r"(`+)[^`\n]+\1")
_LINE_END = re.compile(r"\r\n|\r|\n")
_MIN_REASON_WORDS = 2
"""One word ("yes", "known") tells the next reader nothing."""


def suppressions(page: Page) -> tuple[Suppression, ...]:
    """All such comments of a page that still has its text. Code is passed over: it shows them, it makes none."""
    source = page.article.source if page.article else ""
    if MARK not in source:
        return ()
    yaml_text, offset, first_line = front_matter.split(source)
    found = list(_of_front_matter(yaml_text or ""))
    body = _CODE_SPAN.sub(lambda match: " " * len(match[0]), source[offset:])
    lines = _LINE_END.split(body)
    code = _code_lines(page)
    for match in _IN_BODY.finditer(body):
        before = body[: match.start()]
        line = first_line + len(_LINE_END.findall(before))
        if line not in code:
            last = line + len(_LINE_END.findall(match[0]))
            own = not lines[line - first_line].split("<!--", 1)[0].strip(" \t>-*")
            covered = _what_follows(lines, first_line, last) if own else (line, last)
            found.append(_read(match[1], line, covered))
    return tuple(found)


def _of_front_matter(yaml_text: str) -> Iterator[Suppression]:
    for line, text in enumerate(_LINE_END.split(yaml_text), start=2):
        if match := _IN_FRONT.search(text):
            own = not text[: match.start()].strip()
            yield _read(match[1], line, (line + own, line + own))


def _code_lines(page: Page) -> frozenset[int]:
    blocks = (block for section in page.body.sections for block in section.blocks if block.kind == "code")
    return frozenset(line for block in blocks for line in range(block.lines[0], block.lines[1] + 1))


def _what_follows(lines: Sequence[str], first_line: int, line: int) -> tuple[int, int]:
    """Lines from the one after ``line`` to the last one before a blank line."""
    start = line + 1 - first_line
    while start < len(lines) and not lines[start].strip():
        start += 1
    end = start
    while end < len(lines) and lines[end].strip():
        end += 1
    return line, end - 1 + first_line


def _read(words: str, line: int, covered: tuple[int, int]) -> Suppression:
    match = _WORDS.fullmatch(words)
    if not match:
        return Suppression(
            line, (), covered, wrong="it does not say `ignore CODE: reason` or `ignore-file CODE: reason`"
        )
    codes = tuple(code.strip() for code in match[2].split(","))
    reason = " ".join(match[3].split())
    unknown = [code for code in codes if code not in WHY or code in SUPPRESSIONS]
    wrong = ""
    if unknown:
        wrong = f"`{unknown[0]}` is no code that can be suppressed"
    elif len(reason.split()) < _MIN_REASON_WORDS:
        wrong = "it gives no reason"
    return Suppression(line, codes, None if match[1] == "ignore-file" else covered, reason, wrong)


def apply(findings: Iterable[Finding], pages: Sequence[Page]) -> list[Finding]:
    """``findings`` without those that are suppressed, and with those about the suppressions themselves."""
    by_path = {page.shown: page.suppressions for page in pages if page.wanted and page.suppressions}
    if not by_path:
        return list(findings)
    used: set[tuple[str, int]] = set()
    left: list[Finding] = []
    for finding in findings:
        covering = [one for one in by_path.get(finding.path, ()) if one.covers(finding)]
        used.update((finding.path, one.line) for one in covering)
        if not covering:
            left.append(finding)
    for page in pages:
        for one in page.suppressions if page.wanted else ():
            left += _about(page, one, is_used=(page.shown, one.line) in used)
    return left


def _about(page: Page, one: Suppression, *, is_used: bool) -> Iterator[Finding]:
    if one.wrong:
        fix = "Write `kb-check: ignore CODE: why it may stay`, in words that the next reader understands."
        yield page.finding("error", "bad-suppression", one.line, f"the suppression does not count: {one.wrong}", fix)
    elif not is_used and not PASSING.issuperset(one.codes):
        message = f"nothing to suppress here: {', '.join(one.codes)}"
        yield page.finding("warning", "unused-suppression", one.line, message, "Remove the comment.")
