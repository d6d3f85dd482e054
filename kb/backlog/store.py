"""The backlog in the events database: gaps taken in, read, and moved on by leads, each move one whole transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from kb.articles.article import ArticleKey
from kb.backlog import records, schema
from kb.backlog.gap import (
    CLOSED,
    MOVES,
    EntryKind,
    FoundGap,
    Gap,
    HistoryEntry,
    RegressionQuestion,
    State,
    check_word,
    number_of,
)
from kb.backlog.matching import merged
from kb.backlog.moves import (
    check_move,
    check_reasons,
    gap_as_seen,
    illegal_move,
    keep_answered,
    last_change,
    questions_to_split,
    read_gap,
    share_of_demand,
    write_change,
    write_history,
)
from kb.backlog.reading import BacklogReader
from kb.backlog.sync import Sync
from kb.errors import ConflictError, UsageError
from kb.events.rows import utc
from kb.runtime.days import day_in
from kb.text import redaction


class Backlog(BacklogReader):
    """The gaps of one database. Safe to use from several threads; several processes may share the database.

    Every method that writes is one transaction, and writers take turns. ``actor`` is who does it, a handle;
    ``expected_version`` the version of the gap that they saw: where it has changed since, ConflictError says what
    happened and by whom. Without it, only what the gap's state allows decides. Notes and reasons are redacted. ``zone``
    is whose days gaps sleep by. All methods raise EventLogUnavailableError where the database cannot be used,
    NotFoundError for a gap that is not there.
    """

    # --- taking in

    def sync(self, found: Sequence[FoundGap], now: datetime) -> list[Gap]:
        """Take in what a look at the log found; returns those gaps as they now stand, by priority.

        See ``kb.backlog.sync`` for the steps and ``kb.backlog.matching`` for which found gap is which. State, owner and
        article stay. New evidence, a question that no look before has seen, reopens a verified gap; a declined one only
        once there is as much of it as there was when it was declined. The same ``found`` again changes nothing.
        """
        with self._turn() as connection:
            look = Sync(connection, utc(now), day_in(self._zone, now))
            look.take_in(found)
            look.write(connection)
            return look.gaps()

    # --- moves

    def assign(
        self,
        gap_id: str,
        owner: str,
        actor: str,
        expected_version: int | None = None,
        *,
        now: datetime,
        note: str = "",
    ) -> Gap:
        """Give a gap to ``owner``; an open one, and one that was put away, becomes assigned.

        To take it from somebody, say which version you saw. Raises ConflictError.
        """
        if not owner.strip():
            raise UsageError("A gap is assigned to somebody.", "Name them: kb gaps assign GAP_ID OWNER")
        with self._turn() as connection:
            gap = gap_as_seen(connection, gap_id, expected_version)
            if gap.owner not in {"", owner} and gap.state not in CLOSED and expected_version is None:
                raise ConflictError(
                    f"{gap.gap_id} is {gap.owner}'s already: {last_change(connection, gap)}.",
                    f"Agree with them, then say that you saw it: --version {gap.version}.",
                )
            state: State = "assigned" if "assigned" in MOVES[gap.state] else gap.state
            return write_change(
                connection,
                gap,
                HistoryEntry(gap.gap_id, now, "assigned", actor, gap.state, state, note, {"owner": owner}),
                owner=owner,
                snoozed_until=None,
                reason="",
            )

    def move(
        self,
        gap_id: str,
        state: State,
        actor: str,
        expected_version: int | None = None,
        *,
        now: datetime,
        reason: str = "",
        until: date | None = None,
        note: str = "",
    ) -> Gap:
        """Move a gap to another state: ``declined`` with a ``reason``, ``snoozed`` ``until`` a day.

        ``verified`` is for ``record_check`` alone: a gap closes by proof. Raises ConflictError, naming the legal moves.
        """
        check_word(state, State, "state of a gap")
        with self._turn() as connection:
            gap = gap_as_seen(connection, gap_id, expected_version)
            check_move(connection, gap, state)
            check_reasons(gap, state, reason, until, day_in(self._zone, now))
            changes: dict[str, Any] = {
                "reason": redaction.redact(reason).text if state == "declined" else "",
                "snoozed_until": until if state == "snoozed" else None,
            }
            if state == "open":
                changes["owner"] = ""
            detail = {"until": until.isoformat()} if state == "snoozed" and until else {}
            kind: EntryKind = "reopened" if gap.state in CLOSED else "moved"
            entry = HistoryEntry(gap.gap_id, now, kind, actor, gap.state, state, note or reason, detail)
            return write_change(connection, gap, entry, **changes)

    def link(
        self,
        gap_id: str,
        article: ArticleKey,
        actor: str,
        expected_version: int | None = None,
        *,
        now: datetime,
        drafting: bool = False,
        path: str = "",
    ) -> Gap:
        """Note which article is to mend the gap; with ``drafting``, somebody sets about it: an open one becomes theirs.

        ``path`` is the file that was begun, for the history.
        Raises ConflictError where the gap is closed or put away.
        """
        with self._turn() as connection:
            gap = gap_as_seen(connection, gap_id, expected_version)
            if gap.state in {*CLOSED, "snoozed"}:
                raise illegal_move(connection, gap, "drafting")
            changes = {"linked_id": article.article_id, "linked_language": article.language}
            if drafting and gap.state == "open":
                got = HistoryEntry(gap.gap_id, now, "assigned", actor, "open", "assigned", detail={"owner": actor})
                gap = write_change(connection, gap, got, owner=actor)
            state: State = "drafting" if drafting and gap.state == "assigned" else gap.state
            detail = {"article_id": article.article_id, "language": article.language} | ({"path": path} if path else {})
            return write_change(
                connection,
                gap,
                HistoryEntry(gap.gap_id, now, "linked", actor, gap.state, state, detail=detail),
                **changes,
            )

    def record_check(
        self,
        gap_id: str,
        actor: str,
        expected_version: int | None = None,
        *,
        now: datetime,
        closes: bool,
        detail: Mapping[str, Any],
        regression: Sequence[RegressionQuestion] = (),
    ) -> Gap:
        """Keep what came of asking a gap's questions again, and close the gap where it ``closes``.

        Its questions are settled then, and ``regression`` takes the place of those it was to keep answered before. A
        gap still in drafting goes through review. Raises ConflictError where it is in no state to be closed.
        """
        with self._turn() as connection:
            gap = gap_as_seen(connection, gap_id, expected_version)
            if closes and gap.state == "drafting":
                gap = write_change(connection, gap, HistoryEntry(gap.gap_id, now, "moved", actor, "drafting", "review"))
            if closes:
                check_move(connection, gap, "verified", proven=True)
            state: State = "verified" if closes else gap.state
            entry = HistoryEntry(gap.gap_id, now, "checked", actor, gap.state, state, detail=detail)
            if closes:
                keep_answered(connection, gap, regression)
            return write_change(connection, gap, entry)

    def reopen(self, gap_id: str, actor: str, *, now: datetime, note: str, detail: Mapping[str, Any]) -> Gap:
        """Take a verified gap up again because its questions are not answered any more. Others are left as they are."""
        with self._turn() as connection:
            gap = read_gap(connection, gap_id)
            if gap.state != "verified":
                return gap
            state: State = "assigned" if gap.owner else "open"
            entry = HistoryEntry(gap.gap_id, now, "reopened", actor, gap.state, state, note, detail)
            return write_change(connection, gap, entry)

    def note_texts(self, texts: Mapping[tuple[str, str], str]) -> None:
        """Note the SHA-256 of the article's text with which a regression question, by kind and id, was answered."""
        table = schema.regression_questions
        with self._turn() as connection:
            for (kind, question_id), sha256 in texts.items():
                here = (table.c.kind == kind, table.c.question_id == question_id)
                connection.execute(table.update().where(*here).values(sha256=sha256))

    # --- merge and split

    def merge(
        self,
        gap_id: str,
        other_id: str,
        actor: str,
        expected_version: int | None = None,
        *,
        now: datetime,
        note: str = "",
    ) -> Gap:
        """Put the questions of ``other_id`` into ``gap_id``, for good; the other rests and says where they are."""
        with self._turn() as connection:
            gap, other = gap_as_seen(connection, gap_id, expected_version), gap_as_seen(connection, other_id, None)
            if gap.gap_id == other.gap_id:
                raise UsageError(f"{gap.gap_id} cannot be merged into itself.", "Name two gaps.", "merged-itself")
            for one in (gap, other):
                if one.state in CLOSED:
                    raise ConflictError(
                        f"{one.gap_id} is {one.state}: {last_change(connection, one)}.",
                        f"Take it up again first: kb gaps move {one.gap_id} open",
                        "gap-state",
                    )
            into, away = number_of(gap.gap_id), number_of(other.gap_id)
            table = schema.gap_questions
            connection.execute(table.update().where(table.c.gap.in_([into, away])).values(gap=into, settled=True))
            gone = HistoryEntry(
                other.gap_id, now, "merged", actor, other.state, other.state, note, {"into": gap.gap_id}
            )
            write_change(connection, other, gone, merged_into=into, current=False)
            entry = HistoryEntry(gap.gap_id, now, "merged", actor, gap.state, gap.state, note, {"from": other.gap_id})
            whole = records.described(merged([gap, other])) | {"title": gap.title, "language": gap.language}
            return write_change(connection, gap, entry, **whole, current=True)

    def split(
        self,
        gap_id: str,
        question_ids: Sequence[str],
        actor: str,
        expected_version: int | None = None,
        *,
        now: datetime,
        title: str = "",
        note: str = "",
    ) -> Gap:
        """Make some of a gap's questions a gap of their own, for good; returns that one, with the other's owner.

        How many people ask for each of the two is known again after the next look at the log. Raises UsageError where
        none or all of the questions are named, or one that is not the gap's.
        """
        with self._turn() as connection:
            gap = gap_as_seen(connection, gap_id, expected_version)
            apart = questions_to_split(gap, question_ids)
            number = 1 + (connection.scalar(sa.select(sa.func.max(schema.gaps.c.number))) or 0)
            state: State = "assigned" if gap.owner else "open"
            row = dict(
                connection.execute(sa.select(schema.gaps).where(schema.gaps.c.number == number_of(gap_id)))
                .mappings()
                .one()
            ) | {"number": number, "version": 1, "state": state, "reason": ""}
            row |= {"snoozed_until": None, "linked_id": None, "linked_language": None}
            row |= {"created_at": now, "updated_at": now, "title": title or apart[0].text}
            connection.execute(schema.gaps.insert(), row | share_of_demand(gap, apart))
            table = schema.gap_questions
            connection.execute(table.update().where(table.c.gap == number_of(gap.gap_id)).values(settled=True))
            for one in apart:
                here = (table.c.kind == one.kind, table.c.question_id == one.id)
                connection.execute(table.update().where(*here).values(gap=number, settled=True))
            made = records.gap_id(number)
            rest = [one for one in gap.questions if one not in apart]
            entry = HistoryEntry(gap.gap_id, now, "split", actor, gap.state, gap.state, note, {"into": made})
            write_change(connection, gap, entry, **share_of_demand(gap, rest))
            write_history(connection, HistoryEntry(made, now, "split", actor, state, state, note, {"from": gap.gap_id}))
            return read_gap(connection, made)

    # --- inside

    @contextlib.contextmanager
    def _turn(self) -> Iterator[sa.Connection]:
        """A transaction for writing that no other writer of the backlog runs beside."""
        with self._store.write() as connection:
            connection.execute(sa.select(schema.backlog_turns).with_for_update())
            yield connection
