"""Lines of a file that anybody may have made: numbered, and none of them longer than what fits in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

UTF8_MARK = b"\xef\xbb\xbf"


def numbered(file: BinaryIO, most_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """The lines of ``file`` without their ends, numbered from 1; None for one of more than ``most_bytes``.

    A byte order mark at the beginning is left out.
    """
    number = 0
    while line := file.readline(most_bytes + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(UTF8_MARK)
        if len(line) > most_bytes and not line.endswith(b"\n"):
            while (rest := file.readline(most_bytes)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, line.rstrip(b"\r\n")
