"""Data sets: a folder of articles and files of questions with the articles that answer them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import UsageError
from kb.text.language import InLanguage

REPOSITORY = Path(__file__).resolve().parents[2]
"""This checkout: with its own articles and the gold questions it is a data set too, called "gold" wherever it lies."""

QUERIES = "queries.jsonl"
_T = TypeVar("_T")

_LANGUAGE = re.compile(r"(?<![a-z0-9])(?:de|en)(?![a-z0-9])[^a-z0-9]?")
"""The part of an id that tells which translation it names: "faq-de-refund", "en/refund"."""

SPLITS = ("all", "dev", "test")
FAR = "far"
"""The kind of questions that another file lends as unanswerable ones."""


class _Line(BaseModel):
    """A line of the file; further keys are the data set's own."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    language: str = Field(min_length=2)
    relevant: list[str] = []
    also_ok: list[str] = []
    answers: list[str] = []
    answerable: bool = True
    target_language: str | None = None
    kind: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Question(InLanguage):
    """A question, as the data set has it. ``source`` and ``line`` (from 1) are its place.

    ``relevant`` holds ids of articles that answer; ``also_ok`` those that are neither hit nor miss. ``answers`` are
    texts of which an answer should quote one. ``target_language`` restricts the index to articles of that language.
    ``split`` is "dev" (what is tuned may look at it) or "test". ``lent``: from a file that is not the data set's.
    """

    id: str
    text: str
    language: str
    relevant: frozenset[str]
    also_ok: frozenset[str]
    answers: tuple[str, ...]
    answerable: bool
    target_language: str | None
    kind: str | None
    split: str
    source: Path
    line: int
    lent: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set: its ``articles`` folder and its questions."""

    name: str
    articles: Path
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which questions are asked: those of the files ``queries`` (none: the data set's own) and of one ``split``.

    A file is looked for as it is named, then in the data set. A limit keeps so many questions, evenly from all, so that
    no language is left out. ``unanswerable`` is a file whose questions are added as unanswerable ones of kind ``FAR``,
    whatever its lines say about that.
    """

    queries: Sequence[Path] = ()
    split: str = "all"
    limit: int | None = None
    unanswerable: Path | None = None
    unanswerable_limit: int | None = None

    def described(self) -> dict[str, Any]:
        """What differs from asking all of the data set's own questions; files by their names."""
        values = {
            "queries": [_name(file) for file in self.queries],
            "split": None if self.split == SPLITS[0] else self.split,
            "limit": self.limit,
            "unanswerable": None if self.unanswerable is None else _name(self.unanswerable),
            "unanswerable_limit": self.unanswerable_limit,
        }
        return {name: value for name, value in values.items() if value}


def load(folder: Path, selection: Selection | None = None) -> Dataset:
    """Read a data set, all of it where no ``selection`` is given.

    Raises UsageError for a missing folder or file, for a line that is not what it should be, naming the line, and where
    no question is left.
    """
    selection = selection or Selection()
    articles = folder / "articles"
    if not articles.is_dir():
        raise UsageError(
            f"There is no data set in {folder}: the folder {articles} is missing.",
            f"Give a folder that holds articles/**/*.md and {QUERIES}.",
        )
    questions = _read(folder, selection.queries or [folder / QUERIES], selection.split, selection.limit)
    if selection.unanswerable is not None:
        lent = _read(folder, [selection.unanswerable], selection.split, selection.unanswerable_limit)
        questions += tuple(_unanswerable(question) for question in lent)
    _each_once(questions)
    return Dataset("gold" if folder.resolve() == REPOSITORY else folder.resolve().name, articles, questions)


