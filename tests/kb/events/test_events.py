from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.errors import MissingPartError, NotFoundError, UsageError
from kb.events import Action, EventLog, EventLogUnavailableError, Feedback, QuestionEvent, schema, store
from kb.migrations import config
from tests.databases import new_url

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


def asked(question_id: str = "q1", **changes: Any) -> QuestionEvent:
    event = QuestionEvent(question_id, NOON, "Wie ändere ich meinen Abschlag?", "de", "answered", 0.9, "cli")
    return replace(event, **changes)


@pytest.fixture
def log(url: str) -> Iterator[EventLog]:
    with EventLog.open(url) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "events.sqlite3"


class TestWhatIsStored:
    def test_a_question_comes_back_as_it_was_returned(self, log: EventLog) -> None:
        stored = log.log_question(
            asked(
                caller_id="t-17",
                reason="nothing near",
                actor="a7",
                session="s1",
                filters={"audience": "internal", "language": None, "products": ["gas"]},
                citations=[{"article_id": "abschlag", "language": "de", "score": 0.7, "freshness": "due"}],
                nearest=[{"article_id": "abschlag", "language": "de", "score": 0.7}],
                timings_ms={"total": 12.5},
            )
        )
        assert log.question("q1") == stored
        assert stored.citations[0]["article_id"] == "abschlag"

    def test_personal_data_never_reaches_the_database(self, file: Path) -> None:
        with EventLog.open(f"sqlite:///{file}") as log:
            stored = log.log_question(asked(text="Herr Müller, anna.berg@example.de, fragt nach dem Abschlag"))
            log.rate(Feedback("q1", NOON, "not_helpful", comment="Herr Müller ist sauer"))
            log.act(Action("q1", NOON, "escalated", note="Rückruf an anna.berg@example.de"))
        assert stored.text == "Herr [name], [email], fragt nach dem Abschlag"
        assert stored.redacted == ("email", "name")
        content = b"".join(path.read_bytes() for path in file.parent.iterdir())
        assert b"Abschlag" in content
        assert "Müller".encode() not in content
        assert b"anna.berg" not in content

    def test_texts_stay_where_redaction_is_turned_off(self, log: EventLog) -> None:
        log.log_question(asked(text="Herr Müller"), redact=False)
        log.rate(Feedback("q1", NOON, "helpful", comment="Herr Müller"), redact=False)
        assert log.question("q1").text == "Herr Müller"
        assert log.feedback_for(["q1"])["q1"][0].comment == "Herr Müller"

    def test_what_no_database_can_hold_is_replaced(self, log: EventLog) -> None:
        stored = log.log_question(asked(text="a\x00b\ud800c", filters={"x": "\x00"}))
        assert stored.text == "a\ufffdb\ufffdc"
        assert log.question("q1") == stored

    def test_the_last_rating_of_an_actor_counts_and_the_earlier_ones_are_kept(self, log: EventLog) -> None:
        log.log_question(asked())
        first = log.rate(Feedback("q1", NOON, "helpful", actor="a"))
        other = log.rate(Feedback("q1", NOON + timedelta(minutes=1), "helpful", actor="b"))
        last = log.rate(Feedback("q1", NOON + timedelta(minutes=2), "not_helpful", "outdated", "alt", "a"))
        assert log.feedback_for(["q1", "unknown"]) == {"q1": (other, last)}
        assert log.feedback_for(["q1"], history=True) == {"q1": (first, other, last)}
        counts = log.counts()
        assert (counts["helpful"], counts["not_helpful"]) == (1, 1)

    def test_of_two_ratings_at_the_same_moment_the_one_written_later_counts(self, log: EventLog) -> None:
        log.log_question(asked())
        log.rate(Feedback("q1", NOON, "helpful", actor="a"))
        last = log.rate(Feedback("q1", NOON, "not_helpful", actor="a"))
        assert log.feedback_for(["q1"]) == {"q1": (last,)}
        assert log.counts()["helpful"] == 0

    def test_actions_come_back_in_the_order_of_their_times(self, log: EventLog) -> None:
        log.log_question(asked())
        late = log.act(Action("q1", NOON + timedelta(hours=1), "escalated", "a", "2nd level", {"ticket": "T-1"}))
        early = log.act(Action("q1", NOON, "copied"))
        assert log.actions_for(["q1"]) == {"q1": (early, late)}
        assert log.counts()["escalated"] == 1

    def test_counts_name_every_word_even_where_there_is_none(self, log: EventLog) -> None:
        assert set(log.counts().values()) == {0}
        log.log_question(asked())
        log.log_question(asked("q2", status="abstained"))
        counts = log.counts()
        assert (counts["questions"], counts["answered"], counts["abstained"]) == (2, 1, 1)


