from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from evals.load import _share, load
from kb.errors import UsageError

ROOT = Path(__file__).parents[2]


def test_shares_are_read_from_counts_by_time() -> None:
    assert _share({10: 90, 50: 9, 900: 1}, 0.5) == 10
    assert _share({10: 90, 50: 9, 900: 1}, 0.95) == 50
    assert _share({}, 0.95) == 0


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
