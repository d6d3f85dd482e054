"""Draft: what a lead begins with. A new article's stub, or what is to be changed in which article that is there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from assistant.leads.article_stub import Stub, put
from assistant.leads.placement import IndexedArticle, article_of, defaults, folder_for, near
from assistant.leads.source_material import RelatedPassage, aliases, passages, resolutions, wordings
from assistant.messages import text
from kb.articles import front_matter
from kb.articles.article import ArticleKey
from kb.articles.paths import shown
from kb.backlog import Cause, Gap
from kb.errors import UsageError
from kb.library import Library
from kb.text.language import primary_language

MENDED: frozenset[Cause] = frozenset({"findability", "stale", "conflict", "restricted", "weak"})
"""Causes for which an article is there and is to be changed; for ``language`` it is to be translated."""

_MAX_QUESTIONS = 30
"""Wordings in the notes; the gap shows all."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a lead begins with: the file ``path`` of ``article``, written anew where ``created``.

    ``gap`` is what it is to mend, None where an answer becomes an article that no gap asked for. ``steps`` say what is
    to be changed in a file that was there, in the gap's language.
    """

    gap: Gap | None
    article: ArticleKey
    path: Path
    created: bool
    steps: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        return {
            "gap_id": self.gap.gap_id if self.gap else None,
            "state": self.gap.state if self.gap else None,
            "article_id": self.article.article_id,
            "language": self.article.language,
            "path": str(self.path),
            "created": self.created,
            "steps": list(self.steps),
        }


def draft(
    library: Library,
    gap_id: str,
    actor: str,
    now: datetime,
    *,
    folder: Path | None = None,
    title: str = "",
    language: str = "",
    owner: str = "",
    fresh: bool = False,
    in_language: str = "",
) -> Draft:
    """Begin to mend a gap; it is linked to the article, and drafting.

    1. The gap's cause decides: a new article, a translation, or a change of one that is there. ``fresh`` or a ``title``
    ask for a new one whatever the cause. 2. Write the stub, in ``folder`` or where its like are. 3. Link. Doing it
    again gives the same file. ``in_language`` is the language of the steps, where it is not to be the gap's.

    Raises ConflictError where the gap is closed or put away, UsageError where another article has that file.
    """
    gap = library.backlog.workable(gap_id)
    language = primary_language(language or gap.language)
    if not fresh and not title and (begun := _begun(library, gap)):
        return begun
    # 1
    about = None if fresh or title else article_of(library, gap)
    if about is not None and gap.cause in MENDED:
        made = Draft(gap, ArticleKey(about.row.id, about.row.language), about.file, created=False)
        made = replace(made, steps=steps(library, gap, about, in_language or gap.language))
    else:
        if about is not None and gap.cause == "language" and not _same_language(about, gap):
            stub, beside = _translation(gap, about), [about]
        else:
            stub, beside = _new(library, gap, title, language, owner, now)
        # 2
        made = _written(gap, stub, folder or folder_for(library, stub.language, beside), library.day_of(now))
    # 3
    return _linked(library, gap, made, actor, now)


def steps(library: Library, gap: Gap, about: IndexedArticle, language: str) -> tuple[str, ...]:
    """What is to be changed in the article that the gap is about, and what speaks for it, in words of ``language``."""
    article = {"title": about.row.title, "path": shown(about.row.root, about.row.path)}
    lines = [text(f"leads.mend_{gap.cause}", language, **article)]
    if gap.cause == "findability":
        lines += [f"- {wording}" for wording, _ in wordings(gap.questions, gap.language)[:_MAX_QUESTIONS]]
    if gap.cause == "weak":
        lines += [f"- {comment}" for comment in _rating_comments(library, gap, language)]
    if gap.cause in {"stale", "conflict"}:
        lines += [text("leads.sentence", language, sentence=found) for found in _sentences(gap.evidence)]
    return (*lines, text("leads.then", language, gap_id=gap.gap_id))


def _begun(library: Library, gap: Gap) -> Draft | None:
    """The article that somebody has begun to write for the gap; None where it mends one, or none is there."""
    if gap.linked is None or gap.state not in {"drafting", "review"}:
        return None
    links = [one for one in library.backlog.history(gap.gap_id) if one.kind == "linked" and one.detail.get("path")]
    file = Path(str(links[-1].detail["path"])) if links else None
    return Draft(gap, gap.linked, file, created=False) if file and file.is_file() else None


def _new(
    library: Library, gap: Gap, title: str, language: str, owner: str, now: datetime
) -> tuple[Stub, list[IndexedArticle]]:
    """The stub of a new article, and the articles that it belongs beside."""
    name = " ".join((title or gap.title).split())
    nearby = passages(library, name, library.day_of(now))
    beside = near(library, gap) or [IndexedArticle(passage.article, "") for passage in nearby]
    common = defaults(beside, gap.owner or "team")
    stub = Stub(
        name,
        language,
        owner or common.owner,
        audience=common.audience,
        products=common.products,
        aliases=aliases(gap.questions, language, name),
        notes="\n".join(_notes(library, gap, nearby, language)),
    )
    return stub, beside


def _translation(gap: Gap, about: IndexedArticle) -> Stub:
    row, language = about.row, gap.primary_language
    body = about.source[front_matter.split(about.source)[1] :].strip()
    notes = [
        text("leads.translate", language, gap_id=gap.gap_id, title=row.title, path=shown(row.root, row.path)),
        *_questions(gap, language),
        "",
        text("leads.original", language),
        "",
        body,
    ]
    return Stub(
        gap.title,
        language,
        row.owner or gap.owner or "team",
        article_id=row.id,
        audience=row.audience,
        products=row.products,
        aliases=aliases(gap.questions, language, gap.title),
        review_every_days=row.review_every_days,
        notes="\n".join(notes),
    )


def _notes(library: Library, gap: Gap, nearby: Sequence[RelatedPassage], language: str) -> Iterable[str]:
    """What an author can build on: the questions, what nearby articles say, how tickets were solved."""
    yield text("leads.notes", language, gap_id=gap.gap_id)
    yield from _questions(gap, language)
    if nearby:
        yield from ["", text("leads.passages", language)]
    for passage in nearby:
        row = passage.article
        state = "" if row.status == "published" else ", " + text(f"leads.state_{row.status}", language)
        lines = {"first": passage.lines[0], "last": passage.lines[1]}
        yield from [
            "",
            text("leads.passage", language, title=row.title, path=shown(row.root, row.path), state=state, **lines),
            "",
        ]
        yield from (f"> {line}".rstrip() for line in passage.source.splitlines())
    solved = resolutions(library, gap)
    if solved:
        yield from ["", text("leads.resolutions", language), ""]
    yield from (f"- {resolution.text} ({resolution.ticket_id})" for resolution in solved)


def _questions(gap: Gap, language: str) -> Iterable[str]:
    """All wordings with how often each came, in every language, those of the article's first."""
    languages = sorted({one.primary_language for one in gap.questions}, key=lambda tag: (tag != language, tag))
    asked = [wording for tag in languages for wording in wordings(gap.questions, tag)]
    yield from ["", text("leads.questions", language), ""]
    for wording, times in asked[:_MAX_QUESTIONS]:
        yield "- " + (text("leads.times", language, text=wording, times=times) if times > 1 else wording)
    if len(asked) > _MAX_QUESTIONS:
        yield "- " + text("leads.more", language, number=len(asked) - _MAX_QUESTIONS)


