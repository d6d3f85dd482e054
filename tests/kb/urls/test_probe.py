"""What becomes of one address."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from kb.urls import LinkOutcome, probe
from kb.urls.fetch import AGENT
from kb.urls.survey import Turns
from tests.kb.urls.misbehaving_server import LOOPBACK, PATIENCE_S, TIMEOUT_S, Server, ask


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
