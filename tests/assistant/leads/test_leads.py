from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.ask import Asker, ask
from assistant.leads import draft
from ingest.pipeline import ingest
from kb.articles.article import ArticleKey
from kb.articles.reader import read
from kb.backlog import Demand, FoundGap, Gap, GapQuestion
from kb.checks import check
from kb.errors import ConflictError, NotFoundError, UsageError
from kb.library import Library
from kb.tickets import Ticket

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
QUESTIONS = (
    "Wie kündige ich meinen Wallbox-Tarif?",
    "wallbox tarif kündigen wie",
    "Kündigung Wallbox-Tarif: welche Frist?",
    "Bis wann kann ich den Wallbox-Tarif kündigen?",
)


def logged(library: Library, texts: tuple[str, ...]) -> list[GapQuestion]:
    """Ask questions, so that they stand in the log, and give them as evidence."""
    made = []
    for place, text in enumerate(texts):
        moment = NOW - timedelta(days=2, minutes=-place)
        reply = ask(library, text, None, Asker(channel="replay", caller_id=f"q{place}"), moment)
        stored = library.events.question(reply.question_id).text
        made.append(GapQuestion(f"q{place}", stored, moment, "de", signals=("abstained",)))
    return made


def found(questions: list[GapQuestion], **changes: Any) -> FoundGap:
    gap = FoundGap(
        title=questions[0].text,
        language="de",
        cause="missing",
        evidence={},
        questions=tuple(questions),
        demand=Demand(len(questions), len(questions), 0),
        priority=1.0,
        nearest=({"article_id": "wallbox", "language": "de", "title": "Wallbox", "score": 0.5},),
    )
    return replace(gap, **changes)


def sync(library: Library, gap: FoundGap) -> Gap:
    return library.backlog.sync([gap], NOW)[0]


@pytest.fixture
def shelf(library: Library, folder: Path, write: Any) -> Library:
    """A library with two articles in a folder of their language."""
    write("de/wallbox", "Wallbox anschließen", "# Wallbox anschließen\n\nEin Elektriker schließt die Wallbox an.",
          id="wallbox", owner="team-technik", products="[strom]", audience="public")  # fmt: skip
    write("de/move", "Umzug", "# Umzug\n\nMelden Sie den Umzug 14 Tage vorher.", id="move", owner="team-vertrag")
    ingest(library, [folder])
    return library


