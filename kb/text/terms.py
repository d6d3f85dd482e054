"""Text to index terms: what full-text search, compounds and coverage all count in.

A term is folded (Unicode NFKC, case, umlauts and accents) and, in German and English, stemmed with Snowball. German
Snowball 3 reads ``ae``, ``oe``, ``ue`` and ``ss`` as umlauts and sharp s by its own rules (``Quelle`` keeps its
``ue``) and drops the dots at the end, so that Zähler, Zaehler and Zahler meet. Identifiers are kept whole, with the
joiners taken out so that ``NL-1007`` and ``NL1007`` meet, and in parts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from threading import Lock
from typing import Final, Protocol

from kb.text.language import primary_language
from kb.text.lexicons import LANGUAGES, entries

MAX_TERM_CHARACTERS: Final = 64
"""Longer runs are encoded data (base64, hashes), which nobody asks for."""

MIN_HUMPS: Final = 3
"""From here on a name is opened at its capitals (``CsTeamsCallingPolicy``); opening pairs too ranked worse."""

STOP_WORDS: Final = {language: frozenset(entries("stop_words", language)) for language in LANGUAGES}
"""Function words, as ``words`` writes them: case-folded, umlauts kept, no apostrophes."""


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802  the name that both libraries share


def _stemmer(algorithm: str) -> _Stemmer:
    """PyStemmer (C) where it is installed, else the same algorithm in pure Python, much slower."""
    stemmer: _Stemmer
    try:
        from Stemmer import Stemmer

        stemmer = Stemmer(algorithm)
    except ImportError:
        from snowballstemmer import stemmer as pure  # type: ignore[import-untyped]

        stemmer = pure(algorithm)
    return stemmer


_STEMMERS: Final = {"de": _stemmer("german"), "en": _stemmer("english")}
_STEMMER_LOCK = Lock()  # Snowball stemmers keep the word in work in themselves

_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003134f"
_WORD = rf"\w[\w{_MARKS}]*"
_TOKEN = re.compile(rf"§+\s?\d+[a-z]?\b|\d+(?:[.,]\d+)+(?!{_WORD})|{_WORD}(?:[-‐‑._'’@]{_WORD})*")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
_RUNS = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_JOINERS = re.compile(r"[-‐‑._,'’@§\s]+")
_SOFT_JOINERS = re.compile(r"[-‐‑_,'’§\s]+")
_HUMPS = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÄÖÜ])|(?<=[A-ZÄÖÜ])(?=[A-Z][a-z]{2})")
_AMOUNT = re.compile(r"(\d+)([^\W\d_]{2,})\Z")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)+\Z")
_CLITIC = re.compile(r"['’](?:s|m|d|re|ve|ll)?\Z", re.IGNORECASE)
_ENCODED = re.compile(rf"[A-Za-z0-9+/]{{{MAX_TERM_CHARACTERS + 1},}}={{0,2}}")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_ACCENTS = re.compile("[\u0300-\u036f]+")
_ACCENTS_BUT_UMLAUTS = re.compile("[\u0300-\u0307\u0309-\u036f]+|(?<![aou])\u0308")


def terms(text: str, language: str) -> list[str]:
    """Terms of ``text`` in reading order, with repetitions: the stems of its words. Never raises, whatever the text."""
    base = primary_language(language)
    return [stem(word, base) for word in words(text, base)]


def words(text: str, language: str) -> list[str]:
    """Case-folded words of ``text``, unstemmed, in reading order; identifiers whole and in parts.

    ``language`` is a BCP 47 tag. Its stop words are left out (German and English have some), unless there is nothing
    else.
    """
    stop_words = STOP_WORDS.get(primary_language(language), frozenset())
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    found = [word for token in _TOKEN.findall(_ENCODED.sub(" ", text)) for word in _words(token)]
    return [word for word in found if word not in stop_words] or found


@lru_cache(maxsize=1 << 16)
def _words(token: str) -> tuple[str, ...]:
    """The case-folded words that one token stands for: the whole where it is an identifier, and its parts."""
    if _UNSPACED_RUN.search(token):
        runs = _RUNS.findall(token)
        return tuple(word for run in runs for word in (_bigrams(run) if _UNSPACED_RUN.match(run) else _words(run)))
    token = _CLITIC.sub("", token)
    pieces = [piece for piece in _JOINERS.split(token) if piece]
    if len(token) > MAX_TERM_CHARACTERS:  # a long slug is worth its words, encoded data nothing
        return tuple(piece.casefold() for piece in pieces if piece.isalpha() and len(piece) <= MAX_TERM_CHARACTERS // 2)
    if len(pieces) < 2:
        return tuple(_with_inner_words(pieces[0])) if pieces else ()
    long_pieces = [piece for piece in pieces if len(piece) > 1 or piece.isdigit()]
    found = [word for piece in long_pieces for word in _with_inner_words(piece)]
    is_number = _NUMBER.match(token) is not None
    if is_number or len(long_pieces) < len(pieces) or any(map(str.isdigit, token)):
        found.insert(0, token.replace(",", ".") if is_number else _SOFT_JOINERS.sub("", token).casefold())
    return tuple(found)


def _with_inner_words(piece: str) -> list[str]:
    """``PowerShell`` and ``Powershell`` are one word; only longer humps and a number with its unit are worth parts."""
    inner = list(amount.groups()) if (amount := _AMOUNT.match(piece)) else _HUMPS.split(piece)
    if len(inner) < (2 if amount else MIN_HUMPS):
        return [piece.casefold()]
    return [piece.casefold(), *(part.casefold() for part in inner if len(part) > 1 or part.isdigit())]


def _bigrams(run: str) -> list[str]:
    """Pairs of characters: what stands for words in scripts that put no space between them."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@lru_cache(maxsize=1 << 16)
def stem(word: str, base: str) -> str:
    """A case-folded word as a term of the language ``base``: stemmed in German and English, without accents."""
    if not word.isascii():
        word = _without(_ACCENTS_BUT_UMLAUTS if base == "de" else _ACCENTS, word)
    if base in _STEMMERS and word.isalpha():
        with _STEMMER_LOCK:
            word = _STEMMERS[base].stemWord(word)
    return word if word.isascii() else _without(_ACCENTS, word)


def _without(accents: re.Pattern[str], word: str) -> str:
    return unicodedata.normalize("NFC", accents.sub("", unicodedata.normalize("NFD", word)))
