from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles.article import Block, Unit
from kb.markdown import ParsedBody, parse, slug

LINE_END = re.compile(r"\r\n|\r|\n")


def fold(text: str) -> str:
    return " ".join(text.split())


def blocks(body: str, title: str = "") -> list[Block]:
    return [block for section in parse(body, title=title).sections for block in section.blocks]


def only(body: str) -> Block:
    (block,) = blocks(body)
    return block


def units(body: str) -> list[Unit]:
    return [unit for block in blocks(body) for unit in block.units]


def assert_verbatim(body: str, parsed: ParsedBody, first_line: int = 1) -> None:
    lines = LINE_END.split(body)
    for section in parsed.sections:
        for block in section.blocks:
            for piece in (block, *block.units):
                assert piece.source in body
                first, last = piece.lines[0] - first_line, piece.lines[1] - first_line
                assert 0 <= first <= last < len(lines)
                assert fold(piece.source) in fold("\n".join(lines[first : last + 1]))
                assert piece.text == unicodedata.normalize("NFC", piece.text)


def test_headings_make_a_path_without_the_title() -> None:
    parsed = parse("# Umzug\n\nVorab.\n\n## Fristen\n\n### Strom\n\nA.\n\n### Gas\n\nB.\n\n## Kosten\n\nC.")
    assert parsed.title == "Umzug"
    assert [(section.headings, section.level, section.anchor) for section in parsed.sections] == [
        ((), 0, ""),
        (("Fristen",), 2, "fristen"),
        (("Fristen", "Strom"), 3, "strom"),
        (("Fristen", "Gas"), 3, "gas"),
        (("Kosten",), 2, "kosten"),
    ]


def test_an_h1_that_is_not_the_known_title_keeps_its_words_in_the_path() -> None:
    assert parse("# Wie zahle ich?\n\nSo.", title="Zahlung").sections[0].headings == ("Wie zahle ich?",)
    assert parse("# ZAHLUNG\n\nSo.", title="Zahlung").sections[0].headings == ()


def test_a_second_h1_is_a_heading() -> None:
    assert [section.headings for section in parse("# A\n\na\n\n# B\n\nb").sections] == [(), ("B",)]


def test_without_an_h1_the_first_heading_names_the_article_and_stays_a_heading() -> None:
    parsed = parse("Text.\n\n## Erstens\n\nA.")
    assert (parsed.title, parsed.sections[1].headings) == ("Erstens", ("Erstens",))


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Häufige Fragen", "häufige-fragen"),
        ("Was kostet's? (1. Jahr)", "was-kostets-1-jahr"),
        ("A & B", "a--b"),
        ("snake_case-Name", "snake_case-name"),
        ("  Über   uns ", "über---uns"),
        ("Gebu\u0308hr", "gebühr"),
    ],
)
def test_anchors_are_those_github_makes(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_a_repeated_heading_gets_a_counted_anchor() -> None:
    parsed = parse("## A\n\n## A\n\n## A-1\n\n## A")
    assert [section.anchor for section in parsed.sections] == ["a", "a-1", "a-1-1", "a-2"]


@pytest.mark.parametrize(
    "heading", ["## Frist {#deadline}", '## <a name="deadline"></a>Frist', "Frist {#deadline}\n---"]
)
def test_ids_written_by_hand_are_anchors_and_not_part_of_the_heading(heading: str) -> None:
    parsed = parse(heading + "\n\nText.")
    assert parsed.sections[0].headings == ("Frist",)
    assert parsed.anchors == {"frist", "deadline"}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**Fett** und *kursiv* ~~weg~~ `co*de`", "Fett und kursiv weg co*de"),
        ("[Text](https://example.org/a_b_c) und <https://x.example>", "Text und https://x.example"),
        ("![Bild des Zählers](a.png) hier", "Bild des Zählers hier"),
        ("[Text][ref] hier\n\n[ref]: https://example.org", "Text hier"),
        ("5&nbsp;&euro; &amp; mehr &#8211; \\*so\\*", "5 € & mehr – *so*"),
        ("Zeile<br>um <b>bruch</b>", "Zeile um bruch"),
        ("vor {% include x.html %} nach {{ page.title }} Ende", "vor nach Ende"),
        ("Text{: .knopf}", "Text"),
        ("ein `{{ wert }}` bleibt", "ein {{ wert }} bleibt"),
        ("Bild ![x](data:image/png;base64,iVBORw0KGgo=) da", "Bild x da"),
        ("Bild <img src='data:image/png;base64,iVBORw0KGgo='> da", "Bild da"),
        ("siehe[^1] dort\n\n[^1]: Fuß.", "siehe dort"),
        ("fu\u0308r", "für"),
        ("eine\nZeile  \nnoch eine", "eine Zeile noch eine"),
        ("2 * 3 * 4 und a_b_c", "2 * 3 * 4 und a_b_c"),
        ("[x]({% include url %}) da", "x da"),
    ],
)
def test_text_shows_what_a_reader_sees(source: str, text: str) -> None:
    assert blocks(source)[0].text == text


