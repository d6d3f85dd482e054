"""The data dictionary: what every table, column and figure of an export means, in German and English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.reports.export.tidy_tables import Field, Table
from assistant.reports.figures.questions import QUESTION_MEASURES
from assistant.reports.figures.tickets import TICKET_MEASURES
from assistant.reports.measure_words import NAMES

TABLES: dict[str, tuple[str, str]] = {
    "weeks": ("je Woche und Kennzahl eine Zeile", "one row a week and figure"),
    "questions_by_language": ("Fragen je Woche und Sprache", "questions by week and language"),
    "tickets_by_product": ("Tickets je Woche und Produkt", "tickets by week and product"),
    "tickets_by_category": ("Tickets je Woche und Kategorie", "tickets by week and category"),
    "tickets_by_channel": ("Tickets je Woche und Kanal", "tickets by week and channel"),
    "gaps": ("je Wissenslücke eine Zeile, wie sie heute steht", "one row a knowledge gap, as it stands today"),
    "gap_moves": ("je Bewegung einer Lücke eine Zeile", "one row a move of a gap"),
    "articles": ("je veröffentlichtem Artikel und Sprache eine Zeile", "one row a published article and language"),
    "data_dictionary": ("dieses Verzeichnis", "this dictionary"),
}

COLUMNS: dict[str, tuple[str, str]] = {
    "week_first": ("Montag der Woche", "Monday of the week"),
    "week_last": ("Sonntag der Woche", "Sunday of the week"),
    "group": (
        "Sprache, Produkt, Kategorie oder Kanal; (none): ohne Angabe",
        "language, product, category or channel; (none): not given",
    ),
    "figure": ("Name der Kennzahl, siehe unten", "name of the figure, see below"),
    "unit": (
        "count: Anzahl; share: Anteil von 0 bis 1; seconds: Sekunden Kalenderzeit",
        "count: number; share: 0 to 1; seconds: seconds of calendar time",
    ),
    "value": ("Wert; leer, wenn unbekannt oder geschützt", "value; empty where unknown or withheld"),
    "known": ("bei wie vielen Fällen die Angabe vorliegt", "for how many cases it is known"),
    "of": ("wie viele Fälle es sind", "how many cases there are"),
    "hidden": (
        "wahr: geschützt, weil die Zahl auf zu wenigen Personen beruht oder auf sie schließen ließe",
        "true: withheld, because it rests on too few people or would give such a figure away",
    ),
    "gap_id": ("Kennung der Lücke", "id of the gap"),
    "need": ("das Anliegen in den Worten der Kunden", "the need in the customers' words"),
    "language": ("Sprache, de oder en", "language, de or en"),
    "cause": (
        "Ursache: missing, findability, stale, conflict, language, restricted, weak, out_of_scope",
        "cause: missing, findability, stale, conflict, language, restricted, weak, out_of_scope",
    ),
    "state": (
        "Bearbeitungsstand: open, assigned, drafting, review, verified, declined, snoozed",
        "state of work: open, assigned, drafting, review, verified, declined, snoozed",
    ),
    "questions": ("Fragen zu dieser Lücke", "questions of this gap"),
    "tickets": ("Tickets zu dieser Lücke", "tickets of this gap"),
    "priority_minutes": (
        "Dringlichkeit: verlorene Minuten, jüngere zählen mehr",
        "urgency: minutes lost, recent ones count more",
    ),
    "first_asked_on": ("Tag der ersten Frage", "day of the first question"),
    "last_asked_on": ("Tag der letzten Frage", "day of the last question"),
    "opened_on": ("Tag, an dem die Lücke gefunden wurde", "day on which the gap was found"),
    "changed_on": ("Tag der letzten Änderung", "day of the last change"),
    "article_id": ("Kennung des Artikels", "id of the article"),
    "article_language": ("Sprache des Artikels", "language of the article"),
    "moved_on": ("Tag der Bewegung", "day of the move"),
    "kind": (
        "found, assigned, moved, linked, checked, reopened, woken, merged, split",
        "found, assigned, moved, linked, checked, reopened, woken, merged, split",
    ),
    "from_state": ("Bearbeitungsstand davor", "state of work before"),
    "to_state": ("Bearbeitungsstand danach", "state of work after"),
    "title": ("Titel des Artikels", "title of the article"),
    "freshness": ("fresh, due, overdue oder expired am Tag des Exports", "fresh, due, overdue or expired on the day"),
    "review_due_on": ("Tag, bis zu dem der Artikel zu prüfen ist", "day by which the article is to be reviewed"),
    "questions_answered": ("Fragen, die er im Zeitraum beantwortet hat", "questions that it answered in the period"),
    "table": ("Tabelle; * steht für jede mit der Spalte figure", "table; * stands for each with a column figure"),
    "column": ("Spalte oder Kennzahl", "column or figure"),
    "type": ("text, integer, number, day, flag oder figure", "text, integer, number, day, flag or figure"),
    "meaning_de": ("Bedeutung auf Deutsch", "meaning in German"),
    "meaning_en": ("Bedeutung auf Englisch", "meaning in English"),
}


def dictionary(exported: Sequence[Table]) -> Table:
    """A row for each table, column and figure of an export."""
    columns = ("table", "column", "type", "meaning_de", "meaning_en")
    own = Table("data_dictionary", dict.fromkeys(columns, "text"), [])
    rows = [row for table in (*exported, own) for row in _table(table)]
    return Table(own.name, own.columns, [*rows, *_figures()])


def _table(table: Table) -> Iterator[list[Field]]:
    yield [table.name, "", "table", *TABLES[table.name]]
    for column, kind in table.columns.items():
        yield [table.name, column, kind, *COLUMNS[column]]


def _figures() -> Iterator[list[Field]]:
    gaps = ("gaps_opened", "gaps_verified", "gaps_declined", "gaps_reopened", "gaps_open", "closure_median")
    for key in (
        *(measure.key for measure in QUESTION_MEASURES),
        *gaps,
        *(measure.key for measure in TICKET_MEASURES),
    ):
        yield ["*", key, "figure", *(f"{NAMES[tag][key].name}: {NAMES[tag][key].meaning}" for tag in ("de", "en"))]
