"""The report that a team lead hands upward: one page at a glance, then what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from assistant.reports import gap_evidence, team_tables
from assistant.reports import team_blocks as blocks
from assistant.reports.figures.compute import PeriodFigures, compute
from assistant.reports.figures.gap_history import OPEN
from assistant.reports.figures.gather import gather, products_in
from assistant.reports.figures.period import Period
from assistant.reports.figures.tickets import TICKET_MEASURES
from assistant.reports.formatting import Wording
from assistant.reports.rendering.blocks import Block, Bullets, Document, Grid, Paragraph, Section
from assistant.reports.rendering.formats import as_csv, as_json, as_text, check_format

if TYPE_CHECKING:
    from kb.backlog import Gap
    from kb.library import Library

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


def team_report(library: Library, period: Period, language: str, form: str, made_on: date) -> str:
    """The team report on ``period`` as one text, as it stands on the day ``made_on``.

    1. Read. 2. Compute, small groups left out. 3. Write as Markdown, HTML, CSV or JSON. Raises UsageError for another
    language or form.
    """
    wording = Wording(language, library.settings.reports.min_group, products_in(library, language, made_on))
    check_format(form)
    # 1
    data = gather(library, period, made_on)
    # 2
    figures = compute(period, data, wording.least)
    # 3
    if form == "json":
        return as_json({"made_on": made_on.isoformat()} | team_tables.to_json(figures))
    if form == "csv":
        return as_csv(*team_tables.in_words(figures, wording), language)
    return as_text(team_document(figures, wording, made_on, library.backlog.gaps(OPEN)), form)


def team_document(figures: PeriodFigures, wording: Wording, made_on: date, gaps: Sequence[Gap] = ()) -> Document:
    """The report on ``figures`` as of the day ``made_on``; ``gaps`` are the open ones by priority.

    The first of them are named, but for those that are off topic.
    """
    top_gaps = [gap for gap in gaps if gap.cause != "out_of_scope"][:_MOST_GAPS]
    sections = [
        *_summary(figures, wording, top_gaps),
        *_questions(figures, wording),
        *_gaps(figures, wording, top_gaps),
        *_knowledge(figures, wording),
        *_tickets(figures, wording),
        *_method(figures, wording),
    ]
    scope = wording.say("scope_least", least=figures.least) if figures.least > 1 else wording.say("scope")
    origin = f"{wording.say('made', date=wording.day(made_on))} · {scope}"
    return Document(wording.language, wording.say("team_title"), wording.period(figures.period), origin, sections)


def _summary(figures: PeriodFigures, wording: Wording, top_gaps: Sequence[Gap]) -> Iterator[Block]:
    yield Section(wording.say("summary"))
    yield Bullets(list(_sentences(figures, wording, top_gaps)))
    yield from blocks.comparison(SUMMARY, figures, wording)


def _sentences(figures: PeriodFigures, wording: Wording, top_gaps: Sequence[Gap]) -> Iterator[str]:
    totals = figures.totals
    questions, tickets = totals["questions"], totals["tickets"]
    if questions.hidden or tickets.hidden:
        yield wording.say("few_data", least=figures.least)
    if questions.is_empty and tickets.is_empty:
        yield wording.say("no_data")
    if questions.value:
        yield wording.amount("say_questions", questions.value, answered=wording.value(totals["answered_share"]))
        yield from _change_of_questions(figures, wording)
    gaps = {key: totals[f"gaps_{key}"] for key in ("opened", "verified", "reopened", "open")}
    if any(figure.value for figure in gaps.values()):
        yield wording.say("say_gaps", **{key: wording.value(figure) for key, figure in gaps.items()})
    if top_gaps:
        demand = gap_evidence.demand_without_people(top_gaps[0], wording)
        yield wording.say("say_top", title=top_gaps[0].title, demand=demand)
    if figures.open_escalations:
        yield wording.amount("say_escalations", figures.open_escalations)
    if figures.overdue:
        of = wording.number(sum(figures.freshness.values()))
        yield wording.amount("say_overdue", len(figures.overdue), of=of)
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
    about = list(_about_questions(figures, wording))
    if about:  # without a question, the beginning has said so
        yield Section(wording.say("questions_section"), new_page=True)
    yield from about


def _about_questions(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    keys = ("questions", "answered_share", "helpful_share", "known_share", "escalations")
    weeks = figures.trend
    yield from blocks.chart("trend_questions", weeks, blocks.answered_series(weeks, wording), wording, stacked=True)
    shares = blocks.series(weeks, ("answered_share", "helpful_share"), wording)
    yield from blocks.chart("trend_shares", weeks, shares, wording, wording.share, top=1.0)
    yield from blocks.by_time("weekly_values", weeks, keys, "weeks_from", wording)
    yield from blocks.by_time("by_day", figures.days, keys[:3], "day_column", wording)
    if figures.totals["new_share"].value is not None:
        novelty = (("answered", "answered_share"), ("asked_before", "asked_before_share"), ("new", "new_share"))
        rows = [[wording.say(word), wording.value(figures.totals[key])] for word, key in novelty]
        yield Grid(wording.say("novelty"), wording.columns("state", "part"), rows, frozenset({1}))
    yield from blocks.by_group("language", figures.groups.get("language", ()), keys, wording, wording.language_name)


def _gaps(figures: PeriodFigures, wording: Wording, top_gaps: Sequence[Gap]) -> Iterator[Block]:
    yield Section(wording.say("gaps_section"))
    if not figures.gap_states:
        yield Paragraph(wording.say("no_gaps"))
        return
    states = [[wording.say(f"state_{state}"), wording.number(number)] for state, number in figures.gap_states.items()]
    yield Grid(wording.say("gap_states"), wording.columns("state", "number"), states, frozenset({1}))
    if top_gaps:
        rows = [
            [
                gap.title,
                wording.say(f"cause_{gap.cause}"),
                gap_evidence.demand_without_people(gap, wording),
                wording.say(f"state_{gap.state}"),
            ]
            for gap in top_gaps
        ]
        yield Grid(wording.say("top_gaps"), wording.columns("need", "cause", "demand", "state"), rows)
    weeks = figures.trend
    lines = blocks.series(weeks, ("gaps_opened", "gaps_verified"), wording)
    yield from blocks.chart("trend_gaps", weeks, lines, wording)
    keys = ("gaps_opened", "gaps_verified", "gaps_reopened", "closure_median")
    yield from blocks.by_time("weekly_values", weeks, keys, "weeks_from", wording)


def _knowledge(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    yield Section(wording.say("knowledge_section"))
    total = sum(figures.freshness.values())
    if not total:
        yield Paragraph(wording.say("no_articles"))
        return
    rows = [
        [wording.say(state), wording.number(number), wording.share(number / total)]
        for state, number in figures.freshness.items()
    ]
    yield Grid(wording.say("freshness"), wording.columns("state", "number", "part"), rows, frozenset({1, 2}))
    if figures.overdue:
        late = [
            [
                article.title,
                wording.language_name(article.language),
                wording.day(article.due_on) if article.due_on else wording.say("unknown"),
                wording.say(article.state),
            ]
            for article in figures.overdue[:_MOST_OVERDUE]
        ]
        yield Grid(wording.say("overdue_list"), wording.columns("article", "language", "due_since", "state"), late)
    yield from blocks.comparison(("articles_used", "answers_per_article", "used_share"), figures, wording)
    if figures.most_used:
        used = [
            [use.title, wording.language_name(use.key.language), wording.number(use.questions)]
            for use in figures.most_used
        ]
        columns = [*wording.columns("article", "language"), wording.name("questions")]
        yield Grid(wording.say("most_used"), columns, used, frozenset({2}))


def _tickets(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    yield Section(wording.say("tickets_section"), new_page=True)
    weeks = figures.trend
    if not blocks.is_told(figures, "tickets") and not any(part.values["tickets"].value for part in weeks):
        yield Paragraph(wording.say("no_tickets"))
        return
    yield from blocks.comparison((measure.key for measure in TICKET_MEASURES), figures, wording)
    yield from blocks.chart("trend_tickets", weeks, blocks.series(weeks, ("tickets",), wording), wording, stacked=True)
    hours = blocks.series(weeks, ("first_response_median",), wording, per=3600)
    yield from blocks.chart("trend_times", weeks, hours, wording, wording.hours)
    keys = ("tickets", "first_response_median", "resolution_median", "satisfaction", "link_rate")
    yield from blocks.by_time("weekly_values", weeks, keys, "weeks_from", wording)
    for name in ("ticket_product", "ticket_category", "ticket_channel"):
        name_of = wording.product if name == "ticket_product" else str
        yield from blocks.by_group(name, figures.groups.get(name, ()), keys, wording, name_of)


def _method(figures: PeriodFigures, wording: Wording) -> Iterator[Block]:
    yield Section(wording.say("method_section"))
    if figures.least > 1:
        yield Paragraph(wording.say("method_least", least=figures.least))
    others = ("answers_per_article", "used_share", "first_response_p90", "resolution_p90", "ticket_escalation_share")
    told = [key for key in (*SUMMARY, *others) if blocks.is_told(figures, key)]
    if told:
        rows = [[wording.name(key), wording.say(f"meanings.{key}")] for key in told]
        yield Grid(wording.say("figures_told"), wording.columns("figure", "meaning"), rows)
