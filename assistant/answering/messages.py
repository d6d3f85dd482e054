"""Words that the assistant itself says, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answering.reply import Reply

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


class Message(str):
    """What the assistant says in one language, and can say in another."""

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, str]

    def in_language(self, language: str) -> Message:
        """The same in ``language``; what it quotes stays as it is."""
        return text(self.key, language, **self.values)


def text(key: str, language: str, /, **values: str) -> Message:
    """The words for ``key``; a language other than German reads English."""
    words = TEXTS["de" if language.partition("-")[0] == "de" else "en"]
    said = Message(words.get(key, key).format(**values))
    said.key, said.values = key, values
    return said


def in_language(reply: Reply, language: str) -> Reply:
    """``reply`` with what the assistant itself says in ``language``: why it abstains, which language it quotes."""
    reason = reply.reason.in_language(language) if isinstance(reply.reason, Message) else reply.reason
    answer = reply.answer
    for cited in reply.citations[:1]:
        mark, told = (other_language(cited.language, name) for name in (reply.language, language))
        answer = told + answer.removeprefix(mark) if answer.startswith(mark) else answer
    return replace(reply, reason=reason, answer=answer)


def other_language(quoted: str, language: str) -> str:
    """The line in front of an answer that quotes an article in a language other than the question's."""
    name = text(quoted.partition("-")[0], language)
    return f"*{text('other_language', language, language=name)}*\n\n"
