"""Text that arrives in pieces becomes sentences with their citations."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.generation.grounding import SentenceStream


def cut(pieces: list[str]) -> list[str]:
    stream = SentenceStream()
    return [sentence for piece in pieces for sentence in stream.feed(piece)] + stream.close()


def test_a_citation_behind_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    assert cut(["Das gilt. [1] [2] Und das.\n[3]\n\nStrom usw. [1]. Das auch. [1]"]) == [
        "Das gilt [1][2].",
        "Und das [3].",
        "Strom usw [1].",
        "Das auch [1].",
    ]


PIECES = [
    "Das gilt bis 15. März. ",
    "[1]",
    " [2]",
    "Am Montag",
    " nicht [1]. ",
    "\n",
    "- Ja",
    "!",
    "z. B. ",
    "Im Mai. ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.integers(1, 9))
def test_how_the_text_arrives_does_not_change_its_sentences(pieces: list[str], size: int) -> None:
    text = "".join(pieces)
    arriving = cut([text[start : start + size] for start in range(0, len(text), size)])
    assert ["".join(sentence.split()) for sentence in arriving] == ["".join(s.split()) for s in cut([text])]


@pytest.mark.parametrize("unit", [" ", "\n", ".", "[1]", ". [1] ", "[", "(", "a. [1]. "])
def test_a_flood_takes_no_longer_than_its_length_asks_for(unit: str) -> None:
    started = time.perf_counter()
    cut([unit * (8000 // len(unit))])
    assert time.perf_counter() - started < 1


def test_a_sentence_is_released_before_the_text_ends() -> None:
    stream = SentenceStream()
    assert stream.feed("Das gilt. [1") == []
    assert stream.feed("] Und") == []
    assert stream.feed(" das") == ["Das gilt [1]."]
