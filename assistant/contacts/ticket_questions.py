"""What a customer wants, found in the text of a whole ticket: its questions, without greeting, quotes and signature."""

from __future__ import annotations

import re

from kb.text.lexicons import either
from kb.text.sentences import split

_MOST = 5
_MIN_WORDS = 3
_QUOTED = re.compile(r"^\s*(?:>|\|)")
_HEADER = re.compile(rf"^\s*{either('tickets.headers')}\s*:\s*(.*)$", re.IGNORECASE)
_SUBJECT = re.compile(rf"^\s*{either('tickets.subjects')}\s*:\s*(?:(?:re|aw|fwd?|wg)\s*:\s*)*(.+)$", re.IGNORECASE)
_GREETING = re.compile(rf"^\s*{either('tickets.greetings')}\b[^.?!]{{0,60}}[,!]?\s*$", re.IGNORECASE)
_CLOSING = re.compile(rf"^\s*(?:{either('tickets.closings')}|--\s*$|_{{5,}}|-{{5,}})", re.IGNORECASE)
_ORIGINAL = re.compile(rf"^\s*{either('tickets.originals')}", re.IGNORECASE)
_WISH = re.compile(rf"\b{either('tickets.wishes')}\b", re.IGNORECASE)


def questions_of(text: str) -> list[str]:
    """Up to five questions or wishes of a ticket, in its order; what ends with a question mark goes before wishes.

    Where nothing does, the beginning tells the matter. Empty for a text without words.
    """
    subject, body = _parts(text)
    sentences = [" ".join(body[start:end].split()) for start, end in split(body)]
    sentences = list(dict.fromkeys(sentence for sentence in sentences if len(sentence.split()) >= _MIN_WORDS))
    asked = [sentence for sentence in sentences if sentence.rstrip("\"'“”»« )").endswith("?")]
    wished = [sentence for sentence in sentences if sentence not in asked and _WISH.search(sentence)]
    chosen = {*asked[:_MOST], *wished[: max(0, _MOST - len(asked))]} if asked else {*sentences[:3], *wished[:2]}
    found = [sentence for sentence in sentences if sentence in chosen] or ([subject] if subject else [])
    return found or [" ".join(text.split())][: 1 if text.strip() else 0]


def _parts(text: str) -> tuple[str, str]:
    """The subject and the customer's own words."""
    subject = ""
    kept: list[str] = []
    for line in text.splitlines():
        if _ORIGINAL.match(line) or (_CLOSING.match(line) and any(sentence.strip() for sentence in kept)):
            break
        if found := _SUBJECT.match(line):
            subject = subject or found[1].strip()
        elif not (_QUOTED.match(line) or _HEADER.match(line) or _GREETING.match(line)):
            kept.append(line)
    return subject, "\n".join(kept)
