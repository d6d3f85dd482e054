"""A reply that can be sent to a customer: greeting, the answer from public articles, closing.

The answer is asked for anew among public articles in the customer's language, not cut out of the one that the agent
sees: what only colleagues may read can then not be in it, neither word nor figure nor conclusion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assistant.answering.reply import Reply
from assistant.ask import AskFilters, ask
from assistant.messages import known_language, text
from assistant.retrieval.query import understand
from kb.library import Library


@dataclass(frozen=True, slots=True)
class CustomerReply:
    """``text`` is empty where no public article answers; ``sources`` are the articles that the text quotes."""

    text: str
    language: str
    sources: tuple[tuple[str, str], ...]


def customer_reply(
    library: Library, question: str, products: tuple[str, ...], now: datetime, to_text: Callable[[Reply], str]
) -> CustomerReply:
    """The reply to a customer's ``question``; ``to_text`` makes plain text of an answer. Raises as ``ask``.

    It is not logged: the agent's own question was.
    """
    language = known_language(understand(question).language)
    reply = ask(library, question, AskFilters("public", language, products), now=now, log=False)
    if reply.status != "answered":
        return CustomerReply("", language, ())
    sources = dict.fromkeys((citation.article_id, citation.title) for citation in reply.citations)
    return CustomerReply(text("contacts.reply", language, answer=to_text(reply)), language, tuple(sources))
