"""Names in small letters and hyphens: ids of articles, slugs of products."""

from __future__ import annotations

import re
import unicodedata

from kb.text.lexicons import table

_TRANSCRIPTIONS = str.maketrans(table("transcriptions", "de"))


def slug(title: str) -> str:
    """An id from a title: ``Rückgabe & Größe`` becomes ``rueckgabe-groesse``; "" without an ASCII letter or digit."""
    plain = unicodedata.normalize("NFKD", transcribed(title)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def transcribed(text: str) -> str:
    """Case-folded, with umlauts as two letters."""
    return text.casefold().translate(_TRANSCRIPTIONS)
