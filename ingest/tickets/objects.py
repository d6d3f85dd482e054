"""Objects of a JSON Lines file or a JSON document as records, one at a time: a document may be larger than memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, TextIO

from ingest.tickets.source import MOST_CHARACTERS, Form, SourceRow, lines_of, text_of
from kb.errors import UsageError

_PART_CHARACTERS = 1 << 16
_DEEPEST = 4
_CONVERSATIONS = ("comments", "conversations", "CaseComments", "Comments", "threads")
_BODIES = ("plain_body", "body_text", "body", "CommentBody", "Body", "plainText", "content", "summary")
_AUTHORS = ("author_id", "user_id", "UserID", "authorId")
_BESIDE = frozenset({"users", "groups", "organizations", "brands", "audits", "metric_sets", "ticket_forms", "contacts"})
_BLANK = re.compile(r"[\s,]*")
_TO_LINES = "Turn it into JSON Lines, one ticket a line, for example with: jq -c '.tickets[]' FILE"


def records(file: BinaryIO, form: Form) -> Iterator[SourceRow]:
    """The tickets in the file. What is no object is a problem, and the others go on.

    Raises UsageError for a document that holds no list of objects, or breaks off.
    """
    count = 0
    with text_of(file, form.encoding) as text:
        for line, value in _lines(text) if form.kind == "jsonl" else _Document(text).items():
            count += 1
            if isinstance(value, dict):
                yield SourceRow(line, flatten(value))
            else:
                yield SourceRow(line, problem=value if isinstance(value, str) else "this is not a JSON object")
    if not count:
        raise UsageError("The file holds no ticket.", "Give an export with at least one ticket.")


def flatten(found: Mapping[str, Any]) -> dict[str, str]:
    """Texts by column: parts of parts as "via.channel", lists of plain values joined by commas, nothing for null.

    A ticket that is wrapped ({"helpdesk_ticket": {…}}) is unwrapped, HubSpot's "properties" are columns of their
    own, and of a conversation the first message and the team's last public one are "conversation.first" and ".last".
    """
    if len(found) == 1 and isinstance(inner := next(iter(found.values())), dict):
        found = inner
    columns: dict[str, str] = {}
    _flatten(columns, "", found, 0)
    if isinstance(found.get("properties"), dict):
        _flatten(columns, "", found["properties"], 0)
    for key in _CONVERSATIONS:
        if isinstance(messages := found.get(key), list):
            _conversation(columns, messages, found)
    return columns


def _flatten(columns: dict[str, str], prefix: str, found: Mapping[str, Any], depth: int) -> None:
    for key, value in found.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            if depth < _DEEPEST:
                _flatten(columns, f"{name}.", value, depth + 1)
        elif isinstance(value, list):
            fields = [one for one in value if isinstance(one, dict) and {"id", "value"} <= one.keys()]
            for one in fields:  # Zendesk's own form of custom fields
                columns[f"{name}.{one['id']}"] = _text(one["value"])
            if plain := [_text(one) for one in value if not isinstance(one, dict | list)]:
                columns[name] = ", ".join(plain)
        else:
            columns[name] = _text(value)


def _text(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _conversation(columns: dict[str, str], messages: list[Any], ticket: Mapping[str, Any]) -> None:
    asker = ticket.get("requester_id")
    said = [one for one in messages if isinstance(one, dict) and _body(one) and _is_public(one)]
    answers = [one for one in said if _author(one) not in (None, asker) and not one.get("incoming")]
    if said:
        columns["conversation.first"] = _body(said[0])
    if answers:
        columns["conversation.last"] = _body(answers[-1])


def _body(message: Mapping[str, Any]) -> str:
    texts = (message.get(key) for key in _BODIES)
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def _author(message: Mapping[str, Any]) -> object:
    return next((message[key] for key in _AUTHORS if key in message), None)


def _is_public(message: Mapping[str, Any]) -> bool:
    return bool(message.get("public", True)) and not message.get("private")


def _lines(text: TextIO) -> Iterator[tuple[int, Any]]:
    """What each line holds, or why it cannot be told, with its number."""
    for number, (line, too_long) in enumerate(lines_of(text), 1):
        if too_long:
            yield number, f"the line has more than {MOST_CHARACTERS:,} characters"
        elif line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, f"the line is not JSON: {error}"


class _Document:
    """A JSON document whose tickets lie in one list: the document itself, or one of its first members."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._buffer = ""
        self._place = 0
        self._line = 1
        self._decoder = json.JSONDecoder()

    def items(self) -> Iterator[tuple[int, Any]]:
        """The objects of the list with the lines at which they begin. Raises UsageError."""
        if self._sign() == "{":
            self._to_list()
        if self._sign() != "[":
            raise UsageError("The document holds no list of tickets.", _TO_LINES)
        self._pass(1)
        while (sign := self._sign()) != "]":
            if not sign:
                raise UsageError(f"The document breaks off in line {self._line}.", "Export it again, in full.")
            line = self._line
            yield line, self._value()

    def _to_list(self) -> None:
        """Go to the first member that is a list of objects, and not of what comes along with tickets."""
        self._pass(1)
        while (sign := self._sign()) == '"':
            name = self._value()
            if self._sign() != ":":
                break
            self._pass(1)
            if self._sign() == "[" and name not in _BESIDE and self._sign_after_bracket() == "{":
                return
            self._value()
        raise UsageError(
            "The document holds no list of tickets." if sign else f"The document breaks off in line {self._line}.",
            _TO_LINES,
        )

    def _sign_after_bracket(self) -> str:
        while not (found := _BLANK.sub("", self._buffer[self._place + 1 : self._place + 64])) and self._more():
            pass
        return found[:1]

    def _sign(self) -> str:
        """The next sign that is neither a blank nor a comma; "" at the end."""
        while True:
            if blank := _BLANK.match(self._buffer, self._place):
                self._pass(blank.end() - self._place)
            if self._place < len(self._buffer) or not self._more():
                return self._buffer[self._place : self._place + 1]

    def _value(self) -> Any:  # noqa: ANN401  JSON is anything
        """The value that begins here. Raises UsageError where it breaks off, is no JSON, or is too long."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._place)
            except RecursionError:
                raise UsageError(f"Line {self._line} is nested too deeply.", _TO_LINES) from None
            except ValueError as error:
                too_long = len(self._buffer) - self._place > 10 * MOST_CHARACTERS
                if too_long or not self._more():
                    why = "is too long" if too_long else f"is not JSON: {getattr(error, 'msg', error)}"
                    raise UsageError(f"What begins in line {self._line} {why}.", _TO_LINES) from None
            else:
                # A number may go on in the part that was not read yet.
                if end < len(self._buffer) or isinstance(value, dict | list | str) or not self._more():
                    self._pass(end - self._place)
                    return value

    def _more(self) -> bool:
        part = self._text.read(max(_PART_CHARACTERS, len(self._buffer) - self._place))
        self._buffer = self._buffer[self._place :] + part
        self._place = 0
        return bool(part)

    def _pass(self, signs: int) -> None:
        self._line += self._buffer.count("\n", self._place, self._place + signs)
        self._place += signs
