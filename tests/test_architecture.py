"""The fences between the rooms, read from the imports themselves."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAX_LOOSE_MODULES = 6
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
    "argon2": {"kb/accounts/"},
    "alembic": {"kb/events/", "kb/migrations/"},
    "llama_index": {"assistant/llama.py", "assistant/answering/generation/writer.py"},
}


@cache
def imported() -> Mapping[str, frozenset[str]]:
    """Each module of the house, by its dotted name, with every name it imports, wherever in it the import stands."""
    found: dict[str, frozenset[str]] = {}
    for file in sorted(file for room in ORDER for file in (ROOT / room).rglob("*.py")):
        names: set[str] = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        found[file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")] = frozenset(names)
    return found


def modules_behind(names: Iterable[str]) -> set[str]:
    """The modules of the house that stand behind imported names; a package's face counts as no module."""
    return {name for name in names if name in imported()}


def path_of(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def test_a_room_imports_only_rooms_to_its_right() -> None:
    wrong = [
        f"{module} imports {name}"
        for module, names in imported().items()
        for name in names
        if name.partition(".")[0] in ORDER[ORDER.index(module.partition(".")[0]) + 1 :]
    ]
    assert wrong == []


def test_heavy_libraries_stay_behind_their_fence() -> None:
    wrong = [
        f"{module} imports {name}"
        for module, names in imported().items()
        for name in names
        if not any(path_of(module).startswith(place) for place in FENCES.get(name.partition(".")[0], {""}))
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter({module: modules_behind(names) for module, names in imported().items()}).prepare()


def test_few_modules_stand_loose_in_the_assistant() -> None:
    loose = [module for module in imported() if re.fullmatch(r"assistant\.(?!__init__)\w+", module)]
    assert len(loose) <= MAX_LOOSE_MODULES, loose


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
