"""Long work behind the page: started once, watched while it runs, cancelled at its checkpoints."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, TypeAlias

from kb.errors import ConflictError, KBError, NotFoundError
from kb.runtime.cancellation import StoppedError, stoppable

_LOG = logging.getLogger(__name__)


class Progress(Protocol):
    """Notes how much is done, of how much, and of which step where the work has several."""

    def __call__(self, done: int, total: int, step: str = "") -> None:
        """Raises StoppedError where the work is to end."""


Work: TypeAlias = Callable[[Progress], dict[str, Any]]
JobState: TypeAlias = Literal["running", "done", "failed", "cancelled"]

_CLOSED_WITHIN_S = 10.0
"""For so long a server that shuts down waits for its jobs; they look far more often."""

_KEPT = 50
"""Finished jobs that can still be asked for; their results lie in memory."""


@dataclass(slots=True)
class Job:
    """One piece of work and how far it is; ``result`` and ``error`` are there once it has ended."""

    job_id: str
    kind: str
    started_at: datetime
    state: JobState = "running"
    done: int = 0
    total: int = 0
    step: str = ""
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def to_json(self) -> dict[str, Any]:
        """As plain types."""
        return {
            "job_id": self.job_id,
            "kind": self.kind,
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "step": self.step,
            "started_at": self.started_at.isoformat(),
            "result": self.result,
            "error": self.error,
        }

    def progress(self, done: int, total: int, step: str = "") -> None:
        """Note how far the work is. Raises StoppedError where it is to end."""
        self.done, self.total, self.step = done, total, step
        if self.cancelled.is_set():
            raise StoppedError


class Jobs:
    """The jobs of one server; of each kind that changes something, one at a time."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, kind: str, work: Work, *, alone: bool = True) -> Job:
        """Begin ``work`` in a thread of its own; behind work of its kind that was cancelled and has not ended yet.

        Raises ConflictError where it should be ``alone`` of its kind and other work of that kind is under way.
        """
        with self._lock:
            before = [job for job in self._jobs.values() if alone and job.kind == kind and not job.ended.is_set()]
            if any(not job.cancelled.is_set() for job in before):
                raise ConflictError(
                    "This is being worked on already.", "Wait until it has finished, or cancel it.", "at-work"
                )
            job = Job(secrets.token_hex(8), kind, datetime.now(UTC))
            ended = [job_id for job_id, other in self._jobs.items() if other.state != "running"]
            for job_id in ended[: max(0, len(ended) - _KEPT)]:
                del self._jobs[job_id]
            self._jobs[job.job_id] = job
        threading.Thread(target=_run, args=(job, work, before), name=f"job-{kind}", daemon=True).start()
        return job

    def job(self, job_id: str) -> Job:
        """One job. Raises NotFoundError."""
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFoundError("There is no such job.", "It has ended a while ago, or the server was restarted.")
        return job

    def cancel(self, job_id: str) -> Job:
        """End a job: it counts as cancelled at once, and its work stops within moments. What is written is whole."""
        job = self.job(job_id)
        if job.state == "running":
            job.state = "cancelled"
            job.cancelled.set()
        return job

    def close(self) -> None:
        """Cancel what is running and wait for it: computing while Python shuts down would abort the process."""
        running = [job for job in self._jobs.values() if not job.ended.is_set()]
        for job in running:
            self.cancel(job.job_id)
        for job in running:
            if not job.ended.wait(_CLOSED_WITHIN_S):
                _LOG.warning("Job %s (%s) did not end in time.", job.job_id, job.kind)


def _run(job: Job, work: Work, before: Sequence[Job]) -> None:
    for earlier in before:
        earlier.ended.wait()
    try:
        with stoppable(job.cancelled.is_set):
            result = work(job.progress)
        if not job.cancelled.is_set():
            job.result, job.state = result, "done"
    except StoppedError:
        job.state = "cancelled"
    except KBError as error:
        job.error = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code, "code": error.code}
        _LOG.warning("Job %s ended: %s %s", job.job_id, error.message, error.hint)
        job.state = "failed"
    except Exception as error:  # noqa: BLE001  a thread of its own: whoever watches has to be told
        _LOG.error("Job %s failed with %s.", job.job_id, type(error).__name__)
        hint = f"Try again; if it stays, run `kb doctor` and look for {job.job_id} in the server's log."
        job.error = {"message": "Something went wrong inside the server.", "hint": hint, "exit_code": 3, "code": ""}
        job.state = "failed"
    finally:
        job.ended.set()
