"""The article that `kb new` and leads' drafts begin with: front matter that passes `kb check`, structured as in KCS."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.messages import text
from kb.errors import UsageError
from kb.text.slugs import slug

_REVIEW_EVERY_DAYS = 180


@dataclass(frozen=True, slots=True)
class Stub:
    """An article to begin with. ``article_id`` "" takes the title's slug; ``solution`` "" leaves blanks to fill in.

    ``notes`` are for its author: they stand at the end in a comment, which no reader and no search sees.
    """

    title: str
    language: str
    owner: str
    article_id: str = ""
    audience: str = "internal"
    products: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    review_every_days: int = _REVIEW_EVERY_DAYS
    solution: str = ""
    notes: str = ""

    @property
    def name(self) -> str:
        """Its id, and its file's name without the suffix. Raises UsageError for a title without letters or digits."""
        name = self.article_id or slug(self.title)[:80].rstrip("-")
        if not name:
            raise UsageError(f"The title '{self.title}' gives no file name.", "Use a title with letters or digits.")
        return name

    def text(self, today: date) -> str:
        """The whole file."""
        title = " ".join(self.title.split())
        body = text(
            "article_stub.body",
            self.language,
            title=title,
            answer=text("article_stub.blank_answer", self.language),
            applies=", ".join(self.products) + "."
            if self.products
            else text("article_stub.blank_applies", self.language),
            solution=self.solution.strip() or text("article_stub.blank_solution", self.language),
        )
        notes = f"\n<!-- {_in_comment(self.notes.strip())}\n-->\n" if self.notes.strip() else ""
        return self._front(title, today) + body + notes

    def _front(self, title: str, today: date) -> str:
        lines = [
            f"id: {self.name}",
            f"title: {_quoted(title)}",
            f"language: {self.language}",
            "status: draft",
            f"audience: {self.audience}",
            f"owner: {_quoted(self.owner)}" if re.search(r"[^\w.-]", self.owner) else f"owner: {self.owner}",
            *_list("products", self.products),
            *_list("tags", self.tags),
            *_list("aliases", self.aliases),
            f"created_on: {today.isoformat()}",
            f"reviewed_on: {today.isoformat()}",
            f"review_every_days: {self.review_every_days}",
            *_list("related", self.related),
        ]
        return "\n".join(["---", *lines, "---", "", ""])


def write(folder: Path, title: str, language: str, owner: str, today: date) -> Path:
    """Write a new draft into ``folder/language`` and give its path. Raises UsageError where one stands already."""
    return put(folder / language, Stub(" ".join(title.split()), language, owner), today)


def put(folder: Path, stub: Stub, today: date) -> Path:
    """Write ``stub`` into ``folder`` and give its path. Raises UsageError where a file stands already."""
    file = folder / f"{stub.name}.md"
    text = stub.text(today)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise UsageError(f"There is already an article {file}.", "Edit that one, or choose another title.") from None
    except OSError as error:
        raise UsageError(
            f"The article {file} cannot be written: {error.strerror}.", "Choose a folder you may write."
        ) from None
    return file


def _list(key: str, values: Sequence[str]) -> list[str]:
    return [f"{key}: [{', '.join(map(_quoted, values))}]"] if values else []


def _quoted(text: str) -> str:
    """As YAML in double quotes, which reads what JSON writes."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _in_comment(text: str) -> str:
    """A comment ends at its first ``-->``; a blank keeps one of the text's own from being that."""
    return text.replace("-->", "-- >").replace("--!>", "-- !>")
