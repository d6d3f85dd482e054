"""The measurement of `kb health`: its floors on written sentences, and that it counts what it says it counts."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from assistant.health.finding import HealthFinding, HealthReport, Ref
from evals.health import health, staleness
from kb.articles.article import ArticleKey
from kb.errors import UsageError

ROOT = Path(__file__).parents[3]


def test_contradictions_keep_their_floors_on_both_halves_of_the_sentences() -> None:
    for split, found in health.sentences().items():
        assert found["pairs"] > 60, split
        assert found["precision"] >= 0.70, split
        assert found["recall"] >= 0.60, split


def test_the_sentences_are_evenly_split_and_of_both_languages() -> None:
    rows = [json.loads(line) for line in (health.DATA / "contradictions.jsonl").read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) >= 120
    for split in ("dev", "test"):
        half = [row for row in rows if row["split"] == split]
        assert 0.4 < sum(row["contradicts"] for row in half) / len(half) < 0.6
        assert {row["language"] for row in half} == {"de", "en"}


def test_precision_and_recall_are_counted_from_what_is_and_what_was_told() -> None:
    found = health.scores([(True, True), (True, False), (False, True), (False, False), (True, True)])
    assert (found["right"], found["alarms"], found["missed"], found["pairs"]) == (2, 1, 1, 5)
    assert (found["precision"], found["recall"]) == (0.667, 0.667)
    assert health.scores([])["precision"] is None


def test_what_is_planted_counts_as_found_only_where_the_right_articles_are_told_together() -> None:
    def finding(kind: str, *keys: str) -> HealthFinding:
        refs = tuple(Ref(*ArticleKey.parse(key), "T", "p.md") for key in keys)
        return HealthFinding(kind, "error", refs, {"missing": None}, 1.0)

    report = HealthReport(
        date(2026, 11, 23),
        4,
        (
            finding("contradiction", "dunning-levels@de", "returned-direct-debit@de"),
            finding("contradiction", "dunning-levels@en", "annual-bill@en"),
            finding("parity", "credit-payout@de", "credit-payout@en"),
        ),
    )
    found = health.planted(report)
    assert (found["contradiction"]["right"], found["contradiction"]["missed"]) == (1, 3)
    assert found["contradiction"]["false_alarms"] == [["annual-bill@en", "dunning-levels@en"]]
    assert found["parity"]["recall"] == found["parity"]["precision"] == 1.0
    assert found["duplicate"]["recall"] == 0.0


def test_changed_facts_in_translations_are_found_and_unchanged_ones_raise_no_alarm(tmp_path: Path) -> None:
    for language in ("de", "en"):
        (tmp_path / language).mkdir()
        for file in sorted((ROOT / "articles" / language).glob("[p-t]*.md")):
            shutil.copy(file, tmp_path / language)
    found = health.changed_translations(tmp_path, changed=10)
    assert found["right"] + found["missed"] == sum(found["changed"].values()) > 5
    assert found["recall"] >= 0.7
    assert found["alarms"] <= 1


def test_two_versions_are_told_apart_by_what_changed(tmp_path: Path) -> None:
    sentence = {
        "language": "de",
        "old_sentence": "Die Frist für den Widerruf beträgt 14 Tage.",
        "new_sentence": "Die Frist für den Widerruf beträgt 30 Tage.",
    }
    entry = {
        "language": "de",
        "change": "value_change",
        "old": "Die Frist für den Widerruf beträgt 14 Tage.",
        "new": "Die Frist für den Widerruf beträgt 30 Tage.",
    }
    (tmp_path / "contradictions.jsonl").write_text(json.dumps(sentence), encoding="utf-8")
    same = entry | {"change": "minor", "new": "Die Frist für den Widerruf beträgt zwei Wochen."}
    (tmp_path / "pairs.jsonl").write_text(json.dumps(entry) + "\n" + json.dumps(same), encoding="utf-8")
    found = health.drift(tmp_path)
    assert found["recall"] == 1.0
    assert found["entries"] == {"minor": {"told": 0, "of": 1}, "value_change": {"told": 1, "of": 1}}


def test_a_home_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        health.copies(tmp_path, None)


def test_a_simulated_year_is_the_same_every_time_and_counts_what_is_wrong() -> None:
    first, second = staleness.play(3, asked=500), staleness.play(3, asked=500)
    assert [page.sentence() for page in first.pages] == [page.sentence() for page in second.pages]
    assert [rating.verdict for rating in first.ratings] == [rating.verdict for rating in second.ratings]
    found = staleness.measure(3, asked=500)
    assert found["stale"] == pytest.approx(sum(page.wrong_since is not None for page in first.pages) / 120)
    assert all(0 <= value <= 1 for value in found.values())


def test_pages_that_are_right_never_contradict_each_other() -> None:
    world = staleness.play(1, asked=10)
    wrong = {ArticleKey(f"a{page.number}", "de") for page in world.pages if page.wrong_since}
    found = staleness.conflicts(world)
    assert found
    assert all({key, *others} & wrong for key, others in found.items())


def test_the_report_reads_as_tables() -> None:
    year = {"mean": 0.5, "lowest": 0.1, "highest": 1.0}
    result = {
        "sentences": health.sentences(),
        "planted": {"contradiction": health.scores([(True, True)])},
        "changed_translations": health.scores([(True, True)]),
        "staleness": {"damage": year, "calendar": year, "years": 2, "top": 10},
        "copies": {"groups": 3},
    }
    text = health.markdown(result)
    assert "| planted contradiction |" in text
    assert "2 years, first 10" in text
    assert '"groups": 3' in text
