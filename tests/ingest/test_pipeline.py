from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ingest.pipeline import Quiet, ingest
from ingest.rebuild import reindex
from kb.catalog import Filter
from kb.errors import LockedError, NotFoundError
from kb.library import Library
from tests.fakes import WordEmbedder

TODAY = date(2026, 11, 23)
COUNTS = ("added", "changed", "removed", "unchanged", "rejected")


def counts(report) -> tuple[int, ...]:
    return tuple(report.to_json()["articles"][name] for name in COUNTS)


def titles(library: Library) -> list[str]:
    with library.catalog.snapshot() as snapshot:
        return [row.title for row in snapshot.listing(Filter(TODAY))]


def ids(library: Library) -> list[str]:
    with library.catalog.snapshot() as snapshot:
        return sorted(row.id for row in snapshot.listing(Filter(TODAY)))


def assert_sound(library: Library) -> None:
    """Every chunk has its vector, no vector is left over, and each finds itself."""
    with library.catalog.snapshot() as snapshot:
        named = snapshot.vector_ids()
    assert library.vectors.ids() == named
    assert library.vectors.unreachable(sorted(named)) == []
    assert library.catalog.check() == []


def test_a_second_run_finds_everything_unchanged_and_embeds_nothing(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    write("meter", "Zähler", "Lesen Sie den Zähler ab.")
    assert counts(ingest(library, [folder])) == (2, 0, 0, 0, 0)
    library.embedder.embedded.clear()
    report = ingest(library, [folder])
    assert counts(report) == (0, 0, 0, 2, 0)
    assert library.embedder.embedded == []
    assert report.embedded == 0


def test_an_edit_embeds_exactly_the_chunks_that_changed(library, folder, write) -> None:
    write("move", "Umzug", "Oben.\n\n## Frist\n\nZwei Wochen.\n\n## Ort\n\nIm Portal.")
    write("meter", "Zähler", "Lesen Sie den Zähler ab.")
    ingest(library, [folder])
    library.embedder.embedded.clear()
    write("move", "Umzug", "Oben.\n\n## Frist\n\nDrei Wochen.\n\n## Ort\n\nIm Portal.")
    report = ingest(library, [folder])
    assert counts(report) == (0, 1, 0, 1, 0)
    assert library.embedder.embedded == ["Umzug > Frist\nDrei Wochen."]
    assert report.embedded == 1
    assert_sound(library)


def test_a_file_that_has_gone_takes_its_article_with_it(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    write("meter", "Zähler", "Lesen Sie ab.")
    ingest(library, [folder])
    (folder / "meter.md").unlink()
    assert counts(ingest(library, [folder], prune=False)) == (0, 0, 0, 1, 0)
    assert titles(library) == ["Umzug", "Zähler"]
    assert counts(ingest(library, [folder])) == (0, 0, 1, 1, 0)
    assert titles(library) == ["Umzug"]
    assert_sound(library)


def test_a_renamed_file_is_a_changed_article_and_embeds_nothing(library, folder, write) -> None:
    file = write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    library.embedder.embedded.clear()
    file.rename(folder / "renamed.md")
    assert counts(ingest(library, [folder])) == (0, 1, 0, 0, 0)
    assert library.embedder.embedded == []
    assert titles(library) == ["Umzug"]


def test_an_article_without_an_id_is_named_by_its_path_whatever_was_ingested_at_once(library, folder) -> None:
    (folder / "de").mkdir()
    file = folder / "de" / "Umzug melden.md"
    file.write_text("# Umzug melden\n\nMelden Sie den Umzug.\n", encoding="utf-8")
    ingest(library, [folder])
    file.write_text("# Umzug melden\n\nMelden Sie den Umzug bald.\n", encoding="utf-8")
    assert counts(ingest(library, [file])) == (0, 1, 0, 0, 0)
    with library.catalog.snapshot() as snapshot:
        assert [row.id for row in snapshot.listing(Filter(TODAY))] == ["de/Umzug melden"]


def test_ingesting_a_file_that_has_gone_removes_only_that_article(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    file = write("meter", "Zähler", "Lesen Sie ab.")
    ingest(library, [folder])
    file.unlink()
    assert counts(ingest(library, [file])) == (0, 0, 1, 0, 0)
    assert titles(library) == ["Umzug"]


def test_two_files_of_one_article_are_both_found_and_neither_replaces_the_other(library, folder, write) -> None:
    write("move", "Umzug", "Das Original.")
    ingest(library, [folder])
    write("sub/copy", "Kopie", "Die Kopie.", id="move")
    assert counts(ingest(library, [folder])) == (1, 0, 0, 1, 0)
    for _ in range(2):
        report = ingest(library, [folder])
        assert counts(report) == (0, 0, 0, 2, 0)
        assert [(problem.code, Path(problem.path).name) for problem in report.problems] == [("duplicate-id", "copy.md")]
        assert ids(library) == ["move", "sub/copy"]
    (folder / "move.md").unlink()
    assert counts(ingest(library, [folder])) == (0, 1, 0, 0, 0)
    assert (ids(library), titles(library)) == (["move"], ["Kopie"])


def test_a_bare_title_can_be_found(library, folder, write) -> None:
    write("move", "Umzug", "")
    report = ingest(library, [folder])
    assert counts(report) == (1, 0, 0, 0, 0)
    assert [problem.code for problem in report.problems] == ["empty"]
    with library.catalog.snapshot() as snapshot:
        assert snapshot.search_text("Umzug", "de", 10, Filter(TODAY))


def test_a_file_that_became_unreadable_keeps_its_old_text_and_is_reported_every_time(library, folder, write) -> None:
    file = write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    file.write_bytes(b"")
    for _ in range(2):
        report = ingest(library, [folder])
        assert counts(report) == (0, 0, 0, 0, 1)
        assert report.problems
    assert titles(library) == ["Umzug"]


def test_one_bad_file_does_not_keep_the_others_out(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    (folder / "binary.md").write_bytes(b"\x00\x01\x02" * 100)
    (folder / "page.html").write_text("<p>no</p>")
    report = ingest(library, [folder])
    assert counts(report) == (1, 0, 0, 0, 1)
    assert {Path(problem.path).name for problem in report.problems} == {"binary.md", "page.html"}


def test_a_link_out_of_the_folder_is_not_followed(library, folder, tmp_path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Geheim\n\nNicht für alle.\n", encoding="utf-8")
    (folder / "link.md").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    report = ingest(library, [folder])
    assert counts(report) == (0, 0, 0, 0, 1)
    assert report.problems[0].code == "outside-root"


def test_a_dry_run_says_the_same_and_writes_nothing(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    assert counts(ingest(library, [folder], dry_run=True)) == (1, 0, 0, 0, 0)
    assert titles(library) == []
    assert library.embedder.embedded == []


def test_another_model_embeds_everything_again_and_leaves_no_old_vectors(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    library.vectors.close()
    del library.vectors
    library.embedder = WordEmbedder("words-2")
    assert counts(ingest(library, [folder])) == (0, 1, 0, 0, 0)
    assert len(library.embedder.embedded) == 1
    assert library.catalog.noted("fingerprint") == "words-2"
    assert_sound(library)


def test_lost_vectors_are_made_again_from_the_catalog(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    library.vectors.clear()
    embedded = list(library.embedder.embedded)
    assert counts(ingest(library, [folder])) == (0, 0, 0, 1, 0)
    assert library.embedder.embedded == embedded
    assert_sound(library)


def test_stray_vectors_are_swept(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    library.vectors.add(["f" * 32], library.embedder.embed_passages(["verwaist"]))
    ingest(library, [folder])
    assert_sound(library)


def test_equal_texts_share_a_vector_and_one_may_go(library, folder, write) -> None:
    write("a", "Umzug", "Gleicher Text.")
    file = write("b", "Umzug", "Gleicher Text.")
    ingest(library, [folder])
    assert len(library.vectors.ids()) == 1
    file.unlink()
    ingest(library, [folder])
    assert_sound(library)
    assert titles(library) == ["Umzug"]


def test_a_folder_that_does_not_exist_is_an_error_and_changes_nothing(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    with pytest.raises(NotFoundError):
        ingest(library, [folder / "nowhere" / "at-all"])
    with pytest.raises(NotFoundError):
        reindex(library, [Path("/nowhere-at-all")], [])
    assert titles(library) == ["Umzug"]


def test_a_second_writer_is_refused(library, folder) -> None:
    with library.writing("kb ingest"), pytest.raises(LockedError):
        ingest(library, [folder])


def test_reindex_mends_a_damaged_home(library, folder, write) -> None:
    write("move", "Umzug", "Melden Sie den Umzug.")
    ingest(library, [folder])
    library.close()
    (library.home / "index.sqlite3").write_bytes(b"rubbish" * 1000)
    (library.home / "chroma" / "chroma.sqlite3").write_bytes(b"rubbish" * 1000)
    assert counts(reindex(library, [folder], [])) == (1, 0, 0, 0, 0)
    assert_sound(library)


class Kill(Quiet):
    """Stops the process, as SIGKILL would, at the n-th step."""

    def __init__(self, at: int) -> None:
        self.left = at

    def reached(self, step: str) -> None:
        self.left -= 1
        if self.left == 0:
            import os
            import signal

            os.kill(os.getpid(), signal.SIGKILL)


CHILD = """
import sys; sys.path[:0] = {paths!r}
from pathlib import Path
from tests.fakes import WordEmbedder
from test_pipeline import Kill
from ingest.pipeline import ingest
from kb.library import Library
from kb.settings import Settings
library = Library(Path({home!r}), Settings()); library.embedder, library.english = WordEmbedder(), None
ingest(library, [Path({folder!r})], Kill({at}))
"""


@pytest.mark.parametrize("at", range(1, 10))
def test_killed_at_any_step_old_or_new_answers_and_a_second_run_heals(library, folder, write, at) -> None:
    write("move", "Umzug", "Die Frist beträgt zwei Wochen.")
    write("meter", "Zähler", "Lesen Sie ab.")
    ingest(library, [folder])
    library.close()
    write("move", "Umzug", "Die Frist beträgt drei Wochen.")
    write("new", "Neu", "Ganz neu.")
    (folder / "meter.md").unlink()
    here = Path(__file__).parent
    code = CHILD.format(
        paths=[str(here), str(here.parent), str(here.parent.parent)], home=str(library.home), folder=str(folder), at=at
    )
    subprocess.run([sys.executable, "-c", code], check=False, timeout=60, capture_output=True)
    with library.catalog.snapshot() as snapshot:
        rows = snapshot.search_text("Frist Wochen", "de", 10, Filter(TODAY))
        texts = [row.text for row in snapshot.chunks([chunk for chunk, _ in rows]).values()]
        assert snapshot.vector_ids() <= library.vectors.ids()
    assert texts in (["Umzug\nDie Frist beträgt zwei Wochen."], ["Umzug\nDie Frist beträgt drei Wochen."])
    ingest(library, [folder])
    assert titles(library) == ["Neu", "Umzug"]
    assert_sound(library)
