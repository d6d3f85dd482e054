"""The gap report: open gaps with cause, proof, urgency and owner, what has moved, and which escalations wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from assistant.reports import gap_evidence, gap_tables
from assistant.reports.figures.gap_history import OPEN
from assistant.reports.figures.period import Period
from assistant.reports.formatting import Wording
from assistant.reports.gap_changes import in_short
from assistant.reports.gap_data import GapData, gather_gaps
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
from assistant.reports.rendering.formats import as_csv, as_json, as_text, check_format

if TYPE_CHECKING:
    from kb.backlog import Gap
    from kb.library import Library

_MOST_NEW = 10
"""More new gaps are told in a sentence: each stands in the table of open ones too."""

_MOST_QUESTIONS = 5
_MOST_NEAREST = 3
"""What is shown of a gap's questions and of the articles near it: enough to recognise the need."""


def gap_report(
    library: Library,
    period: Period,
    language: str,
    form: str,
    made_on: date,
    previous: Mapping[str, object] | None = None,
) -> str:
    """The gap report as one text, as the backlog stands, with what moved in ``period``.

    ``previous`` is an earlier report as JSON; with it, the report also says whose urgency has changed since. The
    backlog is what the last `kb gaps find` left. Raises UsageError for another language or form.
    """
    wording = Wording(language, zone=period.zone)
    check_format(form)
    data = gather_gaps(library, period, wording, gap_tables.priorities(previous))
    if form == "json":
        head = {
            "made_on": made_on.isoformat(),
            "period": {"first": period.first.isoformat(), "last": period.last.isoformat()},
        }
        return as_json(head | gap_tables.to_json(data, wording))
    if form == "csv":
        return as_csv(*gap_tables.in_words(data, wording), language)
    return as_text(gap_document(data, period, wording, made_on), form)


def gap_document(data: GapData, period: Period, wording: Wording, made_on: date) -> Document:
    """The report as it stands on the day ``made_on``, with the changes in ``period``."""
    blocks = [
        *_summary(data, period, wording),
        *_overview(data, wording),
        *_changes(data, period, wording),
        *_waiting(data, wording),
        *_put_away(data, period, wording),
        *_each(data, wording),
    ]
    origin = wording.say("asked_from", days=wording.period(period))
    subtitle = wording.say("gap_origin", date=wording.day(made_on))
    return Document(wording.language, wording.say("gap_title"), subtitle, origin, blocks)


def _summary(data: GapData, period: Period, wording: Wording) -> Iterator[Block]:
    yield Section(wording.say("summary"))
    gaps, since = data.open, wording.day(period.first)
    if gaps:
        unowned = sum(not gap.owner for gap in gaps)
        key = {0: "say_open_owned", len(gaps): "say_open_unowned"}.get(unowned, "say_open")
        sentences = [wording.amount(key, len(gaps), unowned=wording.number(unowned))]
        questions, tickets = (sum(getattr(gap.demand, name) for gap in gaps) for name in ("questions", "tickets"))
        counts = (("n_questions", questions), ("n_tickets", tickets))
        demand = ", ".join(wording.amount(name, number) for name, number in counts if number)
        sentences.append(wording.say("say_demand", demand=demand))
    else:
        sentences = [wording.say("say_none_open" if data.gaps else "no_gaps")]
    parts = in_short(data.changes, wording)
    sentences.append(wording.say("say_moved" if parts else "say_still", since=since, parts=parts))
    if data.waiting:
        sentences.append(wording.amount("say_escalations", len(data.waiting)))
    yield Bullets(sentences)
    causes = Counter(gap.cause for gap in gaps)
    if len(causes) > 1:
        rows = [[wording.say(f"cause_{cause}"), wording.number(number)] for cause, number in causes.most_common()]
        yield Grid(wording.say("by_cause"), wording.columns("cause", "number"), rows, frozenset({1}))


