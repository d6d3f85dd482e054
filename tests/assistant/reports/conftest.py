from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.demo import sample, store
from ingest.pipeline import ingest
from kb.library import Library
from kb.settings import Settings
from tests.fakes import WordEmbedder
from tests.sample_gaps import TODAY, fill

ROOT = Path(__file__).parents[3]
ARTICLES = (
    "adjust-instalment",
    "gas-smell",
    "login-problems",
    "payment-methods",
    "report-meter-reading",
    "report-move",
    "winter-hotline",
)


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory):
    """A library with some sample articles, the invented questions and tickets, and a backlog that leads worked on."""
    folder = tmp_path_factory.mktemp("worked")
    for language in ("de", "en"):
        (folder / "articles" / language).mkdir(parents=True)
        for name in ARTICLES:
            shutil.copy(ROOT / "articles" / language / f"{name}.md", folder / "articles" / language)
    made = Library(folder / "home", Settings())
    made.embedder, made.english = WordEmbedder(), None
    ingest(made, [folder / "articles"])
    store(made, sample(TODAY))
    fill(made.backlog)
    yield made
    made.close()