def test_a_block_without_visible_text_vanishes() -> None:
    assert blocks("<!-- still -->\n\n---\n\n{% include x %}\n\n![](a.png)\n\n<br>\n\nText.")[0].text == "Text."


def test_sentences_are_verbatim_slices_with_their_lines() -> None:
    body = "Erster **Satz**.\nZweiter Satz\ngeht weiter. Dritter."
    found = [(unit.kind, unit.source, unit.text, unit.lines) for unit in units(body)]
    assert found == [
        ("sentence", "Erster **Satz**.", "Erster Satz.", (1, 1)),
        ("sentence", "Zweiter Satz\ngeht weiter.", "Zweiter Satz geht weiter.", (2, 3)),
        ("sentence", "Dritter.", "Dritter.", (3, 3)),
    ]


def test_lines_count_from_the_beginning_of_the_file() -> None:
    parsed = parse("# T\n\nText.\n\n## A\n\n- x\n- y\n", first_line=11)
    assert [section.lines for section in parsed.sections] == [(11, 13), (15, 18)]
    assert parsed.headings[1].line == 15


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_once(end: str) -> None:
    body = end.join(["# T", "", "Eins.", "Zwei.", "", "> [!NOTE]", "> Drei.", "> vier.", "", "| A |", "|---|", "| x |"])
    parsed = parse(body)
    assert [
        (unit.text, unit.lines) for section in parsed.sections for block in section.blocks for unit in block.units
    ] == [
        ("Eins.", (3, 3)),
        ("Zwei.", (4, 4)),
        ("Drei. vier.", (7, 8)),
        ("A: x", (12, 12)),
    ]
    assert_verbatim(body, parsed)


def test_a_step_is_a_top_level_item_with_its_sub_items() -> None:
    block = only("1. Öffnen Sie **Konto**.\n   - Erst so.\n   - Dann so.\n2. Fertig.")
    assert block.kind == "steps"
    assert [(unit.kind, unit.source, unit.text, unit.lines) for unit in block.units] == [
        (
            "step",
            "1. Öffnen Sie **Konto**.\n   - Erst so.\n   - Dann so.",
            "Öffnen Sie Konto.\nErst so.\nDann so.",
            (1, 3),
        ),
        ("step", "2. Fertig.", "Fertig.", (4, 4)),
    ]
    assert block.text == "Öffnen Sie Konto.\nErst so.\nDann so.\nFertig."


def test_a_list_has_its_items_as_units() -> None:
    block = only("- a\n\n  mehr\n- b")
    assert (block.kind, [(unit.kind, unit.text) for unit in block.units]) == (
        "list",
        [("item", "a\nmehr"), ("item", "b")],
    )


def test_a_table_row_names_its_columns() -> None:
    block = only("| Stufe | Frist |  |\n|---|---|---|\n| 1 | **14** Tage | x |\n| 2 | | |\n")
    assert block.text == "Stufe: 1; Frist: 14 Tage; x\nStufe: 2"
    assert [(unit.kind, unit.source, unit.lines) for unit in block.units] == [
        ("row", "| 1 | **14** Tage | x |", (3, 3)),
        ("row", "| 2 | | |", (4, 4)),
    ]
    assert block.lines == (1, 4)


@pytest.mark.parametrize(
    "body", ["```sh\nkb ask\n\n  {{ x }}\n```", "~~~\nkb ask\n\n  {{ x }}\n~~~", "    kb ask\n\n      {{ x }}"]
)
def test_code_is_one_unit_and_keeps_its_lines(body: str) -> None:
    block = only(body)
    assert (block.kind, len(block.units), block.units[0].kind) == ("code", 1, "code")
    assert [line.strip() for line in block.text.split("\n")] == ["kb ask", "", "{{ x }}"]
    assert block.units[0].source in body


