"""Asking a gap's questions again: whether its article answers them, by what its own text says."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from assistant.answering.reply import Reply
from assistant.ask import AskFilters, Trace, ask
from kb.articles.article import ArticleKey
from kb.backlog import Cause
from kb.events import QuestionEvent
from kb.library import Library
from kb.runtime.cancellation import checkpoint
from kb.settings import WriterSettings

Fault: TypeAlias = Literal["abstained", "elsewhere", "alias", "title"]
"""Why a question fails: nothing answers it; another article does; only the article's aliases, or its title, speak for
it."""


@dataclass(frozen=True, slots=True)
class AskOutcome:
    """What a question got: answered or abstained, how sure (0..1), and the articles quoted."""

    status: str
    confidence: float
    cited: tuple[ArticleKey, ...]

    @classmethod
    def of_reply(cls, reply: Reply) -> AskOutcome:
        """What a reply comes to."""
        cited = dict.fromkeys(citation.key for citation in reply.citations)
        return cls(reply.status, round(reply.confidence, 4), tuple(cited))

    @classmethod
    def of_event(cls, event: QuestionEvent) -> AskOutcome:
        """What a logged question came to then."""
        cited = dict.fromkeys(map(ArticleKey.of, event.citations))
        return cls(event.status, round(event.confidence, 4), tuple(cited))

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {"status": self.status, "confidence": self.confidence, "cited": list(map(str, self.cited))}

    def quotes(self, article: ArticleKey, *, strict: bool) -> bool:
        """Whether the answer quotes the article; ``strict``: in that very language, else a translation will do."""
        if strict:
            return article in self.cited
        return article.article_id in {key.article_id for key in self.cited}


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """What has to answer a question. The gap's ``cause`` says what counts.

    A gap of ``language`` asks for that very translation. One of ``findability`` is mended by better names, and its
    article's text did answer before; for all others the text has to.
    """

    article: ArticleKey
    cause: Cause

    @property
    def strict(self) -> bool:
        """Whether no translation will do."""
        return self.cause == "language"

    @property
    def by_its_text(self) -> bool:
        """Whether aliases do not count."""
        return self.cause != "findability"


class Reasker:
    """Asks questions again at one state of the index; nothing is logged, and what is the same is asked once."""

    def __init__(self, library: Library, bare: Library, now: datetime) -> None:
        self._library = library
        self._bare = bare
        self._now = now
        self._asked: dict[tuple[bool, str, AskFilters], tuple[AskOutcome, bool]] = {}

    def ask(
        self, text: str, language: str, filters: Mapping[str, Any], expected: ExpectedAnswer
    ) -> tuple[AskOutcome, Fault | None]:
        """What a question, asked with the filters of its event, comes to now, and why it fails; None: it passes."""
        asked_with = AskFilters(
            filters.get("audience") or "internal",
            filters.get("language"),
            tuple(filters.get("products") or ()),
            spoken=language or None,
        )
        outcome, _ = self._outcome(text, asked_with, bare=False)
        if not outcome.quotes(expected.article, strict=expected.strict):
            return outcome, "elsewhere" if outcome.cited else "abstained"
        if not expected.by_its_text:
            return outcome, None
        by_text, in_its_words = self._outcome(text, asked_with, bare=True)
        if not by_text.quotes(expected.article, strict=expected.strict):
            return outcome, "alias"
        return outcome, None if in_its_words else "title"

    def _outcome(self, text: str, filters: AskFilters, *, bare: bool) -> tuple[AskOutcome, bool]:
        """What a question comes to, and whether a word of it is in what is quoted.

        A title that fits makes nearly any text under it answer: of ten questions to three articles of another subject
        under a fitting title nine were, none with a word of the question in the quote. Of 1,950 answers from the right
        article on development sets 1,918 have one; across languages, where hardly any word is shared, it is not asked.
        """
        key = bare, text, filters
        if key not in self._asked:
            checkpoint()
            library = self._bare if bare else self._library
            trace = Trace()
            reply = ask(library, text, filters, now=self._now, log=False, trace=trace)
            self._asked[key] = AskOutcome.of_reply(reply), _in_its_words(trace)
        return self._asked[key]


def _in_its_words(trace: Trace) -> bool:
    judged = next((step for step in trace.steps if step["step"] == "judge"), None)
    return judged is None or judged["case"] == "other_language" or judged["features"].get("quote_coverage", 1) > 0


@contextmanager
def reasking(library: Library, article_ids: Collection[str], now: datetime) -> Iterator[Reasker]:
    """For asking questions that these articles are to answer, also without the articles' aliases.

    An alias helps to find an article. It also makes the confidence rise, for customers mostly rightly: somebody said
    that the article is about this. As proof it would be circular, since a draft begins with the questions as aliases;
    so each question must be answered in a copy of the index, too, where these articles go by their titles alone.
    """
    with tempfile.TemporaryDirectory(prefix="kb-proof-") as folder:
        library.catalog.copy_without_aliases(Path(folder, "index.sqlite3"), article_ids)
        copy = _for_asking(library, Path(folder))
        try:
            yield Reasker(_for_asking(library), copy, now)
        finally:
            copy.close()


def _for_asking(library: Library, home: Path | None = None) -> Library:
    """A library for asking many questions: that of ``library``, or what lies in ``home``, with the same models.

    It compares all vectors, under no lock, and so keeps no ingest waiting; and no language model writes.
    """
    settings = library.settings.model_copy(update={"writer": WriterSettings()})
    asking = Library(home or library.home, settings, library.origins)
    asking.exact = True
    asking.embedder, asking.english = library.embedder, library.english
    if home is None:
        asking.catalog = library.catalog
    return asking
