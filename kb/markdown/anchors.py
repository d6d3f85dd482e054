"""Anchors of headings as GitHub makes them."""

from __future__ import annotations

import re
import unicodedata

_DROPPED = re.compile(r"[^\w\- ]")
_KRAMDOWN_ID = re.compile(r"\{#([\w.:-]{1,100})\}")


def slug(heading: str) -> str:
    """Lower case, punctuation dropped, blanks to hyphens, letters of every script kept (NFC)."""
    return _DROPPED.sub("", unicodedata.normalize("NFC", heading).strip().lower()).replace(" ", "-")


def explicit_ids(heading_source: str) -> list[str]:
    """Ids written by hand behind a heading, ``## Title {#id}``."""
    return _KRAMDOWN_ID.findall(heading_source)


class AnchorNames:
    """Hands out anchors in the order of the headings; the second "Example" becomes ``example-1``."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def name(self, heading: str) -> str:
        """The anchor of the next heading, unique among those handed out."""
        base = anchor = slug(heading)
        while anchor in self._taken:
            self._taken[base] += 1
            anchor = f"{base}-{self._taken[base]}"
        self._taken[anchor] = 0
        return anchor

    @property
    def taken(self) -> frozenset[str]:
        """All that were handed out."""
        return frozenset(self._taken)
