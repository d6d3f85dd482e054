from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles.article import Article, ArticleKey
from kb.articles.reader import ReadResult, read

GERMAN = "# Zählerstand\n\nMelden Sie den Zählerstand bis zum 20. Dezember, sonst wird er für die Rechnung geschätzt.\n"


def article(path: str, text: str | bytes) -> Article:
    result = read(path, text if isinstance(text, bytes) else text.encode())
    assert result.article is not None
    return result.article


def codes(result: ReadResult) -> list[str]:
    return [problem.code for problem in result.problems]


def test_front_matter_and_body_become_an_article() -> None:
    text = (
        "---\nid: meter\ntitle: Zähler\nlanguage: de\naudience: public\nsource: https://x.example\nextra: 1\n---\n"
        + GERMAN
    )
    result = read("de/meter.md", text.encode())
    found = result.article
    assert found is not None
    assert result.problems == ()
    assert (found.key, found.title, found.audience, found.origin) == (
        ArticleKey("meter", "de"),
        "Zähler",
        "public",
        "https://x.example",
    )
    assert dict(found.foreign) == {"extra": "1"}
    assert found.source == text
    assert found.sections[0].headings == ("Zählerstand",)
    assert found.sections[0].blocks[0].lines == (11, 11)


def test_without_front_matter_id_title_and_language_come_from_path_heading_and_text() -> None:
    found = article("hilfe/zaehler.stand.MD", GERMAN)
    assert (found.id, found.title, found.language) == ("hilfe/zaehler.stand", "Zählerstand", "de")
    assert (found.status, found.audience) == ("published", "internal")


def test_without_a_heading_the_file_name_is_the_title() -> None:
    assert article("odd names/can't-access_user data.md", "Text.").title == "Can't access user data"


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("kb/en/a.md", "4711", "en"),
        ("DE/a.md", "4711", "de"),
        ("kb/a.md", "4711", "und"),
        ("kb/a.md", "Die Rückgabefrist beträgt 14 Tage.", "de"),
        ("de/a.md", "The refund is paid to the card that you used within ten days.", "en"),
        ("kb/a.md", "这是一款可靠的应用程序。", "zh"),
        ("kb/a.md", "---\nlanguage: de-AT\n---\nText", "de-AT"),
    ],
)
def test_the_language_is_declared_else_read_else_told_by_the_folder(path: str, text: str, language: str) -> None:
    assert article(path, text).language == language


def test_a_text_in_another_language_than_declared_is_reported_and_kept() -> None:
    english = "Refunds are paid within ten working days to the card that was used for the purchase."
    text = f"---\nid: a\nlanguage: de\n---\n{english}"
    result = read("a.md", text.encode())
    assert [(problem.code, problem.line) for problem in result.problems] == [("language-mismatch", 3)]
    assert result.article is not None
    assert result.article.language == "de"


@pytest.mark.parametrize(
    "text", ["---\nlanguage: de\n---\n4711", "---\nlanguage: en-GB\n---\nThis is what you get for it."]
)
def test_a_language_that_the_text_does_not_contradict_is_not_reported(text: str) -> None:
    assert codes(read("a.md", text.encode())) == []


@pytest.mark.parametrize(
    "raw",
    [
        codecs.BOM_UTF8 + GERMAN.encode(),
        codecs.BOM_UTF16_LE + GERMAN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + GERMAN.encode("utf-32-le"),
    ],
)
def test_byte_order_marks_tell_the_encoding_and_vanish(raw: bytes) -> None:
    result = read("a.md", raw)
    assert codes(result) == []
    assert result.article is not None
    assert result.article.source == GERMAN


def test_windows_1252_is_read_and_reported_with_its_line() -> None:
    result = read("a.md", "# Titel\n\nPreis für „Öko“: 5 €.".encode("cp1252"))
    assert [(problem.code, problem.line) for problem in result.problems] == [("invalid-encoding", 3)]
    assert result.article is not None
    assert result.article.source.endswith("Preis für „Öko“: 5 €.")


def test_a_few_broken_bytes_in_utf8_are_replaced_and_reported() -> None:
    result = read("a.md", "Für alle.\r\nGebühr ".encode() + b"\xff\xfe." + " für Öl".encode())
    assert [(problem.code, problem.line) for problem in result.problems] == [("invalid-encoding", 2)]
    assert result.article is not None
    assert result.article.source == "Für alle.\r\nGebühr \ufffd\ufffd. für Öl"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"---\nid: a\n---\n", "empty"),
        (b"<!-- nothing -->", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00", "binary"),
    ],
)
def test_a_file_without_text_is_rejected_and_says_why(raw: bytes, code: str) -> None:
    result = read("a.md", raw)
    assert result.article is None
    assert codes(result) == [code]


def test_a_title_alone_is_an_article_and_reported_as_empty() -> None:
    result = read("a.md", b"---\nid: only\ntitle: Nur Kopf\nlanguage: de\n---\n")
    assert codes(result) == ["empty"]
    assert result.article is not None
    assert result.article.title == "Nur Kopf"
    assert [section.blocks for section in result.article.sections] == [()]


def test_problems_of_the_front_matter_carry_path_and_line() -> None:
    result = read("x/a.md", b"---\nid: a\nreviewed_on: 2024-02-30\nstatus: live\n---\nText")
    assert [(problem.path, problem.line, problem.code) for problem in result.problems] == [
        ("x/a.md", 3, "bad-date"),
        ("x/a.md", 4, "bad-value"),
    ]
    assert result.article is not None
    assert result.article.status == "draft"


def test_a_decomposed_title_is_composed_and_the_source_stays() -> None:
    text = "# Gebu\u0308hr\n\nText."
    assert (article("a.md", text).title, article("a.md", text).source) == ("Gebühr", text)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_raise_and_a_rejected_file_says_why(raw: bytes) -> None:
    result = read("a.md", raw)
    assert result.article is not None or result.problems
