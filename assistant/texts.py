"""Words that the assistant itself says, in German and English."""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "de": {
        "nothing": "Dazu steht nichts in der Wissensdatenbank.",
        "near": "Dazu steht nichts Sicheres in der Wissensdatenbank. Am nächsten kommt „{title}“.",
        "lacks": "Zu „{has}“ steht etwas in „{title}“, aber nichts zu „{lacks}“.",
        "empty": "Die Wissensdatenbank enthält noch keine Artikel, die hier antworten dürfen.",
        "other_language": "Nur auf {language} vorhanden:",
        "de": "Deutsch",
        "en": "Englisch",
    },
    "en": {
        "nothing": "The knowledge base says nothing about this.",
        "near": "The knowledge base says nothing certain about this. The closest is “{title}”.",
        "lacks": "“{title}” says something about “{has}”, but nothing about “{lacks}”.",
        "empty": "The knowledge base has no articles yet that may answer here.",
        "other_language": "Available in {language} only:",
        "de": "German",
        "en": "English",
    },
}


def text(key: str, language: str, /, **values: str) -> str:
    """The words for ``key``; a language other than German reads English."""
    words = TEXTS["de" if language.partition("-")[0] == "de" else "en"]
    return words.get(key, key).format(**values)
