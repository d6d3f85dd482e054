from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.redaction import KINDS, redact

HIDDEN = [
    ("Meine Mail ist anna.berg@example.de, bitte antworten", "Meine Mail ist [email], bitte antworten"),
    ("schreib an max (at) firma (punkt) de", "schreib an [email]"),
    ("Ruf mich an: 0151 23456789", "Ruf mich an: [phone]"),
    ("Tel. 030/1234567", "Tel. [phone]"),
    ("Tel: (030) 123 45 67", "Tel: [phone]"),
    ("erreichbar unter +49 (0)151 2345-6789.", "erreichbar unter [phone]."),
    ("0049 151 23456789 ist meine Nummer", "[phone] ist meine Nummer"),
    ("ring +1 (555) 123-4567 please", "ring [phone] please"),
    ("ring 555-123-4567 please", "ring [phone] please"),
    ("call me at 5551234", "call me at [phone]"),
    ("Handynummer ist 015123456789.", "Handynummer ist [phone]."),
    ("IBAN DE89 3704 0044 0532 0130 00 bitte ändern", "IBAN [iban] bitte ändern"),
    ("neu: de89370400440532013000", "neu: [iban]"),
    ("pay to GB82 WEST 1234 5698 7654 32", "pay to [iban]"),
    ("Karte 4111 1111 1111 1111 gültig bis 12/25", "Karte [card] gültig bis 12/25"),
    ("Amex 378282246310005", "Amex [card]"),
    ("Kundennummer 123456 und ich will kündigen", "Kundennummer [number] und ich will kündigen"),
    ("Meine Kundennummer lautet: K-123456", "Meine Kundennummer lautet: [number]"),
    ("my customer no. is 99-1234, why", "my customer no. is [number], why"),
    ("Rechnungsnummer RE-2024-00123 stimmt nicht", "Rechnungsnummer [number] stimmt nicht"),
    ("Zählernummer 1ESY1162001234 Stand 12345 kWh", "Zählernummer [number] Stand 12345 kWh"),
    ("Zählernummer: 1 ESY 11 6200 1234", "Zählernummer: [number]"),
    ("MaLo-ID 51238696781", "MaLo-ID [number]"),
    ("Messlokation DE0005626680200000000000000000123", "Messlokation [number]"),
    ("USt-IdNr. DE136695976 fehlt", "USt-IdNr. [number] fehlt"),
    ("Umsatzsteuer-ID: DE 136 695 976", "Umsatzsteuer-ID: [number]"),
    ("my VAT number is GB980780684", "my VAT number is [number]"),
    ("NI number QQ123456C", "NI number [number]"),
    ("WhatsApp 0 151 234 567 89", "WhatsApp [phone]"),
    ("Zählerstand: +49 176 12345678", "Zählerstand: [phone]"),
    ("Rückfragen zum Zählerstand: 0176/12345678", "Rückfragen zum Zählerstand: [phone]"),
    ("my meter reading 0044 7911 123456", "my meter reading [phone]"),
    ("Zählerstand 017612345678", "Zählerstand [phone]"),
    ("geboren am 12.03.1985 in Ulm", "geboren am [birthdate] in Ulm"),
    ("Geburtsdatum: 1. März 1985", "Geburtsdatum: [birthdate]"),
    ("date of birth: March 12, 1985", "date of birth: [birthdate]"),
    ("Herr Müller hat angerufen", "Herr [name] hat angerufen"),
    ("Herr Mu\u0308ller hat angerufen", "Herr [name] hat angerufen"),
    ("Frau Dr. Schmidt-Meier wartet", "Frau Dr. [name] wartet"),
    ("Frau Dr. med. Anna von der Leyen wartet", "Frau Dr. med. [name] wartet"),
    ("Mr Smith cannot log in", "Mr [name] cannot log in"),
    ("Mrs. O'Brien called", "Mrs. [name] called"),
    ("Hallo, mein Name ist Anna Berg und ich ziehe um", "Hallo, mein Name ist [name] und ich ziehe um"),
    ("hi my name is john smith and i need help", "hi my name is [name] and i need help"),
    ("Danke!\nMit freundlichen Grüßen\nAnna Berg", "Danke!\nMit freundlichen Grüßen\n[name]"),
    ("Danke\nMfG\n\ni.A. A. Berg\nStadtwerke", "Danke\nMfG\n\ni.A. [name]\nStadtwerke"),
    ("Thanks\nKind regards,\nJohn Smith", "Thanks\nKind regards,\n[name]"),
    ("Ich wohne in der Lindenstraße 12 a, 10115 Berlin", "Ich wohne in der [address], [place]"),
    ("Umzug: Am Markt 3, 12345 Kleinkleckersdorf", "Umzug: [address], [place]"),
    ("wir ziehen in die lindenstr. 12", "wir ziehen in die [address]"),
    ("I moved to 12 Oak Street", "I moved to [address]"),
    ("I live in Springfield, IL 62704", "I live in [place]"),
    ("aus 48143 Münster", "aus [place]"),
    ("die IP 203.0.113.45 ist gesperrt", "die IP [ip] ist gesperrt"),
    ("mit 2001:db8::8a2e:370:7334 geht es nicht", "mit [ip] geht es nicht"),
    ("Passwort: geheim", "Passwort: [secret]"),
    ("mein Passwort ist Sommer2024, geht nicht", "mein Passwort ist [secret] geht nicht"),
    ("meine PIN lautet 4711", "meine PIN lautet [secret]"),
    ("API-Key: sk-abcdefghijklmnopqrstuv123456", "API-Key: [secret]"),
    ("Token d41d8cd98f00b204e9800998ecf8427e abgelaufen", "Token [secret] abgelaufen"),
    ("Schlüssel Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1u", "Schlüssel [secret]"),
]

