"""Looks at the log as leads have them: again with more questions, beside a server, and the whole loop to its end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.ask import Asker, AskFilters, ask
from assistant.gaps import find
from assistant.leads import draft, verify
from ingest.pipeline import ingest
from kb.backlog import Gap
from kb.library import Library
from tests.assistant.wallbox import ANSWERS, ASKED, BESIDE

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)

TARIFF = ASKED[:4]
PASSKEY = ("Wie richte ich einen Passkey ein?", "Anmelden mit Passkey statt Passwort", "Passkey im Portal aktivieren")


def put(library: Library, *texts: str, name: str, after: int = 0, audience: str = "internal") -> None:
    """Each of ``texts`` is asked by somebody else, an hour after the other, ``after`` hours late."""
    for number, text in enumerate(texts):
        asker = Asker(f"{name}-{number}", f"s-{name}-{number}", "replay", f"{name}{number}")
        ask(library, text, AskFilters(audience), asker, NOW + timedelta(hours=after + number))


def holding(gaps: tuple[Gap, ...], question: str) -> Gap:
    """The one gap that a question, by the caller's id, is evidence of."""
    (found,) = [gap for gap in gaps if question in {one.id for one in gap.questions}]
    return found


def complete(file: Path, body: str) -> None:
    """Finish a draft: what it begins with stays, aliases too, but for status and title; its text is ``body``."""
    front = file.read_text(encoding="utf-8").split("---\n")[1]
    front = re.sub("^title: .*", f'title: "{body.splitlines()[0][2:]}"', front, flags=re.MULTILINE)
    front = front.replace("status: draft", "status: published")
    file.write_text(f"---\n{front}---\n\n{body}", encoding="utf-8")


def test_gaps_keep_their_ids_when_new_questions_arrive(shelf: Library) -> None:
    put(shelf, *TARIFF[:3], name="tariff")
    put(shelf, *PASSKEY[:2], name="passkey")
    first = find(shelf, today=TODAY).gaps
    before = {name: holding(first, name).gap_id for name in ("tariff0", "passkey0")}
    assert len(set(before.values())) == 2
    shelf.backlog.assign(before["tariff0"], "lea", "lea", now=NOW)

    put(shelf, TARIFF[3], name="late", after=30)
    put(shelf, PASSKEY[2], name="later", after=30)
    second = find(shelf, today=TODAY).gaps
    tariff, passkey = holding(second, "tariff0"), holding(second, "passkey0")
    assert {"tariff0": tariff.gap_id, "passkey0": passkey.gap_id} == before
    assert holding(second, "late0").gap_id == tariff.gap_id
    assert holding(second, "later0").gap_id == passkey.gap_id
    assert (tariff.owner, tariff.state) == ("lea", "assigned")
    assert len(second) == len(first)


def test_the_loop_from_questions_to_a_closed_gap_with_both_looks_on_record(shelf: Library, articles: Path) -> None:
    put(shelf, *TARIFF, name="tariff")
    found = holding(find(shelf, today=TODAY).gaps, "tariff0")
    assert found.cause == "missing"
    made = draft(shelf, found.gap_id, "anna", NOW, folder=articles)
    assert {one.text for one in found.questions} == set(TARIFF)

    # An article that does not answer: open, and the questions that fail are named.
    complete(made.path, BESIDE)
    ingest(shelf, [articles])
    proof = verify(shelf, found.gap_id, "anna", NOW)
    assert not proof.closed
    assert {one.question.id for one in proof.failed} > {"tariff0", "tariff1"}
    assert shelf.backlog.gap(found.gap_id).state == "drafting"

    # The same article, completed, closes it; each question has its before and after.
    complete(made.path, ANSWERS)
    ingest(shelf, [articles])
    proof = verify(shelf, found.gap_id, "lea", NOW)
    assert proof.closed
    assert proof.gap.state == "verified"
    entry = shelf.backlog.history(found.gap_id)[-1]
    rows = {row["id"]: row for row in entry.detail["questions"]}
    assert set(rows) == {f"tariff{number}" for number in range(len(TARIFF))}
    for row in rows.values():
        assert row["before"]["status"] == "abstained"
    passed = [row for row in rows.values() if row["passed"]]
    assert len(passed) >= 0.8 * len(rows)
    assert {key for row in passed for key in row["after"]["cited"]} == {f"{proof.article.article_id}@de"}

    # The next look leaves it closed, though its questions still stand in the log.
    again = find(shelf, today=TODAY)
    assert shelf.backlog.gap(found.gap_id).state == "verified"
    assert found.gap_id not in {gap.gap_id for gap in again.gaps if gap.state == "open"}


