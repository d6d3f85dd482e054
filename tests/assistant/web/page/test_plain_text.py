from __future__ import annotations

import pytest

from assistant.web.page.plain_text import plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p>Melden <b>Sie</b>  sich. <button class="cite">1</button></p><p>Zwei</p>', "Melden Sie sich.\n\nZwei"),
        (
            '<ol start="2"><li><p>Eins</p><ul><li>a</li></ul></li><li>Zwei</li></ol><p>Danach</p>',
            "2. Eins\n  - a\n3. Zwei\n\nDanach",
        ),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A | B\n1 | 2"),
        ("a<br>b &lt;i&gt;", "a\nb <i>"),
        ("", ""),
    ],
)
def test_html_becomes_text_as_it_reads(html: str, text: str) -> None:
    assert plain(html) == text
