"""What every figure is called and what it says, in German and English: for tables, and for the data dictionary."""

from __future__ import annotations

from typing import NamedTuple


class MeasureText(NamedTuple):
    """A figure's name and what it says, in one language."""

    name: str
    meaning: str


DE: dict[str, MeasureText] = {
    "gaps": MeasureText("Lücken", "Wissenslücken am Ende des Zeitraums, nach Bearbeitungsstand."),
    "articles": MeasureText(
        "Artikel", "Veröffentlichte Artikel am Tag des Berichts; jede Sprachfassung zählt für sich."
    ),
    "questions": MeasureText("Fragen", "Fragen, die im Zeitraum an Lotse gestellt wurden."),
    "answered_share": MeasureText("beantwortet", "Anteil der Fragen, die Lotse aus Artikeln beantwortet hat."),
    "helpful_share": MeasureText(
        "hilfreich", "Anteil der bewerteten Fragen, deren letzte Bewertung „hilfreich“ lautet."
    ),
    "escalations": MeasureText("Eskalationen", "Fragen, die jemand an die Teamleitung gegeben hat."),
    "gap_reports": MeasureText("gemeldete Lücken", "Fragen, zu denen jemand eine Lücke gemeldet hat."),
    "used_share": MeasureText(
        "Antworten benutzt", "Anteil der beantworteten Fragen, deren Quelle geöffnet oder deren Antwort kopiert wurde."
    ),
    "known_share": MeasureText(
        "bekannt", "Anteil der Fragen, die ein Artikel beantwortet oder die schon einmal ähnlich gestellt wurden (KCS)."
    ),
    "asked_before_share": MeasureText(
        "schon gestellt, ohne Antwort",
        "Anteil der Fragen ohne Antwort, zu denen es in den 90 Tagen davor eine ähnliche gab.",
    ),
    "new_share": MeasureText(
        "neu, ohne Antwort", "Anteil der Fragen ohne Antwort, die in 90 Tagen niemand ähnlich gestellt hat."
    ),
    "gaps_opened": MeasureText("neue Lücken", "Wissenslücken, die im Zeitraum zum ersten Mal gefunden wurden."),
    "gaps_verified": MeasureText(
        "geschlossene Lücken", "Lücken, deren Fragen nachweislich aus dem neuen Artikel beantwortet werden."
    ),
    "gaps_declined": MeasureText("abgelehnte Lücken", "Lücken, die mit Begründung abgelehnt wurden."),
    "gaps_reopened": MeasureText("wieder geöffnete Lücken", "Lücken, die geschlossen waren und wieder offen sind."),
    "gaps_open": MeasureText(
        "offene Lücken", "Lücken, die am Ende des Zeitraums offen oder in Arbeit waren; zurückgestellte nicht."
    ),
    "closure_median": MeasureText(
        "Zeit bis zum Schließen", "Median vom Finden einer Lücke bis zum Nachweis; Kalenderzeit, geschlossene Lücken."
    ),
    "articles_used": MeasureText(
        "genutzte Artikel",
        "Heute veröffentlichte Artikel, die im Zeitraum geantwortet haben; jede Sprachfassung zählt für sich.",
    ),
    "answers_per_article": MeasureText(
        "Antworten je genutztem Artikel", "Wie oft ein genutzter Artikel im Mittel geantwortet hat (KCS: reuse)."
    ),
    "tickets": MeasureText("Tickets", "Eingelesene Tickets, die im Zeitraum eingegangen sind."),
    "first_response_median": MeasureText(
        "Erstreaktionszeit", "Median vom Eingang bis zur ersten Antwort; Kalenderzeit, nicht Arbeitszeit."
    ),
    "first_response_p90": MeasureText(
        "Erstreaktionszeit, 90 %", "In dieser Zeit hatten 90 % der Tickets ihre erste Antwort."
    ),
    "resolution_median": MeasureText(
        "Lösungszeit", "Median vom Eingang bis zur Lösung; Kalenderzeit, gelöste Tickets."
    ),
    "resolution_p90": MeasureText("Lösungszeit, 90 %", "In dieser Zeit waren 90 % der gelösten Tickets gelöst."),
    "satisfaction": MeasureText(
        "Kundenzufriedenheit (CSAT)",
        "Mittel der abgegebenen Bewertungen; 100 % ist die beste Note, 0 % die schlechteste.",
    ),
    "ticket_escalation_share": MeasureText(
        "eskalierte Tickets", "Anteil der Tickets, die laut Ticketsystem eskaliert wurden."
    ),
    "link_rate": MeasureText(
        "Linkquote", "Anteil der gelösten Tickets mit mindestens einem verlinkten Artikel (KCS: link rate)."
    ),
}

