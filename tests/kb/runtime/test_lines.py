from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.runtime.lines import numbered


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\nb\r\n\nc\n", [b"a", b"b", b"", b"c"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [b"a", b"\xef\xbb\xbfb"]),
        (b"1234\n12345\n1234\n", [b"1234", None, b"1234"]),
        (b"1" * 100 + b"\nok", [None, b"ok"]),
        (b"1" * 100, [None]),
    ],
)
def test_lines_are_numbered_and_those_too_long_are_none(content, lines) -> None:
    assert list(numbered(io.BytesIO(content), 4)) == list(enumerate(lines, 1))


@given(st.binary(max_size=60), st.integers(1, 10))
def test_every_line_of_any_file_is_counted(content: bytes, most: int) -> None:
    found = list(numbered(io.BytesIO(content), most))
    assert len(found) == len(io.BytesIO(content).readlines())
    assert all(line is None or len(line) <= most for _, line in found)
