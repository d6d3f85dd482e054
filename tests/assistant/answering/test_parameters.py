"""Each tuned number of answering: what it decides now, and that a test notices when it is changed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pytest

from assistant.answering.abstention import abstain
from assistant.answering.answer import AnswerVerdict, ArticleEvidence, Quote
from assistant.answering.citing import quote_and_cite
from assistant.answering.confidence import features
from assistant.answering.context import QuestionContext, ScoredUnit
from assistant.answering.evidence import article_evidence, compare, gather
from assistant.answering.judge import judge
from assistant.answering.parameters import (
    ANSWERING,
    AnswerParameters,
    ConfidenceParameters,
    EvidenceParameters,
    QuoteParameters,
)
from assistant.answering.question_terms import QuestionTerms
from assistant.answering.quotes import choose
from assistant.retrieval.fusion import Signals
from assistant.retrieval.query import understand
from assistant.retrieval.ranking import Passage, Ranked
from kb.articles.article import UnitKind
from kb.catalog import ArticleRow, ChunkRow, UnitRow
from kb.catalog.fulltext import QueryTerm
from kb.embedding.protocol import FloatMatrix
from kb.settings import AnswerSettings, Settings
from kb.text import compounds
from kb.text.terms import stem
from tests.mutants import assert_guarded

TODAY = date(2026, 11, 23)


def article(rowid: int = 1, title: str = "Titel", language: str = "de") -> ArticleRow:
    return ArticleRow(
        *(rowid, f"a{rowid}", language, title, "published", "public", "", (), (), (), None, TODAY),
        *(None, 180, (), (), "", f"a{rowid}.md", ""),
    )


def ranked(row: ArticleRow, score: float, chunks: Sequence[int], cosine: float = 0.9, bm25: float = 5.0) -> Ranked:
    passages = tuple(Passage(chunk, row.rowid, Signals(cosine, bm25), {}, score) for chunk in chunks)
    return Ranked(row, passages, score)


class Cosines:
    """An embedder whose passages have the cosines that their first words say, to the question (1, 0)."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> FloatMatrix:
        return np.array([[1.0, 0.0] for _ in texts], dtype=np.float64)

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        self.texts += texts
        cosines = [float(text.split()[0]) for text in texts]
        return np.array([[cosine, math.sqrt(1 - cosine**2)] for cosine in cosines], dtype=np.float64)


@dataclass
class Index:
    """A state of the index in memory: chunk 1, 2, … with its headings, article and units."""

    chunks_by_row: dict[int, tuple[ChunkRow, list[UnitRow]]] = field(default_factory=dict)
    idf: dict[str, float] = field(default_factory=dict)

    def add(
        self, texts: Sequence[str], *, kind: UnitKind = "sentence", headings: Sequence[str] = (), row: int = 1
    ) -> int:
        key = len(self.chunks_by_row) + 1
        units = [UnitRow(number, 0, kind, text, text, (number, number)) for number, text in enumerate(texts)]
        chunk = ChunkRow(key, row, "", " ".join(texts), key, tuple(headings), "", (1, 1))
        self.chunks_by_row[key] = chunk, units
        return key

    @property
    def fulltext(self) -> Index:
        return self

    def understand(self, text: str, language: str) -> tuple[QueryTerm, ...]:
        words = text.casefold().replace("?", "").split()
        return tuple(
            QueryTerm(word, (stem(word, language),), tuple(compounds.parts(word)), 1, self.idf.get(word, 1.0))
            for word in words
        )

    def chunks(self, rowids: Sequence[int]) -> dict[int, ChunkRow]:
        return {key: self.chunks_by_row[key][0] for key in rowids}

    def units(self, chunk: int) -> list[UnitRow]:
        return self.chunks_by_row[chunk][1]

    def chunks_of_section(self, _: int, section: int) -> list[int]:
        return [section]


def context(
    index: Index,
    question: str,
    parameters: EvidenceParameters | QuoteParameters | ConfidenceParameters | None = None,
    *,
    threshold: float = 0.5,
    english: Cosines | None = None,
    language: str = "de",
) -> QuestionContext:
    names = {EvidenceParameters: "evidence", QuoteParameters: "quotes", ConfidenceParameters: "confidence"}
    chosen = {names[type(parameters)]: parameters} if parameters else {}
    library = SimpleNamespace(
        settings=Settings(answer=AnswerSettings(threshold=threshold)), embedder=Cosines(), english=english
    )
    query = understand(question, language)
    vector = np.array([1.0, 0.0])
    return QuestionContext(library, index, query, vector, TODAY, replace(AnswerParameters(), **chosen))  # type: ignore[arg-type]


