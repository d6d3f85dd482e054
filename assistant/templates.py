"""The article that `kb new` writes: front matter that passes `kb check`, and the structure of a KCS article."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

from kb.errors import UsageError

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

_BODY = {
    "de": """\
# {title}

Ein Satz, der die Frage beantwortet.

## Gilt für

Für wen und welche Produkte das gilt.

## Lösung

1. Der erste Schritt.
2. Der zweite Schritt.

## Ursache

Warum es dazu kommt.
""",
    "en": """\
# {title}

One sentence that answers the question.

## Applies to

Whom and which products this is about.

## Solution

1. The first step.
2. The second step.

## Cause

Why it happens.
""",
}

_FRONT = """\
---
id: {slug}
title: "{quoted}"
language: {language}
status: draft
audience: internal
owner: {owner}
created_on: {today}
reviewed_on: {today}
review_every_days: 180
---

"""


def slug(title: str) -> str:
    """An id from a title: ``Rückgabe & Größe`` becomes ``rueckgabe-groesse``."""
    plain = title.casefold().translate(_UMLAUTS)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:80].rstrip("-")


def write(folder: Path, title: str, language: str, owner: str, today: date) -> Path:
    """Write a new draft into ``folder/language`` and give its path. Raises UsageError where one stands already."""
    title = " ".join(title.split())
    name = slug(title)
    if not name:
        raise UsageError(f"The title '{title}' gives no file name.", "Use a title with letters or digits.")
    file = folder / language / f"{name}.md"
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    front = _FRONT.format(slug=name, quoted=quoted, language=language, owner=owner, today=today.isoformat())
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(front + _BODY[language].format(title=title))
    except FileExistsError:
        raise UsageError(f"There is already an article {file}.", "Edit that one, or choose another title.") from None
    except OSError as error:
        raise UsageError(
            f"The article {file} cannot be written: {error.strerror}.", "Choose a folder you may write."
        ) from None
    return file
