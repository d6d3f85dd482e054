"""The gap report: what customers ask and no article answers, why, how urgent, who is on it, and what has moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.reports import gap_evidence
from assistant.reports.figures.gap_history import OPEN
from assistant.reports.figures.period import Period
from assistant.reports.formatting import Wording
from assistant.reports.gap_changes import GapChange, in_short
from assistant.reports.rendering.blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Facts,
    Grid,
    InternalLink,
    Paragraph,
    Section,
)

if TYPE_CHECKING:
    from kb.backlog import Gap

_MOST_NEW = 10
"""More new gaps are told in a sentence: each stands in the table of open ones too."""

_MOST_QUESTIONS = 5
_MOST_NEAREST = 3
"""What is shown of a gap's questions and of the articles near it: enough to recognise the need."""


@dataclass(frozen=True, slots=True)
class WaitingEscalation:
    """An escalation that nobody has answered yet: the question, why it was handed on, since when, and the note."""

    question: str
    reason: str
    since: date
    note: str


@dataclass(frozen=True, slots=True)
class GapData:
    """What a gap report is made of: all gaps by priority, what happened to them in the period, what waits."""

    gaps: Sequence[Gap]
    moves: Sequence[GapChange] = ()
    waiting: Sequence[WaitingEscalation] = ()


def gap_document(data: GapData, period: Period, wording: Wording, made_on: date) -> Document:
    """The report as it stands on the day ``made_on``, with what moved in ``period``."""
    blocks = [
        *_summary(data, period, wording),
        *_overview(data, wording),
        *_moved(data, period, wording),
        *_waiting(data, wording),
        *_put_away(data, period, wording),
        *_each(data, wording),
    ]
    origin = wording.say("asked_from", days=wording.period(period))
    subtitle = wording.say("gap_origin", date=wording.day(made_on))
    return Document(wording.language, wording.say("gap_title"), subtitle, origin, blocks)


def open_gaps(data: GapData) -> list[Gap]:
    """The gaps that wait for work, the most urgent first."""
    return [gap for gap in data.gaps if gap.state in OPEN]


def _summary(data: GapData, period: Period, wording: Wording) -> Iterator[Block]:
    yield Section(wording.say("summary"))
    waiting = open_gaps(data)
    sentences = []
    if waiting:
        unowned = sum(not gap.owner for gap in waiting)
        key = {0: "say_open_owned", len(waiting): "say_open_unowned"}.get(unowned, "say_open")
        said = {"number": wording.number(len(waiting)), "unowned": wording.number(unowned)}
        sentences.append(wording.amount(key, len(waiting), **said))
        questions, tickets = (sum(getattr(gap.demand, name) for gap in waiting) for name in ("questions", "tickets"))
        counts = (("n_questions", questions), ("n_tickets", tickets))
        demand = ", ".join(wording.amount(name, number) for name, number in counts if number)
        sentences.append(wording.say("say_demand", demand=demand))
    else:
        sentences.append(wording.say("say_none_open" if data.gaps else "no_gaps"))
    since, parts = wording.day(period.first), in_short(data.moves, wording)
    sentences.append(
        wording.say("say_moved", since=since, parts=parts) if parts else wording.say("say_still", since=since)
    )
    if data.waiting:
        number = len(data.waiting)
        sentences.append(wording.amount("say_escalations", number, number=wording.number(number)))
    yield Bullets(sentences)
    causes = Counter(gap.cause for gap in waiting)
    if len(causes) > 1:
        rows = [[wording.say(f"cause_{cause}"), wording.number(number)] for cause, number in causes.most_common()]
        yield Grid(wording.say("by_cause"), [wording.say("cause"), wording.say("number")], rows, frozenset({1}))


def _overview(data: GapData, wording: Wording) -> Iterator[Block]:
    gaps = open_gaps(data)
    if not gaps:
        return
    yield Section(wording.say("open_gaps"))
    columns = [wording.say(word) for word in ("gap_id", "need", "cause", "demand", "priority", "owner", "state")]
    rows: list[list[Cell]] = [
        [
            InternalLink(gap.gap_id, gap.gap_id),
            gap.title,
            wording.say(f"cause_{gap.cause}"),
            gap_evidence.demand(gap, wording),
            wording.number(gap.priority),
            gap.owner or wording.say("no_owner"),
            wording.say(f"state_{gap.state}"),
        ]
        for gap in gaps
    ]
    yield Grid(wording.say("open_gaps"), columns, rows, frozenset({4}), frozenset({0}), captioned=False)


def _moved(data: GapData, period: Period, wording: Wording) -> Iterator[Block]:
    if not data.moves:
        return
    yield Section(wording.say("moved"))
    moves = data.moves
    new = [move for move in moves if move.kind == "found" and move.gap.state in OPEN]
    if len(new) > _MOST_NEW:
        yield Paragraph(wording.say("many_found", n=wording.number(len(new))))
        moves = [move for move in moves if move not in new]
    if not moves:
        return
    rows: list[list[Cell]] = [
        [
            _link(move.gap),
            move.gap.title,
            move.words,
            wording.day(period.day_of(move.at)) if move.at else "",
        ]
        for move in moves
    ]
    columns = [wording.say(word) for word in ("gap_id", "need", "what", "when")]
    yield Grid(wording.period(period), columns, rows, whole=frozenset({0, 3}))


