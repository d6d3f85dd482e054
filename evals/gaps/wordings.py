"""Many askers: one question in other words, by seeded rules, so that nobody who reads the articles wrote them."""

from __future__ import annotations

import random
import re
from typing import Final

from kb.text.terms import STOP_WORDS

_OPENINGS: Final = {
    "de": ("Hallo, ", "Guten Tag, kurze Frage: ", "Ein Kunde fragt: ", "Kundin möchte wissen: ", "Wissen Sie, "),
    "en": ("Hi, ", "Hello, quick question: ", "A customer asks: ", "Customer wants to know: ", "Could you tell me, "),
}
_ENDINGS: Final = {
    "de": (" Danke!", " Vielen Dank im Voraus.", " Bitte um schnelle Antwort.", " Das finde ich nirgends."),
    "en": (" Thanks!", " Many thanks in advance.", " Please reply soon.", " I cannot find this anywhere."),
}
_NEIGHBOURS: Final = "qwertzuiopasdfghjklyxcvbnm"


def wordings(text: str, language: str, count: int, rng: random.Random) -> list[str]:
    """``count`` wordings of ``text`` beside itself: a greeting, an ending, key words alone, a typing error."""
    tag = "de" if language.startswith("de") else "en"
    made: list[str] = []
    rules = [_opened, _ended, _key_words, _mistyped]
    rng.shuffle(rules)
    for number in range(3 * count):
        if len(made) == count:
            break
        new = rules[number % len(rules)](text, tag, rng)
        if new != text and new not in made:
            made.append(new)
    return made


def _opened(text: str, tag: str, rng: random.Random) -> str:
    return rng.choice(_OPENINGS[tag]) + text


def _ended(text: str, tag: str, rng: random.Random) -> str:
    return text + rng.choice(_ENDINGS[tag])


def _key_words(text: str, tag: str, rng: random.Random) -> str:
    """What somebody types who is used to search engines; short texts stay."""
    del rng
    words = re.findall(r"[\w-]+", text)
    kept = [word for word in words if word.casefold() not in STOP_WORDS.get(tag, frozenset())]
    return " ".join(kept).casefold() if len(kept) >= 3 else text


def _mistyped(text: str, tag: str, rng: random.Random) -> str:
    """Two letters of one longer word are swapped, or one is missed for its neighbour."""
    del tag
    words = text.split(" ")
    long = [number for number, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if not long:
        return text
    number = rng.choice(long)
    word = words[number]
    at = rng.randrange(1, len(word) - 2)
    if rng.random() < 0.5:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    else:
        word = word[:at] + rng.choice(_NEIGHBOURS) + word[at + 1 :]
    words[number] = word
    return " ".join(words)