@pytest.mark.parametrize("marker", ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"])
def test_github_admonitions_are_recognised(marker: str) -> None:
    block = only(f"> [!{marker}]\n> Erster Satz. Zweiter\n> Satz.")
    assert block.kind == "admonition"
    assert [(unit.source, unit.text, unit.lines) for unit in block.units] == [
        ("Erster Satz.", "Erster Satz.", (2, 2)),
        ("Zweiter\n> Satz.", "Zweiter Satz.", (2, 3)),
    ]


def test_a_quote_is_read_inside() -> None:
    block = only("> Ein Satz.\n>\n> - a\n> - b\n>\n> > innen")
    assert block.kind == "quote"
    assert [(unit.kind, unit.source) for unit in block.units] == [
        ("sentence", "Ein Satz."),
        ("item", "- a"),
        ("item", "- b"),
        ("sentence", "innen"),
    ]


def test_a_footnote_is_a_paragraph_of_the_section_it_stands_in() -> None:
    parsed = parse("## A\n\nText[^1].\n\n[^1]: Die Note. Noch ein Satz.\n\n## B\n\nEnde.")
    assert [unit.source for block in parsed.sections[0].blocks for unit in block.units] == [
        "Text[^1].",
        "Die Note.",
        "Noch ein Satz.",
    ]


def test_html_shows_its_text_only() -> None:
    html = (
        "<div class='x'>\n<p>Ein <b>Satz</b> &amp; mehr. Noch einer.</p><script>alert('no')</script>\n"
        "<!-- still --><li>Punkt</li>\n</div>"
    )
    block = only(html)
    assert block.kind == "html"
    assert [unit.text for unit in block.units] == ["Ein Satz & mehr.", "Noch einer.", "Punkt"]
    assert block.units[0].source == "Ein <b>Satz</b> &amp; mehr."


def test_links_and_images_are_listed_with_their_line_and_target_as_written() -> None:
    body = (
        "Siehe [**A** b](a%20b.md#x\n'Titel') und\n![Bild](<b c.png>).\n\n| [T](t.md) |\n|---|\n| [r] |\n\n"
        "- <a href='h.md'>H</a>\n\n[r]: ref.md"
    )
    assert [(link.target, link.text, link.line, link.is_image) for link in parse(body).links] == [
        ("a%20b.md#x", "A b", 1, False),
        ("b c.png", "Bild", 3, True),
        ("t.md", "T", 5, False),
        ("ref.md", "r", 7, False),
        ("h.md", "", 9, False),
    ]


def test_a_link_that_a_template_makes_is_not_listed() -> None:
    assert parse("[x]({% include url %}) ![y](data:image/png;base64,AAAA)").links == ()


def test_text_below_the_deepest_nesting_is_not_lost() -> None:
    items = "".join("  " * depth + f"- Ebene {depth}\n" for depth in range(400))
    quotes = "> " * 400 + "tief"
    began = time.process_time()
    found = blocks(items) + blocks(quotes)
    assert time.process_time() - began < 20
    assert "Ebene 399" in found[0].text
    assert "tief" in found[1].text


@pytest.mark.parametrize("unit", ["Ein Satz. ", "[a](b) ", "*a ", "`a", "[", "<a "])
def test_one_long_line_takes_bounded_time(unit: str) -> None:
    began = time.process_time()
    parse(unit * (100_000 // len(unit)))
    assert time.process_time() - began < 20


def test_a_pasted_image_longer_than_a_paragraph_leaves_no_trace() -> None:
    image = "![Foto](data:image/png;base64," + "QUJD" * 50_000 + ")"
    found = blocks(f"Vorher steht dies. {image} Nachher steht das.")
    assert found[0].text == "Vorher steht dies. Foto Nachher steht das."


def test_nul_bytes_do_no_harm() -> None:
    assert_verbatim("a\0b **c**\0.", parse("a\0b **c**\0."))


PIECES = """# A|## B|Ein Satz. Noch einer.|- a|  - b|1. c|> q|> [!NOTE]|```|||    code|<div>x</div>|[^1]: n|**b|c** d.
[x](y.md)|---|\tt|> - l|{{ x }}|e\u0308""".replace("\n", "|").split("|")
MARKDOWN = st.lists(st.sampled_from([*PIECES, "| a | b |", "|---|---|"]), max_size=14)


@settings(max_examples=200, deadline=None)
@given(MARKDOWN, st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 30))
def test_every_source_is_a_slice_of_the_body_on_its_lines(lines: list[str], end: str, first_line: int) -> None:
    body = end.join(lines)
    assert_verbatim(body, parse(body, first_line), first_line)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="#*_`[]()<>|-+>!&{}%:\\~\n\t\r 1.a", max_size=200))
def test_no_text_raises_and_every_source_is_a_slice(body: str) -> None:
    assert_verbatim(body, parse(body))
