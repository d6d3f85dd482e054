"""What agents' endpoints answer: questions, customer contacts, articles."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from assistant.web.api.schema import Place, Shape, Titled, Told
from kb.events import FeedbackReason, Verdict

Freshness = Literal["fresh", "due", "overdue"]


class Citation(Titled):
    """A passage that the answer quotes."""

    number: int = Field(description="as it stands in the answer: [1]")
    section: str = Field(description="headings down to the passage, joined by ' > '; empty before the first one")
    anchor: str = Field(description="of the section, for a link to it")
    path: str
    lines: list[int] = Field(description="first and last line in the file")
    quote: str = Field(description="verbatim from the file")
    score: float = Field(description="0 to 1")
    reviewed_on: str | None
    freshness: Freshness


class Near(Titled):
    """An article in the ranking, one row an article."""

    score: float = Field(description="0 to 1, best first")
    same_as: str | None = Field(None, description="an article further up whose passage says the same; else left out")


class Timings(Shape):
    """Milliseconds."""

    embed: float
    search: float
    answer: float
    total: float = Field(description="all of it, and what lies between")


class Reply(Shape):
    """An answer with its citations, or an abstention with a reason; both with the nearest articles."""

    question_id: str = Field(description="names the question for ratings, gaps and escalations")
    question: str
    language: str
    status: Literal["answered", "abstained"]
    confidence: float = Field(description="0 to 1, calibrated")
    answer: str = Field(description="Markdown with [1] behind what is quoted; empty for an abstention")
    reason: str | None = Field(description="why nothing answers")
    citations: list[Citation]
    nearest: list[Near]
    timings_ms: Timings
    dropped: list[dict[str, Any]] | None = Field(
        None, description="sentences of a language model that nothing supports"
    )
    explain: list[dict[str, Any]] | None = Field(None, description="what each step contributed, where it was asked for")


class Rated(Shape):
    """The rating as it was stored, without its comment."""

    question_id: str
    verdict: Verdict
    reason: FeedbackReason | None


class FrequentQuestion(Shape):
    """A question that several contacts asked."""

    question: str
    language: str
    contacts: int


class FrequentQuestions(Shape):
    """The most frequent first."""

    questions: list[FrequentQuestion]


class CustomerSource(Shape):
    """A public article that the reply was made from."""

    article_id: str
    title: str


class CustomerReply(Shape):
    """Greeting, answer and closing; an empty text where no public article answers."""

    text: str
    language: str
    sources: list[CustomerSource]


class TicketQuestions(Shape):
    """The questions in a ticket, in its order."""

    questions: list[str]


class GapReported(Shape):
    """The report is in the log; the next look for gaps counts it."""

    question_id: str
    reported: Literal[True]


class Escalated(Shape):
    """The question waits for the lead."""

    question_id: str
    escalation_id: str
    escalated: Literal[True]


class Front(Shape):
    """An article's front matter, with its freshness."""

    id: str
    language: str
    title: str
    status: str = Field(description="draft, review, published or archived")
    audience: str = Field(description="public or internal")
    owner: str
    products: list[str]
    tags: list[str]
    aliases: list[str] = Field(description="what customers call it")
    created_on: str | None
    reviewed_on: str | None
    expires_on: str | None
    review_every_days: int
    supersedes: list[str]
    freshness: Freshness


class Articles(Shape):
    """By title, without their text."""

    articles: list[Front]


class Found(Shape):
    """The best first; ``total`` counts those that the limit cut off too."""

    total: int
    articles: list[Front]


class Section(Shape):
    """A section of an article."""

    headings: list[str] = Field(description="from the outermost to its own")
    anchor: str
    level: int
    lines: list[int] = Field(description="first and last line in the file")


class Learned(Place):
    """A question that ratings tie to the article."""

    pair_id: str
    question: str
    weight: float
    ratings: int
    people: int
    age_days: int


class Article(Front):
    """An article as it is read: front matter, text, sections."""

    languages: list[str] = Field(description="of all its translations")
    related: list[Titled]
    learned: list[Learned]
    markdown: str = Field(description="the file as it stands")
    html: str = Field(description="sanitised; data-lines names the lines in the file")
    sections: list[Section]


class Counted(Shape):
    """A product or a tag with the number of its articles."""

    name: str
    articles: int


class Named(Counted):
    """A product with what people call it."""

    names: dict[str, str] = Field(description="by language: de, en")


class Topics(Shape):
    """Products and tags, by name."""

    articles: int
    products: list[Named]
    tags: list[Counted]


