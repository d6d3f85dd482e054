"""What ratings teach, carried from the events database into the index: which question which article did answer.

The events are the truth; what stands in the index can be made from them again at any time. It keeps the vector of each
rated question as it was stored, redacted, beside the article that was quoted first and the text of it that was rated.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import date

import numpy as np

from kb.articles.article import ArticleKey
from kb.catalog import Judgement
from kb.errors import MissingPartError
from kb.events import Feedback, QuestionEvent
from kb.library import Library

AGAINST = frozenset({"wrong", "outdated", "not_found"})
"""Reasons for "not helpful" that speak against the article. Without one, or for the others, the rating is no lesson."""

_AT_ONCE = 64
"""Ratings that are taken in when one is given, at most: some 10 ms of embedding each."""

_NOTE = "judged"
"""The catalog's note on how far the ratings were read: the embedder's fingerprint and the last one's number."""

_TAKING_IN = threading.Lock()
"""Held from reading the log to noting how far it was read: else an older reading could overwrite a newer one."""

_LOG = logging.getLogger(__name__)


def rate(library: Library, feedback: Feedback) -> Feedback:
    """Store a rating and take it into the index, so that it counts at the next question; the rating as stored.

    Raises NotFoundError where no such question was logged.
    """
    stored = library.events.rate(feedback)
    if library.settings.learning.enabled:
        try:
            take_in_ratings(library, first=[stored.question_id])
        except Exception:  # noqa: BLE001  stored is stored, whatever failed after it
            _LOG.warning("The rating is stored, but not yet in the index; the next ingest takes it in.", exc_info=True)
    return stored


def take_in_ratings(library: Library, *, anew: bool = False, all_left: bool = False, first: Sequence[str] = ()) -> None:
    """Take the ratings that came since the last time into the index; with ``anew``, all there are.

    1. Which questions were rated since. 2. What their last rating says. 3. Embed those that are new. 4. Store. Without
    ``anew`` or ``all_left`` only so many that nobody waits for it, the rest the next time; those on the questions
    ``first`` (ids) in any case. Not inside a snapshot of the same thread. A log or an index that is out of reach
    teaches nothing, and keeps nobody from rating.
    """
    if not library.has_log or not library.has_index:
        return  # nobody has asked yet, and looking must make neither
    try:
        with _TAKING_IN:
            fingerprint = library.embedder.fingerprint
            if first:
                _take(library, fingerprint, first)
            made_with, _, number = (library.catalog.noted(_NOTE) or "").rpartition(" ")
            mark = int(number) if made_with == fingerprint and not anew else 0
            while True:
                ids, last = library.events.rated_after(mark, _AT_ONCE)
                if ids:
                    _take(library, fingerprint, ids)
                    library.catalog.note(_NOTE, f"{fingerprint} {last}")
                if not ids or not (anew or all_left):
                    return
                mark = last
    except MissingPartError as error:
        _LOG.info("New ratings were not taken in. %s %s", error.message, error.hint)


def _take(library: Library, fingerprint: str, ids: Sequence[str]) -> None:
    """Steps 2 to 4 for some questions."""
    events, ratings = library.events.questions_for(ids), library.events.feedback_for(ids)
    actions = library.events.actions_for(ids)
    forgotten = {key for key, done in actions.items() if any(action.kind == "forgotten" for action in done)}
    lasting = [key for key in ids if key not in forgotten]
    judgements = (judged(events[key], ratings[key], library.day_of(ratings[key][-1].given_at)) for key in lasting)
    said = [one for one in judgements if one is not None]
    texts = [events[one.question_id].text for one in said]
    vectors = library.embedder.embed_queries(texts) if texts else np.empty((0, 0), dtype=np.float32)
    library.catalog.judge(ids, fingerprint, said, vectors)


def judged(event: QuestionEvent, ratings: Sequence[Feedback], given_on: date) -> Judgement | None:
    """What the last of ``ratings``, oldest first, whoever gave it, says of the article quoted first; None for nothing.

    Only an answer is judged, and only one of which the log tells what text it quoted.
    """
    last, quoted = ratings[-1], next(iter(event.citations), {})
    if not quoted.get("sha256") or (last.verdict == "not_helpful" and last.reason not in AGAINST):
        return None
    return Judgement(
        event.question_id,
        ArticleKey.of(quoted),
        quoted["sha256"],
        last.actor,
        last.verdict == "helpful",
        given_on,
    )
