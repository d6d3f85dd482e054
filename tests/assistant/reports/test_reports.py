"""Reports as people get them: in one language, safe whatever is in the data, also with little or nothing to tell."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.demo import sample
from assistant.messages import catalogue
from assistant.reports.figures.measures import Figure
from assistant.reports.figures.period import latest
from assistant.reports.formatting import Wording
from assistant.reports.gap_report import gap_report
from assistant.reports.rendering.blocks import (
    Bullets,
    ChartBlock,
    Document,
    Facts,
    Grid,
    InternalLink,
    Paragraph,
    Section,
)
from assistant.reports.rendering.charts import Chart, Series, svg
from assistant.reports.rendering.html import html
from assistant.reports.rendering.markdown import markdown, text
from assistant.reports.team_report import team_report
from ingest.pipeline import ingest
from kb.errors import UsageError
from kb.events import QuestionEvent
from kb.library import Library
from kb.markdown import parse
from kb.settings import Settings
from tests.fakes import WordEmbedder
from tests.sample_gaps import TODAY, WALLBOX, gap

WEEK = latest("week", TODAY, "Europe/Berlin")
NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:x) | # `a` *b* &amp; "q" https://evil.example'


class Page(HTMLParser):
    """What a browser would make of a page: elements with their attributes, and its visible words."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._style = False
        self.feed(source)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self._style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.words.append(data)


class TestLanguages:
    @pytest.mark.parametrize("form", ["md", "html", "csv"])
    @pytest.mark.parametrize(("language", "other"), [("de", "en"), ("en", "de")])
    def test_a_report_has_no_word_of_the_other_language(
        self, worked: Library, form: str, language: str, other: str
    ) -> None:
        """What comes from the data is cut out: titles, questions, products, owners."""
        told = team_report(worked, WEEK, language, form, TODAY) + gap_report(worked, WEEK, language, form, TODAY)
        body = told.partition("<body>")[2] if form == "html" else told
        written = " ".join(Page(body).words) if form == "html" else body
        own = {word.casefold() for text in _all_words(language) for word in re.findall(r"[^\W\d_]{4,}", text)}
        foreign = {word.casefold() for text in _all_words(other) for word in re.findall(r"[^\W\d_]{4,}", text)} - own
        for data in _data(worked):
            written = written.replace(data, " ").replace(text(data), " ")
        found = {word.casefold() for word in re.findall(r"[^\W\d_]{4,}", written)} & foreign
        assert found == set()

    @pytest.mark.parametrize(
        ("seconds", "german", "english"),
        [
            (20, "1 Minute", "1 minute"),
            (7_741, "2 Stunden 9 Minuten", "2 hours 9 minutes"),
            (3_600, "1 Stunde", "1 hour"),
            (3 * 86_400 + 3_700, "3 Tage 1 Stunde", "3 days 1 hour"),
            (86_399, "1 Tag", "1 day"),
        ],
    )
    def test_durations_are_written_in_words(self, seconds: int, german: str, english: str) -> None:
        assert Wording("de").duration(seconds).replace("\u00a0", " ") == german
        assert Wording("en").duration(seconds).replace("\u00a0", " ") == english

    def test_numbers_and_dates_are_written_as_people_write_them(self) -> None:
        german, english = Wording("de"), Wording("en")
        assert (german.number(1204), english.number(1204)) == ("1.204", "1,204")
        assert (german.number(-1204.5, 1), english.number(-0.04, 1)) == ("\u22121.204,5", "0.0")
        assert (german.day(date(2026, 9, 12)), english.day(date(2026, 9, 12))) == (
            "12.09.2026",
            "12\u00a0Sept\u00a02026",
        )
        assert (german.share(0.815), english.share(0.815)) == ("82\u00a0%", "82%")

    def test_changes_are_told_in_the_unit_that_fits(self) -> None:
        german = Wording("de")

        def counted(number: float) -> Figure:
            return Figure("count", number, 9, 9)

        assert german.change(counted(412), counted(389)) == "+6\u00a0%"
        assert german.change(counted(3), counted(2)) == "+1"
        assert german.change(Figure("share", 0.81, 9, 9), Figure("share", 0.84, 9, 9)) == "\u22123 Punkte"
        assert german.change(counted(30), counted(30)) == "gleich"
        assert german.change(counted(30).conceal(), counted(30)) == ""

    def test_a_product_of_the_articles_goes_by_its_name(self, tmp_path: Path) -> None:
        library = Library(tmp_path / ".kb", Settings())
        library.embedder, library.english = WordEmbedder(), None
        front = "---\nid: heat\ntitle: Wärmestrom für Wärmepumpen\nproducts: [waermestrom]\nstatus: published\n---\n"
        (tmp_path / "heat.md").write_text(f"{front}Text.\n", encoding="utf-8")
        ingest(library, [tmp_path / "heat.md"])
        both = enumerate(sample(TODAY).tickets)
        library.tickets.add(replace(one, product=("waermestrom", "Strom")[place % 2]) for place, one in both)
        for form in ("md", "csv"):
            told = team_report(library, WEEK, "de", form, TODAY)
            assert "Wärmestrom" in told
            assert "waermestrom" not in told
        library.close()

    def test_another_language_is_refused_with_what_there_is(self, worked: Library) -> None:
        with pytest.raises(UsageError, match="'fr'"):
            team_report(worked, WEEK, "fr", "md", TODAY)
        with pytest.raises(UsageError, match="'pdf'"):
            gap_report(worked, WEEK, "de", "pdf", TODAY)


