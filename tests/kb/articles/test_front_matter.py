from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles.front_matter import KEYS, read, split

FULL = """id: report-move
title: "Umzug: melden"
language: de
status: published
audience: public
owner: team-vertrag
products: [strom, gas]
tags:
- umzug
aliases: ["ich ziehe um"]
created_on: 2024-03-12
reviewed_on: 2026-09-12
expires_on: 2027-01-01
review_every_days: 365
supersedes: [old]
related: []
source: https://example.org/x
"""


def codes(yaml_text: str) -> list[str]:
    return [complaint.code for complaint in read(yaml_text).complaints]


def test_every_key_of_the_schema_is_read() -> None:
    reading = read(FULL)
    assert set(reading.lines) == set(KEYS)
    assert reading.complaints == reading.loose == ()
    values = reading.values
    assert (values.title, values.products, values.tags, values.related) == (
        "Umzug: melden",
        ("strom", "gas"),
        ("umzug",),
        (),
    )
    assert (values.reviewed_on, values.review_every_days) == (date(2026, 9, 12), 365)
    assert reading.line_of("aliases") == 11


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_body_begins_behind_the_closing_fence_whatever_the_line_ends(end: str) -> None:
    text = end.join(["---", "id: a", "title: b", "---", "", "Text."])
    yaml_text, offset, line = split(text)
    assert yaml_text is not None
    assert (read(yaml_text).values.title, text[offset:], line) == ("b", f"{end}Text.", 5)


def test_a_byte_order_mark_hides_no_front_matter() -> None:
    assert split("\ufeff---\nid: a\n---\nText")[0] == "id: a\n"


@pytest.mark.parametrize(
    "text",
    ["Text", "", "---\nid: a\nText", "----\nid: a\n---\n", " ---\nid: a\n---\n", "---\n\nNur ein Strich\n\n---\nText"],
)
def test_what_is_no_front_matter_stays_body(text: str) -> None:
    assert split(text) == (None, 0, 1)


def test_yaml_guesses_nothing() -> None:
    values = read("id: 007\ntitle: 2020-01-01\nlanguage: no\nowner: yes\ntags: [1, on, null]").values
    assert (values.id, values.title, values.language, values.owner) == ("007", "2020-01-01", "no", "yes")
    assert values.tags == ("1", "on", "null")


@pytest.mark.parametrize(
    ("line", "code", "key", "value"),
    [
        ("reviewed_on: 2024-02-30", "bad-date", "reviewed_on", None),
        ("created_on: gestern", "bad-date", "created_on", None),
        ("status: live", "bad-value", "status", "draft"),
        ("audience: everyone", "bad-value", "audience", "internal"),
        ("language: german language", "bad-value", "language", ""),
        ("review_every_days: 731", "bad-value", "review_every_days", 180),
        ("review_every_days: often", "bad-value", "review_every_days", 180),
        ("tags: {a: b}", "wrong-type", "tags", ()),
        ("title: [a]", "wrong-type", "title", ""),
        ("id: {a: b}", "wrong-type", "id", ""),
    ],
)
def test_an_unreadable_value_is_reported_and_becomes_a_safe_default(
    line: str, code: str, key: str, value: object
) -> None:
    reading = read(f"owner: x\n{line}\nsource: y")
    assert [(item.code, item.key, item.line) for item in reading.complaints] == [(code, key, 3)]
    assert getattr(reading.values, key) == value
    assert (reading.values.owner, reading.values.source) == ("x", "y")


def test_missing_keys_mean_published_and_internal() -> None:
    values = read("id: a").values
    assert (values.status, values.audience, values.review_every_days) == ("published", "internal", 180)


def test_foreign_keys_are_kept_as_texts_and_lists() -> None:
    reading = read("ms.author: x\nms.custom:\n- '1'\n- '2'\nempty:\nupdated: 2024-02-29")
    assert reading.foreign == {"ms.author": "x", "ms.custom": ("1", "2"), "empty": "", "updated": "2024-02-29"}
    assert reading.complaints == ()


def test_an_impossible_date_in_a_foreign_key_is_reported_and_kept() -> None:
    reading = read("updated: 2024-02-30")
    assert [item.code for item in reading.complaints] == ["bad-date"]
    assert reading.foreign == {"updated": "2024-02-30"}


def test_a_list_written_with_commas_is_read_and_only_the_strict_reader_minds() -> None:
    reading = read("tags: a, b ,c")
    assert reading.values.tags == ("a", "b", "c")
    assert reading.complaints == ()
    assert [item.code for item in reading.loose] == ["wrong-type"]


@pytest.mark.parametrize(
    ("given_", "kept"), [("DE", "de"), ("de_AT", "de-AT"), ("zh-Hans", "zh-Hans"), ("EN-gb", "en-gb")]
)
def test_any_language_tag_is_kept_with_its_primary_part_in_lower_case(given_: str, kept: str) -> None:
    assert read(f"language: {given_}").values.language == kept


def test_invalid_yaml_is_reported_with_its_line_and_readable_lines_are_saved() -> None:
    reading = read("title: Rechnung: was tun?\n\ttags: [a, b\nowner: @support\nstatus: draft\nlanguage: de\n")
    assert codes("title: a\n\tb: [c") == ["bad-front-matter"]
    assert reading.complaints[0].line == 2
    values = reading.values
    assert (values.title, values.owner, values.status, values.language) == (
        "Rechnung: was tun?",
        "@support",
        "draft",
        "de",
    )
    assert values.tags == ("a", "b")


@pytest.mark.parametrize(
    "yaml_text",
    [
        "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\ntitle: Bombe",
        "a: &a [*a]\ntitle: Bombe",
        "a: !!python/object/apply:os.getcwd []\ntitle: Bombe",
        "a: !!timestamp 2020-99-01\ntitle: Bombe",
        "a: " + "[" * 20_000 + "\ntitle: Bombe",
        "? " * 20_000 + "\ntitle: Bombe",
        "- " * 20_000 + "\ntitle: Bombe",
        "a: " + "x" * 100_000 + "\ntitle: Bombe",
    ],
)
def test_hostile_yaml_is_refused_in_bounded_time_and_the_title_survives(yaml_text: str) -> None:
    began = time.process_time()
    reading = read(yaml_text)
    assert time.process_time() - began < 2
    assert reading.complaints[0].code == "bad-front-matter"
    assert reading.values.title == "Bombe"


def test_a_key_that_stands_twice_is_reported() -> None:
    assert codes("id: a\nid: b") == ["duplicate-key"]


@given(st.text(alphabet="ab:-[]{}\"'&*!|>?#,% \n\t1", max_size=200) | st.text(max_size=200))
def test_no_front_matter_raises(yaml_text: str) -> None:
    reading = read(yaml_text)
    assert all(complaint.line >= 1 for complaint in reading.complaints)