class TestDraft:
    def test_a_new_article_begins_with_what_is_known_and_passes_the_check(self, shelf: Library, folder: Path) -> None:
        asked = logged(shelf, (*QUESTIONS, QUESTIONS[0].upper(), "Ich bin Herr Müller, wallbox kündigen?"))
        ticket = Ticket("desk:7", "desk", NOW, "Wallbox-Tarif weg", "Ich will ihn kündigen.", "de",
                        resolution="Kündigung mit 14 Tagen Frist --> eingetragen.")  # fmt: skip
        shelf.tickets.add([ticket])
        asked.append(GapQuestion("desk:7", ticket.question, NOW, "de", "ticket", ("no_article",)))
        sync(shelf, found(asked, title="Wallbox-Tarif kündigen"))
        made = draft(shelf, "G-0001", "anna", NOW)
        assert made.path == folder / "de" / "wallbox-tarif-kuendigen.md"
        assert made.created
        assert (made.gap.state, made.gap.owner) == ("drafting", "anna")
        assert made.gap.linked == ArticleKey("wallbox-tarif-kuendigen", "de")
        report = check([folder], NOW.date())
        assert [one for one in report.findings if one.path.endswith(made.path.name)] == []
        text = made.path.read_text(encoding="utf-8")
        article = read("de/x.md", text.encode()).article
        assert article is not None
        assert (article.status, article.audience, article.owner) == ("draft", "public", "team-technik")
        assert article.products == ("strom",)
        # Each wording once, the most frequent first; none with masked data.
        assert article.aliases == (*QUESTIONS, "Wallbox-Tarif weg")
        visible = "\n".join(section.text for section in article.sections)
        assert [section.heading for section in article.sections][1:] == ["Gilt für", "Lösung", "Ursache"]
        assert "G-0001" not in visible  # the notes are no reader's
        for note in ("(2-mal)", "[name]", "> Ein Elektriker schließt die Wallbox an.", "14 Tagen Frist -- > eing"):
            assert note in text

    def test_drafting_again_gives_the_same_file_and_leaves_what_was_written(self, shelf: Library) -> None:
        sync(shelf, found(logged(shelf, QUESTIONS[:1])))
        first = draft(shelf, "G-0001", "anna", NOW)
        first.path.write_text("Meine Arbeit", encoding="utf-8")
        again = draft(shelf, "G-0001", "anna", NOW)
        assert (again.path, again.created) == (first.path, False)
        assert first.path.read_text(encoding="utf-8") == "Meine Arbeit"
        assert len(shelf.backlog.history("G-0001")) == 3  # found, assigned, linked

    def test_a_draft_that_was_written_and_not_linked_is_taken_up(self, shelf: Library) -> None:
        sync(shelf, found(logged(shelf, QUESTIONS[:1])))
        link, shelf.backlog.link = shelf.backlog.link, None  # killed in between
        with pytest.raises(TypeError):
            draft(shelf, "G-0001", "anna", NOW)
        shelf.backlog.link = link
        made = draft(shelf, "G-0001", "anna", NOW)
        assert made.gap.state == "drafting"

    def test_another_article_of_that_name_is_not_touched(self, shelf: Library, folder: Path) -> None:
        sync(shelf, found(logged(shelf, QUESTIONS[:1]), title="Umzug"))
        (folder / "de" / "umzug.md").write_text("Der Umzug", encoding="utf-8")
        with pytest.raises(UsageError, match="already an article"):
            draft(shelf, "G-0001", "anna", NOW)
        assert shelf.backlog.gap("G-0001").state == "open"

    def test_where_no_index_is_there_yet_the_setting_says_the_folder(self, library: Library, tmp_path: Path) -> None:
        library.home.mkdir()
        asked = [GapQuestion("q0", "Wie kündige ich?", NOW, "de")]
        sync(library, found(asked, nearest=()))
        made = draft(library, "G-0001", "anna", NOW, folder=tmp_path / "neu", owner="team-x")
        assert made.path == tmp_path / "neu" / "wie-kuendige-ich.md"
        assert "owner: team-x\n" in made.path.read_text(encoding="utf-8")

    @pytest.mark.parametrize("cause", ["findability", "stale", "conflict", "restricted", "weak"])
    def test_where_an_article_is_to_be_mended_none_is_written(self, shelf: Library, folder: Path, cause: Any) -> None:
        before = sorted(folder.rglob("*.md"))
        evidence = {
            "article": {"article_id": "move", "language": "de"},
            "sentence": "Melden Sie den Umzug 14 Tage vorher.",
        }
        sync(shelf, found(logged(shelf, QUESTIONS[:2]), cause=cause, evidence=evidence))
        made = draft(shelf, "G-0001", "anna", NOW)
        assert (made.created, made.article) == (False, ArticleKey("move", "de"))
        assert (made.gap.state, made.gap.linked) == ("drafting", ArticleKey("move", "de"))
        assert "„Umzug“" in made.steps[0]
        assert "move.md" in made.steps[0]
        assert "G-0001" in made.steps[-1]
        assert sorted(folder.rglob("*.md")) == before
        assert draft(shelf, "G-0001", "anna", NOW).steps == made.steps

    def test_what_ratings_said_is_shown_where_an_answer_is_weak(self, shelf: Library) -> None:
        from kb.events import Feedback

        asked = logged(shelf, QUESTIONS[:1])
        (event,) = shelf.events.asked_as(["q0"])["q0"]
        shelf.events.rate(Feedback(event.question_id, NOW, "not_helpful", "unclear", "Welche Frist?"))
        sync(shelf, found(asked, cause="weak"))
        assert "- Sie ist unklar: Welche Frist?" in draft(shelf, "G-0001", "anna", NOW).steps
        told = draft(shelf, "G-0001", "anna", NOW, in_language="en").steps
        assert "- It is unclear: Welche Frist?" in told
        assert told[0].startswith("Revise “")

    def test_an_answer_in_the_other_language_becomes_a_translation_of_the_same_id(
        self, shelf: Library, folder: Path
    ) -> None:
        asked = [GapQuestion("e0", "How do I report my move?", NOW, "en")]
        evidence = {"article": {"article_id": "move", "language": "de"}}
        sync(shelf, found(asked, cause="language", language="en", evidence=evidence, title="Report my move"))
        made = draft(shelf, "G-0001", "anna", NOW)
        assert made.path == folder / "en" / "move.md"
        assert made.article == ArticleKey("move", "en")
        article = read("en/move.md", made.path.read_bytes()).article
        assert article is not None
        assert (article.id, article.language, article.owner) == ("move", "en", "team-vertrag")
        assert "Melden Sie den Umzug 14 Tage vorher." in article.source
        assert check([folder], NOW.date()).errors == 0

    def test_a_new_article_can_be_asked_for_whatever_the_cause(self, shelf: Library) -> None:
        sync(shelf, found(logged(shelf, QUESTIONS[:1]), cause="stale"))
        assert draft(shelf, "G-0001", "anna", NOW, fresh=True).created

    def test_a_closed_gap_gets_none(self, shelf: Library) -> None:
        sync(shelf, found(logged(shelf, QUESTIONS[:1])))
        shelf.backlog.move("G-0001", "declined", "lea", now=NOW, reason="nicht unser Thema")
        with pytest.raises(ConflictError, match=r"declined.*lea moved it, from open to declined"):
            draft(shelf, "G-0001", "anna", NOW)
        with pytest.raises(NotFoundError, match="G-0002"):
            draft(shelf, "G-0002", "anna", NOW)

    def test_who_was_faster_keeps_the_gap_and_the_other_draft_goes_again(self, shelf: Library, folder: Path) -> None:
        sync(shelf, found(logged(shelf, QUESTIONS[:1])))
        link = shelf.backlog.link

        def slow(*arguments: Any, **options: Any) -> Gap:
            shelf.backlog.move("G-0001", "declined", "ben", now=NOW, reason="gibt es schon")
            return link(*arguments, **options)

        shelf.backlog.link = slow
        with pytest.raises(ConflictError, match="ben moved it"):
            draft(shelf, "G-0001", "anna", NOW)
        assert sorted(file.name for file in folder.rglob("*.md")) == ["move.md", "wallbox.md"]