def _all_words(language: str) -> list[str]:
    entries = [entry for key, entry in catalogue(language).items() if key.startswith("reports.")]
    texts = [form for entry in entries for form in ([entry] if isinstance(entry, str) else entry.values())]
    return [re.sub(r"{\w+}", " ", text) for text in texts]


def _data(library: Library) -> list[str]:
    """Texts that reports take from the data, the longest first."""
    gaps = library.backlog.gaps()
    found = {gap.title for gap in gaps} | {gap.owner for gap in gaps} | {gap.reason for gap in gaps}
    found |= {one.text for gap in gaps for one in gap.questions}
    for one in gaps:
        found |= {near["title"] for near in one.nearest}
        found |= {value for value in one.evidence.values() if isinstance(value, str)}
        for part in one.evidence.values():
            found |= {part[key] for key in ("title", "sentence", "value") if isinstance(part, dict) and key in part}
        found |= {one.linked.article_id} if one.linked else set()
    for handed in library.escalations.escalations():
        found |= {handed.note, library.events.question(handed.question_id).text}
    for ticket in library.tickets.tickets():
        found |= {ticket.product, ticket.category, ticket.channel}
    from kb.catalog import Filter

    with library.catalog.snapshot() as snapshot:
        found |= {row.title for row in snapshot.listing(Filter(TODAY, expired=True))}
    return sorted(found - {""}, key=len, reverse=True)


class TestSafety:
    def document(self, data: str) -> Document:
        chart = Chart(data, data, "lines", [data], [Series(data, [1.0])], lambda _: data)
        blocks = [
            Section(data, 2, data),
            Paragraph(data),
            Bullets([data]),
            Facts([(data, data)]),
            Grid(data, [data], [[data], [InternalLink(data, data)]]),
            ChartBlock(chart),
        ]
        return Document("de", data, data, data, blocks)

    @given(st.one_of(st.just(HOSTILE), st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)))
    def test_html_has_the_elements_of_the_report_and_no_others(self, data: str) -> None:
        plain, page = Page(html(self.document("x"))), Page(html(self.document(data)))
        assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
        assert [sorted(attributes) for _, attributes in page.elements] == [
            sorted(attributes) for _, attributes in plain.elements
        ]

    def test_html_loads_nothing_and_runs_nothing(self, worked: Library) -> None:
        for written in (
            team_report(worked, WEEK, "de", "html", TODAY),
            gap_report(worked, WEEK, "de", "html", TODAY),
        ):
            page = Page(written)
            assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.elements}
            assert all((attributes.get("href") or "#").startswith("#") for _, attributes in page.elements)
            assert "url(" not in written
            assert "http" not in written.replace("http-equiv", "")
            targets = {attributes.get("id") for _, attributes in page.elements}
            links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
            assert all(str(link).removeprefix("#") in targets for link in links)

    @pytest.mark.parametrize("start", ["", "# ", "- ", "1. ", "1) ", "> ", "+ ", "    ", "=== ", "--- ", "```\n"])
    def test_markdown_shows_what_is_in_the_data(self, start: str) -> None:
        written = markdown(self.document(start + HOSTILE))
        rendered = parse(written)
        assert [heading.level for heading in rendered.headings] == [1, 2]
        assert "<script" not in re.sub(r"\\<", "", written)
        assert not re.search(r"(?<!\\)\]\(", written)

    def test_a_hostile_question_stays_text_in_every_form(self, tmp_path: Path) -> None:
        library = _library(tmp_path)
        library.backlog.sync(
            [gap("x", "missing", [f"=cmd {HOSTILE}"], {"article": WALLBOX | {"title": HOSTILE}})], NOON
        )
        assert "<script" not in gap_report(library, WEEK, "de", "html", TODAY)
        assert re.search(r";'=cmd|;\"'=cmd", gap_report(library, WEEK, "de", "csv", TODAY))
        library.close()


def _library(folder: Path) -> Library:
    made = Library(folder / "home", Settings())
    made.embedder, made.english = WordEmbedder(), None
    return made


