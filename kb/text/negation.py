"""Words that deny: with one of them, a sentence says the opposite of the same sentence without."""

from __future__ import annotations

import re
from typing import Final

from kb.text.lexicons import either

DENIAL: Final = re.compile(rf"\b{either('denials')}\b|n['’]t\b", re.IGNORECASE)