KEPT = [
    "HT 0 151 234, NT 0 162 345",
    "Werte 0 150 200 300 abgelesen",
    "Der Abschlag beträgt 89,90 EUR im Monat",
    "Zählerstand 012345 kWh am 01.02.2024",
    "Rechnung vom 12.03.2024 über 1.234,45 €",
    "Fehler 0x80070005 beim Update",
    "Error code 0800 4005",
    "error code 221-503-0000",
    "Bestellung 3 Stück 100-200-3000",
    "Zählerstände 012 345 678 und so fort",
    "Version 10.0.19041.1 und Firmware 7.57.1.2",
    "KB5034441 schlägt unter Windows 11 23H2 fehl",
    "01/02/2023 bis 05-06-2024, 08-18 Uhr, 12:30:45",
    "Wie ändere ich mein Passwort?",
    "mein Passwort ist falsch",
    "my password is not working",
    "my name is wrong on the bill",
    "mein Name ist falsch geschrieben",
    "50000 Menschen, 12345 Kilowattstunden, 10000 Euro",
    "Auf Platz 3, Steckplatz 2, ein Arbeitsplatz 4 Monitore, Speicherplatz 50 GB",
    "Wo finde ich meine Kundennummer, IBAN, PIN oder MaLo-ID?",
    "Zählernummer nicht lesbar, 5 Jahre alt, 3 Etagen, 12 Wohnungen",
    "http://127.0.0.1:7860 und HTTP 404",
    "Sehr geehrte Damen und Herren, die Frau hat angerufen",
    "Herr der Ringe",
    "https://support.example.com/de/articles/2024/how-to-reset-your-password-in-the-app",
    "C:\\Users\\Public\\Documents\\Windows10Version21H2Update",
    "ISBN 978-3-16-148410-0",
    "IMEI: wo finde ich die?",
    "DE89370400440532013001 hat falsche Prüfziffern",
    "4111 1111 1111 1112 ist keine Karte",
]

PIECES = (
    [text for text, _ in HIDDEN]
    + KEPT
    + [f"[{kind}]" for kind in KINDS]
    + ["\n", " ", ",", "]", "(", "\u0308", "Herr "]
)

SLOW = [
    *(
        "a",
        "1",
        "1 ",
        "0 ",
        "-",
        "a@",
        "a.",
        "A ",
        "Aa-",
        "1.",
        "01.01.",
        "f:",
        "+4",
        "\n",
        "aA1",
        "\u0308",
        "é",
        "a(at)",
    ),
    *("Mr. ", "Herr A. A. ", "Frau Dr. ", "[name]", "Herr [name] ", "mein Name ist ", "MfG\n", "geboren am am "),
    *("Kundennummer A 1 ", "DE89 3704 ", "Passwort:a", "0151 2345 ", "Aa Bb 12 ", "12345 A", "Lindenstraße 1"),
]


@pytest.mark.parametrize(("text", "expected"), HIDDEN)
def test_personal_data_is_replaced_and_the_words_around_it_stay(text: str, expected: str) -> None:
    result = redact(text)
    assert result.text == expected
    assert result.kinds == tuple(sorted({kind for kind in KINDS if f"[{kind}]" in expected}))


@pytest.mark.parametrize("text", KEPT)
def test_figures_dates_codes_and_questions_about_data_stay(text: str) -> None:
    result = redact(text)
    assert (result.text, result.kinds) == (text, ())


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=8).map("".join))
@settings(max_examples=500, deadline=None)
def test_redacting_again_changes_nothing(text: str) -> None:
    once = redact(text)
    again = redact(once.text)
    assert (again.text, again.kinds) == (once.text, ())


@given(st.text(alphabet="0123456789 -./+()[]:@aAzZäÄ\n", max_size=60))
@settings(max_examples=500, deadline=None)
def test_redacting_numbers_and_signs_again_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text


@given(st.from_regex(r"[a-z]{1,8}\.[a-z]{1,8}@[a-z]{2,10}\.(de|com|co\.uk)", fullmatch=True), st.sampled_from(KEPT))
@settings(deadline=None)
def test_no_address_survives_in_any_sentence(address: str, sentence: str) -> None:
    assert address not in redact(f"{sentence} {address} {sentence}").text


@pytest.mark.parametrize("piece", SLOW)
def test_a_hundred_kilobytes_made_to_slow_it_down_take_at_most_seconds(piece: str) -> None:
    # Quadratic time would be minutes here; about 0.5 s are measured.
    text = (piece * 100_000)[:100_000]
    start = time.perf_counter()
    redact(text)
    assert time.perf_counter() - start < 5