def _written(gap: Gap, stub: Stub, folder: Path, today: date) -> Draft:
    """The stub's file: written, or found where an earlier call wrote it and was stopped before it was linked."""
    article = ArticleKey(stub.name, stub.language)
    file = folder / f"{stub.name}.md"
    try:
        return Draft(gap, article, put(folder, stub, today), created=True)
    except UsageError:
        ours = False
        with contextlib.suppress(OSError, UnicodeDecodeError):
            ours = gap.linked == article or f"<!-- {gap.gap_id}:" in file.read_text(encoding="utf-8")
        if not ours:
            raise
        return Draft(gap, article, file, created=False)


def _linked(library: Library, gap: Gap, made: Draft, actor: str, now: datetime) -> Draft:
    """Link the gap to the draft. Where somebody was faster, the new file goes again: it is nobody's."""
    if gap.linked == made.article and gap.state in {"drafting", "review"}:
        return made
    try:
        gap = library.backlog.link(
            gap.gap_id,
            made.article,
            actor,
            gap.version,
            now=now,
            drafting=True,
            path="" if made.steps else str(made.path.absolute()),
        )
    except BaseException:
        if made.created:
            made.path.unlink(missing_ok=True)
        raise
    return replace(made, gap=gap)


def _rating_comments(library: Library, gap: Gap, language: str) -> Iterable[str]:
    """Reasons and comments of the ratings that spoke against the answers."""
    asked = library.events.asked_as(one.id for one in gap.questions if one.kind == "question")
    events = [event.question_id for same in asked.values() for event in same]
    for ratings in library.events.feedback_for(events).values():
        for rating in ratings:
            if rating.verdict == "not_helpful" and (rating.reason or rating.comment):
                reason = text(f"leads.rated_{rating.reason}", language) if rating.reason else ""
                yield ": ".join(part for part in (reason, rating.comment) if part)


def _sentences(evidence: Mapping[str, object]) -> Iterable[str]:
    """Every sentence that the replay kept as proof, wherever it stands in the evidence."""
    for key, value in evidence.items():
        if key == "sentence" and isinstance(value, str) and value:
            yield value
        elif isinstance(value, Mapping):
            yield from _sentences(value)
        elif isinstance(value, list | tuple):
            yield from (found for row in value if isinstance(row, Mapping) for found in _sentences(row))


def _same_language(about: IndexedArticle, gap: Gap) -> bool:
    return about.row.primary_language == gap.primary_language
