"""One file of bytes to one article: encoding, front matter, Markdown, and what its author should know.

Lenient, as ``kb ingest`` needs it: whatever can be read becomes an article, the rest becomes problems with a line.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from kb import markdown
from kb.articles import front_matter
from kb.articles.article import Article, Problem, Section
from kb.text.language import detect, detect_question

if TYPE_CHECKING:
    from kb.articles.front_matter import FrontMatterReading
    from kb.markdown import ParsedBody

_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_LINE_END_BYTES = re.compile(rb"\r\n|\r|\n")
_LATIN = re.compile("[\u0000-\u024f\u2000-\u20cf]*")
_LANGUAGE_FOLDERS = frozenset(("de", "en"))


@dataclass(frozen=True, slots=True)
class ReadResult:
    """``article`` is None where the file holds none; then a problem says why.

    ``body`` and ``front_matter`` are the readings the article was made from, for the checks.
    """

    article: Article | None
    problems: tuple[Problem, ...]
    body: ParsedBody | None = None
    front_matter: FrontMatterReading = front_matter.NOTHING


def read(path_below_root: str, raw: bytes) -> ReadResult:
    """Read the file at ``path_below_root`` (POSIX). Never raises on content.

    A missing id is the path without its suffix; a missing title the first heading, else the file name; a missing
    language is told from the text, else from a folder named ``de`` or ``en``, else ``und``.
    """
    text, problems = decode(path_below_root, raw)
    if text is None:
        return ReadResult(None, tuple(problems))
    yaml_text, offset, first_line = front_matter.split(text)
    meta = front_matter.NOTHING if yaml_text is None else front_matter.read(yaml_text)
    problems += [Problem(path_below_root, item.line, item.code, item.message) for item in meta.complaints]
    body = markdown.parse(text[offset:], first_line, meta.values.title)
    if not body.sections:
        problems.append(Problem(path_below_root, 0, "empty", "the article has no text"))
        if not (meta.values.title or body.title):
            return ReadResult(None, tuple(problems), body, meta)
    article = _article(path_below_root, text, meta, body)
    problems += _language_mismatch(path_below_root, article.language, meta, body)
    return ReadResult(article, tuple(problems), body, meta)


def _article(path: str, text: str, meta: FrontMatterReading, body: ParsedBody) -> Article:
    values = meta.values
    pure = PurePosixPath(path)
    title = values.title or body.title or readable_name(pure.stem)
    return Article(
        id=values.id or id_from_path(path),
        language=values.language or _language(path, _running_text(values.title or body.title, body)),
        title=unicodedata.normalize("NFC", " ".join(title.split())),
        path=path,
        source=text,
        # A bare title can be found, too.
        sections=body.sections or (Section((), "", 0, (1, 1), ()),),
        status=values.status,
        audience=values.audience,
        owner=values.owner,
        products=values.products,
        tags=values.tags,
        aliases=values.aliases,
        created_on=values.created_on,
        reviewed_on=values.reviewed_on,
        expires_on=values.expires_on,
        review_every_days=values.review_every_days,
        supersedes=values.supersedes,
        related=values.related,
        origin=values.source,
        foreign=MappingProxyType(dict(meta.foreign)),
    )


def id_from_path(path: str) -> str:
    """The id of an article that says none: its path below the root, without the suffix."""
    return unicodedata.normalize("NFC", str(PurePosixPath(path).with_suffix("")))


def readable_name(stem: str) -> str:
    """A file name as a title: ``reset-your_password`` becomes ``Reset your password``."""
    words = " ".join(re.sub(r"[-_]+", " ", unicodedata.normalize("NFC", stem)).split())
    return words[:1].upper() + words[1:] or stem


def _running_text(title: str, body: ParsedBody) -> str:
    parts = [title]
    for section in body.sections[:20]:
        parts += [section.heading, section.text]
    return "\n".join(parts)


def _language(path: str, text: str) -> str:
    if found := detect(text, default=""):
        return found
    for part in reversed(PurePosixPath(path).parts[:-1]):
        if part.lower() in _LANGUAGE_FOLDERS:
            return part.lower()
    return detect_question(text, default="und") if _LATIN.fullmatch(text) else "und"


def _language_mismatch(path: str, language: str, meta: FrontMatterReading, body: ParsedBody) -> list[Problem]:
    """German text marked as English and the like, only where the text speaks clearly."""
    if not meta.values.language:
        return []
    text = _running_text("", body)
    found = detect(text, default="")
    if not found or found == language.partition("-")[0]:
        return []
    message = f"marked as language '{language}', but the text reads as '{found}'"
    return [Problem(path, meta.line_of("language"), "language-mismatch", message)]


def decode(path: str, raw: bytes) -> tuple[str | None, list[Problem]]:
    """The text without byte order mark; None for what is no text."""
    if not raw.strip():
        return None, [Problem(path, 0, "empty", "the file is empty")]
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _decode_wide(path, raw, encoding)
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\0" in raw:
        line = _line_of(raw, raw.index(b"\0"))
        return None, [Problem(path, line, "binary", "the file holds NUL bytes: it is not text")]
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _decode_broken(path, raw, error.start)


def _decode_wide(path: str, raw: bytes, encoding: str) -> tuple[str | None, list[Problem]]:
    try:
        return raw.decode(encoding), []
    except UnicodeDecodeError:
        return None, [Problem(path, 0, "binary", f"the file begins like {encoding.upper()} but is not text")]


def _decode_broken(path: str, raw: bytes, position: int) -> tuple[str, list[Problem]]:
    line = _line_of(raw, position)
    western = _as_cp1252(raw)
    if western is not None:
        return western, [Problem(path, line, "invalid-encoding", "not UTF-8; the file was read as Windows-1252")]
    message = f"byte 0x{raw[position]:02x} is not UTF-8; such bytes were replaced by U+FFFD"
    return raw.decode("utf-8", errors="replace"), [Problem(path, line, "invalid-encoding", message)]


def _line_of(raw: bytes, position: int) -> int:
    return len(_LINE_END_BYTES.findall(raw, 0, position)) + 1


def _as_cp1252(raw: bytes) -> str | None:
    """``raw`` as Windows-1252 where that is plausible: no letter of it is UTF-8, and all are letters or signs."""
    if _UTF8_LETTER.search(raw):
        return None
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return None
    foreign = {char for char in text if char > "\x7f"}
    return text if all(unicodedata.category(char)[0] in "LPSNZ" for char in foreign) else None
