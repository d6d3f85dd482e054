from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.reply import Citation
from assistant.web.page.safe_html import answer_html, article_html, link_resolver, plain_text, resolve_nothing
from kb import markdown
from kb.articles import front_matter

ARTICLES = Path(__file__).parents[4] / "articles"

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<iframe src="https://evil.example"></iframe>',
    "<body onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '<div style="background:url(https://evil.example)">x</div>',
    '<td style="position:fixed">x</td>',
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
    '<form action="https://evil.example"><input name=q><button>ok</button></form>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<base href=https://evil.example>",
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    "<object data=x></object><embed src=x>",
    "<style>*{background:url(https://evil.example)}</style>",
    "<link rel=stylesheet href=https://evil.example>",
    '<p data-lines="1-2" onclick=alert(1) class=box id=lotse-question>x</p>',
    '> [!NOTE" onmouseover="alert(1)]\n> x',
    '```"><script>alert(1)</script>\ncode\n```',
    "x[^a]\n\n[^a]: <script>alert(1)</script>",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |",
    "## <img src=x onerror=alert(1)>",
    "<ScRiPt/x>alert(1)//",
    "<<script>script>alert(1)<</script>/script>",
    "<details open ontoggle=alert(1)>x</details>",
]
ALLOWED_URL = re.compile(r"(https?:|mailto:|tel:|#|/\?article=)", re.IGNORECASE)
HARMLESS = {
    "href",
    "title",
    "id",
    "class",
    "rel",
    "start",
    "colspan",
    "rowspan",
    "style",
    "data-lines",
    "type",
    "data-cite",
}


class Seen(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def assert_harmless(html: str) -> None:
    seen = Seen(html)
    assert not seen.tags & {
        "script",
        "style",
        "iframe",
        "img",
        "svg",
        "math",
        "form",
        "input",
        "object",
        "embed",
        "base",
        "meta",
        "link",
    }
    for name, value in seen.attributes:
        assert name in HARMLESS, (name, value)
        if name == "href":
            assert ALLOWED_URL.match(value), value
        if name == "style":
            assert re.fullmatch(r"text-align: (left|right|center)", value), value


def citation(number: int, quote: str) -> Citation:
    return Citation(number, "a", "de", "A", "", "", "a.md", (1, 1), quote, 1.0, date(2026, 1, 1), "fresh")


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_a_browser_would_run_or_fetch_survives_in_an_article(attack: str) -> None:
    assert_harmless(article_html(attack, 1, resolve_nothing))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_a_browser_would_run_or_fetch_survives_in_an_answer(attack: str) -> None:
    assert_harmless(answer_html(f"{attack} [1]", [citation(1, attack)], resolve_nothing))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*ATTACKS, "text", "\n\n", "> ", "- ", "`", "[", "](", ")", "<", ">", "&lt;", '"']), max_size=8
    )
)
def test_attacks_put_together_are_as_harmless(parts: list[str]) -> None:
    assert_harmless(article_html("".join(parts), 1, resolve_nothing))


def test_escaped_markup_stays_text() -> None:
    assert article_html("`<script>` and \\<b> and &lt;i&gt;", 1, resolve_nothing) == (
        '<p data-lines="1-1"><code>&lt;script&gt;</code> and &lt;b&gt; and &lt;i&gt;</p>\n'
    )


@pytest.mark.parametrize("path", sorted(ARTICLES.rglob("*.md"))[::7], ids=lambda path: path.stem)
def test_headings_carry_the_anchors_of_the_sections_and_lines_of_the_file(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    _, start, first_line = front_matter.split(source)
    sections = markdown.parse(source[start:], first_line).sections
    html = article_html(source[start:], first_line, resolve_nothing)
    for section in sections:
        if section.anchor:
            assert f'id="{section.anchor}" data-lines="{section.lines[0]}-{section.lines[0]}"' in html


def test_every_quoted_unit_has_a_block_with_its_lines() -> None:
    source = "# T\n\nOne. Two.\n\n1. step\n2. other\n   more\n\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```\n"
    html = article_html(source, 10, resolve_nothing)
    blocks = [tuple(map(int, lines.split("-"))) for lines in re.findall(r'data-lines="([\d-]+)"', html)]
    for section in markdown.parse(source, 10).sections:
        for unit in (unit for block in section.blocks for unit in block.units):
            assert any(first <= unit.lines[0] and unit.lines[1] <= last for first, last in blocks), unit


def test_hand_written_heading_ids_and_repeated_headings_agree_with_the_parser() -> None:
    source = "## Frist {#own}\n\nx\n\n## Frist\n\ny\n"
    anchors = [section.anchor for section in markdown.parse(source).sections]
    assert re.findall(r' id="([^"]+)"', article_html(source, 1, resolve_nothing)) == anchors
    assert "{#own}" not in article_html(source, 1, resolve_nothing)


def test_an_alert_becomes_an_admonition_without_its_marker() -> None:
    html = article_html("> [!WARNING]\n> Not safe.\n", 1, resolve_nothing)
    assert 'class="admonition warning"' in html
    assert "[!WARNING]" not in html


def test_an_image_stands_as_its_alternative_text() -> None:
    assert '<span class="image">The meter</span>' in article_html(
        "![The meter](https://x.example/m.png)", 1, resolve_nothing
    )


def test_links_between_articles_lead_to_this_server_and_unknown_ones_nowhere() -> None:
    resolve = link_resolver({"de/move.md": ("report-move", "de"), "en/move.md": ("report-move", "en")}, "de/bill.md")
    assert resolve("move.md#frist") == "/?article=report-move&language=de#frist"
    assert resolve("../en/move.md") == "/?article=report-move&language=en"
    assert resolve("gone.md") is None
    assert 'href="/?article=report-move&amp;language=de"' in article_html("[x](move.md)", 1, resolve)


def test_a_citation_number_becomes_a_button_and_the_same_number_in_the_quote_does_not() -> None:
    html = answer_html(
        "See [1] there. [1]\n\nMore. [2]", [citation(1, "See [1] there."), citation(2, "More.")], resolve_nothing
    )
    assert re.findall(r'data-cite="(\d)"', html) == ["1", "2"]
    assert "See [1] there. <button" in html


def test_the_number_behind_a_list_stands_in_its_last_item() -> None:
    html = answer_html("1. one\n2. two [1]", [citation(1, "1. one\n2. two")], resolve_nothing)
    assert re.search(r"two <button[^>]*>1</button></li>", html)


def test_plain_text_is_what_a_reader_sees() -> None:
    assert (
        plain_text("Under **Verträge › [Umzug](u.md)**,\n`A & B` &amp; <b>C</b>.")
        == "Under Verträge › Umzug, A & B & C."
    )


def test_a_paragraph_beyond_reason_is_shown_as_text_in_time() -> None:
    assert "<em>" not in article_html("*a" * 30_000, 1, resolve_nothing)
