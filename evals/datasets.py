"""Data sets: a folder of articles and a file of questions with the articles that answer them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import UsageError

QUERIES = "queries.jsonl"


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


@dataclass(frozen=True, slots=True)
class Question:
    """A question, as the data set has it. ``line`` is its place in the file, counted from 1.

    ``relevant`` holds ids of articles that answer; ``also_ok`` those that are neither hit nor miss. ``answers`` are
    texts of which an answer should quote one. ``target_language`` restricts the index to articles of that language.
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
    line: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set: its ``articles`` folder and its questions, from the file ``source``."""

    name: str
    articles: Path
    source: Path
    questions: tuple[Question, ...]


def load(folder: Path, queries: Path | None = None, limit: int | None = None) -> Dataset:
    """Read a data set. ``limit`` keeps so many questions, evenly from the whole file, so that no language is left out.

    Raises UsageError for a missing folder or file, and for a line that is not what it should be, naming the line.
    """
    articles = folder / "articles"
    if not articles.is_dir():
        raise UsageError(
            f"There is no data set in {folder}: the folder {articles} is missing.",
            f"Give a folder that holds articles/**/*.md and {QUERIES}.",
        )
    source = _source(folder, queries)
    questions = tuple(_questions(source))
    if not questions:
        raise UsageError(f"{source} holds no question.", "Write one JSON object a line, with id, text and language.")
    twice = [name for name, count in Counter(question.id for question in questions).items() if count > 1]
    if twice:
        line = [question.line for question in questions if question.id == twice[0]][1]
        raise UsageError(f"{source}:{line}: the id '{twice[0]}' is there again.", "Give every question its own id.")
    return Dataset(folder.resolve().name, articles, source, _even(questions, limit))


def resolved(dataset: Dataset, names: Mapping[str, str]) -> Dataset:
    """The data set with the ids that the index uses; ``names`` maps every name an article may go by to its id.

    Raises UsageError for a relevant article that does not exist. An unknown ``also_ok`` article can never be ranked.
    """
    questions = []
    for question in dataset.questions:
        unknown = sorted(question.relevant - names.keys())
        if unknown:
            raise UsageError(
                f"{dataset.source}:{question.line}: there is no article '{unknown[0]}' in {dataset.articles}.",
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


def _source(folder: Path, queries: Path | None) -> Path:
    places = [folder / QUERIES] if queries is None else [queries, folder / queries]
    for place in places:
        if place.is_file():
            return place
    raise UsageError(f"There is no file {places[0]}.", f"Give the questions with --queries FILE, or add {QUERIES}.")


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
            number,
        )


def _even(questions: tuple[Question, ...], limit: int | None) -> tuple[Question, ...]:
    if limit is None or limit >= len(questions):
        return questions
    return tuple(questions[place * len(questions) // limit] for place in range(limit))
