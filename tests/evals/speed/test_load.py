from __future__ import annotations

import json
import random
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from evals.speed.load import _share, load
from evals.speed.pacing import Pace, first_s
from kb.errors import UsageError

ROOT = Path(__file__).parents[3]


def test_shares_are_read_from_counts_by_time() -> None:
    assert _share({10: 90, 50: 9, 900: 1}, 0.5) == 10
    assert _share({10: 90, 50: 9, 900: 1}, 0.95) == 50
    assert _share({}, 0.95) == 0


def asks(agents: int, *, together: bool) -> list[list[float]]:
    """When each of some agents asks every 5 seconds, on a clock of its own, four times; an answer takes 0.3 seconds."""
    rng = random.Random(7)
    return [asks_from(first_s(5.0, rng, together=together)) for _ in range(agents)]


def asks_from(now: float) -> list[float]:
    pace, times = Pace(5.0, lambda: now), [now]
    for _ in range(3):
        now += 0.3
        now += pace.wait_s()
        times.append(now)
    return times


def test_agents_who_ask_together_ask_in_the_same_instant_every_time() -> None:
    assert asks(20, together=True) == [[0.0, 5.0, 10.0, 15.0]] * 20


def test_agents_begin_at_moments_of_their_own_and_stay_apart() -> None:
    times = asks(50, together=False)
    firsts = sorted(one[0] for one in times)
    assert firsts[0] < 1 < 4 < firsts[-1] < 5
    assert max(later - earlier for earlier, later in pairwise(firsts)) < 1
    for one in times:
        assert [later - earlier for earlier, later in pairwise(one)] == pytest.approx([5.0] * 3)


def test_an_answer_that_takes_longer_is_asked_after_at_once_until_the_time_is_made_up_for() -> None:
    now = 0.0
    pace = Pace(5.0, lambda: now)
    now = 12.0  # the first answer took so long: the asks of 5 and 10 are late
    assert [pace.wait_s(), pace.wait_s(), pace.wait_s()] == [0.0, 0.0, 3.0]


def test_a_load_needs_questions(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load(tmp_path, [])


@pytest.mark.slow
def test_a_small_load_is_answered_without_an_error_while_articles_are_read(tmp_path: Path) -> None:
    for name in ("report-move", "report-meter-reading"):
        (tmp_path / "de").mkdir(exist_ok=True)
        shutil.copy(ROOT / "articles" / "de" / f"{name}.md", tmp_path / "de")
    result = load(tmp_path, ["Wie melde ich meinen Umzug?", "Wie backe ich Brot?"], 4, 1.0, 0.1)
    assert result["errors"] == 0, json.dumps(result)
    assert result["requests"] >= 4
    assert 0 < result["latency_ms"]["p50"] <= result["latency_ms"]["p95"]
    assert result["latency_ms"]["max"] > 0
