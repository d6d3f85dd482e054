"""Tuned numbers of answering, each with its unit and how it was fitted.

``tests/assistant/answering/test_parameters.py`` notices each that is changed; `python -m evals compare` measures.
"Development questions" are the dev halves of the sets in ``evals/results.md`` (gold, cwa_faq, xquad and others).
The weights of the confidence are data of their own: ``confidence.json``, written by `python -m evals calibrate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EvidenceParameters:
    """How units (sentences, steps, rows) of an article are scored for a question.

    Shares are of the question's idf mass, which is 1. Chosen on development questions by whether the quotes hold the
    known answer.
    """

    chunks: int = 8
    """Chunks of an article that are read: more than answer a question, few enough for a long article."""

    compound_match: float = 0.6
    """Worth of a question's word inside a compound (Abschlag in Abschlagshöhe), against the word itself."""

    heading_share: float = 0.35
    """Worth of the words of title and headings for each unit below them, against the unit's own words."""

    passage_share: float = 0.35
    """Worth of the fused score (0..1) of the unit's passage."""

    focus_bonus: float = 0.12
    """Score of a unit that holds what the question asks for: a figure, a time, a yes or no."""

    first_bonus: float = 0.04
    """Score of the first unit of a passage."""

    lead_bonus: float = 0.05
    """Score of what stands above the first heading: articles of a help centre begin with the answer."""

    embedded_units: int = 8
    """Units that are embedded by themselves, which takes most of an answer's time. Sixteen were no
    better (within .025)."""

    embedded_units_english: int = 4
    """The same by the English encoder, which only tells how sure the best ones are."""

    embedded_characters: int = 240
    """Characters of a unit that are embedded; a longer one says at its beginning what it is about. With 400, the quotes
    of gold and xquad were the same, and answers took longer."""

    cosine_worth: float = 3.0
    """Score of a cosine of 1 above the median of the embedded units. Quotes that hold the answer rose from .82 to .88
    (German gold) and from .68 to .72 (English gold)."""


@dataclass(frozen=True, slots=True)
class QuoteParameters:
    """What of the evidence is quoted. Shares are of the best unit's score, but for ``second_gain``.

    Chosen on development questions by whether the quotes hold the known answer, and read one by one.
    """

    keep_share: float = 0.3
    """A further unit is quoted from this share on. Against 0.55, quotes that hold the answer rose from .77 to .82
    (German gold) and from .90 to .92 (xquad)."""

    steps_share: float = 0.5
    """A step list is quoted where its best step has this share; below, it is about something else."""

    min_steps: int = 2
    """Steps of a step list."""

    short_list: int = 5
    """Lines of a list or table that is quoted whole; in longer ones one looks a line up."""

    second_gain: float = 0.2
    """Share of the question's idf mass that a second article must add.

    Of ten gold dev questions that need two articles, five are answered, two of them from both; of the others (some
    150), two get a second article without need. With 0.3 it is none and one.
    """

    second_score: float = 0.6
    """Share of the first article's score that a second article must have."""


@dataclass(frozen=True, slots=True)
class ConfidenceParameters:
    """What the features of the confidence are measured by; changing one asks for `python -m evals calibrate`."""

    far_rank: int = 5
    """Rank of the article to which the margin tells a find from a field of equals."""

    largest_lexical: float = 3.0
    """Cap of BM25 a unit of idf: beyond it a passage repeats itself."""

    longest_numbered_terms: int = 25
    """Terms; a longer text is a pasted mail, whose customer numbers and dates no article holds."""

    near_share: float = 0.6
    """Share of the threshold from which on an abstention names the article that comes closest. By judgement."""


@dataclass(frozen=True, slots=True)
class AnswerParameters:
    """All of them."""

    evidence: EvidenceParameters = field(default_factory=EvidenceParameters)
    quotes: QuoteParameters = field(default_factory=QuoteParameters)
    confidence: ConfidenceParameters = field(default_factory=ConfidenceParameters)


ANSWERING = AnswerParameters()
"""Those in force."""
