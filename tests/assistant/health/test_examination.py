"""An examination of a small library from end to end, and that only what changed is compared again."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.health import examine
from assistant.health.description import action, details, kind_name
from assistant.health.finding import KINDS
from ingest.pipeline import ingest
from kb.articles.article import ArticleKey
from kb.errors import MissingPartError
from kb.events import Feedback, QuestionEvent
from kb.library import Library

TODAY = date(2026, 11, 25)
FEE = "Die Gebühr für eine Rücklastschrift beträgt {amount} je Rückgabe und erscheint auf der nächsten Rechnung."
LONG = (
    "Melden Sie den Zählerstand bis zum Monatsende im Portal, per Karte oder am Telefon. Halten Sie dafür die"
    " Zählernummer bereit und lesen Sie nur die Ziffern vor dem Komma ab. Die Bestätigung kommt sofort per E-Mail."
    " Weicht der Stand stark vom Vorjahr ab, fragt das Portal nach einem Foto des Zählers. Ohne Meldung wird der"
    " Verbrauch aus dem Vorjahr geschätzt und auf der Rechnung mit einem Buchstaben gekennzeichnet."
)


@pytest.fixture
def base(library, folder, write):
    """Two articles that contradict each other, two that are copies, one of its own."""
    write("fee", "Rücklastschrift", FEE.format(amount="3,50 €"), created_on="2026-01-01", reviewed_on="2026-11-01")
    write("costs", "Kosten", FEE.format(amount="4,50 €"), created_on="2026-01-01", reviewed_on="2026-11-01")
    write("read", "Zählerstand melden", LONG, created_on="2025-01-01", reviewed_on="2025-01-01")
    write("send", "Zählerstand schicken", LONG + " Danke.", created_on="2026-01-01", reviewed_on="2026-11-01")
    write("moving", "Umzug", "Wer umzieht, sagt es uns zeitig.", created_on="2026-01-01", reviewed_on="2026-11-01")
    ingest(library, [folder])
    return library


def log(library, key: str, count: int, verdict: str | None = None, reason: str | None = None) -> None:
    for number in range(count):
        asked = datetime(2026, 11, 10, 8, tzinfo=UTC) + timedelta(minutes=number)
        question = QuestionEvent(
            f"{key} {verdict} {number}", asked, "Frage", "de", "answered", 0.9, "cli",
            citations=[ArticleKey.parse(key)._asdict()],
        )  # fmt: skip
        library.events.log_question(question)
        if verdict:
            library.events.rate(Feedback(question.question_id, asked, verdict, reason))


def test_contradictions_are_shown_with_both_sentences_and_their_places(base, folder) -> None:
    (found,) = examine(base, TODAY).of("contradiction")
    (item,) = found.evidence["differences"]
    assert [str(ref.key) for ref in found.articles] == ["costs@de", "fee@de"]
    assert (item["kind"], item["left"]["says"], item["right"]["says"]) == ("amount", "4,50 €", "3,50 €")
    for side, ref in zip(("left", "right"), found.articles, strict=True):
        place = item[side]
        lines = (folder / place["path"]).read_text(encoding="utf-8").splitlines()
        assert place["article_id"] == ref.article_id
        assert place["sentence"] in "\n".join(lines[place["lines"][0] - 1 : place["lines"][1]])


def test_copies_are_one_finding_a_group(base) -> None:
    (found,) = examine(base, TODAY).of("duplicate")
    assert [str(ref.key) for ref in found.articles] == ["read@de", "send@de"]
    assert found.evidence["containment"] == 1.0


def test_damage_follows_the_answers_and_the_arithmetic_says_so(base) -> None:
    log(base, "fee@de", 40)
    (found,) = examine(base, TODAY).of("contradiction")
    assert found.damage == 41.0
    assert found.to_json()["arithmetic"][0] == {"factor": "answers", "value": 41, "answers": 40}


def test_a_review_clears_the_ratings_that_came_before_it(base, folder, write) -> None:
    log(base, "moving@de", 5, "not_helpful", "outdated")
    listed = {str(finding.articles[0].key): finding.evidence for finding in examine(base, TODAY).of("stale")}
    assert listed["moving@de"]["bad"] == 5.0
    write("moving", "Umzug", "Wer umzieht, sagt es uns zeitig.", created_on="2026-01-01", reviewed_on="2026-11-20")
    ingest(base, [folder])
    assert "moving@de" not in {str(finding.articles[0].key) for finding in examine(base, TODAY).of("stale")}


def test_nothing_counts_as_unused_before_the_log_is_half_a_year_old(base) -> None:
    log(base, "fee@de", 3)
    assert examine(base, TODAY).of("unused") == []
    unused = examine(base, TODAY + timedelta(days=150)).of("unused")
    assert unused == []
    late = {str(finding.articles[0].key) for finding in examine(base, TODAY + timedelta(days=190)).of("unused")}
    assert late == {"costs@de", "fee@de", "moving@de", "read@de", "send@de"}


def test_only_what_changed_is_compared_again_and_the_report_is_the_same(base, folder, write) -> None:
    first = examine(base, TODAY)
    assert first.of("contradiction")
    assert examine(base, TODAY) == first
    with closing(sqlite3.connect(base.home / "health.sqlite3")) as file, file:
        file.execute("UPDATE results SET value = '[]' WHERE kind = 'clashes de'")  # as if nothing had been found
    assert examine(base, TODAY).of("contradiction") == []
    write("fee", "Rücklastschrift", FEE.format(amount="5 €"), created_on="2026-01-01", reviewed_on="2026-11-01")
    ingest(base, [folder])
    changed = examine(base, TODAY)
    assert changed.of("contradiction")
    (base.home / "health.sqlite3").unlink()
    assert examine(base, TODAY) == changed


def test_a_damaged_file_of_earlier_comparisons_costs_nothing(base) -> None:
    report = examine(base, TODAY)
    (base.home / "health.sqlite3").write_bytes(b"no database" * 500)
    assert examine(base, TODAY) == report


def test_without_an_index_the_command_that_makes_one_is_named(library) -> None:
    with pytest.raises(MissingPartError) as caught:
        examine(library, TODAY)
    assert "kb ingest" in caught.value.hint


def test_drafts_and_expired_articles_are_left_out(base, folder, write) -> None:
    write("costs", "Kosten", FEE.format(amount="4,50 €"), status="draft", created_on="2026-01-01")
    ingest(base, [folder])
    assert examine(base, TODAY).of("contradiction") == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_finding_has_words_in_both_languages(base, language: str) -> None:
    log(base, "moving@de", 5, "not_helpful", "outdated")
    report = examine(base, TODAY + timedelta(days=190))
    assert {finding.kind for finding in report.findings} >= {"contradiction", "stale", "duplicate", "unused"}
    for finding in report.findings:
        assert kind_name(finding.kind, language)
        assert action(finding, language)
        assert all(details(finding, language))
    json.dumps(report.to_json())


def test_the_real_model_finds_the_planted_contradiction_and_the_missing_translation(sample) -> None:
    report = examine(sample, date(2026, 11, 23))
    pair = {"change-of-supplier", "change-of-supplier-2024"}
    found = [one for one in report.of("contradiction") if {ref.article_id for ref in one.articles} == pair]
    assert {one.articles[0].language for one in found} == {"de", "en"}
    assert all(one.evidence["superseded"] == ["change-of-supplier-2024"] for one in found)
    assert {one.severity for one in found} == {"warning"}
    missing = [one for one in report.of("parity") if one.evidence["missing"]]
    assert [str(one.articles[0].key) for one in missing] == ["balcony-solar@de"]


@pytest.fixture
def served_base(base, folder, word_service) -> Path:
    """The home of ``base``, which commands read with the same small embedder."""
    base.embedder = Library.open(base.home).embedder
    ingest(base, [folder])
    base.close()
    return base.home


def run(monkeypatch, capsys, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["kb", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0), capsys.readouterr().out


def test_the_command_gives_the_stable_shape_and_exit_codes(served_base, monkeypatch, capsys) -> None:
    chosen = ("--home", str(served_base), "health", "--today", "2026-11-25", "--kind", "contradiction")
    code, out = run(monkeypatch, capsys, *chosen, "--json")
    shown = json.loads(out)
    assert code == 0
    assert set(shown) == {"today", "findings", "summary"}
    assert set(shown["findings"][0]) == {"kind", "severity", "articles", "evidence", "damage", "arithmetic"}
    assert shown["summary"] == {
        "articles": 5,
        "findings": 1,
        "kinds": {kind: int(kind == "contradiction") for kind in KINDS},
    }
    assert run(monkeypatch, capsys, *chosen, "--fail-on", "error")[0] == 1
    assert run(monkeypatch, capsys, *chosen[:-1], "unused", "--fail-on", "info")[0] == 0
    assert run(monkeypatch, capsys, *chosen[:-1], "nonsense")[0] == 2


def test_the_command_prints_both_sentences_and_what_to_do_in_the_language_asked_for(
    served_base, monkeypatch, capsys
) -> None:
    _, out = run(monkeypatch, capsys, "--home", str(served_base), "health", "--today", "2026-11-25", "--language", "de")
    assert "Widersprüche (1)" in out
    assert "„4,50 €“ oder „3,50 €“" in out
    assert FEE.format(amount="3,50 €") in out
    assert "→ Klären, was gilt" in out
    assert out.splitlines()[-1].startswith("5 Artikel, ")