class TestReading:
    def test_a_period_holds_its_start_and_not_its_end(self, log: EventLog) -> None:
        log.log_questions(asked(f"q{hour}", asked_at=NOON + timedelta(hours=hour)) for hour in (3, 1, 2, 0))
        found = [event.question_id for event in log.questions(NOON + timedelta(hours=1), NOON + timedelta(hours=3))]
        assert found == ["q1", "q2"]
        assert [event.question_id for event in log.questions()] == ["q0", "q1", "q2", "q3"]

    def test_a_period_may_be_given_in_any_time_zone(self, log: EventLog) -> None:
        log.log_question(asked(asked_at=NOON.astimezone(timezone(timedelta(hours=2)))))
        assert log.question("q1").asked_at == NOON
        assert log.question("q1").asked_at.tzinfo is UTC
        assert len(list(log.questions(NOON.astimezone(timezone(timedelta(hours=-9)))))) == 1

    def test_pages_neither_skip_nor_repeat_questions_of_the_same_moment(self, log: EventLog) -> None:
        ids = {f"q{number:04}" for number in range(2500)}
        log.log_questions(asked(question_id) for question_id in sorted(ids))
        found = [event.question_id for event in log.questions()]
        assert len(found) == 2500
        assert set(found) == ids
        assert log.feedback_for(ids) == {}

    def test_a_reader_in_the_middle_keeps_no_writer_waiting(self, log: EventLog) -> None:
        log.log_questions(asked(f"q{number}") for number in range(3))
        reading = log.questions()
        next(reading)
        log.log_question(asked("later"))
        assert len(list(reading)) == 2


