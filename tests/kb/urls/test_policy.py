"""Nothing private and nothing odd is asked, whatever name servers say."""

from __future__ import annotations

import socket

import pytest

from kb.urls import Policy, probe
from kb.urls.policy import AddressRefusedError
from kb.urls.survey import Turns
from tests.kb.urls.misbehaving_server import LOOPBACK, PATIENCE_S, TIMEOUT_S, Server, ask


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
