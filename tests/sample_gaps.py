"""A backlog with a gap of every cause and every state, worked on over some weeks; its questions are the sample's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kb.articles.article import ArticleKey
from kb.backlog import Backlog, Demand, FoundGap, GapQuestion

TODAY = date(2026, 11, 23)
FIRST_LOOK = datetime(2026, 10, 12, 6, tzinfo=UTC)
SECOND_LOOK = datetime(2026, 11, 2, 6, tzinfo=UTC)
LAST_LOOK = datetime(2026, 11, 20, 6, tzinfo=UTC)


def article(article_id: str, title: str, language: str = "de", **changes: Any) -> dict[str, Any]:
    made = {
        "article_id": article_id,
        "language": language,
        "title": title,
        "status": "published",
        "audience": "public",
        "reviewed_on": "2026-09-01",
        "expires_on": None,
    }
    return made | changes


def row(what: str, count: int, minutes: float) -> dict[str, Any]:
    left = round(count * 0.9, 3)
    return {"what": what, "count": count, "decay": left, "minutes": minutes, "value": round(left * minutes, 2)}


def gap(
    name: str,
    cause: str,
    texts: Sequence[str],
    evidence: dict[str, Any],
    *,
    language: str = "de",
    tickets: int = 0,
    escalations: int = 0,
    questions: int = 6,
    nearest: Sequence[dict[str, Any]] = (),
) -> FoundGap:
    asked = tuple(
        GapQuestion(
            f"{name}-{number}",
            texts[number % len(texts)],
            FIRST_LOOK + timedelta(days=number % 7, hours=number),
            language,
            "ticket" if number >= questions else "question",
            ("abstained",),
        )
        for number in range(questions + tickets)
    )
    people = max(questions - 2, 1)
    rows = [row("askers", people, 4.0), row("tickets", tickets, 8.0), row("escalations", escalations, 15.0)]
    rows = [one for one in rows if one["count"]]
    priority = round(sum(one["value"] for one in rows), 2)
    if cause == "out_of_scope":
        rows, priority = [*rows, {"what": "out_of_scope", "factor": 0.0}], 0.0
    return FoundGap(
        title=texts[0],
        language=language,
        cause=cause,
        evidence={"asked_again": 4, "answered": 0, "found_by": 3, **evidence},
        questions=asked,
        demand=Demand(questions, people, tickets),
        priority=priority,
        arithmetic=tuple(rows),
        nearest=tuple({"article_id": one["article_id"], "title": one["title"], "score": 0.8} for one in nearest),
        action="",
    )


WALLBOX = article("wallbox", "Wallbox anmelden und betreiben")
FEE = article("returned-direct-debit", "Rücklastschrift")
DUNNING = article("dunning-levels", "Mahnstufen")


def found() -> list[FoundGap]:
    """What the first look finds."""
    return [
        gap(
            "charge",
            "missing",
            ["Wie bekomme ich eine Ladekarte für öffentliche Ladesäulen?", "Gibt es von Nordlicht eine Ladekarte?"],
            {"article": WALLBOX, "rank": 1, "sentence": "Die Wallbox muss beim Netzbetreiber angemeldet werden."},
            questions=14,
            tickets=9,
            escalations=2,
            nearest=[WALLBOX, article("dynamic-tariff", "Dynamischer Stromtarif")],
        ),
        gap(
            "fee",
            "conflict",
            ["Was kostet eine Rücklastschrift?", "Wie hoch ist die Gebühr, wenn die Lastschrift platzt?"],
            {
                "article": FEE,
                "left": FEE | {"value": "3,50 €", "sentence": "Für jede Rücklastschrift berechnen wir 3,50 €."},
                "right": DUNNING | {"value": "4,50 €", "sentence": "Eine Rücklastschrift kostet 4,50 €."},
                "difference": "amount",
                "answered": 4,
            },
            questions=8,
            tickets=3,
            nearest=[FEE, DUNNING],
        ),
        gap(
            "pay",
            "stale",
            ["Kann ich mit PayPal zahlen?"],
            {
                "article": article("payment-methods", "Zahlungsarten", reviewed_on="2025-02-10"),
                "sentence": "Sie können per SEPA-Lastschrift, Überweisung oder Dauerauftrag zahlen.",
                "days_overdue": 471,
                "answered": 3,
            },
        ),
        gap(
            "passkey",
            "restricted",
            ["Wie melde ich mich mit einem Passkey an?"],
            {"article": article("passkey-login", "Mit Passkey anmelden", status="draft"), "answered": 4},
            questions=5,
        ),
        gap(
            "balcony",
            "language",
            ["How do I register a balcony solar panel?", "Do I need permission for a plug-in solar unit?"],
            {"article": article("balcony-solar", "Balkonkraftwerk anmelden"), "answered": 4},
            language="en",
            tickets=1,
        ),
        gap(
            "bill",
            "findability",
            ["Was bedeuten die Posten auf der Stromrechnung?"],
            {"article": article("understand-bill", "Ihre Rechnung verstehen"), "ranks": [7, 9, None], "answered": 3},
        ),
        gap(
            "bonus",
            "weak",
            ["Wann wird der Neukundenbonus ausgezahlt?"],
            {"article": article("new-customer-bonus", "Neukundenbonus"), "said": {"not_helpful": 3, "escalated": 1}},
        ),
        gap("weather", "out_of_scope", ["Wie wird das Wetter morgen in Hamburg?"], {}, questions=3),
        gap("heat", "missing", ["Bieten Sie auch Fernwärme an?"], {}, questions=7, tickets=4),
        gap("tenant", "missing", ["Was ist mit Mieterstrom, bieten wir das an?"], {}, tickets=2),
        gap("winter", "stale", ["Gibt es dieses Jahr wieder die Winterhotline?"], {
            "article": article("winter-hotline", "Winter-Hotline 2025/2026", expires_on="2026-03-31"),
            "kept_back_by": "expires_on", "days_overdue": 234,
        }, questions=4),
    ]  # fmt: skip


def fill(backlog: Backlog) -> None:
    """Look three times, and work on what was found in between."""
    every = found()
    ids = {one.title: one.gap_id for one in backlog.sync(every[:9], FIRST_LOOK)}

    def named(part: str) -> str:
        return next(gap_id for title, gap_id in ids.items() if part in title)

    def on(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 9, 30, tzinfo=UTC)

    backlog.assign(named("Rücklastschrift"), "team-abrechnung", "leitung", now=on(10, 13))
    backlog.assign(named("Passkey"), "team-portal", "leitung", now=on(10, 13))
    backlog.move(named("Wetter"), "declined", "leitung", now=on(10, 13), reason="Hat mit uns nichts zu tun.")
    backlog.assign(named("Posten"), "team-wissen", "leitung", now=on(10, 20))
    backlog.link(named("Posten"), ArticleKey("understand-bill", "de"), "team-wissen", now=on(10, 21), drafting=True)
    backlog.record_check(named("Posten"), "team-wissen", now=on(10, 27), closes=True, detail={"share": 1.0})
    ids |= {one.title: one.gap_id for one in backlog.sync(every, SECOND_LOOK)}
    backlog.move(named("Mieterstrom"), "snoozed", "leitung", now=on(11, 3), until=date(2027, 1, 11))
    backlog.assign(named("Ladekarte"), "team-vertrag", "leitung", now=on(11, 16))
    backlog.link(named("Ladekarte"), ArticleKey("charging-card", "de"), "team-vertrag", now=on(11, 17), drafting=True)
    backlog.link(named("Passkey"), ArticleKey("passkey-login", "de"), "team-portal", now=on(11, 17), drafting=True)
    backlog.move(named("Passkey"), "review", "team-portal", now=on(11, 18))
    backlog.record_check(named("Passkey"), "leitung", now=on(11, 19), closes=True, detail={"share": 1.0})
    backlog.sync(every, LAST_LOOK)
