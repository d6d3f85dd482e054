"""The report that a team lead hands upward: one page at a glance, then what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.reports import gap_evidence, team_blocks
from assistant.reports.figures.articles import STATES
from assistant.reports.figures.compute import PeriodFigures
from assistant.reports.figures.tickets import TICKET_MEASURES
from assistant.reports.formatting import Wording
from assistant.reports.rendering.blocks import Block, Bullets, Document, Grid, Paragraph, Section

if TYPE_CHECKING:
    from kb.backlog import Gap

SUMMARY = (
    "questions",
    "answered_share",
    "helpful_share",
    "known_share",
    "escalations",
    "gaps_opened",
    "gaps_verified",
    "gaps_reopened",
    "gaps_open",
    "closure_median",
    "articles_used",
    "link_rate",
    "tickets",
    "first_response_median",
    "resolution_median",
    "satisfaction",
)
"""The figures of the first page, in the order in which a lead tells them."""

_MOST_OVERDUE = 10
_MOST_GAPS = 5
_CHANGE_TOLD = 0.1
"""From this relative change on, the number of questions is worth a sentence."""


@dataclass(frozen=True, slots=True)
class TopGap:
    """An open gap that is worth naming: its need, and how much it is asked for in words."""

    title: str
    demand: str
    cause: str
    state: str


def top_gaps(gaps: Sequence[Gap], wording: Wording) -> list[TopGap]:
    """The first of ``gaps``, which are sorted by priority; what is off topic is not worth naming."""
    return [
        TopGap(
            gap.title,
            gap_evidence.demand_without_people(gap, wording),
            wording.say(f"cause_{gap.cause}"),
            wording.say(f"state_{gap.state}"),
        )
        for gap in gaps
        if gap.cause != "out_of_scope"
    ][:_MOST_GAPS]


def team_document(figures: PeriodFigures, wording: Wording, made_on: date, top_gaps: Sequence[TopGap] = ()) -> Document:
    """The report on ``figures`` as of the day ``made_on``; ``top_gaps`` are named in this order."""
    blocks = [
        *_summary(figures, wording, top_gaps),
        *_questions(figures, wording),
        *_gaps(figures, wording, top_gaps),
        *_knowledge(figures, wording),
        *_tickets(figures, wording),
        *_method(figures, wording),
    ]
    scope = wording.say("scope_least", least=str(figures.least)) if figures.least > 1 else wording.say("scope")
    origin = f"{wording.say('made', date=wording.day(made_on))} · {scope}"
    return Document(wording.language, wording.say("team_title"), wording.period(figures.period), origin, blocks)


def _summary(figures: PeriodFigures, wording: Wording, top_gaps: Sequence[TopGap]) -> Iterator[Block]:
    yield Section(wording.say("summary"))
    yield Bullets(list(_sentences(figures, wording, top_gaps)))
    yield from team_blocks.comparison(SUMMARY, figures, wording)


def _sentences(figures: PeriodFigures, wording: Wording, top_gaps: Sequence[TopGap]) -> Iterator[str]:
    totals = figures.totals
    questions, tickets = totals["questions"], totals["tickets"]
    if questions.hidden or tickets.hidden:
        yield wording.say("few_data", least=str(figures.least))
    if not questions.hidden and not tickets.hidden and not questions.value and not tickets.value:
        yield wording.say("no_data")
    if questions.value:
        answered = totals["answered_share"]
        said = {"questions": wording.number(questions.value), "answered": wording.value(answered)}
        yield wording.amount("say_questions", int(questions.value), **said)
        yield from _change_of_questions(figures, wording)
    if any(totals[key].value for key in ("gaps_opened", "gaps_verified", "gaps_reopened", "gaps_open")):
        keys = ("opened", "verified", "reopened", "open")
        yield wording.say("say_gaps", **{key: wording.value(totals[f"gaps_{key}"]) for key in keys})
    if top_gaps:
        yield wording.say("say_top", title=top_gaps[0].title, demand=top_gaps[0].demand)
    if figures.open_escalations:
        number = figures.open_escalations
        yield wording.amount("say_escalations", number, number=wording.number(number))
    if figures.overdue:
        of = wording.number(sum(figures.freshness.values()))
        number = len(figures.overdue)
        yield wording.amount("say_overdue", number, number=wording.number(number), of=of)
    if tickets.value:
        median = totals["first_response_median"]
        key = "say_tickets" if median.value is not None else "say_tickets_only"
        yield wording.say(key, tickets=wording.value(tickets), median=wording.value(median))


def _change_of_questions(figures: PeriodFigures, wording: Wording) -> Iterator[str]:
    now, before = figures.totals["questions"].value, figures.before["questions"].value
    if not now or not before or abs(now / before - 1) < _CHANGE_TOLD:
        return
    change = wording.change(figures.totals["questions"], figures.before["questions"]).lstrip("+\u2212")
    than = wording.say(f"than_{figures.period.kind}")
    yield wording.say("say_more" if now > before else "say_fewer", change=change, than=than)


def _questions(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    blocks = list(_about_questions(figures, wording))
    if blocks:  # without a question, the beginning has said so
        yield Section(wording.say("questions_section"), new_page=True)
    yield from blocks


def _about_questions(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    keys = ("questions", "answered_share", "helpful_share", "known_share", "escalations")
    weeks, title = figures.trend, wording.say("trend_questions")
    yield from team_blocks.columns(title, weeks, team_blocks.answered_columns(weeks, wording), wording)
    shares = [team_blocks.series(weeks, key, wording) for key in ("answered_share", "helpful_share")]
    yield from team_blocks.share_lines(wording.say("trend_shares"), weeks, shares, wording)
    yield from team_blocks.by_time(wording.say("weekly_values"), weeks, keys, "weeks_from", wording)
    yield from team_blocks.by_time(wording.say("by_day"), figures.days, keys[:3], "day_column", wording)
    if figures.totals["new_share"].value is not None:
        novelty = (("answered", "answered_share"), ("asked_before", "asked_before_share"), ("new", "new_share"))
        rows = [[wording.say(word), wording.value(figures.totals[key])] for word, key in novelty]
        yield Grid(wording.say("novelty"), [wording.say("state"), wording.say("part")], rows, frozenset({1}))
    groups = figures.groups.get("language", ())
    yield from team_blocks.by_group("language", groups, keys, wording, wording.language_name)


def _gaps(figures: PeriodFigures, wording: Wording, top_gaps: Sequence[TopGap]) -> Iterator[Block]:
    yield Section(wording.say("gaps_section"))
    if not figures.gap_states:
        yield Paragraph(wording.say("no_gaps"))
        return
    states = [[wording.say(f"state_{state}"), wording.number(number)] for state, number in figures.gap_states.items()]
    yield Grid(wording.say("gap_states"), [wording.say("state"), wording.say("number")], states, frozenset({1}))
    if top_gaps:
        columns = [wording.say(word) for word in ("need", "cause", "demand", "state")]
        rows = [[gap.title, gap.cause, gap.demand, gap.state] for gap in top_gaps]
        yield Grid(wording.say("top_gaps"), columns, rows)
    weeks, title = figures.trend, wording.say("trend_gaps")
    lines = [team_blocks.series(weeks, key, wording) for key in ("gaps_opened", "gaps_verified")]
    yield from team_blocks.count_lines(title, weeks, lines, wording)
    keys = ("gaps_opened", "gaps_verified", "gaps_reopened", "closure_median")
    yield from team_blocks.by_time(wording.say("weekly_values"), weeks, keys, "weeks_from", wording)


def _knowledge(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    yield Section(wording.say("knowledge_section"))
    total = sum(figures.freshness.values())
    if not total:
        yield Paragraph(wording.say("no_articles"))
        return
    rows = [
        [wording.say(state), wording.number(figures.freshness[state]), wording.share(figures.freshness[state] / total)]
        for state in STATES
    ]
    columns = [wording.say(word) for word in ("state", "number", "part")]
    yield Grid(wording.say("freshness"), columns, rows, frozenset({1, 2}))
    if figures.overdue:
        columns = [wording.say(word) for word in ("article", "language", "due_since", "state")]
        late = [
            [
                article.title,
                wording.language_name(article.language),
                wording.day(article.due_on) if article.due_on else wording.say("unknown"),
                wording.say(article.state),
            ]
            for article in figures.overdue[:_MOST_OVERDUE]
        ]
        yield Grid(wording.say("overdue_list"), columns, late)
    yield from team_blocks.comparison(("articles_used", "answers_per_article", "used_share"), figures, wording)
    if figures.most_used:
        used = [
            [use.title, wording.language_name(use.key.rpartition("@")[2]), wording.number(use.questions)]
            for use in figures.most_used
        ]
        columns = [wording.say("article"), wording.say("language"), wording.name("questions")]
        yield Grid(wording.say("most_used"), columns, used, frozenset({2}))


def _tickets(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    yield Section(wording.say("tickets_section"), new_page=True)
    weeks, title = figures.trend, wording.say("trend_tickets")
    every = [measure.key for measure in TICKET_MEASURES]
    if not team_blocks.has(figures, "tickets") and not any(part.values["tickets"].value for part in weeks):
        yield Paragraph(wording.say("no_tickets"))
        return
    yield from team_blocks.comparison(every, figures, wording)
    yield from team_blocks.columns(title, weeks, [team_blocks.series(weeks, "tickets", wording)], wording)
    hours = [team_blocks.series(weeks, "first_response_median", wording, per=3600)]
    yield from team_blocks.hour_lines(wording.say("trend_times"), weeks, hours, wording)
    keys = ("tickets", "first_response_median", "resolution_median", "satisfaction", "link_rate")
    yield from team_blocks.by_time(wording.say("weekly_values"), weeks, keys, "weeks_from", wording)
    for name in ("ticket_product", "ticket_category", "ticket_channel"):
        told = wording.product if name == "ticket_product" else None
        yield from team_blocks.by_group(name, figures.groups.get(name, ()), keys, wording, told)


def _method(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    yield Section(wording.say("method_section"))
    if figures.least > 1:
        yield Paragraph(wording.say("method_least", least=str(figures.least)))
    keys = (
        *SUMMARY,
        "answers_per_article",
        "used_share",
        "first_response_p90",
        "resolution_p90",
        "ticket_escalation_share",
    )
    rows = [[wording.name(key), wording.meaning(key)] for key in keys if team_blocks.has(figures, key)]
    if rows:
        yield Grid(wording.say("figures_told"), [wording.say("figure"), wording.say("meaning")], rows)
