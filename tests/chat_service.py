"""A small OpenAI-compatible chat endpoint on loopback that says what a test tells it to, however bad that is."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Part = str | bytes | float
"""Text becomes a delta, bytes go out as they are, a number is a pause in seconds."""


class ChatService(ThreadingHTTPServer):
    """``says`` gives the parts of an answer to a request; ``status`` other than 200 fails, repeating the key."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says: Callable[[dict], Iterable[Part]] = lambda request: []
        self.finish: str | None = "stop"
        self.status = 200
        self.requests: list[dict] = []
        self.keys: list[str | None] = []
        self.hung_up = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: ChatService

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, **body})
        self.server.keys.append(self.headers.get("Authorization"))
        self.send_response(self.server.status)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for data in self._answer(body):
                self.wfile.write(data)
                self.wfile.flush()
        except OSError:
            self.server.hung_up.set()

    def _answer(self, body: dict) -> Iterator[bytes]:
        if self.server.status != 200:
            # A bad service may well repeat the key in its error.
            yield json.dumps({"error": {"message": f"bad key {self.headers.get('Authorization')}"}}).encode()
            return
        for part in self.server.says(body):
            if isinstance(part, str):
                yield _event({"content": part}, None)
            elif isinstance(part, bytes):
                yield part
            else:
                time.sleep(part)
        if self.server.finish:
            yield _event({}, self.server.finish) + b"data: [DONE]\n\n"

    def log_message(self, *args: object) -> None:
        pass


def _event(delta: dict, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "fake", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