ONLY_ENGLISH = """\
---
id: heat-pump
title: Heat pump tariff
language: en
status: published
audience: public
---
# Heat pump tariff

The heat pump tariff costs 22 cents per kilowatt hour. The heat pump needs a meter of its own. You cancel the heat pump
tariff with a notice period of four weeks.
"""
HEAT_PUMP = (
    "Was kostet der Wärmepumpentarif?",
    "Wärmepumpentarif: Preis pro Kilowattstunde",
    "Braucht die Wärmepumpe einen eigenen Zähler?",
)
HEAT_PUMP_EN = ("What does the heat pump tariff cost?", "Does the heat pump need its own meter?")


def test_what_only_an_english_article_answers_is_a_gap_of_language(shelf: Library, articles: Path) -> None:
    (articles / "heat-pump.md").write_text(ONLY_ENGLISH, encoding="utf-8")
    ingest(shelf, [articles])
    put(shelf, *HEAT_PUMP, name="pump")
    put(shelf, *HEAT_PUMP_EN, name="english")
    found = find(shelf, today=TODAY).gaps
    gap = holding(found, "pump0")
    assert gap.cause == "language"
    assert gap.evidence["article"]["article_id"] == "heat-pump"
    assert gap.evidence["article"]["language"] == "en"
    assert not [one for gap in found for one in gap.questions if one.id.startswith("english")]


FEES = """\
---
id: {id}
title: {title}
language: de
status: published
audience: public
---
# {title}

{text} Die Gebühr steht auf der nächsten Rechnung.
"""
FEE = ("Was kostet die Ersatzkarte?", "Wie hoch ist die Gebühr für eine Ersatzkarte?", "Ersatzkarte: Gebühr")


def test_two_articles_with_different_fees_are_a_conflict_with_both_sentences(shelf: Library, articles: Path) -> None:
    texts = {
        "card-fee": ("Ersatzkarte bestellen", "Die Gebühr für eine Ersatzkarte beträgt 10 Euro."),
        "card-lost": ("Ersatzkarte bei Verlust", "Für eine Ersatzkarte beträgt die Gebühr 15 Euro."),
    }
    for name, (title, text) in texts.items():
        (articles / f"{name}.md").write_text(FEES.format(id=name, title=title, text=text), encoding="utf-8")
    ingest(shelf, [articles])
    put(shelf, *FEE, name="fee")
    gap = holding(find(shelf, today=TODAY).gaps, "fee0")
    assert gap.cause == "conflict"
    sides = {gap.evidence[side]["article_id"]: gap.evidence[side]["value"] for side in ("left", "right")}
    assert sides == {"card-fee": "10 Euro", "card-lost": "15 Euro"}


SERVE = """
import sys
from pathlib import Path
from assistant.web.server import serve
from kb.library import Library
from kb.settings import Settings
serve(Library(Path(sys.argv[1]), Settings()), "127.0.0.1", 0, lambda url: print(url, flush=True))
"""


@contextmanager
def served(home: Path) -> Iterator[str]:
    """A server in a process of its own, and its address."""
    command = [sys.executable, "-c", SERVE, str(home)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)


def test_gaps_are_found_beside_a_running_server_that_goes_on_answering(shelf: Library) -> None:
    put(shelf, *TARIFF, name="tariff")
    with served(shelf.home) as url:
        answered: list[Any] = []

        def asking(done: int, total: int, step: str) -> None:
            del done, total
            if step != "asking":
                return
            body = json.dumps({"question": "Wie melde ich meinen Umzug?"}).encode()
            request = urllib.request.Request(f"{url}/api/v1/ask", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=20) as reply:
                answered.append(json.load(reply))

        report = find(shelf, today=TODAY, progress=asking)
        assert holding(report.gaps, "tariff0").cause == "missing"
    assert {one["status"] for one in answered} == {"answered"}
    assert len(list(shelf.events.questions())) == len(TARIFF) + len(answered)
