"""Sentences that the assistant says itself; one that was said in a language can be said in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.messages import language_name, text

if TYPE_CHECKING:
    from assistant.answering.reply import Reply


class Message(str):
    """What the assistant says in one language, and can say in another."""

    __slots__ = ("key", "values")

    key: str
    values: Mapping[str, str]

    def in_language(self, language: str) -> Message:
        """The same in ``language``; what it quotes stays as it is."""
        return message(self.key, language, **self.values)


def message(key: str, language: str, /, **values: str) -> Message:
    """The text for ``key`` in ``language``, as ``assistant.messages.text`` gives it."""
    spoken = Message(text(key, language, **values))
    spoken.key, spoken.values = key, values
    return spoken


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
    name = language_name(quoted, language)
    return f"*{text('answering.other_language', language, language=name)}*\n\n"