def gathered(
    parameters: EvidenceParameters,
    text: str,
    *,
    question: str = "Umzug",
    title: str = "Titel",
    headings: Sequence[str] = ("Anderes",),
    score: float = 0.0,
) -> list[float]:
    """Scores of the units "Anfang" and ``text`` in a passage with this ``score``."""
    index = Index()
    chunk = index.add(["Anfang", text], headings=headings)
    asked = context(index, question, parameters)
    units = gather(asked, QuestionTerms.of(asked), ranked(article(title=title), score, [chunk]))
    by_text = {item.unit.text: round(item.score, 3) for item in units}
    return [by_text["Anfang"], by_text[text]]


def chunks_read(parameters: EvidenceParameters) -> int:
    index = Index()
    chunks = [index.add([f"Satz {number}"]) for number in range(12)]
    asked = context(index, "Umzug", parameters)
    return len({item.chunk.rowid for item in gather(asked, QuestionTerms.of(asked), ranked(article(), 0.5, chunks))})


def scored(count: int, texts: Sequence[str] = ()) -> list[ScoredUnit]:
    texts = texts or [f"0.{90 - number} Satz" for number in range(count)]
    chunk = ChunkRow(1, 1, "", "", 1, (), "", (1, 1))
    return [ScoredUnit(UnitRow(n, 0, "sentence", text, text, (1, 1)), chunk, 1.0, {}) for n, text in enumerate(texts)]


def embedded(parameters: EvidenceParameters) -> list[int]:
    """How many units are embedded by each encoder."""
    asked = context(Index(), "When?", parameters, english=Cosines(), language="en")
    units = compare(asked, scored(12))
    return [sum(unit.cosine is not None for unit in units), sum(unit.english is not None for unit in units)]


def characters_embedded(parameters: EvidenceParameters) -> int:
    asked = context(Index(), "Wann?", parameters)
    compare(asked, scored(1, ["0.9 " + "x" * 500]))
    return max(map(len, asked.library.embedder.texts))  # type: ignore[attr-defined]


def spread(parameters: EvidenceParameters) -> list[float]:
    units = compare(context(Index(), "Wann?", parameters), scored(3, ["0.9 a", "0.8 b", "0.7 c"]))
    return [round(unit.score, 3) for unit in units]


def test_evidence() -> None:
    assert_guarded(
        ANSWERING.evidence,
        {
            "chunks": (chunks_read, 8),
            "compound_match": (lambda p: gathered(p, "Abschlagshöhe", question="Abschlag"), [0.04, 0.6]),
            "heading_share": (lambda p: gathered(p, "Satz", title="Umzug"), [0.39, 0.35]),
            "passage_share": (lambda p: gathered(p, "Satz", score=1.0), [0.39, 0.35]),
            "focus_bonus": (lambda p: gathered(p, "7 Euro", question="Wie hoch?"), [0.04, 0.12]),
            "first_bonus": (lambda p: gathered(p, "Satz"), [0.04, 0.0]),
            "lead_bonus": (lambda p: gathered(p, "Satz", headings=()), [0.09, 0.05]),
            "embedded_units": (embedded, [8, 4]),
            "embedded_units_english": (embedded, [8, 4]),
            "embedded_characters": (characters_embedded, 240),
            "cosine_worth": (spread, [1.3, 1.0, 0.7]),
        },
    )


def quoted(
    parameters: QuoteParameters, question: str, scores: Sequence[float], kinds: Sequence[UnitKind]
) -> list[UnitKind]:
    """Kinds of the units that are quoted, of units with these scores; those of one kind share a block."""
    index = Index()
    chunk = index.add([f"Posten {number}" for number in range(len(scores))])
    row, units = index.chunks_by_row[chunk]
    blocks = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    units[:] = [replace(unit, kind=kind, block=blocks[kind]) for unit, kind in zip(units, kinds, strict=True)]
    items = [ScoredUnit(unit, row, score, {}) for unit, score in zip(units, scores, strict=True)]
    items.sort(key=lambda item: -item.score)
    return [unit.kind for quote in choose(context(index, question, parameters), items) for unit in quote.units]


