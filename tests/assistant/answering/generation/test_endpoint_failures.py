"""Where the endpoint fails, is slow or never ends, the quotes answer."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from assistant.answering.generation.writer import write
from kb.settings import WriterSettings
from tests.assistant.answering.generation.passages import (
    ASKED,
    GERMAN,
    GOOD,
    said,
    settings,
)


def test_a_refused_connection_falls_back_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    written = write(WriterSettings(url=url), ASKED, "de", GERMAN)
    assert (written.answer, written.trouble) == ("", "failed")
    assert written.ms < 1000


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500, 503])
def test_an_error_falls_back_at_once_and_is_not_tried_again(service, status) -> None:
    service.status = status
    written = said(service, GOOD)
    assert (written.answer, written.trouble) == ("", "failed")
    assert written.ms < 1000
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>It works!</html>",
        b"data: {not json}\n\n",
        b'data: {"choices": []}\n\n',
        b'data: {"choices": [{"index": 0, "delta": null}]}\n\n',
        b'data: {"choices": "many"}\n\n',
        b"data: []\n\ndata: 7\n\n",
        b'data: {"error": {"message": "out of memory"}}\n\n',
        b"\xff\xfe\x00data: \xff\n\n",
        b"",
    ],
)
def test_garbage_and_an_empty_stream_fall_back(service, raw) -> None:
    service.finish = None
    written = said(service, raw)
    assert written.answer == ""
    assert written.trouble in {"failed", "nothing_supported"}


@pytest.mark.parametrize("url", ["nonsense", "http://", "http://[", "ftp://x/v1", "http://127.0.0.1:99999/v1"])
def test_a_url_that_is_none_falls_back(url) -> None:
    assert write(WriterSettings(url=url), ASKED, "de", GERMAN).trouble == "failed"


def test_an_endpoint_that_says_nothing_falls_back_within_two_seconds_by_default(service) -> None:
    service.says = lambda request: [6.0]
    written = write(WriterSettings(url=service.url), ASKED, "de", GERMAN)
    assert (written.answer, written.trouble) == ("", "too_slow")
    assert 1900 < written.ms < 2300


def test_an_endpoint_that_stalls_after_good_sentences_falls_back(service) -> None:
    written = said(service, GOOD + " Und dann", 3.0)
    assert (written.answer, written.sentences, written.trouble) == ("", (), "too_slow")
    assert written.ms < 1000


def test_pings_that_carry_no_text_do_not_count_as_words(service) -> None:
    written = said(service, *[b": ping\n\n", "", 0.1] * 30)
    assert written.trouble == "too_slow"
    assert written.ms < 1000


def test_a_text_without_end_is_cut_by_the_clock_and_the_endpoint_let_go(service) -> None:
    def says(request: dict):
        while True:
            yield "Ja "
            yield 0.05

    service.says = says
    written = write(settings(service), ASKED, "de", GERMAN)
    assert (written.answer, written.trouble) == ("", "too_slow")
    assert 1400 < written.ms < 2000
    assert service.hung_up.wait(3)


def test_a_flood_is_cut_by_its_length(service) -> None:
    def says(request: dict):
        while True:
            yield "Das ist so. " * 50

    service.says = says
    written = write(settings(service, timeout_s=5, total_s=20), ASKED, "de", GERMAN)
    assert (written.answer, written.trouble) == ("", "endless")
    assert service.hung_up.wait(3)


def test_no_thread_outlives_its_question_for_long(service) -> None:
    said(service, 1.5)
    time.sleep(0.7)
    assert not [thread for thread in threading.enumerate() if thread.name == "writer" and thread.is_alive()]
