"""Which language a text is in: scripts tell most apart, function words, letters and endings tell German from English.

Pure Python and small word lists, so that ``kb check`` starts at once. Function words decide: they make up half of
running text and hardly occur in the other language. Product names, which are English in German questions, count little.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from kb.text.lexicons import either, entries, table

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SAMPLE_CHARS = 4_000
"""An article's beginning tells its language; more text would only cost time."""


_GERMAN = frozenset(entries("function_words", "de"))
_ENGLISH = frozenset(entries("function_words", "en"))
_OTHERS = {tag: frozenset(words.split()) for tag, words in table("function_words", "shared").items()}
_GERMAN_PART = re.compile(either("letter_patterns", "de"))
_ENGLISH_PART = re.compile(either("letter_patterns", "en"))
_SCRIPTS = (
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("HANGUL", "ko"),
    ("CJK", "zh"),
    ("CYRILLIC", "ru"),
    ("ARABIC", "ar"),
    ("GREEK", "el"),
    ("HEBREW", "he"),
    ("THAI", "th"),
    ("DEVANAGARI", "hi"),
)
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u036f]")
_PERSIAN_LETTERS = frozenset("پچژگکی")
_UKRAINIAN_LETTERS = frozenset("іїєґ")


@lru_cache(maxsize=256)
def primary_language(tag: str) -> str:
    """The part of a BCP 47 tag that decides about words and stems: ``de`` for ``de-AT``."""
    return tag.replace("_", "-").partition("-")[0].casefold()


class InLanguage:
    """What is in one language, a BCP 47 tag."""

    __slots__ = ()

    language: str

    @property
    def primary_language(self) -> str:
        """``de`` for ``de-AT``."""
        return primary_language(self.language)


def detect(text: str, default: str = "und") -> str:
    """Language of an article as a primary BCP 47 tag; ``default`` where nothing speaks clearly for one.

    Latin script: German, English and nine neighbours that must not pass for them. Other scripts by their letters.
    """
    sample = unicodedata.normalize("NFC", text[:_SAMPLE_CHARS])
    script = _by_script(sample)
    if script:
        return script
    words = Counter(_WORD.findall(sample.lower().replace("’", "'")))
    hits = {
        "de": sum(count for word, count in words.items() if word in _GERMAN),
        "en": sum(count for word, count in words.items() if word in _ENGLISH),
        **{tag: sum(words[word] for word in known) for tag, known in _OTHERS.items()},
    }
    (best, most), (_, second) = Counter(hits).most_common(2)
    if most < 3 or most * 12 < words.total() or most * 2 < second * 3:
        return default
    return best


def detect_question(text: str, default: str = "de") -> str:
    """``de`` or ``en`` for a short question; ``default`` on a draw, as for an order number alone."""
    german = english = 0.0
    for index, written in enumerate(
        _WORD.findall(unicodedata.normalize("NFC", text[:_SAMPLE_CHARS]).replace("’", "'"))
    ):
        word = written.lower()
        name = index > 0 and written[0].isupper()  # a German noun, or a name in either language
        if word in _GERMAN:
            german += 2 - 2 * (word in _ENGLISH)
        elif word in _ENGLISH:
            english += 0.5 if name else 2
        else:
            german += min(len(_GERMAN_PART.findall(word)), 2) * 0.5
            english += min(len(_ENGLISH_PART.findall(word)), 2) * (0.2 if name else 0.5)
    if german == english:
        return default
    return "de" if german > english else "en"


def _by_script(sample: str) -> str:
    """Language of a text that is not in Latin script, else empty."""
    foreign = _NOT_LATIN.findall(sample, 0, 1_000)
    if not foreign or len(foreign) * 4 < sum(char.isalpha() for char in sample[:1_000]):
        return ""
    names = Counter(unicodedata.name(char, "").split(" ")[0].split("-")[0] for char in foreign)
    kana = names["HIRAGANA"] + names["KATAKANA"]
    if kana * 10 > len(foreign):
        return "ja"
    tag = dict(_SCRIPTS).get(names.most_common(1)[0][0], "")
    if tag == "ar" and sum(char in _PERSIAN_LETTERS for char in foreign) * 50 > len(foreign):
        return "fa"
    if tag == "ru" and sum(char in _UKRAINIAN_LETTERS for char in foreign) * 100 > len(foreign):
        return "uk"
    return tag
