"""The optional writer: a language model puts the passages into words; every sentence is checked before it is shown.

Off unless ``writer.url`` names an OpenAI-compatible endpoint. Whatever the endpoint does (refuse, fail, stall, never
end, obey an article that gives it orders), ``write`` comes back within its time limits, and what it gives is grounded
(``assistant.answering.generation.grounding``) or empty: then the quotes answer. LlamaIndex, which speaks to the
endpoint, is imported on first use, which takes about three seconds; ``warm`` does that ahead.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Literal, TypeAlias

from assistant.answering.generation.grounding import (
    Dropped,
    Sentence,
    SentenceStream,
    SourcePassage,
    SourceText,
    check,
    plain,
)
from assistant.messages import known_language, text
from kb.settings import WriterSettings
from kb.text.language import primary_language
from kb.text.redaction import redact

if TYPE_CHECKING:
    import httpx
    from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]

_LOG = logging.getLogger(__name__)

_MAX_PASSAGES = 8
_MAX_PASSAGE_CHARACTERS = 1500
"""Together about 4,000 tokens: small models with a window of 8,192 take that, and answer in time."""

_MAX_WRITTEN_CHARACTERS = 8000
"""Four times what ``max_tokens`` gives by default: an endpoint that goes on ignores it, and will not end."""

Trouble: TypeAlias = Literal["off", "no_passage", "not_installed", "too_slow", "failed", "endless", "nothing_supported"]

_NEUTRAL = str.maketrans("<>[]{}|", "‹›()()/")
"""What tags, chat templates, links and citations are made of: inside a passage it is text like any other."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the writer gave; ``dropped`` sentences were written but not shown, ``ms`` is the time that all of it took.

    ``answer`` is plain Markdown without links, its citations as ``[1]``. Where it is empty, the quotes answer, and
    ``trouble`` says why.
    """

    answer: str = ""
    sentences: tuple[Sentence, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    ms: float = 0.0
    trouble: Trouble | None = None

    @property
    def cited(self) -> frozenset[int]:
        """The numbers of the passages that the answer cites."""
        return frozenset(number for sentence in self.sentences for number in sentence.cites)


def warm(settings: WriterSettings) -> None:
    """Import what writing needs, where it is on."""
    if settings.url:
        with suppress(ImportError):
            _library()


def write(
    settings: WriterSettings,
    question: str,
    language: str,
    passages: Sequence[SourcePassage],
    on_text: Callable[[str], None] | None = None,
) -> Written:
    """Answer ``question`` in ``language`` from those ``passages`` that are in it: only they can be checked against.

    ``on_text`` gets the answer piece by piece, each piece a checked sentence; joined, they are ``answer``. Where
    trouble comes after the first piece, ``answer`` is empty all the same: show the quotes instead. The first word has
    to come within ``timeout_s``, all of them within ``total_s``; loading LlamaIndex in a cold process comes on top.
    Personal data is taken out of the question that is sent. Never raises, but for what ``on_text`` raises.
    """
    started = time.perf_counter()
    draft = _Draft(on_text)
    trouble = _write(settings, question, language, passages, draft)
    if trouble is None and not draft.sentences:
        trouble = "nothing_supported"
    ms = 1000 * (time.perf_counter() - started)
    if trouble:
        return Written(dropped=tuple(draft.dropped), ms=ms, trouble=trouble)
    return Written(draft.answer, tuple(draft.sentences), tuple(draft.dropped), ms)


@dataclass(slots=True)
class _Draft:
    """The answer as it grows."""

    on_text: Callable[[str], None] | None
    answer: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def add(self, verdict: Sentence | Dropped) -> None:
        """Release a sentence, or note it as dropped. One that was there already is not said twice."""
        if isinstance(verdict, Sentence) and verdict in self.sentences:
            verdict = Dropped(verdict.text, "repeated")
        if isinstance(verdict, Dropped):
            self.dropped.append(verdict)
            return
        is_step = verdict.text[0].isdigit() and "." in verdict.text[:3]
        piece = ("\n" if is_step else " ") * bool(self.answer) + verdict.text
        self.answer += piece
        self.sentences.append(verdict)
        if self.on_text:
            self.on_text(piece)


def _write(
    settings: WriterSettings, question: str, language: str, passages: Sequence[SourcePassage], draft: _Draft
) -> Trouble | None:
    """Fill ``draft``; what went wrong, if anything did."""
    if not settings.url:
        return "off"
    spoken = known_language(language)
    usable = [_cut(passage) for passage in passages if passage.primary_language == spoken][:_MAX_PASSAGES]
    if not usable or primary_language(language) != spoken:
        return "no_passage"
    sources = {passage.number: SourceText.of(passage) for passage in usable}
    stream, finish, length = SentenceStream(), "", 0
    try:
        with closing(_received(settings, _prompt(question, spoken, usable))) as received:
            for piece, end in received:
                length, finish = length + len(piece), end or finish
                if length > _MAX_WRITTEN_CHARACTERS:
                    return "endless"
                for sentence in stream.feed(piece):
                    draft.add(check(sentence, sources, spoken))
    except _EndpointError as error:
        _LOG.warning("The writer (writer.url) did not help: %s. Quotes answer instead.", error.what)
        return error.trouble
    rest = stream.close()
    for index, sentence in enumerate(rest, 1):
        cut_off = index == len(rest) and (finish == "length" or (not finish and sentence[-1] not in ".!?]"))
        draft.add(Dropped(plain(sentence), "unfinished") if cut_off else check(sentence, sources, spoken))
    return None


class _EndpointError(Exception):
    """The endpoint, or what is needed to reach it, failed; ``what`` holds no secret."""

    def __init__(self, trouble: Trouble, what: str) -> None:
        super().__init__(what)
        self.trouble, self.what = trouble, what


def _cut(passage: SourcePassage) -> SourcePassage:
    return SourcePassage(passage.number, passage.title, passage.text[:_MAX_PASSAGE_CHARACTERS], passage.language)


def _prompt(question: str, language: str, passages: Sequence[SourcePassage]) -> tuple[str, str]:
    """The rules, and what they are applied to. Each passage is one line, and only the lines' own tags are tags."""
    lines = [
        f'<passage number="{passage.number}" title="{_inert(passage.title)}">{_inert(passage.text)}</passage>'
        for passage in passages
    ]
    asked = f"<question>{_inert(redact(question).text)}</question>"
    return text("writer.rules", language), "\n".join(["<passages>", *lines, "</passages>", asked])


