"""How the tests are made: none patches a module of the product; what a test needs, it passes in."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PRODUCT = {"kb", "ingest", "assistant", "evals"}
PATCHED = {"sys", "sys.modules", "sys.stdin", "sys.stderr", "sys.stdout", "sys.argv", "socket", "Path", "os", "time"}
"""Of Python itself; a failing disk, a silent network and a missing package come no other way."""


def patches(source: str) -> list[str]:
    """What a test's source patches, with its line; a value of the product that is assigned to counts."""
    tree = ast.parse(source)
    own = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).partition(".")[0] in PRODUCT
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            target = node.args[0]
            name = str(target.value) if isinstance(target, ast.Constant) else ast.unparse(target)
            by_name = node.func.attr in {"setattr", "delattr", "setitem", "delitem"}
            if (by_name or (node.func.attr in {"patch", "object"} and "patch" in ast.unparse(node.func))) and (
                name not in PATCHED
            ):
                found.append(f"{node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [
                f"{node.lineno}: {ast.unparse(node)}"
                for target in targets
                if isinstance(target, ast.Attribute) and ast.unparse(target).partition(".")[0] in own
            ]
    return found


@pytest.mark.parametrize("file", sorted(TESTS.rglob("*.py")), ids=lambda file: file.relative_to(TESTS).as_posix())
def test_no_test_patches_the_product(file: Path) -> None:
    assert patches(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'monkeypatch.setattr("kb.library.Library.embedder", 1)',
        'monkeypatch.setattr(recent, "MOST", 2)',
        'monkeypatch.setattr(some.events, "log", 2)',
        'monkeypatch.setitem(recent.TABLE, "batch", 5)',
        'mock.patch.object(recent, "MOST", 2)',
        'mock.patch("kb.catalog.recent.MOST", 2)',
        "recent.MOST = 2",
    ],
)
def test_a_patch_of_the_product_is_seen(line: str) -> None:
    assert len(patches(f"from kb.catalog import recent\n{line}")) == 1


@pytest.mark.parametrize(
    "line",
    ['monkeypatch.setattr("sys.argv", [])', 'monkeypatch.setitem(sys.modules, "onnx", None)', "library.exact = 1"],
)
def test_a_patch_of_python_and_a_value_of_an_object_are_no_patch_of_the_product(line: str) -> None:
    assert patches(f"from kb.catalog import recent\n{line}") == []
