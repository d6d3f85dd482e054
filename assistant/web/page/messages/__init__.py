"""Every word of the page, in German and English, one file a part. The page takes no word from anywhere else."""

from __future__ import annotations

from typing import TypeAlias

from assistant.web.page.messages import articles, desk, frame, lead

Texts: TypeAlias = dict[str, str]

DE: Texts = {**frame.DE, **desk.DE, **articles.DE, **lead.DE}
EN: Texts = {**frame.EN, **desk.EN, **articles.EN, **lead.EN}

TEXTS: dict[str, Texts] = {"de": DE, "en": EN}