def _inert(text: str) -> str:
    """One line without the characters that tags, templates, links and citations need; lone surrogates are no UTF-8."""
    return " ".join(text.translate(_NEUTRAL).replace('"', "'").encode("utf-8", "replace").decode("utf-8").split())


def _received(settings: WriterSettings, prompt: tuple[str, str]) -> Generator[tuple[str, str], None, None]:
    """Pieces of text as they arrive, each with the reason for which the text ended, if it did.

    The request runs in a thread of its own, so that a clock that no endpoint can stop decides how long this takes.
    Closing the client ends the thread: its next read, at most ``timeout_s`` away, fails.
    """
    try:
        model_type, client_type = _library()
    except ImportError as error:
        raise _EndpointError("not_installed", f"{error}; pip install 'lotse-kb[writer]'") from error
    arrived: SimpleQueue[tuple[str, str] | Exception | None] = SimpleQueue()
    with client_type(timeout=settings.timeout_s) as client:
        request = (model_type, client, settings, prompt, arrived)
        Thread(target=_request, args=request, name="writer", daemon=True).start()
        now = time.monotonic()
        pause_ends, end = now + settings.timeout_s, now + settings.total_s
        while True:
            try:
                item = arrived.get(timeout=max(min(pause_ends, end) - time.monotonic(), 0.0))
            except Empty:
                raise _EndpointError("too_slow", "it took too long") from None
            if item is None:
                return
            if isinstance(item, Exception):
                raise _EndpointError("failed", type(item).__name__) from None  # its text may hold the key
            now = time.monotonic()
            if now > end:
                raise _EndpointError("too_slow", "it took too long")
            if item[0]:
                pause_ends = now + settings.timeout_s
            yield item


def _library() -> tuple[type[OpenAILike], type[httpx.Client]]:
    """LlamaIndex's client for OpenAI-compatible endpoints, and the HTTP client below it."""
    import httpx
    import openai.resources.chat  # noqa: F401  else it is imported while the first question's clock runs
    from llama_index.llms.openai_like import OpenAILike

    return OpenAILike, httpx.Client


def _request(
    model_type: type[OpenAILike],
    client: httpx.Client,
    settings: WriterSettings,
    prompt: tuple[str, str],
    arrived: SimpleQueue[tuple[str, str] | Exception | None],
) -> None:
    """Stream the model's text into ``arrived``; an exception, then None, at its end."""
    from llama_index.core.base.llms.types import ChatMessage, MessageRole
    from llama_index.core.callbacks import CallbackManager

    try:
        model = model_type(
            model=settings.model,
            api_base=settings.url.rstrip("/").removesuffix("/chat/completions"),
            api_key=settings.api_key.get_secret_value() or "none",  # an empty one would be sought in the environment
            is_chat_model=True,
            temperature=0.0,
            max_tokens=settings.max_tokens,
            max_retries=0,
            timeout=settings.timeout_s,
            http_client=client,
            callback_manager=CallbackManager(),
        )
        rules, text = prompt
        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=rules),
            ChatMessage(role=MessageRole.USER, content=text),
        ]
        for part in model.stream_chat(messages):
            choices = getattr(part.raw, "choices", None) or [None]
            arrived.put((part.delta or "", getattr(choices[0], "finish_reason", None) or ""))
    except Exception as error:  # noqa: BLE001  whatever the endpoint or the library does, the quotes answer
        arrived.put(error)
    arrived.put(None)