def _waiting(data: GapData, wording: Wording) -> Iterator[Block]:
    if not data.waiting:
        return
    yield Section(wording.say("escalations"))
    columns = [wording.say(word) for word in ("question", "why", "when", "note")]
    rows = [
        [one.question, wording.say(f"escalation_{one.reason}"), wording.day(one.since), one.note]
        for one in data.waiting
    ]
    yield Grid(wording.say("escalations"), columns, rows, whole=frozenset({2}), captioned=False)


def _put_away(data: GapData, period: Period, wording: Wording) -> Iterator[Block]:
    """Gaps that were closed or declined in the period, and those that are snoozed."""
    ended = {move.gap.gap_id for move in data.moves if move.kind in {"verified", "declined"}}
    closed = [gap for gap in data.gaps if gap.gap_id in ended and gap.state in {"verified", "declined"}]
    if closed:
        yield Section(wording.say("closed_gaps"))
        columns = [wording.say(word) for word in ("gap_id", "need", "state", "proven_by", "reason")]
        rows = [
            [
                gap.gap_id,
                gap.title,
                wording.say(f"state_{gap.state}"),
                gap.linked.article_id if gap.linked else "",
                gap.reason,
            ]
            for gap in closed
        ]
        yield Grid(wording.period(period), columns, rows, whole=frozenset({0}))
    snoozed = [gap for gap in data.gaps if gap.state == "snoozed"]
    if snoozed:
        yield Section(wording.say("snoozed_gaps"))
        columns = [wording.say(word) for word in ("gap_id", "need", "cause", "until")]
        rows = [
            [
                gap.gap_id,
                gap.title,
                wording.say(f"cause_{gap.cause}"),
                wording.day(gap.snoozed_until) if gap.snoozed_until else "",
            ]
            for gap in snoozed
        ]
        yield Grid(wording.say("snoozed_gaps"), columns, rows, whole=frozenset({0, 3}), captioned=False)


def _each(data: GapData, wording: Wording) -> Iterator[Block]:
    gaps = open_gaps(data)
    if gaps:
        yield Section(wording.say("each_gap"), new_page=True)
    for gap in gaps:
        yield Section(f"{gap.gap_id}: {gap.title}", 3, gap.gap_id)
        yield Facts(_facts(gap, wording))
        yield Paragraph(f"{wording.say('in_their_words')}:")
        yield Bullets(_questions(gap, wording))
        yield from _arithmetic(gap, wording)


def _facts(gap: Gap, wording: Wording) -> list[tuple[str, str]]:
    cause = f"{wording.say(f'cause_{gap.cause}')}. {gap_evidence.proof(gap, wording)}"
    rows = [(wording.say("cause"), cause[0].upper() + cause[1:])]
    rows += [(name, wording.say("quoted", text=text)) for name, text in gap_evidence.passages(gap, wording)]
    rows += [
        (wording.say("asked_again"), gap_evidence.asked_again(gap, wording)),
        (wording.say("demand"), gap_evidence.demand(gap, wording)),
        (wording.say("last_asked"), wording.day(wording.day_of(gap.last_seen))),
        (wording.say("owner"), gap.owner or wording.say("no_owner")),
        (wording.say("state"), wording.say(f"state_{gap.state}")),
        (wording.say("action"), gap_evidence.step(gap, wording)),
        (wording.say("article_to_mend"), gap.linked.article_id if gap.linked else ""),
        (wording.say("nearest"), "; ".join(str(near.get("title", "")) for near in gap.nearest[:_MOST_NEAREST])),
    ]
    return [(name, text) for name, text in rows if text]


def _questions(gap: Gap, wording: Wording) -> list[str]:
    """The different wordings, the most frequent first."""
    asked = Counter(" ".join(one.text.split()) for one in gap.questions)
    shown = sorted(asked, key=lambda text: (-asked[text], text))[:_MOST_QUESTIONS]
    items = [
        wording.say("times", text=text, n=wording.number(asked[text]))
        if asked[text] > 1
        else wording.say("quoted", text=text)
        for text in shown
    ]
    left = len(gap.questions) - sum(asked[text] for text in shown)
    return [*items, wording.amount("more_questions", left)] if left else items


def _arithmetic(gap: Gap, wording: Wording) -> Iterator[Block]:
    if not gap.arithmetic:
        return
    columns = [wording.say(word) for word in ("what", "counted", "decayed", "minutes_each", "product")]
    rows = []
    for row in gap.arithmetic:
        known = wording.knows(f"row_{row.get('what')}")
        name = wording.say(f"row_{row['what']}", gap=str(row.get("gap_id", ""))) if known else str(row.get("what", ""))
        if "share" in row:
            part = wording.number(float(row["of"]) * float(row["share"]), 1)
            rows.append([name, wording.number(row["questions"]), "", "", part])
        elif "factor" in row:
            rows.append([name, "", "", "", f"× {wording.number(float(row['factor']))}"])
        else:
            figures = [(row.get("count"), 0), (row.get("decay"), 1), (row.get("minutes"), 0), (row.get("value"), 1)]
            rows.append([name, *(wording.number(float(n), places) if n is not None else "" for n, places in figures)])
    rows.append([wording.say("sum"), "", "", "", wording.number(gap.priority, 1)])
    yield Grid(wording.say("arithmetic"), columns, rows, frozenset({1, 2, 3, 4}))


def _link(gap: Gap) -> Cell:
    return InternalLink(gap.gap_id, gap.gap_id) if gap.state in OPEN else gap.gap_id
