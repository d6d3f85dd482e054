"""Passages, a text that they support, and how a test has a service write it."""

from __future__ import annotations

from pathlib import Path

from assistant.answering.generation.grounding import Dropped, Sentence, SourcePassage, SourceText, check
from assistant.answering.generation.writer import Written, write
from kb.settings import WriterSettings
from tests.chat_service import ChatService

ROOT = Path(__file__).parents[4]


KEY = "sk-very-secret"


MOVE = SourcePassage(
    1,
    "Umzug melden > Fristen",
    "Melden Sie Ihren Umzug spätestens 14 Tage vor dem Auszug, frühestens sechs Wochen vorher. Für Geschäftskunden "
    "gilt eine Frist von 30 Tagen. Eine rückwirkende Meldung ist nicht möglich.",
    "de",
)


PAYING = SourcePassage(
    2,
    "Zahlungsarten",
    "Die Rücklastschriftgebühr beträgt 3,50 €. Wir akzeptieren SEPA-Lastschrift und Überweisung. Rufen Sie "
    "040 66969-120 an, Mo–Fr 8:00–20:00 Uhr. Am 31. März 2026 endet das Angebot mit 5 % Bonus ab 1.500 kWh. "
    "Schreiben Sie an service@nordlicht.example. Das Formular heißt NL-1007.",
    "de",
)


STEPS = SourcePassage(
    3, "Zählerstand melden", "1. Öffnen Sie die App.\n2. Wählen Sie „Zähler“.\n3. Geben Sie den Stand ein.", "de"
)


GERMAN = [MOVE, PAYING, STEPS]


ENGLISH = [
    SourcePassage(
        1,
        "Report a move",
        "Report your move at the latest **14 days** before you leave. Business customers have 30 days. "
        "You cannot report a move backwards.",
        "en",
    ),
    SourcePassage(
        2,
        "Payment methods",
        "The fee for a returned direct debit is €3.50 above 1,500 kWh. We accept SEPA direct debit and bank transfer. "
        "We answer within 8 working days.",
        "en",
    ),
]


GOOD = "Sie melden den Umzug spätestens 14 Tage vor dem Auszug [1]. Geschäftskunden haben 30 Tage Zeit. [1]"


GOOD_ANSWER = "Sie melden den Umzug spätestens 14 Tage vor dem Auszug. [1] Geschäftskunden haben 30 Tage Zeit. [1]"


ASKED = "Bis wann melde ich meinen Umzug?"


def judged(text: str, passages: list[SourcePassage]) -> Sentence | Dropped:
    return check(text, {passage.number: SourceText.of(passage) for passage in passages}, passages[0].language)


def settings(service: ChatService, **more: object) -> WriterSettings:
    return WriterSettings.model_validate({"url": service.url, "timeout_s": 0.5, "total_s": 1.5} | more)


def said(service: ChatService, *parts: str | bytes | float, question: str = ASKED) -> Written:
    service.says = lambda request: parts
    return write(settings(service), question, "de", GERMAN)
