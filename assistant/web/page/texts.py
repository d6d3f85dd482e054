"""All texts of the page, and the keys that its list under "?" shows."""

from __future__ import annotations

from typing import Final

from assistant.messages import LANGUAGES, section

_PARTS = ("frame", "desk", "articles", "lead")

TEXTS: Final = {
    language: {key: text for part in _PARTS for key, text in section(f"page.{part}", language).items()}
    for language in LANGUAGES
}
"""By language and key, as the page's scripts name them: without the part."""

KEYS: Final = (
    ("enter", "key_enter"),
    ("shift enter", "key_shift_enter"),
    ("1 – 9", "key_digits"),
    ("C", "key_c"),
    ("K", "key_k"),
    ("H", "key_h"),
    ("N", "key_n"),
    ("G", "key_g"),
    ("E", "key_e"),
    ("F", "key_f"),
    ("/", "key_slash"),
    ("Esc", "key_escape"),
    ("?", "key_help"),
)
"""In order, with the text that explains each; a key longer than three characters is itself a text."""
