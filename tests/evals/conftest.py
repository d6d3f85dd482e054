"""A small data set in both languages, its questions, and a cache that the modules of this folder share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.quality.report import Run, evaluate
from tests.fakes import WordEmbedder

TEXTS = {
    "umzug": ("de", "Umzug melden", "Melden Sie den Umzug im Kundenportal. Der Umzug kostet 25 Euro."),
    "zaehler": ("de", "Zählerstand ablesen", "Lesen Sie den Zählerstand am Zähler ab. Er hat sechs Stellen."),
    "kuendigung": ("de", "Vertrag kündigen", "Die Kündigung braucht vier Wochen Frist. Schreiben Sie einen Brief."),
    "move": ("en", "Report a move", "Report your move in the portal. Moving costs 25 euros."),
    "meter": ("en", "Read the meter", "Read the number on the meter. It has six digits."),
}
QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "text": "Was kostet der Umzug?", "language": "de", "relevant": ["umzug"], "also_ok": ["move"],
     "answers": ["25 Euro"], "kind": "a"},
    {"id": "2", "text": "Wie lese ich den Zählerstand am Zähler ab?", "language": "de",
     "relevant": ["sub/zaehler"], "kind": "b"},
    {"id": "3", "text": "How do I read the number on the meter?", "language": "en",
     "relevant": ["meter"], "answers": ["no such"]},
    {"id": "4", "text": "Umzug im portal melden", "language": "de", "relevant": ["move"], "target_language": "en"},
]  # fmt: skip


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    for name, (language, title, text) in TEXTS.items():
        place = folder / "articles" / ("sub/zaehler.md" if name == "zaehler" else f"{name}.md")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f'---\nid: {name}\ntitle: "{title}"\nlanguage: {language}\n---\n\n{text}\n', encoding="utf-8")
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", autouse=True)
def cache(cache_folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KB_EVALS_CACHE", str(cache_folder))
        patch.chdir(cache_folder)
        yield


@pytest.fixture(scope="session")
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture(scope="module")
def run(dataset: Path, embedder: WordEmbedder) -> Run:
    return evaluate(dataset, embedder=embedder)


@pytest.fixture(scope="module")
def evaluated(run: Run) -> dict[str, Any]:
    return run.report
