"""A caller may call so often, and is then told how long to wait."""

from __future__ import annotations

import pytest

from assistant.web.security.rate_limit import Limit, TooManyError


def test_a_caller_is_let_through_so_often_and_then_told_how_long_to_wait() -> None:
    now_s = 100.0
    limit = Limit(60, clock=lambda: now_s)
    for _ in range(60):
        limit.take("a")
    limit.take("b")
    with pytest.raises(TooManyError, match="60 a minute") as caught:
        limit.take("a")
    assert caught.value.hint == "Try again in 1 s."
    now_s = 101.1
    limit.take("a")
    with pytest.raises(TooManyError):
        limit.take("a")