def steps_quoted(parameters: QuoteParameters) -> list[list[UnitKind]]:
    """Of two steps, the best one is worth a little more, and a little less, than half of the best sentence."""
    kinds: list[UnitKind] = ["sentence", "code", "step", "step"]
    return [quoted(parameters, "Wie melde ich das?", [1, 0, best, 0], kinds) for best in (0.52, 0.48)]


def shortest_steps(parameters: QuoteParameters) -> list[list[UnitKind]]:
    """Lists of one step, and of two."""
    kinds: list[UnitKind] = ["sentence", "code", "step", "step"]
    return [quoted(parameters, "Wie melde ich das?", [1, 0, 0.9, 0][:n], kinds[:n]) for n in (3, 4)]


def list_lines(parameters: QuoteParameters) -> list[int]:
    """Lists of five and six lines, one of which is the best evidence of an amount."""
    return [len(quoted(parameters, "Wie hoch ist das?", [1.0, *[0.0] * n], ["item"] * (n + 1))) for n in (4, 5)]


def articles_cited(parameters: QuoteParameters, *, gain: float = 0.5, score: float = 1.0) -> int:
    """Articles in an answer where the second one adds ``gain`` of the question and has ``score`` of the first one's."""
    index = Index(idf={"umzug": 1 - gain, "zähler": gain})
    first, second = index.add(["Umzug melden"]), index.add(["Zähler ablesen"], row=2)
    asked = context(index, "Umzug Zähler", parameters)
    terms = QuestionTerms.of(asked)
    ranking = [ranked(article(1), 1.0, [first]), ranked(article(2), score, [second])]
    units = gather(asked, terms, ranking[0])
    quote = Quote(units[0].chunk, (units[0].unit,), 1.0)
    answer = quote_and_cite(asked, AnswerVerdict(ArticleEvidence(ranking, terms, tuple(units), (quote,)), 0.9, True))
    return len({citation.article_id for citation in answer.citations})


def test_quotes() -> None:
    sentences: list[UnitKind] = ["sentence"] * 3
    assert_guarded(
        ANSWERING.quotes,
        {
            "keep_share": (lambda p: quoted(p, "Umzug?", [1.0, 0.31, 0.29], sentences), ["sentence"] * 2),
            "steps_share": (steps_quoted, [["step", "step"], ["sentence", "step"]]),
            "min_steps": (shortest_steps, [["sentence", "step"], ["step", "step"]]),
            "short_list": (list_lines, [5, 1]),
            "second_gain": (lambda p: [articles_cited(p, gain=gain) for gain in (0.21, 0.19)], [2, 1]),
            "second_score": (lambda p: [articles_cited(p, score=score) for score in (0.61, 0.59)], [2, 1]),
        },
    )


def test_a_second_article_that_only_repeats_the_first_is_not_cited() -> None:
    index = Index()
    chunks = [index.add(["Umzug melden"]), index.add(["Umzug planen"], row=2)]
    asked = context(index, "Umzug")
    terms = QuestionTerms.of(asked)
    ranking = [ranked(article(number), 1.0, [chunk]) for number, chunk in enumerate(chunks, 1)]
    units = gather(asked, terms, ranking[0])
    quote = Quote(units[0].chunk, (units[0].unit,), 1.0)
    answer = quote_and_cite(asked, AnswerVerdict(ArticleEvidence(ranking, terms, tuple(units), (quote,)), 0.9, True))
    assert [citation.article_id for citation in answer.citations] == ["a1"]


def test_a_sentence_that_stands_there_twice_is_quoted_once() -> None:
    index = Index()
    chunk = index.add(["Melden Sie den Umzug.", "Der Zähler bleibt.", "Melden Sie den Umzug."])
    row, units = index.chunks_by_row[chunk]
    items = [ScoredUnit(unit, row, score, {}) for unit, score in zip(units, (1.0, 0.8, 0.9), strict=True)]
    items.sort(key=lambda item: -item.score)
    quoted_texts = [unit.text for quote in choose(context(index, "Umzug"), items) for unit in quote.units]
    assert quoted_texts == ["Melden Sie den Umzug.", "Der Zähler bleibt."]


