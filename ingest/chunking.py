"""Sections to chunks: what is embedded and searched, measured in the embedder's own tokens."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from kb.articles.article import Article, Block, Section, Unit
from kb.catalog import NewChunk, NewName, UnitRow
from kb.embedding.protocol import Embedder

CHUNKER_VERSION = 3
_RESERVE_TOKENS = 12
"""Prefix, special tokens and the joints between blocks, which the sum of the parts does not count."""

_MIN_BODY_TOKENS = 24
"""A breadcrumb never takes so much that less than this is left for the text."""


def recipe(embedder: Embedder, chunk_tokens: int) -> str:
    """What, besides the file, decides over an article's chunks; when it changes, all articles are made anew."""
    return f"{CHUNKER_VERSION}/{chunk_tokens}/{embedder.fingerprint}"


def vector_id(text: str) -> str:
    """The content-addressed id of an embedded text: 32 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def breadcrumb(article: Article, section: Section) -> str:
    """``Title > heading > heading``, as it stands in front of a chunk's text."""
    return unicodedata.normalize("NFC", " > ".join([article.title, *section.headings]))


def names(article: Article) -> list[NewName]:
    """What an article goes by: its title and its aliases, each once."""
    texts = dict.fromkeys(unicodedata.normalize("NFC", name.strip()) for name in (article.title, *article.aliases))
    return [NewName(vector_id(f"name: {text}"), text) for text in texts if text]


def chunk(article: Article, embedder: Embedder, chunk_tokens: int) -> list[NewChunk]:
    """The chunks of an article in the order of its text; at least one, so that a bare title can be found.

    A chunk never crosses a section. Blocks are kept whole; only one that alone is over the budget is cut, between its
    units, and only a unit that alone is over the budget is cut inside, between tokens.
    """
    chunks: list[NewChunk] = []
    budget = min(chunk_tokens, embedder.max_tokens)
    for ordinal, section in enumerate(article.sections):
        head = breadcrumb(article, section)
        room = max(budget - _RESERVE_TOKENS - len(embedder.token_offsets(head)), _MIN_BODY_TOKENS)
        chunks += [_chunk(head, ordinal, pieces) for pieces in _pack(_pieces(section, embedder, room), room)]
    if not chunks and article.sections:
        chunks.append(_chunk(unicodedata.normalize("NFC", article.title), 0, []))
    return chunks


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block, or a part of one that had to be cut."""

    text: str
    tokens: int
    block: int
    units: tuple[Unit, ...]
    leads_in: bool


def _pieces(section: Section, embedder: Embedder, room: int) -> Iterator[_Piece]:
    for number, block in enumerate(section.blocks):
        if not block.text:
            continue
        tokens = len(embedder.token_offsets(block.text))
        if tokens <= room:
            leads_in = block.kind == "paragraph" and block.text.endswith(":")
            yield _Piece(block.text, tokens, number, block.units, leads_in)
        else:
            yield from _cut(block, number, embedder, room)


def _cut(block: Block, number: int, embedder: Embedder, room: int) -> Iterator[_Piece]:
    """Between units where they fit, inside a unit where it does not."""
    units = block.units or (Unit("sentence", block.source, block.text, block.lines),)
    for unit in units:
        offsets = embedder.token_offsets(unit.text)
        if len(offsets) <= room:
            yield _Piece(unit.text, len(offsets), number, (unit,), leads_in=False)
            continue
        for start in range(0, len(offsets), room):
            window = offsets[start : start + room]
            yield _Piece(unit.text[window[0][0] : window[-1][1]], len(window), number, (unit,), leads_in=False)


def _pack(pieces: Iterator[_Piece], room: int) -> Iterator[list[_Piece]]:
    """Fill chunks one after the other; a line that leads in ("You need:") goes with what it leads to."""
    held: list[_Piece] = []
    used = 0
    for piece in pieces:
        if held and used + piece.tokens > room:
            carry = [held.pop()] if held[-1].leads_in and held[-1].tokens + piece.tokens <= room else []
            if held:
                yield held
            held, used = carry, sum(part.tokens for part in carry)
        held.append(piece)
        used += piece.tokens
    if held:
        yield held


def _chunk(head: str, section: int, pieces: list[_Piece]) -> NewChunk:
    body = "\n".join(piece.text for piece in pieces)
    text = f"{head}\n{body}" if body else head
    units: list[UnitRow] = []
    for piece in pieces:
        units += [
            UnitRow(len(units) + place, piece.block, unit.kind, unit.source, unit.text, unit.lines)
            for place, unit in enumerate(piece.units)
        ]
    return NewChunk(vector_id(text), section, text, body, tuple(units))