def resolved(dataset: Dataset, names: Mapping[str, str]) -> Dataset:
    """The data set with the ids that the index uses; ``names`` maps every name an article may go by to its id.

    Raises UsageError for a relevant article that does not exist. An unknown ``also_ok`` article can never be ranked.
    """
    questions = []
    for question in dataset.questions:
        unknown = sorted(question.relevant - names.keys())
        if unknown:
            raise UsageError(
                f"{question.source}:{question.line}: there is no article '{unknown[0]}' in {dataset.articles}.",
                "An article's id is its front matter's `id`, else its path below articles/ without .md.",
            )
        relevant = frozenset(names[name] for name in question.relevant)
        also_ok = frozenset(names.get(name, name) for name in question.also_ok) - relevant
        questions.append(replace(question, relevant=relevant, also_ok=also_ok))
    return replace(dataset, questions=tuple(questions))


def fold(text: str) -> str:
    """``text`` for comparing answers with quotes: NFC, case folded, white space as single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def holds_answer(answers: Collection[str], quotes: Collection[str]) -> bool:
    """Whether one of the ``quotes`` contains one of the ``answers``."""
    folded = [fold(quote) for quote in quotes]
    return any(fold(answer) in quote for answer in answers for quote in folded)


def even(questions: Sequence[_T], limit: int | None) -> tuple[_T, ...]:
    """At most ``limit`` of ``questions``, taken evenly and in their order."""
    if limit is None or limit >= len(questions):
        return tuple(questions)
    return tuple(questions[place * len(questions) // limit] for place in range(limit))


def _read(folder: Path, files: Sequence[Path], split: str, limit: int | None) -> tuple[Question, ...]:
    """The questions of one ``split`` in ``files``, at most ``limit``."""
    sources = [_source(folder, file) for file in files]
    questions = [question for source in sources for question in _questions(source)]
    if not questions:
        raise UsageError(
            f"{sources[0]} holds no question.", "Write one JSON object a line, with id, text and language."
        )
    kept = [question for question in questions if split in {"all", question.split}]
    if not kept:
        raise UsageError(f"{sources[0]} holds no question of the split '{split}'.", "Take all of them: --split all.")
    return even(kept, limit)


def _name(file: Path) -> str:
    """The folder of a file that is called as all of them are tells more."""
    return file.resolve().parent.name if file.name == QUERIES else file.stem


def _each_once(questions: Sequence[Question]) -> None:
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            place = f"{question.source}:{question.line}"
            raise UsageError(f"{place}: the id '{question.id}' is there again.", "Give every question its own id.")
        seen.add(question.id)


def _unanswerable(question: Question) -> Question:
    nothing: frozenset[str] = frozenset()
    stripped = replace(question, relevant=nothing, also_ok=nothing, answers=(), target_language=None)
    return replace(stripped, answerable=False, kind=FAR, lent=True)


def _split(line: _Line) -> str:
    """The line's own split where it names one of ours, else by the SHA-1 of what it asks about: even dev, odd test.

    That is its first relevant article, or itself where there is none, in any language: so no half holds a question
    whose article, or its translation, the other half has asked about.
    """
    if line.split in SPLITS[1:]:
        return str(line.split)
    about = _LANGUAGE.sub("", min(line.relevant, default=line.id).casefold())
    number = int(hashlib.sha1(about.encode(), usedforsecurity=False).hexdigest(), 16)
    return "test" if number % 2 else "dev"


def _source(folder: Path, queries: Path) -> Path:
    for place in (queries, folder / queries):
        if place.is_file():
            return place
    raise UsageError(f"There is no file {queries}.", f"Give the questions with --queries FILE, or add {QUERIES}.")


def _questions(source: Path) -> Iterator[Question]:
    try:
        lines = source.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{source} cannot be read: {error}.", "Give a readable UTF-8 file.") from None
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = _Line.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise UsageError(
                f"{source}:{number}: {f'{key}: ' if key else ''}{first['msg']}.",
                'Mend the line; one looks like {"id": "q1", "text": "…", "language": "de", "relevant": ["id"]}.',
            ) from None
        yield Question(
            line.id,
            line.text,
            line.language,
            frozenset(line.relevant),
            frozenset(line.also_ok),
            tuple(answer for answer in line.answers if answer.strip()),
            line.answerable,
            line.target_language,
            line.kind,
            _split(line),
            source,
            number,
        )