def _overview(data: GapData, wording: Wording) -> Iterator[Block]:
    if not data.open:
        return
    yield Section(wording.say("open_gaps"))
    columns = wording.columns("gap_id", "need", "cause", "demand", "priority", "owner", "state")
    rows: list[list[Cell]] = [
        [
            _link(gap),
            gap.title,
            wording.say(f"cause_{gap.cause}"),
            gap_evidence.demand(gap, wording),
            wording.number(gap.priority),
            gap.owner or wording.say("no_owner"),
            wording.say(f"state_{gap.state}"),
        ]
        for gap in data.open
    ]
    yield Grid(wording.say("open_gaps"), columns, rows, frozenset({4}), frozenset({0}), captioned=False)


def _changes(data: GapData, period: Period, wording: Wording) -> Iterator[Block]:
    if not data.changes:
        return
    yield Section(wording.say("moved"))
    changes = data.changes
    new = [change for change in changes if change.kind == "found" and change.gap.state in OPEN]
    if len(new) > _MOST_NEW:
        yield Paragraph(wording.say("many_found", n=wording.number(len(new))))
        changes = [change for change in changes if change not in new]
    rows: list[list[Cell]] = [
        [
            _link(change.gap),
            change.gap.title,
            change.words,
            wording.day(period.day_of(change.at)) if change.at else "",
        ]
        for change in changes
    ]
    if rows:
        columns = wording.columns("gap_id", "need", "what", "when")
        yield Grid(wording.period(period), columns, rows, whole=frozenset({0, 3}))


def _waiting(data: GapData, wording: Wording) -> Iterator[Block]:
    if not data.waiting:
        return
    yield Section(wording.say("escalations"))
    rows = [
        [item.question, wording.say(f"escalation_{item.reason}"), wording.day(item.since), item.note]
        for item in data.waiting
    ]
    columns = wording.columns("question", "why", "when", "note")
    yield Grid(wording.say("escalations"), columns, rows, whole=frozenset({2}), captioned=False)


def _put_away(data: GapData, period: Period, wording: Wording) -> Iterator[Block]:
    """Gaps that were closed or declined in the period, and those that are snoozed."""
    ended = {change.gap.gap_id for change in data.changes if change.kind in {"verified", "declined"}}
    closed = [
        [
            gap.gap_id,
            gap.title,
            wording.say(f"state_{gap.state}"),
            gap.linked.article_id if gap.linked else "",
            gap.reason,
        ]
        for gap in data.gaps
        if gap.gap_id in ended and gap.state in {"verified", "declined"}
    ]
    if closed:
        yield Section(wording.say("closed_gaps"))
        columns = wording.columns("gap_id", "need", "state", "proven_by", "reason")
        yield Grid(wording.period(period), columns, closed, whole=frozenset({0}))
    snoozed = [
        [
            gap.gap_id,
            gap.title,
            wording.say(f"cause_{gap.cause}"),
            wording.day(gap.snoozed_until) if gap.snoozed_until else "",
        ]
        for gap in data.gaps
        if gap.state == "snoozed"
    ]
    if snoozed:
        yield Section(wording.say("snoozed_gaps"))
        columns = wording.columns("gap_id", "need", "cause", "until")
        yield Grid(wording.say("snoozed_gaps"), columns, snoozed, whole=frozenset({0, 3}), captioned=False)


def _each(data: GapData, wording: Wording) -> Iterator[Block]:
    if data.open:
        yield Section(wording.say("each_gap"), new_page=True)
    for gap in data.open:
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
    asked = Counter(" ".join(question.text.split()) for question in gap.questions)
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
    columns = wording.columns("what", "counted", "decayed", "minutes_each", "product")
    rows = []
    for row in gap.arithmetic:
        key = f"row_{row.get('what')}"
        name = wording.say(key, gap=row.get("gap_id", "")) if wording.knows(key) else str(row.get("what", ""))
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
