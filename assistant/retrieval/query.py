"""Understanding a question: its language, its terms, and what kind of thing it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kb.text.language import detect_question
from kb.text.terms import terms
from kb.vectors.question_vectors import folded

Focus: TypeAlias = Literal["steps", "amount", "time", "place", "person", "yes_no", "any"]
"""What an answer has to hold: a way to do it, a number, a date or period, where, who, whether, or anything."""

_FOCUS_PATTERNS: dict[Focus, str] = {
    "amount": r"""\b( wie\ ?viele? | wie\ (hoch|teuer|lang|groß|weit|schnell|alt) | was\ kostet
        | how\ (much|many|high|large|big|tall|far|fast|old) | cost | fee | price | kosten | gebühr | preis )\b""",
    "time": r"""\b( wann | wie\ (lange|oft|früh|spät) | welche[msn]?\ (jahr|tag|monat|datum|frist) | frist
        | when | how\ (long|often|soon|late|early) | what\ (year|date|time|day) | which\ (year|day) | deadline )\b""",
    "steps": r"""\b( wie\b(?!\ (viel|hoch|teuer|lange?|oft|heißt|hieß|heißen|groß|weit|alt|nennt
        |ist|sind|waren?|lautet?))
        | how\ (do|can|to|should|would|could)\  | anleitung | schritte | steps | instructions
        | was\ ((muss|soll|kann)\ ich\ (tun|machen) | (mache|tue)\ ich | tun)
        | what\ (do|must)\ i\ (need\ to\ )?do )""",
    "place": r"\b(wo|wohin|woher|where)\b",
    "person": r"\b(wer|wem|wen|wessen|who|whom|whose)\b",
    "yes_no": r"""^\W*( kann | können | könnte | darf | dürfen | muss | müssen | soll | ist | sind | war | gibt | hat
        | habe | haben | wird | werden | brauche | geht | can | could | may | must | is | are | was | were | do
        | does | did | will | should | has | have | am )\b""",
}
_NOUN_PATTERNS: dict[Focus, str] = {
    "time": r"""\w(dauer | friste? | zeitraum | zeitpunkt | termin | laufzeit | uhrzeit | datum | zeiten)\b
        | \b(dauer | zeitraum | zeitpunkt | termin | laufzeit | uhrzeit | datum | deadline | duration | date)\b""",
    "amount": r"""\w(kosten | gebühr(en)? | preis | betrag | höhe | summe | anzahl | menge | limit | pauschale
        | grenze)\b | \b(ab\ welche[mrn] | höchstens | maximal | mindestens | at\ most | at\ least | the\ most
        | minimum | maximum | charged? | amount | number\ of)\b""",
}
"""What is asked for by a noun, mostly the end of a compound: "Mit welcher Prüfdauer", "die Höhe der Mahngebühr"."""

_FOCUS = [
    (focus, re.compile(pattern, re.IGNORECASE | re.VERBOSE))
    for patterns in (_FOCUS_PATTERNS, _NOUN_PATTERNS)
    for focus, pattern in patterns.items()
]
"""In this order: the first that matches is what the question asks for."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready for search. ``text`` is what is embedded; ``terms`` are distinct, in reading order."""

    text: str
    language: str
    terms: tuple[str, ...]
    focus: Focus


def understand(question: str, language: str | None = None) -> Query:
    """Read a question. ``language`` (a BCP 47 tag) overrides what is detected from the words."""
    text = folded(question)
    spoken = language or detect_question(text)
    return Query(text, spoken, tuple(dict.fromkeys(terms(text, spoken))), focus_of(text))


def focus_of(text: str) -> Focus:
    """What the question asks for; of a long ticket text, what its last question asks for."""
    sentences = [part for part in re.split(r"(?<=[?.!])\s+", text) if part.endswith("?")]
    part = sentences[-1] if sentences else text
    return next((focus for focus, pattern in _FOCUS if pattern.search(part)), "any")
