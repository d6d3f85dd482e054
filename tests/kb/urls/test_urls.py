"""External links, asked of a server that misbehaves in every way that was thought of. No test leaves this machine."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kb.checks import check
from kb.checks.external import external_links
from kb.runtime.memo import Memo
from kb.urls import LinkOutcome, Policy, probe, survey
from kb.urls.cache import UrlCache
from kb.urls.fetch import AGENT
from kb.urls.policy import AddressRefusedError
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


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.shutdown()


def ask(server: Server, path: str, policy: Policy = LOOPBACK) -> LinkOutcome:
    return probe(server.url(path), policy, TIMEOUT_S if path in ("/silent", "/drip") else PATIENCE_S, Turns(0.0).at)


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/ok", "fine", "200"),
        ("/ok?q=ä ö&x=%20#teil", "fine", "200"),
        ("/status/401", "fine", "401"),
        ("/status/403", "fine", "403"),
        ("/status/404", "dead", "answers 404"),
        ("/status/410", "dead", "answers 410"),
        ("/status/500", "unreachable", "answers 500"),
        ("/status/503", "unreachable", "not to be asked now"),
        ("/nohead/405", "fine", "200"),
        ("/nohead/404", "fine", "200"),
        ("/nohead/501", "fine", "200"),
        ("/to/302//ok", "fine", "200"),
        ("/to/301//ok", "moved", "moved for good"),
        ("/to/308//ok", "moved", "moved for good"),
        ("/to/301//to/302//ok", "fine", "200"),
        ("/to/301//status/404", "dead", "answers 404"),
        ("/to/302/http://[bad", "unreachable", "no address"),
        ("/to/302/file:///etc/passwd", "refused", "neither http nor https"),
        ("/to/302/http://user:pw@127.0.0.1/", "refused", "user name"),
        ("/chain/1", "unreachable", "more than 5 times"),
        ("/circle/a", "unreachable", "in a circle"),
        ("/huge", "fine", "200"),
        ("/garbage", "unreachable", "not HTTP"),
        ("/headers", "unreachable", "not HTTP"),
        ("/line", "unreachable", "not HTTP"),
        ("/hangup", "unreachable", "not HTTP"),
        ("/silent", "unreachable", "within 1 s"),
        ("/drip", "unreachable", "within 1 s"),
    ],
)
def test_what_becomes_of_an_address(server: Server, path: str, kind: str, said: str) -> None:
    began = time.monotonic()
    outcome = ask(server, path)
    assert (outcome.kind, said in outcome.detail) == (kind, True), outcome
    assert time.monotonic() - began < PATIENCE_S


def test_a_head_is_enough_where_it_is_answered_and_no_body_is_read(server: Server) -> None:
    ask(server, "/ok")
    ask(server, "/nohead/405")
    assert server.seen == {("HEAD", "/ok"): 1, ("HEAD", "/nohead/405"): 1, ("GET", "/nohead/405"): 1}
    assert server.agents == {AGENT}
    assert ask(server, "/to/301//ok").target == server.url("/ok")


def test_a_server_that_is_busy_is_left_in_peace_as_long_as_it_asks(server: Server) -> None:
    began = time.monotonic()
    assert ask(server, "/busy/1").kind == "fine"
    assert time.monotonic() - began >= 1.0
    long = ask(server, "/busy/3600")
    assert (long.kind, server.seen["HEAD", "/busy/3600"]) == ("unreachable", 1)
    later = (datetime.now(UTC) + timedelta(hours=2)).strftime("%a,%%20%d%%20%b%%20%Y%%20%H:%M:%S%%20GMT")
    assert ask(server, f"/busy/{later}").kind == "unreachable"


def test_a_server_that_speaks_no_tls_or_does_not_listen_is_unreachable(server: Server) -> None:
    plain = probe(server.url("/ok").replace("http:", "https:"), LOOPBACK, TIMEOUT_S, Turns(0.0).at)
    assert plain.kind == "unreachable"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = probe(f"http://127.0.0.1:{free.getsockname()[1]}/", LOOPBACK, TIMEOUT_S, Turns(0.0).at)
    assert closed == LinkOutcome("unreachable", "the connection was refused")


# --- what must not be asked


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1",
        "100.64.0.1", "169.254.169.254", "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]",
        "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "[ff02::1]",
    ],
)  # fmt: skip
def test_nothing_private_is_asked(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("it connected"))
    outcome = probe(f"http://{host}/latest/meta-data", Policy(), TIMEOUT_S, Turns(0.0).at)
    assert outcome.kind == "refused", outcome
    assert "not public" in outcome.detail


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://8.8.8.8:22/", "port 22"),
        ("ftp://8.8.8.8/", "neither http"),
        ("http:///x", "neither http"),
        ("http://8.8.8.8:99999/", "not a valid"),
        ("http://[bad/", "not a valid"),
        (f"http://{'a' * 70}.example/", "not a valid"),
        ("http://u@8.8.8.8/", "user name"),
    ],
)
def test_nothing_odd_is_asked(url: str, why: str) -> None:
    with pytest.raises(AddressRefusedError, match=why):
        Policy().target(url)


def test_what_is_public_may_be_asked_and_is_escaped() -> None:
    target = Policy().target("https://8.8.8.8/a b/ä?q=ü%20x\r\nX: y#frag")
    assert (target.ips, target.port, target.host_header) == (("8.8.8.8",), 443, "8.8.8.8")
    assert target.path == "/a%20b/%C3%A4?q=%C3%BC%20xX:%20y"
    assert Policy().target("http://[2001:4860:4860::8888]:8080/").host_header == "[2001:4860:4860::8888]:8080"
    assert LOOPBACK.target("http://127.0.0.1:9/x").port == 9


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, ["8.8.8.8", "192.168.0.7"])
    with pytest.raises(AddressRefusedError, match=r"192\.168\.0\.7"):
        Policy().target("http://two-faced.example/")


def test_a_redirect_into_a_private_network_is_not_followed(server: Server) -> None:
    only_here = Policy.of(("127.0.0.1/32",))
    for where in (server.url("/ok", "127.0.0.2"), "http://169.254.169.254/latest", "http://[::1]/"):
        outcome = ask(server, f"/to/301/{where}", only_here)
        assert (outcome.kind, where in outcome.detail) == ("refused", True), outcome
    assert ("HEAD", "/ok") not in server.seen


def test_a_name_that_changes_its_address_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answer(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        asked.append(address[0])
        raise ConnectionResetError

    monkeypatch.setattr(socket, "create_connection", connect)
    assert probe("http://rebinding.example/", Policy(), TIMEOUT_S, Turns(0.0).at).kind == "unreachable"
    assert asked == ["8.8.8.8", "8.8.8.8"]  # HEAD and GET, both to what was looked at


def test_the_second_address_is_tried_where_the_first_does_not_listen(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, ["127.0.0.9", "127.0.0.1"], times=9)
    assert probe(server.url("/ok", "two.example"), LOOPBACK, PATIENCE_S, Turns(0.0).at).kind == "fine"


def test_a_host_without_address_is_dead_and_a_silent_name_server_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for code, kind in ((socket.EAI_NONAME, "dead"), (socket.EAI_AGAIN, "unreachable")):

        def fail(*_: object, code: int = code, **__: object) -> list[object]:
            raise socket.gaierror(code, "x")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        assert probe("http://nowhere.example/", Policy(), TIMEOUT_S, Turns(0.0).at).kind == kind


def answer(monkeypatch: pytest.MonkeyPatch, *lists: list[str], times: int = 1) -> None:
    """Let the name server give these addresses, one list after the other."""
    waiting = [found for found in lists for _ in range(times)]
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: object, **named: object) -> list[tuple]:
        if host.replace(".", "").isdigit():
            return real(host, port, *rest, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in waiting.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


# --- many at once, and what is known already


def test_a_host_is_asked_one_by_one_with_pauses_and_each_address_once(server: Server, tmp_path: Path) -> None:
    urls = [server.url(f"/ok?{number}") for number in range(4)] * 3
    cache = UrlCache(tmp_path / "links.sqlite3", timedelta(days=7))
    began = time.monotonic()
    found = survey(urls, LOOPBACK, cache, NOW, PATIENCE_S, pause_s=0.1)
    assert {outcome.kind for outcome in found.values()} == {"fine"}
    assert sum(server.seen.values()) == 4
    assert time.monotonic() - began >= 0.3


def test_hosts_do_not_wait_for_each_other(server: Server, tmp_path: Path) -> None:
    urls = [server.url("/silent", f"127.0.0.{number}") for number in range(1, 9)]
    began = time.monotonic()
    found = survey(urls, LOOPBACK, UrlCache(tmp_path / "links.sqlite3", timedelta()), NOW, TIMEOUT_S)
    assert {outcome.kind for outcome in found.values()} == {"unreachable"}
    assert time.monotonic() - began < 7 * TIMEOUT_S  # one after the other, 8 times as long


def test_a_host_that_never_answers_is_given_up(server: Server, tmp_path: Path) -> None:
    urls = [server.url(f"/silent/{number}") for number in range(9)]
    found = survey(urls, LOOPBACK, UrlCache(tmp_path / "links.sqlite3", timedelta()), NOW, 0.2, pause_s=0.0)
    assert sum(server.seen.values()) == 3
    assert sum("not asked" in outcome.detail for outcome in found.values()) == 6


def test_what_answered_is_known_for_days_and_what_did_not_for_an_hour(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "home" / "links.sqlite3"
    good, bad = server.url("/ok"), server.url("/status/404")

    def run(now: datetime) -> int:
        before = sum(server.seen.values())
        survey([good, bad], LOOPBACK, UrlCache(file, timedelta(days=7)), now, PATIENCE_S, pause_s=0.0)
        return sum(server.seen.values()) - before

    assert run(NOW) == 3  # HEAD, and HEAD and GET for what is not there
    assert run(NOW + timedelta(minutes=59)) == 0
    assert run(NOW + timedelta(hours=2)) == 2
    assert run(NOW + timedelta(days=8)) == 3
    file.write_text("{ damaged")
    assert run(NOW + timedelta(days=8)) == 3


def test_a_refusal_is_not_remembered(tmp_path: Path) -> None:
    cache = UrlCache(tmp_path / "links.sqlite3", timedelta(days=7))
    survey(["http://127.0.0.1/"], Policy(), cache, NOW, TIMEOUT_S)
    assert cache.get("http://127.0.0.1/", NOW) is None
    assert Memo(tmp_path / "links.sqlite3").read()["http://127.0.0.1/"]["outcome"]["kind"] == "refused"


# --- as findings


def put(folder: Path, body: str) -> None:
    head = "id: a\ntitle: T\nlanguage: de\nstatus: published\naudience: public\nowner: x\nreviewed_on: 2026-11-01"
    (folder / "a.md").write_text(f"---\n{head}\n---\n{body}\n")


def test_links_to_other_hosts_become_findings_at_their_line_and_can_be_suppressed(tmp_path: Path) -> None:
    kinds = {"dead": "dead-url", "unreachable": "unreachable-url", "moved": "moved-url", "refused": "refused-url"}
    lines = [f"[x](https://{kind}.example/)\n" for kind in [*kinds, "fine"]]
    hidden = "[x](https://dead.example/) <!-- kb-check: ignore dead-url: die Seite kommt wieder -->"
    put(tmp_path, "\n".join([*lines, hidden, "[y](a.md) [z](mailto:a@b.example) <https://DEAD.example/>"]))

    def asked(urls) -> dict[str, LinkOutcome]:
        assert all(url.startswith("https://") for url in urls)
        return {
            url: LinkOutcome(url.lower().split("//")[1].split(".")[0], "so ist es", "https://new.example/")
            for url in urls
        }

    found = check([tmp_path], date(2026, 11, 23), more=[lambda library: external_links(library, asked)]).findings
    assert [(one.severity, one.code, one.line) for one in found] == [
        ("error", "dead-url", 10),
        ("warning", "unreachable-url", 12),
        ("info", "moved-url", 14),
        ("warning", "refused-url", 16),
        ("error", "dead-url", 21),
    ]
    assert found[2].fix == "Link to https://new.example/ instead."


def test_without_being_asked_a_check_opens_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "[x](https://example.org/) ![y](https://example.org/y.png)")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail("it looked up a name"))
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("it connected"))
    assert check([tmp_path], date(2026, 11, 23)).findings == ()