_MOVE = {
    "article_id": "report-move",
    "language": "de",
    "title": "Umzug melden",
}
_QUOTE = "Melden Sie Ihren Umzug spätestens 14 Tage vor dem Auszug und frühestens 6 Wochen vorher."
_ANSWERED = {
    "question_id": "deafb8d483404550b0a59cbfc5b93b6f",
    "question": "Bis wann muss ich meinen Umzug melden?",
    "language": "de",
    "status": "answered",
    "confidence": 0.9826,
    "answer": f"{_QUOTE} [1]",
    "reason": None,
    "citations": [
        _MOVE
        | {
            "number": 1,
            "section": "",
            "anchor": "",
            "path": "articles/de/report-move.md",
            "lines": [18, 18],
            "quote": _QUOTE,
            "score": 1.0,
            "reviewed_on": "2026-09-12",
            "freshness": "fresh",
        }
    ],
    "nearest": [
        _MOVE | {"score": 0.9058},
        {"article_id": "enrol-new-home", "language": "de", "title": "Neue Wohnung anmelden", "score": 0.6203},
    ],
    "timings_ms": {"embed": 11.0, "search": 18.3, "answer": 29.5, "total": 59.2},
}
_ABSTAINED = {
    "question_id": "b39e95a0f67640798163fe51146d53a8",
    "question": "Wie backe ich Sauerteigbrot?",
    "language": "de",
    "status": "abstained",
    "confidence": 0.1512,
    "answer": "",
    "reason": "Dazu steht nichts in der Wissensdatenbank.",
    "citations": [],
    "nearest": [
        {"article_id": "handling-complaints", "language": "de", "title": "Beschwerden bearbeiten", "score": 0.6815}
    ],
    "timings_ms": {"embed": 8.0, "search": 16.1, "answer": 20.3, "total": 44.8},
}
_FRONT = {
    "id": "report-move",
    "language": "de",
    "title": "Umzug melden",
    "status": "published",
    "audience": "public",
    "owner": "team-vertrag",
    "products": ["strom", "gas"],
    "tags": ["umzug", "vertrag"],
    "aliases": ["ich ziehe um", "neue Adresse mitteilen"],
    "created_on": "2024-03-12",
    "reviewed_on": "2026-09-12",
    "expires_on": None,
    "review_every_days": 365,
    "supersedes": [],
    "freshness": "fresh",
}
_ARTICLE = _FRONT | {
    "languages": ["de", "en"],
    "related": [{"article_id": "special-termination", "language": "de", "title": "Sonderkündigung"}],
    "learned": [
        {
            "pair_id": "04f727251939",
            "article_id": "report-move",
            "language": "de",
            "question": "Bis wann muss ich den Umzug melden?",
            "weight": 0.0736,
            "ratings": 2,
            "people": 1,
            "age_days": 7,
        }
    ],
    "markdown": f"---\nid: report-move\ntitle: Umzug melden\n---\n# Umzug melden\n\n{_QUOTE}\n",
    "html": f'<h1 id="umzug-melden" data-lines="5-5">Umzug melden</h1>\n<p data-lines="7-7">{_QUOTE}</p>\n',
    "sections": [{"headings": [], "anchor": "", "level": 0, "lines": [5, 7]}],
}
_TEXT = f"Guten Tag,\n\nvielen Dank für Ihre Nachricht.\n\n{_QUOTE}\n\nMit freundlichen Grüßen"

TOLD = {
    "POST /api/v1/ask": Told(Reply, _ANSWERED, (400, 423, 503), also={"abstention": _ABSTAINED}),
    "POST /api/v1/feedback": Told(
        Rated, {"question_id": "5f0c", "verdict": "not_helpful", "reason": "outdated"}, (400, 404, 503)
    ),
    "GET /api/v1/questions/frequent": Told(
        FrequentQuestions,
        {"questions": [{"question": "Passwort vergessen, was nun?", "language": "de", "contacts": 11}]},
    ),
    "POST /api/v1/customer-reply": Told(
        CustomerReply,
        {"text": _TEXT, "language": "de", "sources": [{"article_id": "report-move", "title": "Umzug melden"}]},
        (400, 423, 503),
        also={"no public article": {"text": "", "language": "de", "sources": []}},
    ),
    "POST /api/v1/ticket-questions": Told(TicketQuestions, {"questions": ["wie melde ich meinen Umzug?"]}),
    "POST /api/v1/gaps": Told(GapReported, {"question_id": "5f0c", "reported": True}, (400, 404, 503)),
    "POST /api/v1/escalations": Told(
        Escalated, {"question_id": "5f0c", "escalation_id": "E-0015", "escalated": True}, (400, 404, 409, 503)
    ),
    "GET /api/v1/articles": Told(Articles, {"articles": [_FRONT]}),
    "GET /api/v1/articles/{article_id}": Told(Article, _ARTICLE, (404,)),
    "GET /api/v1/topics": Told(
        Topics,
        {
            "articles": 183,
            "products": [
                {"name": "gas", "articles": 90, "names": {"de": "Gas", "en": "Gas"}},
                {"name": "waermestrom", "articles": 12, "names": {"de": "Wärmestrom", "en": "Wärmestrom"}},
            ],
            "tags": [{"name": "umzug", "articles": 4}],
        },
    ),
    "GET /api/v1/search": Told(Found, {"total": 1, "articles": [_FRONT]}),
}
"""By method and path."""
