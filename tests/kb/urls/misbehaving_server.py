"""A server that misbehaves in every way that was thought of; no test leaves this machine."""

from __future__ import annotations

import contextlib
import socketserver
import time
from collections import Counter
from datetime import UTC, datetime

from kb.urls import LinkOutcome, Policy, probe
from kb.urls.survey import Turns

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


LOOPBACK = Policy.of(("127.0.0.0/8", "::1/128"))


TIMEOUT_S = 1.0
"""For what never answers; what does answer gets PATIENCE_S, so that a busy machine fails no test."""


PATIENCE_S = 20.0


class Handler(socketserver.StreamRequestHandler):
    """Answers by the path alone; ``server.seen`` counts (method, path), ``server.agents`` what called itself how."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            words = self.rfile.readline(4096).decode("latin-1").split()
            while (line := self.rfile.readline(4096)).strip():
                if line.lower().startswith(b"user-agent:"):
                    self.server.agents.add(line.decode().partition(":")[2].strip())
            if len(words) == 3:
                method, path, _ = words
                self.server.seen[method, path] += 1
                self.answer(method, path, self.server.seen[method, path])

    def answer(self, method: str, path: str, number: int) -> None:  # noqa: C901  one case a misdeed
        name, _, rest = path.partition("?")[0].lstrip("/").partition("/")
        match name:
            case "ok":
                self.send(200)
            case "status":
                self.send(int(rest))
            case "nohead":
                self.send(int(rest) if method == "HEAD" else 200)
            case "to":
                code, _, where = rest.partition("/")
                self.send(int(code), f"Location: {where}")
            case "chain":
                self.send(302, f"Location: /chain/{int(rest) + 1}")
            case "circle":
                self.send(302, "Location: /circle/b" if rest == "a" else "Location: /circle/a")
            case "busy":
                self.send(429, f"Retry-After: {rest}") if number == 1 else self.send(200)
            case "silent":
                time.sleep(TIMEOUT_S * 3)
            case "drip":
                for letter in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
                    self.wfile.write(bytes([letter]))
                    time.sleep(0.05)
            case "huge":
                self.send(200, "Content-Length: 10000000000")
                while method == "GET" and self.wfile.write(b"x" * 65536):
                    pass
            case "garbage":
                self.wfile.write(bytes(range(256)) * 10)
            case "headers":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)
            case "line":
                self.wfile.write(b"HTTP/1.1 200 " + b"y" * 1_000_000)

    def send(self, status: int, *headers: str) -> None:
        lines = [f"HTTP/1.1 {status} x", *headers, "Connection: close", "", ""]
        self.wfile.write("\r\n".join(lines).encode("latin-1"))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: Counter[tuple[str, str]] = Counter()
        self.agents: set[str] = set()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}{path}"


def ask(server: Server, path: str, policy: Policy = LOOPBACK) -> LinkOutcome:
    return probe(server.url(path), policy, TIMEOUT_S if path in ("/silent", "/drip") else PATIENCE_S, Turns(0.0).at)
