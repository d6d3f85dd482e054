from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.ask import Asker, AskFilters, ask
from assistant.gaps import find
from ingest.pipeline import ingest
from kb.errors import MissingPartError
from kb.library import Library
from kb.settings import Settings

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def logged(sample: Library, tmp_path):
    """The sample articles with a log of its own."""
    made = Library(tmp_path / "home", Settings())
    made.exact, made.catalog, made.embedder, made.english = True, sample.catalog, sample.embedder, sample.english
    yield made
    made.let_go("events")


def put(library: Library, *texts: str, name: str = "q", audience: str = "internal") -> None:
    """Each of ``texts`` is asked by somebody else, an hour after the other."""
    for number, text in enumerate(texts):
        asker = Asker(f"{name}-{number}", f"s-{name}-{number}", "replay", f"{name}{number}")
        ask(library, text, AskFilters(audience), asker, NOW - timedelta(hours=number))


def test_without_an_index_the_error_names_the_command(library: Library) -> None:
    with pytest.raises(MissingPartError) as caught:
        find(library)
    assert "kb ingest" in caught.value.hint


def test_an_empty_log_gives_an_empty_report_and_makes_no_log(library: Library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie Ihren Umzug.")
    ingest(library, [folder])
    report = find(library)
    assert (report.questions, report.gaps) == (0, ())
    assert not library.events_file.exists()
    assert report.to_json() == {"period": {"since": None, "until": None}, "questions": 0, "gaps": []}


ABSENT = (
    "Wie bekomme ich eine Ladekarte für öffentliche Ladesäulen?",
    "Ich brauche eine Ladekarte, um an öffentlichen Säulen zu laden",
    "Gibt es von Ihnen eine Karte zum Laden meines E-Autos unterwegs?",
)
DRAFT = ("Wie richte ich einen Passkey ein?", "Anmelden mit Passkey statt Passwort", "Passkey im Portal aktivieren")
OVERDUE = ("Welche Zahlungsarten gibt es?", "Wie kann ich meine Rechnung bezahlen?", "Kann ich per Überweisung zahlen?")


def test_each_gap_has_its_proven_cause_and_answered_questions_make_none(logged: Library) -> None:
    put(logged, *ABSENT, name="absent")
    put(logged, *DRAFT, name="draft")
    put(logged, *OVERDUE, name="overdue")
    put(logged, "Wie melde ich meinen Umzug?", "Umzug melden", name="answered")
    report = find(logged, today=TODAY)
    causes = {question.id: gap.cause for gap in report.gaps for question in gap.questions}
    assert {causes.get(f"absent{n}") for n in range(3)} <= {"missing", None}
    assert "missing" in causes.values()
    assert causes["draft0"] == "restricted"
    assert causes["overdue0"] == "stale"
    assert not any(name.startswith("answered") for name in causes)
    proof = next(gap.evidence for gap in report.gaps if gap.cause == "restricted")
    assert proof["article"]["article_id"] == "passkey-login"
    assert proof["kept_back_by"] == "status"


def test_the_same_log_twice_gives_the_same_report(logged: Library) -> None:
    put(logged, *ABSENT, name="absent")
    first = find(logged, today=TODAY)
    assert first.gaps
    assert find(logged, today=TODAY).to_json() == first.to_json()
