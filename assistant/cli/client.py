"""Commands talk to the running server when there is one: Chroma in a folder serves one process at a time."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.doctor import Check
from ingest.pipeline import Hooks, Quiet
from ingest.report import IngestReport
from kb.errors import KBError, MissingPartError
from kb.runtime import lock

_TIMEOUT_S = 600


class RemoteError(KBError):
    """An error that the server reported; its words and its exit code are passed on."""

    def __init__(self, message: str, hint: str, exit_code: int) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


class Server:
    """The server that holds a library's index."""

    def __init__(self, holder: lock.Holder) -> None:
        self._url = holder.url
        self._token = holder.token

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """What POST /api/v1/ask gives."""
        return dict(json.loads(b"".join(self._post("/api/v1/ask", body))))

    def rate(self, body: dict[str, Any]) -> None:
        """Pass a rating on."""
        b"".join(self._post("/api/v1/feedback", body))

    def doctor(self) -> list[Check]:
        """What `kb doctor` finds, examined by the process that holds the index."""
        answer = json.loads(b"".join(self._post("/api/v1/admin/doctor", {})))
        return [Check(**check) for check in answer["checks"]]

    def ingest(self, paths: list[Path], hooks: Hooks | None = None, **options: bool) -> IngestReport:
        """Have the server ingest ``paths``."""
        hooks = hooks or Quiet()
        body = {"paths": [str(path.resolve()) for path in paths], **options}
        for line in self._post("/api/v1/admin/ingest", body):
            event = json.loads(line)
            if "progress" in event:
                hooks.progress(*event["progress"])
            elif "error" in event:
                raise _remote(event["error"])
            elif "report" in event:
                return IngestReport.from_json(event["report"])
        raise MissingPartError("The server stopped before the ingest was done.", "Run the command again: it continues.")

    def _post(self, path: str, body: dict[str, Any]) -> Iterator[bytes]:
        request = urllib.request.Request(  # noqa: S310  the URL is our own server's, from a file only we can read
            self._url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        # No proxy: the server is on this machine, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_TIMEOUT_S) as answer:
                yield from answer
        except urllib.error.HTTPError as error:
            raise _from_http(error) from None
        except OSError as error:
            raise MissingPartError(
                f"The server at {self._url} holds the index and does not answer: {error}.",
                "Stop it, then run this again.",
            ) from None


def _from_http(error: urllib.error.HTTPError) -> KBError:
    try:
        return _remote(json.loads(error.read())["error"])
    except (ValueError, KeyError, TypeError):
        return MissingPartError(f"The server answered with status {error.code}.", "See the server's own messages.")


def _remote(error: dict[str, Any]) -> KBError:
    return RemoteError(str(error["message"]), str(error["hint"]), int(error.get("exit_code", 2)))
