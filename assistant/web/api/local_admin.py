"""Endpoints for this machine's own command line, opened by the token in the lock file that only its owner may read."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from assistant.doctor import examine
from assistant.web.api.jobs import IngestHooks
from assistant.web.api.models import StrictModel
from assistant.web.errors import error_json
from assistant.web.security.authorization import Access, ForbiddenError
from ingest.pipeline import ingest
from kb.errors import KBError
from kb.library import Library


class IngestBody(StrictModel):
    """The arguments of `kb ingest`."""

    paths: list[Path]
    prune: bool = True
    dry_run: bool = False
    force: bool = False


def router(library: Library, access: Access) -> APIRouter:
    """The guarded endpoints. They read any folder of this machine, so an administrator's account does not open them."""

    def guarded(request: Request) -> None:
        person = access.identify(request)
        if person is None or person.via != "machine":
            raise ForbiddenError("This needs the server's own token.", "Use the `kb` command with the same --home.")

    routes = APIRouter(prefix="/api/v1/admin", dependencies=[Depends(guarded)], include_in_schema=False)

    @routes.post("/ingest")
    def run_ingest(body: IngestBody) -> StreamingResponse:
        """Progress as one JSON object a line, the last one the report or an error."""
        events = _ingesting(library, body)
        return StreamingResponse((json.dumps(event) + "\n" for event in events), media_type="application/x-ndjson")

    @routes.post("/doctor")
    def run_doctor() -> dict[str, Any]:
        """The checks of `kb doctor`, made inside the process that holds the index."""
        return {"checks": [asdict(check) for check in examine(library)]}

    return routes


def _ingesting(library: Library, body: IngestBody) -> Iterator[dict[str, Any]]:
    """Run the ingest in a thread of its own: it goes on to its end when the caller hangs up."""
    lines: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def work() -> None:
        try:
            hooks = IngestHooks(lambda done, total: lines.put({"progress": [done, total]}))
            report = ingest(library, body.paths, hooks, prune=body.prune, dry_run=body.dry_run, force=body.force)
            lines.put({"report": report.to_json()})
        except KBError as error:
            lines.put(error_json(error.message, error.hint, error.exit_code))
        finally:
            lines.put(None)

    threading.Thread(target=work, name="ingest").start()
    while (event := lines.get()) is not None:
        yield event
