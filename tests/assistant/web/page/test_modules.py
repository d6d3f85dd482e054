"""How the page's JavaScript modules are written; biome checks more of it where Node is installed (``make lint``)."""

from __future__ import annotations

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from posixpath import normpath

import pytest

from assistant.web.page.document import assets

MODULES = {name.removeprefix("js/"): text for name, text in assets().items() if name.endswith(".js")}
IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"]+)\"""")


def imports_of(modules: dict[str, str]) -> dict[str, set[str]]:
    """By module, the modules that it imports, those included that it imports when they are needed."""
    return {
        name: {normpath(PurePosixPath(name).parent / target) for target in IMPORT.findall(text)}
        for name, text in modules.items()
    }


def test_every_import_names_a_module_that_is_there() -> None:
    imports = imports_of(MODULES)
    assert sum(map(len, imports.values())) > len(MODULES)
    for name, targets in imports.items():
        assert targets <= MODULES.keys(), name


def test_no_module_imports_itself_through_others() -> None:
    TopologicalSorter(imports_of(MODULES)).prepare()
    with pytest.raises(CycleError):
        TopologicalSorter(imports_of({"a.js": 'import { b } from "./b.js";', "b.js": 'import("./a.js")'})).prepare()


def test_no_line_is_longer_than_120_columns() -> None:
    long = [(name, line) for name, text in MODULES.items() for line in text.splitlines() if len(line) > 120]
    assert long == []


def test_every_module_is_part_of_a_document() -> None:
    reached, todo = set(), ["main.js", "early.js", "gradio.js"]
    imports = imports_of(MODULES)
    while todo:
        name = todo.pop()
        reached.add(name)
        todo += imports[name] - reached
    assert reached == MODULES.keys()
