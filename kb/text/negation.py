"""Words that deny: with one of them, a sentence says the opposite of the same sentence without."""

from __future__ import annotations

import re
from typing import Final

DENIAL: Final = re.compile(
    r"\b(?:nicht|kein\w{0,2}|nie|niemals|weder|ohne|nichts|not|no|never|cannot|without|neither|nor|none|nothing)\b|n['’]t\b",
    re.IGNORECASE,
)
