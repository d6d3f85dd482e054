from __future__ import annotations

import subprocess
import sys
import time

import pytest

from kb.text.language import detect, detect_question

GERMAN = [
    "Wie ändere ich meinen Abschlag?",
    "Wo finde ich die Zählernummer?",
    "wann kommt die abrechnung",
    "App stürzt beim Login ab",
    "Was kostet die Sperrung?",
    "ich ziehe um",
    "Ändern Ihres Kennworts in Outlook im Web",
    "Warum ist meine Rechnung so hoch?",
    "Kann man das Passwort zurücksetzen?",
    "zaehlerstand melden frist",
]
ENGLISH = [
    "How do I change my instalment?",
    "where is the meter number",
    "app crashes after login",
    "What does disconnection cost?",
    "I am moving house",
    "Can I reset the password?",
    "why is my bill so high",
    "i'd like to cancel the contract",
    "Is there a bonus for new customers?",
    "meter reading deadline",
]


@pytest.mark.parametrize("question", GERMAN)
def test_german_questions_are_told(question: str) -> None:
    assert detect_question(question, default="en") == "de"


@pytest.mark.parametrize("question", ENGLISH)
def test_english_questions_are_told(question: str) -> None:
    assert detect_question(question, default="de") == "en"


@pytest.mark.parametrize("question", ["", "4711", "?", "K-2"])
def test_a_question_without_evidence_takes_the_default(question: str) -> None:
    assert detect_question(question, default="en") == "en"
    assert detect_question(question, default="de") == "de"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Melden Sie den Zählerstand bis zum 20. Dezember, sonst wird der Verbrauch geschätzt.", "de"),
        ("Refunds are paid within ten working days to the card that was used for the purchase.", "en"),
        ("دلتا چت یک برنامهٔ پیام‌رسان امن، فوری، قابل اتکا و نامتمرکز است و برای سکو‌ها در دسترس است.", "fa"),
        ("هذا تطبيق مراسلة آمن وسريع ومتاح على جميع المنصات.", "ar"),
        ("Delta Chat 是一款可靠的、去中心化的、安全的即时通讯应用程序。", "zh"),
        ("これは安全なメッセンジャーです。", "ja"),
        ("Что такое Delta Chat и как им пользоваться?", "ru"),
        ("Це надійний месенджер із захистом, який працює всюди.", "uk"),
        ("Vous pouvez changer votre mot de passe dans les paramètres de votre compte.", "fr"),
        ("Puede cambiar su contraseña en la configuración de la cuenta con los pasos que siguen.", "es"),
        ("U kunt het wachtwoord van uw account wijzigen in de instellingen en het is niet te raden.", "nl"),
    ],
)
def test_an_article_language_is_told(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "4711 0815", "OK", "Outlook Microsoft Teams SharePoint"])
def test_an_article_without_evidence_is_undetermined(text: str) -> None:
    assert detect(text) == "und"


def test_decomposed_umlauts_count_like_composed_ones() -> None:
    assert detect_question("Gebu\u0308hren fu\u0308r Ku\u0308ndigung", default="en") == "de"


def test_a_question_takes_less_than_a_millisecond() -> None:
    began = time.process_time()
    for question in GERMAN + ENGLISH:
        for _ in range(20):
            detect_question(question)
    assert (time.process_time() - began) / (20 * len(GERMAN + ENGLISH)) < 0.001


def test_importing_it_loads_no_heavy_library() -> None:
    code = "import sys, kb.text.language; print(sorted({'numpy', 'torch', 'pydantic', 'yaml'} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