class TestRefusals:
    def test_a_time_without_a_zone_is_refused(self, log: EventLog) -> None:
        naive = datetime(2026, 3, 1)  # noqa: DTZ001
        for make in (
            lambda: asked(asked_at=naive),
            lambda: Feedback("q1", naive, "helpful"),
            lambda: Action("q1", naive, "opened"),
            lambda: log.questions(since=naive),
            lambda: log.questions(until=naive),
        ):
            with pytest.raises(UsageError, match="no time zone"):
                make()

    def test_unknown_words_are_refused_and_the_known_ones_named(self) -> None:
        for make in (
            lambda: asked(status="maybe"),
            lambda: asked(channel="fax"),
            lambda: Feedback("q1", NOON, "great"),  # type: ignore[arg-type]
            lambda: Feedback("q1", NOON, "not_helpful", "boring"),  # type: ignore[arg-type]
            lambda: Action("q1", NOON, "burned"),  # type: ignore[arg-type]
        ):
            with pytest.raises(UsageError, match="Use one of"):
                make()

    def test_what_is_about_an_unknown_question_is_refused_and_not_kept(self, log: EventLog) -> None:
        with pytest.raises(NotFoundError, match="'nope'"):
            log.rate(Feedback("nope", NOON, "helpful"))
        with pytest.raises(NotFoundError):
            log.act(Action("nope", NOON, "opened"))
        with pytest.raises(NotFoundError):
            log.question("no\x00pe")
        assert set(log.counts().values()) == {0}

    def test_the_database_itself_refuses_a_rating_of_nothing(self, log: EventLog) -> None:
        row = {"question_id": "nope", "given_at": NOON, "verdict": "helpful", "comment": "", "actor": ""}
        with pytest.raises(sa.exc.IntegrityError), log._store.write() as connection:
            connection.execute(schema.feedback.insert(), row)

    def test_a_question_is_logged_once(self, log: EventLog) -> None:
        log.log_question(asked())
        with pytest.raises(UsageError, match="in the log already"):
            log.log_question(asked(text="anders"))
        assert log.question("q1").text == asked().text

    def test_many_questions_are_logged_all_or_none(self, log: EventLog) -> None:
        log.log_question(asked("q1200"))
        with pytest.raises(UsageError):
            log.log_questions(asked(f"q{number}") for number in range(1500))
        assert log.counts()["questions"] == 1

    @pytest.mark.parametrize("url", ["", "nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
    def test_other_databases_and_memory_are_refused(self, url: str) -> None:
        with pytest.raises(UsageError, match="event log") as caught:
            EventLog.open(url)
        assert "postgresql+psycopg://" in caught.value.hint


TEXT = st.text(max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ROWS = st.lists(st.dictionaries(TEXT, JSON, max_size=3), max_size=3)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_any_question_comes_back_as_stored(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    events = st.builds(
        QuestionEvent,
        *(TEXT, MOMENTS, TEXT, TEXT, st.sampled_from(["answered", "abstained"])),
        *(st.floats(0, 1), st.sampled_from(["cli", "rest", "page", "replay"]), st.none() | TEXT, TEXT, TEXT, TEXT),
        filters=st.dictionaries(TEXT, JSON, max_size=3),
        citations=ROWS,
        nearest=ROWS,
        timings_ms=st.dictionaries(TEXT, st.floats(0, 1e6), max_size=3),
    )
    with new_url(kind, tmp_path, request) as url, EventLog.open(url) as log:

        @given(events, st.booleans())
        @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        def holds(event: QuestionEvent, redact: bool) -> None:
            # An id of its own each time: Hypothesis repeats values.
            stored = log.log_question(replace(event, question_id=f"{uuid.uuid4()}{event.question_id}"), redact=redact)
            assert log.question(stored.question_id) == stored

        holds()


class TestMigrations:
    def test_the_revisions_lead_to_the_tables_of_the_schema(self, url: str) -> None:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        EventLog.open(url).close()
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, schema.metadata) == []
            assert context.get_current_revision() == schema.HEAD
        engine.dispose()

    def test_the_revision_written_down_is_the_newest_one(self) -> None:
        from alembic.script import ScriptDirectory

        assert ScriptDirectory.from_config(config()).get_heads() == [schema.HEAD]

    def test_every_revision_can_be_undone(self, file: Path) -> None:
        from alembic import command

        EventLog.open(f"sqlite:///{file}").close()
        engine = sa.create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            command.downgrade(config(connection), "base")
            assert sa.inspect(connection).get_table_names() == ["alembic_version"]
        engine.dispose()

    def test_a_broken_revision_leaves_nothing_behind(self, url: str) -> None:
        class Broken(store.Store):
            def _upgrade(self, connection: sa.Connection) -> None:
                super()._upgrade(connection)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            Broken(url)
        engine = sa.create_engine(url)
        assert sa.inspect(engine).get_table_names() == []
        engine.dispose()
        with EventLog.open(url) as log:
            log.log_question(asked())

    def test_a_log_of_a_newer_version_is_left_alone(self, url: str) -> None:
        EventLog.open(url).close()
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(MissingPartError, match="9999") as caught:
            EventLog.open(url)
        assert "pip install --upgrade" in caught.value.hint

    def test_a_log_that_is_up_to_date_opens_fast_and_without_the_migration_machinery(self, file: Path) -> None:
        url = f"sqlite:///{file}"
        EventLog.open(url).close()
        program = (
            "import sys, time, kb.events\n"
            "start = time.perf_counter()\n"
            f"kb.events.EventLog.open({url!r})\n"
            "print(time.perf_counter() - start, 'alembic' in sys.modules)\n"
        )
        runs = [subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True).split() for _ in range(3)]
        assert min(float(seconds) for seconds, _ in runs) < 0.05
        assert {alembic for _, alembic in runs} == {"False"}


class TestManyAtOnce:
    def test_eight_threads_lose_nothing(self, log: EventLog) -> None:
        errors: list[BaseException] = []

        def work(thread: int) -> None:
            try:
                for number in range(50):
                    log.log_question(asked(f"{thread}-{number}"))
                    log.rate(Feedback(f"{thread}-{number}", NOON, "helpful", actor=str(thread)))
            except BaseException as error:  # noqa: BLE001
                errors.append(error)

        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        counts = log.counts()
        assert (counts["questions"], counts["helpful"]) == (400, 400)

    def test_who_opens_a_log_that_is_being_made_waits_and_does_not_make_it_again(self, url: str) -> None:
        making, made = threading.Event(), []

        class Slow(store.Store):
            def _upgrade(self, connection: sa.Connection) -> None:
                made.append(connection)
                super()._upgrade(connection)
                making.set()
                time.sleep(0.5)

        first = threading.Thread(target=lambda: Slow(url).close())
        first.start()
        assert making.wait(10)
        with EventLog(Slow(url)) as log:
            log.log_question(asked())
        first.join()
        assert len(made) == 1

    def test_processes_that_open_a_new_log_at_once_all_succeed(self, url: str, tmp_path: Path) -> None:
        gate = tmp_path / "go"
        program = (
            "import sys, time, pathlib, datetime, kb.events as e, alembic.command\n"
            "print('ready', flush=True)\n"
            f"while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.001)\n"
            f"log = e.EventLog.open({url!r})\n"
            "now = datetime.datetime.now(datetime.UTC)\n"
            "for n in range(20):\n"
            "    log.log_question(e.QuestionEvent(sys.argv[1] + str(n), now, 'x', 'de', 'answered', 1.0, 'cli'))\n"
        )
        started = [
            subprocess.Popen([sys.executable, "-c", program, name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for name in "abcd"
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        gate.touch()
        for process in started:
            process.communicate(timeout=60)
        assert [process.returncode for process in started] == [0, 0, 0, 0]
        with EventLog.open(url) as log:
            assert log.counts()["questions"] == 80

    def test_a_writer_waits_for_another_process_that_writes(self, file: Path) -> None:
        with (
            EventLog.open(f"sqlite:///{file}") as log,
            contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other,
        ):
            other.execute("BEGIN IMMEDIATE")
            writer = threading.Thread(target=log.log_question, args=(asked(),))
            writer.start()
            time.sleep(0.3)
            assert list(log.questions()) == []  # readers do not wait
            EventLog.open(f"sqlite:///{file}").close()  # nor does who opens a log that is up to date
            other.execute("COMMIT")
            writer.join()
            assert log.question("q1")


class TestOutOfReach:
    def test_a_new_log_is_for_its_owner_only_and_in_wal_mode(self, file: Path) -> None:
        with EventLog.open(f"sqlite:///{file}") as log:
            log.log_question(asked())
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
            assert set(modes.values()) == {0o600}
            assert f"{file.name}-wal" in modes

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("a file, not a folder")
        with pytest.raises(EventLogUnavailableError, match="taken") as caught:
            EventLog.open(f"sqlite:///{tmp_path}/taken/events.sqlite3")
        assert "--home" in caught.value.hint

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_read_only_folder_is_named(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(EventLogUnavailableError):
            EventLog.open(f"sqlite:///{tmp_path}/events.sqlite3")

    def test_a_full_disk_is_told_from_a_mistake_and_writing_goes_on_when_there_is_room(self, file: Path) -> None:
        with EventLog.open(f"sqlite:///{file}") as log:
            big = asked(filters={"x": "y" * 1_000_000})
            engine = log._store._engine
            full = lambda connection, *_: connection.execute("PRAGMA max_page_count=20")  # noqa: E731
            sa.event.listen(engine, "checkout", full)
            with pytest.raises(EventLogUnavailableError, match="full") as caught:
                log.log_question(big)
            assert "room" in caught.value.hint
            assert asked().text not in str(caught.value)
            sa.event.remove(engine, "checkout", full)
            engine.dispose()
            log.log_question(big)

    def test_a_read_only_database_is_told_from_a_mistake(self, file: Path) -> None:
        with EventLog.open(f"sqlite:///{file}") as log:
            log.log_question(asked())
            sa.event.listen(
                log._store._engine, "checkout", lambda connection, *_: connection.execute("PRAGMA query_only=ON")
            )
            with pytest.raises(EventLogUnavailableError, match="readonly"):
                log.rate(Feedback("q1", NOON, "helpful"))
            assert log.question("q1")

    def test_a_damaged_file_names_the_remedy(self, tmp_path: Path) -> None:
        (tmp_path / "events.sqlite3").write_bytes(b"this is not a database, it only has its name" * 100)
        with pytest.raises(EventLogUnavailableError, match="not a database") as caught:
            EventLog.open(f"sqlite:///{tmp_path}/events.sqlite3")
        assert "backup" in caught.value.hint

    def test_a_server_that_is_down_is_named_without_its_password(self, tmp_path: Path) -> None:
        pytest.importorskip("psycopg", reason="psycopg is not installed")
        with pytest.raises(EventLogUnavailableError) as caught:
            EventLog.open(f"postgresql+psycopg://lotse:geheim@/x?host={tmp_path}")
        assert "geheim" not in str(caught.value)
        assert "KB_EVENTS__URL" in caught.value.hint

    def test_a_driver_that_is_missing_names_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(EventLogUnavailableError, match="psycopg") as caught:
            EventLog.open("postgresql://lotse@/x")
        assert "lotse-kb[postgres]" in caught.value.hint


def test_a_hundred_thousand_questions_stay_fast(file: Path) -> None:
    with EventLog.open(f"sqlite:///{file}") as log:
        times = ((number, NOON + timedelta(seconds=number)) for number in range(100_000))
        log.log_questions((asked(f"q{number}", asked_at=moment) for number, moment in times), redact=False)
        start = time.perf_counter()
        found = list(log.questions(NOON + timedelta(seconds=99_000), NOON + timedelta(seconds=99_100)))
        log.log_question(asked("one more"))
        log.counts()
        assert time.perf_counter() - start < 1  # 0.1 s are measured; without an index the period alone takes longer
    assert len(found) == 100
