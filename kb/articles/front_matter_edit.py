"""Single edits of a front matter that leave every other byte of the file as it is.

YAML libraries that keep comments still rewrite what they did not have to touch: indents of lists, quotes, line width.
An edit here replaces the value of one line or adds one, and is refused where the line is not what it seems.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise

from kb.articles import front_matter

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_KEY_LINE = re.compile(
    r"""(?P<key>["']?[^\s"':\#-][^"':]*?["']?)(?P<colon>[ \t]*:)(?P<gap>[ \t]*)
        (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\[[^\[\]\r\n]*\]|[^\s\#"'\[{|>&*!%@`](?:[^\r\n\#]|(?<=\S)\#)*?)?
        (?P<tail>[ \t]*(?:[ \t]\#[^\r\n]*)?)(?P<end>\r\n|\r|\n|\Z)""",
    re.VERBOSE,
)
_PLAIN = re.compile(r"[^\W_][\w äöüÄÖÜß./+()-]*", re.UNICODE)


class FrontEdit:
    """The front matter of ``text`` as lines that can be changed one by one; ``text`` is what has become of it.

    Raises ValueError where there is no front matter.
    """

    def __init__(self, text: str) -> None:
        yaml_text, offset, _ = front_matter.split(text)
        if yaml_text is None:
            raise ValueError("the text has no front matter")
        head: str = _LINE.findall(text)[0]
        self._head = head
        self._lines: list[str] = [line for line in _LINE.findall(yaml_text) if line]
        self._rest = text[len(head) + len(yaml_text) :]
        self._end: str = next((end for end in ("\r\n", "\n", "\r") if head.endswith(end)), "\n")
        self.body = text[offset:]

    @property
    def text(self) -> str:
        """The whole file."""
        return self._head + "".join(self._lines) + self._rest

    def value(self, key: str) -> str | None:
        """The value of ``key`` as written on its line, quotes included; None where it is missing or goes on below."""
        place = self._place(key)
        match = _KEY_LINE.fullmatch(self._lines[place]) if place is not None else None
        if place is None or match is None or self._goes_on(place):
            return None
        return match["value"] or ""

    def set(self, key: str, value: str, after: tuple[str, ...] = ()) -> bool:
        """Write ``value``, valid YAML on one line, to ``key``; a comment behind the old one stays.

        A key that is missing is added behind the first of ``after`` that is there, else at the end (at the top with
        ``after=("",)``). False where the old value cannot be replaced safely.
        """
        place = self._place(key)
        if place is None:
            self._insert(f"{key}: {value}", after)
            return True
        match = _KEY_LINE.fullmatch(self._lines[place])
        if match is None or self._goes_on(place):
            return False
        tail = match["tail"] if match["value"] or not match["tail"].strip() else f" {match['tail'].lstrip()}"
        self._lines[place] = f"{match['key']}{match['colon']}{match['gap'] or ' '}{value}{tail.rstrip()}{match['end']}"
        return True

    def rename(self, key: str, new: str) -> bool:
        """Give ``key`` another name. False where its line cannot be told."""
        place = self._place(key)
        if place is None:
            return False
        match = re.match(rf"[\"']?{re.escape(key)}[\"']?(?=[ \t]*:)", self._lines[place])
        if match is None:
            return False
        self._lines[place] = new + self._lines[place][match.end() :]
        return True

    def drop_repeated(self, key: str) -> bool:
        """Remove the second of two equal lines of ``key``. False where there are none, or they go on below."""
        places = [place for place, line in enumerate(self._lines) if _key_of(line) == key]
        for first, second in pairwise(places):
            same = self._lines[first].strip() == self._lines[second].strip()
            if same and not self._goes_on(first) and not self._goes_on(second):
                del self._lines[second]
                return True
        return False

    def _place(self, key: str) -> int | None:
        return next((place for place, line in enumerate(self._lines) if _key_of(line) == key), None)

    def _goes_on(self, place: int) -> bool:
        """Whether the value goes on below: indented, or as a list without indent."""
        for line in self._lines[place + 1 :]:
            if line.strip() and not line.lstrip().startswith("#"):
                return line[0] in " \t-"
        return False

    def _insert(self, line: str, after: tuple[str, ...]) -> None:
        if after == ("",):
            self._lines.insert(0, line + self._end)
            return
        place = next((found for key in after if (found := self._place(key)) is not None), len(self._lines) - 1)
        place += 1
        while place < len(self._lines) and self._lines[place][:1] in (" ", "\t", "-"):
            place += 1
        self._lines.insert(place, line + self._end)


def _key_of(line: str) -> str | None:
    match = _KEY_LINE.match(line) or re.match(r"(?P<key>[\"']?[^\s\"':#-][^\"':]*?[\"']?)[ \t]*:(?:\s|$)", line)
    return match["key"].strip("\"'") if match else None


def scalar(text: str) -> str:
    """``text`` as YAML on one line: plain where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text) and text == text.strip():
        return text
    return json.dumps(text, ensure_ascii=False)


def flow_list(texts: tuple[str, ...]) -> str:
    """``texts`` as a YAML list on one line."""
    return f"[{', '.join(scalar(text) for text in texts)}]"
