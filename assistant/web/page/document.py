"""The page's document and the files that it names: one HTML page, its styles and its modules, all from ``static/``."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.web.page.texts import KEYS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent / "static"
_STYLES = ("base", "desk", "article", "articles", "lead", "narrow", "print")
"""In the order in which they take back what the ones before say."""

_PARTS = ("desk.html", "articles.html")
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 12 16'%3E"
    "%3Cpath fill='%230d5c63' d='M6 0 12 9.9 6 16 0 9.9z'/%3E%3C/svg%3E"
)
"""The mark beside the name, in the light theme's accent: no request for a file."""


def document(boot: dict[str, Any]) -> str:
    """The HTML document of the page.

    ``boot`` is what the page needs to know from the start: ``me``, who looks at it, and for those who may ask
    ``articles`` (how many), ``products`` with their names, the ``time_zone`` whose days and hours it shows, and
    ``most``, the longest question in characters. Words and keys are added here.
    """
    # "<" as an escape: no text can end the script element, whatever it holds.
    data = json.dumps({**boot, "texts": TEXTS, "keys": KEYS}, ensure_ascii=False).replace("<", "\\u003c")
    folder = f"/page/{edition()}"
    styles = "".join(f'<link rel="stylesheet" href="{folder}/css/{name}.css">' for name in _STYLES)
    noscript = "".join(f'<p lang="{language}">{words["no_script"]}</p>' for language, words in TEXTS.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>Lotse</title><link rel="icon" href="{ICON}">{styles}'
        f'<script src="{folder}/js/early.js"></script></head>'
        f'<body><script type="application/json" id="lotse-boot">{data}</script>'
        f'<template id="lotse-template">{asset("shell.html")}</template>'
        f'<template id="lotse-parts">{"".join(asset(name) for name in _PARTS)}</template>'
        f'<script type="module" src="{folder}/js/main.js"></script><noscript>{noscript}</noscript></body></html>'
    )


def asset(name: str) -> str:
    """A file below ``static/``, such as ``css/base.css`` or ``shell.html``. Raises KeyError for any other name."""
    return assets()[name]


@cache
def assets() -> Mapping[str, str]:
    """All files of the page by name, read once: a server shows one edition as long as it runs."""
    files = sorted(file for file in _FOLDER.rglob("*") if file.suffix in {".html", ".css", ".js"})
    return {file.relative_to(_FOLDER).as_posix(): file.read_text(encoding="utf-8") for file in files}


@cache
def edition() -> str:
    """Changes whenever a file of the page does, so that browsers may keep what they have for good."""
    return hashlib.sha256("".join(assets().values()).encode()).hexdigest()[:12]
