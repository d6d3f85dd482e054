"""Many addresses: in turns, host by host, and remembered."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from kb.runtime.memo import Memo
from kb.urls import Policy, survey
from kb.urls.cache import UrlCache
from tests.kb.urls.misbehaving_server import LOOPBACK, NOW, PATIENCE_S, TIMEOUT_S, Server


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
    assert Memo(tmp_path / "links.sqlite3", "1").read()["http://127.0.0.1/"]["outcome"]["kind"] == "refused"