class TestLittleToTell:
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_an_empty_log_says_so(self, tmp_path: Path, language: str) -> None:
        library = _library(tmp_path)
        team = team_report(library, WEEK, language, "md", TODAY)
        assert Wording(language).say("no_data") in team
        assert Wording(language).say("no_tickets") in team
        assert Wording(language).say("no_articles") in team
        assert Wording(language).say("no_gaps") in gap_report(library, WEEK, language, "md", TODAY)
        for form in ("html", "csv", "json"):
            assert team_report(library, WEEK, language, form, TODAY)
            assert gap_report(library, WEEK, language, form, TODAY)
        library.close()

    def test_one_question_is_protected_and_told_where_the_limit_is_off(self, tmp_path: Path) -> None:
        library = _library(tmp_path)
        library.events.log_question(QuestionEvent("q", NOON, "Umzug?", "de", "answered", 0.9, "page", actor="anna"))
        protected = team_report(library, WEEK, "de", "md", TODAY)
        assert Wording("de").say("few_data", least=5) in protected
        assert "| Fragen | geschützt |" in protected
        library.settings = library.settings.model_copy(
            update={"reports": library.settings.reports.model_copy(update={"min_group": 1})}
        )
        told = team_report(library, WEEK, "de", "md", TODAY)
        assert "1 Frage wurde gestellt." in told
        assert "geschützt" not in told
        library.close()

    def test_nobody_is_named_in_a_team_report(self, worked: Library) -> None:
        for form in ("md", "html", "csv", "json"):
            assert not re.search(r"service-\d\d", team_report(worked, WEEK, "de", form, TODAY))


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio of two colours written #rrggbb."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_text_and_lines_have_enough_contrast(theme: int) -> None:
    css = (Path(__file__).parents[3] / "assistant/reports/rendering/report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css.split(":root {")[1 + theme].split("}")[0]))
    assert all(_contrast(colours[ink], colours["paper"]) >= 4.5 for ink in ("ink", "dim", "accent", "other"))
    assert _contrast(colours["edge"], colours["paper"]) >= 3.0


class TestCharts:
    def test_a_chart_says_what_it_shows(self) -> None:
        chart = Chart("Fragen", "Wochenwerte", "columns", ["a", "b"], [Series("x", [3.0, None])], "{:.0f}".format)
        drawn = svg(chart, "c1")
        assert 'role="img" aria-labelledby="c1-t c1-d"' in drawn
        assert '<title id="c1-t">Fragen</title><desc id="c1-d">Wochenwerte</desc>' in drawn
        assert ">3</text>" in drawn
        assert ">–</text>" in drawn

    def test_a_line_does_not_cross_what_is_not_known(self) -> None:
        chart = Chart("t", "d", "lines", list("abcd"), [Series("x", [1.0, 2.0, None, 3.0])], str)
        assert len(re.findall("<polyline", svg(chart, "c"))) == 2

    @given(
        st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=12),
        st.sampled_from(["columns", "lines"]),
    )
    def test_what_is_drawn_lies_within_the_drawing(self, values: list, kind: str) -> None:
        drawn = svg(Chart("t", "d", kind, ["x"] * len(values), [Series("s", values)], "{:.0f}".format), "c")
        heights = [float(y) for y in re.findall(r'\b(?:y|cy|y1|y2)="(-?[\d.]+)"', drawn)]
        assert all(0 <= y <= 200 for y in heights)


def test_what_moved_is_told_once_and_in_order(worked: Library) -> None:
    told = gap_report(worked, WEEK, "de", "md", TODAY, {"gaps": [{"gap_id": "G-0001", "priority": 60.0}]})
    moved = told.partition("## Was sich bewegt hat")[2].partition("\n## ")[0]
    assert re.findall(r"\| (G-\d+) \|.*?\| ([^|]+) \| [^|]*\|\n", moved) == [
        ("G-0001", "zugewiesen an team-vertrag"),
        ("G-0001", "Artikel „charging-card“ verknüpft"),
        ("G-0008", "Artikel „passkey-login“ verknüpft"),
        ("G-0008", "Entwurf in Arbeit → in Prüfung"),
        ("G-0008", "nachweislich geschlossen"),
        ("G-0001", "Dringlichkeit 60 → 135 Minuten"),
    ]


def test_the_commands_write_reports(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        code = "from assistant.cli import main; main()"
        command = [sys.executable, "-c", code, *arguments, "--home", str(tmp_path / "home")]
        return subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)

    written = run("report", "team", "--today", "2026-11-23", "--format", "html", "--out", str(tmp_path / "team.html"))
    assert (written.returncode, written.stderr) == (0, "")
    assert (tmp_path / "team.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    wrong = run("report", "team", "--since", "2026-11-23", "--until", "2026-11-01")
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 2)
    gaps = run("gaps", "report", "--today", "2026-11-23", "--json")
    assert '"gaps": []' in gaps.stdout
