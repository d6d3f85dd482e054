from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ingest.pipeline import ingest
from kb.library import Library
from kb.settings import Settings
from tests.databases import postgres, url  # noqa: F401  fixtures
from tests.fakes import WordEmbedder

ROOT = Path(__file__).parent.parent

# Tests run beside each other: how long an example takes by the clock says nothing.
settings.register_profile("beside_others", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("beside_others")


@pytest.fixture
def library(tmp_path: Path):
    """A library in a folder of its own, with real stores and the small embedder."""
    made = Library(tmp_path / "home", Settings())
    made.embedder, made.english = WordEmbedder(), None
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for articles."""
    made = tmp_path / "articles"
    made.mkdir()
    return made


@pytest.fixture
def write(folder: Path):
    """Write an article: ``write("move", "Umzug", "Text.", audience="public")``."""

    def write_one(name: str, title: str, body: str, **front: str) -> Path:
        keys = {"id": name, "title": title, "language": "de", "status": "published", "audience": "public"} | front
        head = "\n".join(f"{key}: {value}" for key, value in keys.items())
        file = folder / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\n{head}\n---\n\n{body}\n", encoding="utf-8")
        return file

    return write_one


@pytest.fixture
def word_service(monkeypatch: pytest.MonkeyPatch):
    """Commands embed with the small embedder: it runs as a service, and the settings name it."""
    from tests.embedding_service import Service

    words = WordEmbedder()
    service = Service(lambda text: words.embed_queries([text])[0])
    monkeypatch.setenv("KB_EMBEDDING__URL", service.url)
    monkeypatch.setenv("KB_EMBEDDING__MODEL", "words")
    monkeypatch.setenv("KB_EMBEDDING__ENGLISH", "false")
    yield service
    service.close()


SAMPLE = (
    "report-move",
    "report-meter-reading",
    "returned-direct-debit",
    "change-of-supplier",
    "change-of-supplier-2024",
    "gas-smell",
    "two-factor",
    "balcony-solar",
    "winter-hotline",
    "passkey-login",
    "feedback-culture",
    "app-error-codes",
    "payment-methods",
)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory):
    """A library of some sample articles in both languages, made with the real model once a session; read-only."""
    folder = tmp_path_factory.mktemp("sample")
    for language in ("de", "en"):
        (folder / "articles" / language).mkdir(parents=True)
        for name in SAMPLE:
            file = ROOT / "articles" / language / f"{name}.md"
            if file.is_file():
                shutil.copy(file, folder / "articles" / language)
    made = Library(folder / "home", Settings())
    ingest(made, [folder / "articles"])
    yield made
    made.close()
