"""The front-matter schema, and how a file's front matter is read.

Two readers share one schema: ``kb ingest`` is lenient (what it cannot read is a problem and a safe default, foreign
keys are kept), ``kb check`` minds everything that is not as the schema says. YAML's guesses are switched off: every
plain value is text, so that ``id: 007``, ``title: 2020-01-01`` and ``language: no`` stay what was written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeAlias

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kb.articles.article import DEFAULT_REVIEW_EVERY_DAYS, Audience, Status

MAX_FRONT_MATTER_CHARS = 65_536
MAX_YAML_DEPTH = 50
"""Brackets and list markers within each other; a real front matter has two or three."""

Foreign: TypeAlias = str | tuple[str, ...]

_FENCE = re.compile(r"\A\ufeff?---[ \t]*(?:\r\n|\r|\n)")
_CLOSING = re.compile(
    r"^(?:---|\.\.\.)[ \t]*(?:\r\n|\r(?!\n)|\n|\Z)|(?<=\r)(?:---|\.\.\.)[ \t]*(?:\r|\Z)", re.MULTILINE
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*|[ix](?:-[a-z0-9]{1,8})+", re.IGNORECASE)
_SALVAGE = re.compile(r"^[ \t]*([A-Za-z_][\w.-]*)[ \t]*:(?:[ \t]+(.*?))?[ \t]*$")
_TOP_KEY = re.compile(r"[\"']?([^\s\"':#-][^\"':]*?)[\"']?[ \t]*:(?:\s|$)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_QUOTES = "\"'„“”‚‘’"


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong with one key: ``line`` counts from 1 in the file, ``key`` is empty for the YAML as a whole."""

    code: str
    key: str
    line: int
    message: str


def _date(value: object) -> object:
    if value in (None, ""):
        return None
    text = str(value).strip()
    if not _DATE.fullmatch(text):
        raise ValueError(f"'{text}' is not a date of the form YYYY-MM-DD")
    return date.fromisoformat(text)


def _texts(value: object) -> object:
    """A list of texts; a single text is split at commas."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(item.strip() for item in value if item.strip())
    raise ValueError("expected a list of texts")


def _tag(value: object) -> object:
    """A BCP 47 tag with its primary part in lower case."""
    text = str(value).strip().replace("_", "-") if isinstance(value, str) else ""
    if text and not _TAG.fullmatch(text):
        raise ValueError(f"'{text}' is not a language tag such as de or en")
    primary, _, rest = text.partition("-")
    return f"{primary.lower()}-{rest}" if rest else primary.lower()


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("expected a text")  # noqa: TRY004 - pydantic turns ValueError into its own error
    return value.strip()


_Text = Annotated[str, BeforeValidator(_text)]
_Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
_Day = Annotated[date | None, BeforeValidator(_date)]
_Language = Annotated[str, BeforeValidator(_tag)]


class FrontMatter(BaseModel):
    """The keys that Lotse knows, with what a missing one means. Empty texts and lists stand for missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: _Text = ""
    title: _Text = ""
    language: _Language = ""
    status: Status = "published"
    audience: Audience = "internal"
    owner: _Text = ""
    products: _Texts = ()
    tags: _Texts = ()
    aliases: _Texts = ()
    created_on: _Day = None
    reviewed_on: _Day = None
    expires_on: _Day = None
    review_every_days: Annotated[int, Field(ge=1, le=730)] = DEFAULT_REVIEW_EVERY_DAYS
    supersedes: _Texts = ()
    related: _Texts = ()
    source: _Text = ""


KEYS = tuple(FrontMatter.model_fields)
_DATES = frozenset(("created_on", "reviewed_on", "expires_on"))
_LISTS = frozenset(("products", "tags", "aliases", "supersedes", "related"))
_CHOICES = frozenset(("status", "audience", "language", "review_every_days"))
_SAFE: Mapping[str, str] = {"status": "draft", "audience": "internal"}
"""What an unreadable value becomes: never more visible than its author may have meant."""


@dataclass(frozen=True, slots=True)
class FrontMatterReading:
    """A front matter as read.

    ``lines`` are the lines of its top-level keys in the file; ``present`` says whether there is one. ``values`` are
    complete and valid; each complaint has been replaced by a default.
    ``loose`` are things that only the strict reader minds, such as a list written as one text with commas.
    """

    values: FrontMatter
    foreign: Mapping[str, Foreign]
    lines: Mapping[str, int]
    complaints: tuple[Complaint, ...]
    loose: tuple[Complaint, ...] = ()
    present: bool = True

    def line_of(self, key: str) -> int:
        """Line of ``key``; 1 where it is missing."""
        return self.lines.get(key, 1)


NOTHING = FrontMatterReading(FrontMatter(), {}, {}, (), present=False)


def split(text: str) -> tuple[str | None, int, int]:
    """(YAML without its fences, position at which the body begins, line in the file at which it begins).

    (None, 0, 1) where there is no front matter: no fence on the first line, or none that closes it.
    """
    opening = _FENCE.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return None, 1 if text.startswith("\ufeff") else 0, 1
    yaml_text = text[opening.end() : closing.start()]
    if ":" not in yaml_text and yaml_text.strip():  # prose between two rules, no front matter
        return None, 1 if text.startswith("\ufeff") else 0, 1
    lines = len(_LINE_END.findall(text, 0, closing.end()))
    return yaml_text, closing.end(), lines + 1


