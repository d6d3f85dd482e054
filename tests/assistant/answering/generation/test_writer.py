"""Written answers: checked sentence by sentence while the endpoint writes."""

from __future__ import annotations

import re
import subprocess
import sys
import threading

from assistant.answering.generation.grounding import SourcePassage
from assistant.answering.generation.writer import write
from kb.settings import WriterSettings
from tests.assistant.answering.generation.passages import (
    ASKED,
    ENGLISH,
    GERMAN,
    GOOD,
    GOOD_ANSWER,
    ROOT,
    said,
    settings,
)


def test_a_supported_text_is_the_answer(service) -> None:
    written = said(service, *re.findall(r".{1,7}", GOOD))
    assert written.answer == GOOD_ANSWER
    assert [sentence.cites for sentence in written.sentences] == [(1,), (1,)]
    assert (written.dropped, written.trouble, written.cited) == ((), None, {1})


def test_a_checked_sentence_is_released_while_the_endpoint_still_writes(service) -> None:
    heard: list[str] = []
    go_on = threading.Event()

    def says(request: dict):
        yield GOOD + " Und das"
        go_on.wait(5)
        yield " steht nirgends."

    def on_text(piece: str) -> None:
        heard.append(piece)
        if len(heard) == 2:
            go_on.set()

    service.says = says
    written = write(settings(service, timeout_s=4, total_s=8), ASKED, "de", GERMAN, on_text)
    assert go_on.is_set()
    assert "".join(heard) == written.answer == GOOD_ANSWER
    assert [dropped.reason for dropped in written.dropped] == ["uncited"]


def test_steps_stand_on_lines_of_their_own(service) -> None:
    written = said(service, "1. Öffnen Sie die App [3].\n2. Wählen Sie „Zähler“. [3]\n")
    assert written.answer == "1. Öffnen Sie die App. [3]\n2. Wählen Sie „Zähler“. [3]"


def test_what_is_not_supported_is_dropped_and_the_rest_stays(service) -> None:
    written = said(service, "Gerne! " + GOOD + " Das kostet 99 € [1].")
    assert written.answer == GOOD_ANSWER
    assert [(dropped.text, dropped.reason, dropped.detail) for dropped in written.dropped] == [
        ("Gerne!", "uncited", ""),
        ("Das kostet 99 € [1].", "number", "99 €"),
    ]


def test_where_nothing_is_supported_the_quotes_answer(service) -> None:
    written = said(service, "Das kostet 99 € [1].")
    assert (written.answer, written.sentences, written.trouble) == ("", (), "nothing_supported")
    assert len(written.dropped) == 1


def test_a_text_that_repeats_itself_is_said_once(service) -> None:
    written = said(service, (GOOD + " ") * 3)
    assert written.answer == GOOD_ANSWER
    assert {dropped.reason for dropped in written.dropped} == {"repeated"}


def test_a_sentence_that_the_token_limit_cut_off_is_dropped(service) -> None:
    service.finish = "length"
    written = said(service, GOOD + " Geschäftskunden haben 30 Tage [1]")
    assert written.answer == GOOD_ANSWER
    assert [dropped.reason for dropped in written.dropped] == ["unfinished"]


def test_a_text_that_breaks_off_without_an_end_loses_its_last_sentence(service) -> None:
    service.finish = None
    written = said(service, GOOD + " Geschäftskunden haben 30 Tage")
    assert written.answer == GOOD_ANSWER
    assert [dropped.reason for dropped in written.dropped] == ["unfinished"]


def test_off_without_a_url() -> None:
    assert write(WriterSettings(), ASKED, "de", GERMAN).trouble == "off"


def test_passages_in_another_language_cannot_be_checked_and_are_not_sent(service) -> None:
    assert write(settings(service), ASKED, "de", ENGLISH).trouble == "no_passage"
    assert write(settings(service), "Où ?", "fr", GERMAN).trouble == "no_passage"
    assert service.requests == []
    service.says = lambda request: [GOOD]
    write(settings(service), ASKED, "de-AT", [*GERMAN, SourcePassage(4, "x", "Secret English text.", "en")])
    assert "Secret English text" not in str(service.requests)


def test_importing_the_writer_does_not_import_llama_index() -> None:
    code = (
        "import sys, assistant.answering.generation.writer;"
        " assert not {'llama_index', 'httpx', 'openai'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
