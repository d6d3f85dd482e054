from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.ingest.soak import churn, crash, serve

KILLS = int(os.environ.get("KB_SOAK_KILLS", "15"))
ROUNDS = int(os.environ.get("KB_SOAK_ROUNDS", "40"))
SECONDS = float(os.environ.get("KB_SOAK_SECONDS", "3"))


def test_whenever_an_ingest_is_killed_each_article_is_its_old_or_its_new_version_and_a_rerun_heals(
    tmp_path: Path,
) -> None:
    report = crash.run(tmp_path, KILLS, seed=3, articles=12)
    assert report.faults == []
    assert report.kills == KILLS
    assert len(report.steps) > 2
    assert report.new > 0 < report.old


def test_after_every_round_of_changes_the_index_is_what_is_on_disk_and_every_vector_finds_itself(
    tmp_path: Path,
) -> None:
    report = churn.run(tmp_path, ROUNDS, articles=30, every=5)
    assert report.faults == []
    assert report.unreachable == 0
    assert report.rounds == ROUNDS
    assert report.deleted > ROUNDS


def test_threads_that_ask_while_articles_change_get_whole_versions_and_no_errors(tmp_path: Path) -> None:
    report = serve.run(tmp_path, SECONDS, articles=12)
    assert report.faults == []
    assert report.ingests > 0
    assert report.answered > report.asked / 2


@pytest.mark.parametrize("mixed", [True, False])
def test_the_check_of_a_crash_sees_a_mixed_article(tmp_path: Path, mixed: bool) -> None:
    """The proof above can fail: a vector that is not its text's is seen."""
    folder = tmp_path / "articles"
    folder.mkdir()
    library = crash.open_library(tmp_path / "home")
    texts = crash._write(library, folder, 3, 2)
    crash.ingest(library, [folder])
    if mixed:
        key = min(library.vectors.ids())
        library.vectors.add([key], library.embedder.embed_passages(["ganz anderer Text"]))
    report = crash.CrashReport()
    crash._compare(library, texts, texts, report, ended=True)
    library.close()
    assert bool(report.faults) is mixed
