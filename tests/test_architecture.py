"""The fences between the rooms, read from the imports themselves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = ["kb", "ingest", "assistant", "evals"]
FENCES = {
    "chromadb": {"kb/vectors/chroma.py", "evals/quality/baseline.py"},
    "markdown_it": {"kb/markdown/"},
    "mdit_py_plugins": {"kb/markdown/"},
    "torch": {"kb/embedding/", "assistant/retrieval/rerank.py", "evals/speed/bench.py", "evals/quality/baseline.py"},
    "sentence_transformers": {
        "kb/embedding/",
        "assistant/retrieval/rerank.py",
        "evals/speed/bench.py",
        "evals/quality/baseline.py",
    },
    "onnxruntime": {"kb/embedding/", "evals/quality/baseline.py"},
    "gradio": {"assistant/web/"},
    "fastapi": {"assistant/web/"},
    "matplotlib": {"evals/quality/plots.py"},
    "pyarrow": {"assistant/reports/export/export.py"},
    "typer": {"assistant/cli/", "evals/cli.py"},
    "sqlalchemy": {"kb/accounts/", "kb/backlog/", "kb/events/", "kb/migrations/", "kb/reviews/", "kb/tickets/"},
    "babel": {"assistant/messages/", "assistant/reports/"},
    "argon2": {"kb/accounts/passwords.py"},
    "alembic": {"kb/events/", "kb/migrations/"},
    "llama_index": {"assistant/llama.py", "assistant/answering/generation/writer.py"},
}


def imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def modules() -> list[str]:
    return sorted(file.relative_to(ROOT).as_posix() for room in ORDER for file in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("module", modules())
def test_a_room_imports_only_rooms_to_its_right(module: str) -> None:
    room = module.partition("/")[0]
    to_the_left = set(ORDER[ORDER.index(room) + 1 :])
    assert not imports(ROOT / module) & to_the_left


@pytest.mark.parametrize("module", modules())
def test_heavy_libraries_stay_behind_their_fence(module: str) -> None:
    for library in imports(ROOT / module) & FENCES.keys():
        assert any(module.startswith(place) for place in FENCES[library]), f"{module} imports {library}"


def test_kb_check_starts_without_the_heavy_parts(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    code = (
        "import sys; sys.argv = ['kb', 'check']\n"
        "from assistant.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "heavy = {'torch', 'chromadb', 'gradio', 'llama_index', 'numpy', 'onnxruntime', 'sqlalchemy', 'fastapi'}\n"
        "heavy |= {'babel'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        check=True,
        timeout=60,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin"},
    )
