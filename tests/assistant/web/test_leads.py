"""Leads' room over REST: who may enter, what it gives, how long work is watched and cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.web.app import build
from assistant.web.jobs import Jobs
from ingest.pipeline import ingest
from kb.backlog import Demand, FoundGap, GapQuestion
from kb.errors import ConflictError, NotFoundError
from kb.events import QuestionEvent
from kb.library import Library
from kb.runtime.cancellation import StoppedError
from kb.runtime.days import day_in
from tests.assistant.web.small_server import open_library

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("leads")
    (home / "articles").mkdir()
    front = "---\nid: move\ntitle: Umzug\nlanguage: de\nstatus: published\naudience: public\n---\n"
    (home / "articles" / "move.md").write_text(front + "Melden Sie Ihren Umzug im Portal.\n", encoding="utf-8")
    library = open_library(home / ".kb", reports={"min_group": 1})
    ingest(library, [home / "articles"])
    for number in range(3):
        library.events.log_question(question(f"q-{number}", NOW - timedelta(days=number)))
    library.backlog.sync([gap("Ladekarte bestellen", 0, 1), gap("Wetter", 2, cause="out_of_scope")], NOW)
    for name, role in (("agent", "agent"), ("lead", "lead"), ("admin", "admin")):
        library.accounts.tokens.add(name, role, "test", NOW)
    yield library
    library.close()


def question(key: str, asked_at: datetime) -> QuestionEvent:
    return QuestionEvent(key, asked_at, "Wie bestelle ich eine Ladekarte?", "de", "abstained", 0.1, "page")


def gap(title: str, *numbers: int, cause: Any = "missing") -> FoundGap:
    asked = tuple(GapQuestion(f"q-{number}", "Wie bestelle ich eine Ladekarte?", NOW, "de") for number in numbers)
    return FoundGap(title, "de", cause, {}, asked, Demand(len(asked), 1, 0), 10.0 if cause == "missing" else 0.0)


@pytest.fixture(scope="module")
def app(library: Library) -> Any:
    return build(library, "machine", "127.0.0.1")


@pytest.fixture(scope="module")
def lead(library: Library, app: Any) -> TestClient:
    return client(library, app, "lead")


def client(library: Library, app: Any, role: str) -> TestClient:
    _, secret = library.accounts.tokens.add(role, role, "test", NOW)
    made = TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    made.headers["Authorization"] = f"Bearer {secret}"
    return made


FOR_LEADS = [
    ("GET", "/api/v1/gaps"),
    ("GET", "/api/v1/gaps/G-0001"),
    ("POST", "/api/v1/gaps/find"),
    ("POST", "/api/v1/gaps/G-0001/assign"),
    ("POST", "/api/v1/gaps/G-0001/move"),
    ("POST", "/api/v1/gaps/G-0001/merge"),
    ("POST", "/api/v1/gaps/G-0001/split"),
    ("POST", "/api/v1/gaps/G-0001/draft"),
    ("POST", "/api/v1/gaps/G-0001/verify"),
    ("GET", "/api/v1/overview"),
    ("GET", "/api/v1/report"),
    ("POST", "/api/v1/report"),
    ("GET", "/api/v1/escalations"),
    ("POST", "/api/v1/escalations/E-0001/answer"),
    ("POST", "/api/v1/escalations/E-0001/draft"),
    ("POST", "/api/v1/health"),
    ("POST", "/api/v1/ingest"),
    ("GET", "/api/v1/jobs/x"),
    ("DELETE", "/api/v1/jobs/x"),
]


def test_the_server_itself_refuses_agents_what_is_for_leads_and_leads_what_is_for_administrators(
    library: Library, app: Any, lead: TestClient
) -> None:
    library.accounts.add("somebody", "agent", "vier Worte ohne Sinn", NOW)
    agent = client(library, app, "agent")
    for method, path in FOR_LEADS:
        answer = agent.request(method, path, json={} if method == "POST" else None)
        assert answer.status_code == 403, (method, path)
    assert library.accounts.entries(limit=1)[0].outcome == "refused"
    assert lead.get("/api/v1/audit").status_code == 403
    entries = client(library, app, "admin").get("/api/v1/audit").json()["entries"]
    assert {entry["action"] for entry in entries} >= {f"{method} {path}" for method, path in FOR_LEADS}


def test_the_board_lists_by_priority_and_filters(lead: TestClient) -> None:
    rows = lead.get("/api/v1/gaps").json()["gaps"]
    assert [row["gap_id"] for row in rows] == ["G-0001", "G-0002"]
    assert "questions" not in rows[0]
    assert [row["gap_id"] for row in lead.get("/api/v1/gaps?cause=out_of_scope").json()["gaps"]] == ["G-0002"]
    assert lead.get("/api/v1/gaps?state=verified").json()["gaps"] == []
    assert lead.get("/api/v1/gaps?state=nowhere").status_code == 422
    shown = lead.get("/api/v1/gaps/G-0001").json()
    assert [one["id"] for one in shown["questions"]] == ["q-0", "q-1"]
    assert shown["history"][0]["kind"] == "found"
    for wrong in ("G-9999", "x"):
        assert lead.get(f"/api/v1/gaps/{wrong}").status_code in {400, 404}


def test_a_move_says_who_did_it_and_refuses_what_was_not_seen(lead: TestClient, library: Library) -> None:
    seen = lead.get("/api/v1/gaps/G-0002").json()["version"]
    moved = lead.post("/api/v1/gaps/G-0002/assign", json={"owner": "kim", "version": seen}).json()
    assert (moved["owner"], moved["state"]) == ("kim", "assigned")
    assert lead.post("/api/v1/gaps/G-0002/move", json={"state": "declined", "version": seen}).status_code == 409
    declined = lead.post("/api/v1/gaps/G-0002/move", json={"state": "declined", "reason": "gehört nicht hierher"})
    assert declined.json()["reason"] == "gehört nicht hierher"
    assert library.accounts.entries(limit=1)[0].action == "gap move"


def test_an_escalation_goes_to_the_lead_and_back(lead: TestClient, library: Library, app: Any) -> None:
    agent = client(library, app, "agent")
    body = {"question_id": "q-0", "reason": "authority", "note": "Kunde wartet"}
    assert agent.post("/api/v1/escalations", json=body).json()["escalated"]
    assert agent.post("/api/v1/escalations", json=body).status_code == 409
    (waiting,) = lead.get("/api/v1/escalations").json()["escalations"]
    assert (waiting["question"], waiting["note"]) == ("Wie bestelle ich eine Ladekarte?", "Kunde wartet")
    key = waiting["escalation_id"]
    assert lead.post(f"/api/v1/escalations/{key}/answer", json={"text": "Im Portal."}).json()["answer"] == "Im Portal."
    assert lead.get("/api/v1/escalations").json()["escalations"] == []
    assert len(lead.get("/api/v1/escalations?all=true").json()["escalations"]) == 1


def test_the_overview_and_the_reports_tell_of_the_week(lead: TestClient) -> None:
    data = lead.get("/api/v1/overview?language=en").json()
    questions = next(one for one in data["figures"] if one["figure"] == "questions")
    assert (questions["now"], questions["name"]) == (3, "Questions")
    for kind in ("team", "gaps"):
        for form, media in {
            "json": "application/json",
            "html": "text/html",
            "md": "text/markdown",
            "csv": "text/csv",
        }.items():
            answer = lead.get(f"/api/v1/report?kind={kind}&format={form}&language=de")
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith(media)
    html = lead.get("/api/v1/report?format=html")
    assert "sandbox" in html.headers["content-security-policy"]


def days(**moved: int) -> dict[str, str]:
    return {name: (day_in("Europe/Berlin", NOW) + timedelta(days=by)).isoformat() for name, by in moved.items()}


def test_a_report_is_on_any_days_that_have_come_up_to_two_years_of_them(lead: TestClient) -> None:
    made = lead.get("/api/v1/report", params=days(since=-30, until=-10) | {"format": "json"})
    assert made.json()["period"] == {"first": days(since=-30)["since"], "last": days(until=-10)["until"]}
    assert days(until=-10)["until"] in made.headers["content-disposition"]
    for wrong in (
        days(until=-1),
        days(since=-1, until=-2),
        days(since=1),
        days(since=-1, until=1),
        days(since=-800, until=0),
    ):
        for answer in (lead.get("/api/v1/report", params=wrong), lead.post("/api/v1/report", json=wrong)):
            assert answer.status_code == 400, wrong
            assert answer.json()["error"]["hint"]
    assert lead.get("/api/v1/report", params=days(since=-799, until=0)).status_code == 200


def test_a_report_is_made_as_a_job_too(lead: TestClient) -> None:
    job = lead.post("/api/v1/report", json={"kind": "gaps", "language": "en", "format": "md"}).json()
    while job["state"] == "running":
        time.sleep(0.02)
        job = lead.get(f"/api/v1/jobs/{job['job_id']}").json()
    assert job["state"] == "done", job
    assert job["result"]["name"].endswith(".md")
    assert job["result"]["text"].startswith("# ")


def test_articles_are_read_anew_as_a_job(lead: TestClient) -> None:
    job = lead.post("/api/v1/ingest", json={}).json()
    while job["state"] == "running":
        time.sleep(0.05)
        job = lead.get(f"/api/v1/jobs/{job['job_id']}").json()
    assert job["state"] == "done", job
    assert job["result"]["report"]["articles"]["unchanged"] == 1


def test_a_job_is_watched_cancelled_and_never_runs_twice() -> None:
    jobs, step, at_work = Jobs(), threading.Semaphore(0), []

    def work(progress: Any) -> dict[str, Any]:
        at_work.append(1)
        assert len(at_work) == 1
        try:
            for number in range(3):
                progress(number, 3)
                step.acquire()
        finally:
            at_work.clear()
        return {"fine": True}

    job = jobs.start("look", work)
    with pytest.raises(ConflictError):
        jobs.start("look", work)
    assert jobs.cancel(job.job_id).state == "cancelled"
    again = jobs.start("look", work)  # waits for the one that was cancelled
    assert not job.ended.is_set()
    assert jobs.start("report", lambda progress: {}, alone=False).ended.wait(5)
    step.release()
    assert job.ended.wait(5)
    assert (job.state, job.result) == ("cancelled", None)
    for _ in range(3):
        step.release()
    assert again.ended.wait(5)
    assert (again.state, again.result) == ("done", {"fine": True})
    with pytest.raises(NotFoundError):
        jobs.job("nope")
    with pytest.raises(StoppedError):
        job.progress(1, 3)


def test_a_server_that_shuts_down_ends_its_jobs_and_waits_for_them() -> None:
    jobs, begun, steps = Jobs(), threading.Event(), []

    def work(progress: Any) -> dict[str, Any]:
        for number in range(1000):
            begun.set()
            progress(number, 1000)
            time.sleep(0.01)
            steps.append(number)
        return {}

    job = jobs.start("look", work)
    assert begun.wait(5)
    jobs.close()
    assert job.ended.is_set()
    assert job.state == "cancelled"
    assert len(steps) < 1000


def test_a_job_that_fails_tells_in_words_and_without_details() -> None:
    def work(progress: Any) -> dict[str, Any]:
        raise ValueError("Geheimwort")

    jobs = Jobs()
    job = jobs.start("look", work)
    assert job.ended.wait(5)
    assert job.state == "failed"
    assert job.error is not None
    assert "Geheimwort" not in str(job.error)
    assert job.job_id in job.error["hint"]


def test_the_page_says_when_the_log_is_invented(app: Any, library: Library, lead: TestClient) -> None:
    assert '"demo": false' in lead.get("/").text
    library.events.log_question(question("sample-00000", NOW))
    assert '"demo": true' in lead.get("/").text