def read(yaml_text: str) -> FrontMatterReading:
    """Read the YAML of a front matter that begins on line 2 of its file. Never raises."""
    lines = _LINE_END.split(yaml_text)
    data, complaints = _load(yaml_text, lines)
    where: dict[str, int] = {}
    for number, line in enumerate(lines, start=2):
        match = _TOP_KEY.match(line)
        if match and match[1] in where:
            message = f"{match[1]}: stands here again, after line {where[match[1]]}; the last one counts"
            complaints.append(Complaint("duplicate-key", match[1], number, message))
        elif match:
            where[match[1]] = number
    known = {key: value for key, value in data.items() if key in KEYS and value != ""}
    foreign = {key: _foreign(value) for key, value in data.items() if key not in KEYS}
    values, found = _validate(known, where)
    found += [_bad_date(key, where) for key, value in foreign.items() if _is_impossible_date(value)]
    loose = [
        Complaint("wrong-type", key, where.get(key, 1), f"{key}: expected a list such as [{value}]")
        for key, value in known.items()
        if key in _LISTS and isinstance(value, str)
    ]
    complaints = sorted((*complaints, *found), key=lambda complaint: complaint.line)
    return FrontMatterReading(values, foreign, where, tuple(complaints), tuple(loose))


def _is_impossible_date(value: Foreign) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return True
    return False


def _bad_date(key: str, where: Mapping[str, int]) -> Complaint:
    return Complaint("bad-date", key, where.get(key, 1), f"{key}: there is no such day")


def _validate(known: dict[str, Any], where: Mapping[str, int]) -> tuple[FrontMatter, list[Complaint]]:
    complaints: list[Complaint] = []
    try:
        return FrontMatter.model_validate(known), complaints
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            key = str(detail["loc"][0])
            message = detail["msg"].removeprefix("Value error, ")
            complaints.append(Complaint(_code(key, known[key]), key, where.get(key, 1), f"{key}: {message}"))
    bad = {complaint.key for complaint in complaints}
    safe = {key: _SAFE[key] for key in bad if key in _SAFE}
    return FrontMatter.model_validate({key: value for key, value in known.items() if key not in bad} | safe), complaints


def _code(key: str, value: object) -> str:
    if key in _DATES:
        return "bad-date"
    return "bad-value" if key in _CHOICES and isinstance(value, str) else "wrong-type"


def _foreign(value: object) -> Foreign:
    """Scalars and lists of scalars as they are; what is nested deeper as YAML-like text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return tuple(item if isinstance(item, str) else str(item) for item in value)
    return "" if value is None else str(value)


class _TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # the C loader may be missing
    """A safe loader without guesses: every plain scalar is text."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - PyYAML's own way


def _load(yaml_text: str, lines: list[str]) -> tuple[dict[str, Any], list[Complaint]]:
    """The mapping in ``yaml_text``; where YAML cannot read it, the lines that look like ``key: text``."""
    refused = _refuse(yaml_text)
    line = 2
    if not refused:
        try:
            data = yaml.load(_LINE_END.sub("\n", yaml_text), Loader=_TextLoader)  # noqa: S506 - a SafeLoader
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            line = mark.line + 2 if mark else 2
            refused = str(getattr(error, "problem", None) or "not valid YAML")
        except (RecursionError, ValueError) as error:
            refused = f"not readable ({type(error).__name__})"
        else:
            if data is None:
                return {}, []
            if isinstance(data, dict):
                return {str(key).strip(): value for key, value in data.items()}, []
            refused = "not a list of keys and values"
    salvaged: dict[str, Any] = {}
    for text in lines:
        match = _SALVAGE.match(text)
        if match and match[1] not in salvaged and (match[2] or "")[:1] not in ("&", "*"):
            salvaged[match[1]] = _salvaged(match[2] or "")
    return salvaged, [Complaint("bad-front-matter", "", line, f"front matter: {refused}")]


def _salvaged(value: str) -> str | list[str]:
    text = value.strip().strip(_QUOTES).strip()
    if text.startswith("["):
        return [part.strip().strip(_QUOTES) for part in text.strip("[]").split(",")]
    return text


def _refuse(yaml_text: str) -> str:
    """Why YAML should not even be tried, else empty. Aliases can expand to any size; front matter needs none."""
    if len(yaml_text) > MAX_FRONT_MATTER_CHARS:
        return f"longer than {MAX_FRONT_MATTER_CHARS} characters"
    depth = max((len(line) - len(line.lstrip(" -?:")) for line in yaml_text.split("\n")), default=0) // 2
    if max(depth, yaml_text.count("["), yaml_text.count("{")) > MAX_YAML_DEPTH:
        return "nested too deeply"
    if "*" not in yaml_text:
        return ""
    try:
        events = yaml.parse(_LINE_END.sub("\n", yaml_text), Loader=_TextLoader)
        if any(isinstance(event, yaml.AliasEvent) for event in events):
            return "YAML aliases (*name) are not allowed"
    except yaml.YAMLError:
        return ""  # loading it says where and why
    return ""


def text_sha256(source: str) -> str:
    """SHA-256 of an article's text: without its front matter, so that a review changes nothing, white space folded."""
    body = source[split(source)[1] :]
    return hashlib.sha256(" ".join(body.split()).encode()).hexdigest()
