"""The words of review lists and reminders, in German and English."""

from __future__ import annotations

_TEXTS = {
    "de": {
        "nothing": "Nichts zu prüfen.",
        "nobody": "ohne Zuständigkeit",
        "expired": "abgelaufen am {day}, antwortet nicht mehr",
        "overdue": "Prüfung war fällig am {day}, seit {days} Tagen überfällig",
        "due": "Prüfung fällig bis {day}",
        "undated": "trägt kein Datum",
        "last_by": ", zuletzt geprüft von {name}",
        "subject": "Artikel prüfen: {count}, davon {late} zu spät ({day})",
        "hello": "Guten Tag, {name},",
        "intro": "bitte prüfen Sie diese Artikel:",
        "how": (
            "Stimmt ein Artikel noch: kb review DATEI --confirm. Mussten Sie ihn ändern: kb review DATEI --change. "
            "Wird er nicht mehr gebraucht: status: archived."
        ),
    },
    "en": {
        "nothing": "Nothing to review.",
        "nobody": "without an owner",
        "expired": "expired on {day}, no longer answers",
        "overdue": "review was due on {day}, {days} days late",
        "due": "review due by {day}",
        "undated": "bears no date",
        "last_by": ", last reviewed by {name}",
        "subject": "Articles to review: {count}, {late} of them late ({day})",
        "hello": "Hello {name},",
        "intro": "please review these articles:",
        "how": (
            "Where an article still holds: kb review FILE --confirm. Where you had to change it: kb review FILE "
            "--change. Where nobody needs it any more: status: archived."
        ),
    },
}


def text(key: str, language: str, /, **values: str) -> str:
    """The words for ``key``; a language other than German reads English."""
    return _TEXTS["de" if language == "de" else "en"][key].format(**values)
