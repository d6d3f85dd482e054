"""``kb review ARTICLE``: vouch for an article, in its front matter and in the record."""

from __future__ import annotations

import codecs
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.articles.article import ArticleKey
from kb.articles.front_matter_edit import FrontEdit
from kb.articles.reader import decode
from kb.checks.corpus import FileToRead, find
from kb.checks.fix import write
from kb.checks.page import Page
from kb.errors import KBError, NotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from kb.articles.article import Article
    from kb.library import Library
    from kb.reviews import Review, Verdict


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of a review; ``before`` is the date that the article bore until now.

    ``unrecorded`` says why the events database holds no record of it, empty where it does.
    """

    article_id: str
    language: str
    path: str
    verdict: Verdict
    reviewed_on: date
    before: date | None
    by: str
    note: str
    unrecorded: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain types."""
        days = {"reviewed_on": self.reviewed_on.isoformat(), "before": self.before.isoformat() if self.before else None}
        values = asdict(self) | days | {"recorded": not self.unrecorded}
        del values["unrecorded"]
        return values


def review(
    library: Library,
    paths: Sequence[Path],
    article: str,
    verdict: Verdict,
    now: datetime,
    today: date,
    *,
    actor: str = "",
    note: str = "",
) -> Reviewed:
    """Set ``reviewed_on`` of ``article`` (its file, id or id@language) to ``today`` and record who vouched for it.

    1. Find the file. 2. See what the edit would be. 3. Record, unless the record says that the text is the one of the
    last review although it is said to be changed. 4. Write.

    "changed" means that the text was mended: ratings of its earlier text no longer count, because each is kept with the
    text it was about. Raises UsageError for an article that cannot be found or stamped, or that was not changed. Where
    the events database is not installed or out of reach, the article is stamped all the same, and ``unrecorded`` set.
    """
    page = _find(paths, article, library.settings.articles.ignore)
    found = page.article
    assert found is not None  # noqa: S101  _find gives only pages with an article
    file = Path(page.file)
    raw = file.read_bytes()
    new = _stamped(file, raw, today)
    unrecorded = _record(library, found, verdict, now, today, actor, note)
    if new != raw:
        write(file, new)
    before = found.reviewed_on
    return Reviewed(found.id, found.language, page.shown, verdict, today, before, actor, note, unrecorded)


def _record(
    library: Library, article: Article, verdict: Verdict, now: datetime, today: date, actor: str, note: str
) -> str:
    """Store the review; why that is not possible, empty where it was. Raises UsageError where nothing was changed."""
    try:
        from kb.articles.front_matter import text_sha256
        from kb.reviews import Review as Made

        reviews = library.reviews
        sha256 = text_sha256(article.source)
        if verdict == "changed":
            _refuse_unchanged(reviews.last([article.id]).get(article.key), sha256)
        made = Made(article.id, article.language, now, today, verdict, sha256, actor, note)
        reviews.add(made, redact=library.settings.events.redact)
    except ModuleNotFoundError as error:
        return f"The package {error.name} is not installed. Install it with: pip install 'lotse-kb[index]'"
    except UsageError:
        raise
    except KBError as error:
        return f"{error.message} {error.hint}"
    return ""


def _refuse_unchanged(last: Review | None, sha256: str) -> None:
    if last is not None and last.sha256 == sha256:
        raise UsageError(
            f"The text of {last.key} is the same as at its review on {last.reviewed_on}.",
            "Mend it first, or vouch for it as it stands: kb review --confirm.",
        )


def _find(paths: Sequence[Path], article: str, ignore: Sequence[str]) -> Page:
    """The page that ``article`` names. Raises NotFoundError for none, UsageError where it names several."""
    if Path(article).is_file():
        pages = [page for job in find([Path(article)], ()) if job.wanted and (page := job.read()).article]
    else:
        pages = _by_id(find(paths, ignore), *ArticleKey.parse(article))
    if not pages:
        raise NotFoundError(f"There is no article '{article}'.", "Name its file, its id, or id@language.")
    if len(pages) > 1:
        names = ", ".join(sorted(f"{page.article.key} ({page.shown})" for page in pages if page.article))
        raise UsageError(f"'{article}' names several articles: {names}.", "Name one: id@language, or its file.")
    return pages[0]


def _by_id(jobs: Sequence[FileToRead], article_id: str, language: str) -> list[Page]:
    """Articles with this id: files of that name first, and only where none has it, all."""
    for some in ([job for job in jobs if Path(job.file).stem == article_id], jobs):
        pages = [job.read() for job in some]
        named = [page for page in pages if page.article and page.article.id == article_id]
        if found := [page for page in named if page.article and language in ("", page.article.language)]:
            return found
    return []


def _stamped(file: Path, raw: bytes, today: date) -> bytes:
    """The file's bytes with ``reviewed_on`` set; every other byte stays. Raises UsageError where that is not safe."""
    text, problems = decode(file.name, raw)
    if text is None or problems or raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UsageError(f"{file} is not UTF-8 text.", f"Save it as UTF-8, or run: kb check {file} --fix")
    try:
        edit = FrontEdit(text)
    except ValueError:
        hint = "Begin it with `---`, the keys id, title, language, status, audience, owner, and `---`."
        raise UsageError(f"{file} has no front matter to set the date in.", hint) from None
    if not edit.set("reviewed_on", today.isoformat(), after=("created_on", "owner")):
        raise UsageError(f"`reviewed_on` in {file} is not a date on one line.", f"Write `reviewed_on: {today}` there.")
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    return mark + edit.text.encode()