def measured(
    parameters: ConfidenceParameters, name: str, *, question: str = "Umzug", scores: Sequence[float] = (1.0,)
) -> float:
    """A feature of the confidence where articles have these ``scores``."""
    index = Index()
    chunk = index.add(["Umzug melden"])
    asked = context(index, question, parameters)
    ranking = [ranked(article(n), score, [chunk]) for n, score in enumerate(scores, 1)]
    evidence = ArticleEvidence(ranking, QuestionTerms.of(asked), (), ())
    return round(float(getattr(features(asked, evidence), name)), 3)


def numbers_missed(parameters: ConfidenceParameters) -> list[float]:
    """Questions of 25 and 26 terms with a number that the article lacks."""
    letters = "bdfgklmnprstvw"
    words = [f"{first}a{second}um" for first in letters for second in letters]
    texts = [f"E-17 {' '.join(words[:count])}" for count in range(20, 30)]
    by_terms = {len(understand(text, "de").terms): text for text in texts}
    return [measured(parameters, "number_missed", question=by_terms[count]) for count in (25, 26)]


def nearest_named(parameters: ConfidenceParameters) -> list[bool]:
    """Whether an abstention names the nearest article, a little above and below 0.6 of the threshold."""
    asked = context(Index(), "Umzug", parameters, threshold=0.5)
    evidence = ArticleEvidence([ranked(article(title="Zähler"), 1.0, [1])], QuestionTerms.of(asked), (), ())
    reasons = [abstain(asked, AnswerVerdict(evidence, confidence)).reason for confidence in (0.301, 0.299)]
    return ["Zähler" in str(reason) for reason in reasons]


def test_confidence() -> None:
    falling = (1.0, 0.8, 0.6, 0.4, 0.25, 0.1)
    assert_guarded(
        ANSWERING.confidence,
        {
            "far_rank": (lambda p: measured(p, "far_margin", scores=falling), 0.75),
            "largest_lexical": (lambda p: measured(p, "lexical"), 3.0),
            "longest_numbered_terms": (numbers_missed, [1.0, 0.0]),
            "near_share": (nearest_named, [True, False]),
        },
    )


def test_the_fitted_weights_have_the_sign_of_what_they_measure() -> None:
    fitted = json.loads(files("assistant.answering").joinpath("confidence.json").read_text("utf-8"))
    for model in fitted["models"].values():
        against = {name for name, weight in model["weights"].items() if weight < 0}
        assert against <= {"missed", "number_missed"}


def languages(own: float, foreign: float) -> list[str]:
    """Languages of the articles whose evidence is gathered; ``own`` and ``foreign`` are their cosines."""
    index = Index()
    chunks = [index.add(["0.9 Umzug melden"]), index.add(["0.9 Report a move"], row=2)]
    asked = context(index, "Umzug melden")
    ranking = [ranked(article(1), 0.9, chunks[:1], own), ranked(article(2, language="en"), 0.8, chunks[1:], foreign)]
    return [evidence.article.language for evidence in article_evidence(asked, ranking)]


def test_an_article_in_another_language_may_answer_only_where_it_is_nearer_than_the_best_own_one() -> None:
    assert languages(own=0.80, foreign=0.85) == ["de", "en"]
    assert languages(own=0.85, foreign=0.85) == ["de"]
    assert languages(own=0.85, foreign=0.80) == ["de"]


@pytest.mark.parametrize(("threshold", "read"), [(0.0, ["de"]), (1.0, ["de", "en"])])
def test_a_second_article_is_read_only_where_the_first_does_not_answer(threshold: float, read: list[str]) -> None:
    index = Index()
    chunks = [index.add(["0.9 Umzug melden"]), index.add(["0.9 Report a move"], row=2)]
    asked = context(index, "Umzug melden", threshold=threshold)
    ranking = [ranked(article(1), 0.9, chunks[:1], 0.8), ranked(article(2, language="en"), 0.8, chunks[1:], 0.9)]
    seen: list[str] = []

    def gathering():
        for evidence in article_evidence(asked, ranking):
            seen.append(evidence.article.language)
            yield evidence

    verdict = judge(asked, gathering())
    assert seen == read
    assert verdict.answers is (threshold == 0)
    assert verdict.evidence is not None
    assert verdict.evidence.article.language == "de"


def test_without_any_article_the_verdict_is_that_nothing_answers() -> None:
    asked = context(Index(), "Umzug")
    assert judge(asked, article_evidence(asked, [])) == AnswerVerdict()
    assert abstain(asked, AnswerVerdict()).reason