EN: dict[str, MeasureText] = {
    "gaps": MeasureText("Gaps", "Knowledge gaps at the end of the period, by state of work."),
    "articles": MeasureText("Articles", "Published articles on the day of the report; each language counts by itself."),
    "questions": MeasureText("Questions", "Questions that were put to Lotse in the period."),
    "answered_share": MeasureText("answered", "Share of questions that Lotse answered from articles."),
    "helpful_share": MeasureText("helpful", "Share of rated questions whose last rating says “helpful”."),
    "escalations": MeasureText("escalations", "Questions that somebody handed to a team lead."),
    "gap_reports": MeasureText("reported gaps", "Questions for which somebody reported a gap."),
    "used_share": MeasureText(
        "answers used", "Share of answered questions whose source was opened or whose answer was copied."
    ),
    "known_share": MeasureText(
        "known", "Share of questions that an article answered, or that were asked in a similar way before (KCS)."
    ),
    "asked_before_share": MeasureText(
        "asked before, not answered",
        "Share of questions without an answer, a similar one having been asked in the 90 days before.",
    ),
    "new_share": MeasureText(
        "new, not answered", "Share of questions without an answer that nobody asked in a similar way for 90 days."
    ),
    "gaps_opened": MeasureText("new gaps", "Knowledge gaps that were found for the first time in the period."),
    "gaps_verified": MeasureText("closed gaps", "Gaps whose questions are proven to be answered from the new article."),
    "gaps_declined": MeasureText("declined gaps", "Gaps that were declined with a reason."),
    "gaps_reopened": MeasureText("reopened gaps", "Gaps that had been closed and are open again."),
    "gaps_open": MeasureText(
        "open gaps", "Gaps that were open or worked on at the end of the period; snoozed ones are not."
    ),
    "closure_median": MeasureText(
        "time to closure", "Median from finding a gap to its proof; calendar time, closed gaps."
    ),
    "articles_used": MeasureText(
        "articles used",
        "Articles published today that answered at least once in the period; each language counts by itself.",
    ),
    "answers_per_article": MeasureText(
        "answers per used article", "How often a used article answered in the mean (KCS: reuse)."
    ),
    "tickets": MeasureText("Tickets", "Imported tickets that came in during the period."),
    "first_response_median": MeasureText(
        "first response time", "Median from arrival to the first response; calendar time, not working time."
    ),
    "first_response_p90": MeasureText(
        "first response time, 90%", "Within this time 90% of the tickets had a first response."
    ),
    "resolution_median": MeasureText(
        "resolution time", "Median from arrival to resolution; calendar time, resolved tickets."
    ),
    "resolution_p90": MeasureText(
        "resolution time, 90%", "Within this time 90% of the resolved tickets were resolved."
    ),
    "satisfaction": MeasureText(
        "customer satisfaction (CSAT)", "Mean of the ratings given; 100% is the best mark, 0% the worst."
    ),
    "ticket_escalation_share": MeasureText(
        "escalated tickets", "Share of tickets that the help desk says were escalated."
    ),
    "link_rate": MeasureText(
        "link rate", "Share of resolved tickets with at least one linked article (KCS: link rate)."
    ),
}

NAMES: dict[str, dict[str, MeasureText]] = {"de": DE, "en": EN}
