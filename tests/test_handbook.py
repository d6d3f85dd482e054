"""The handbook in articles/ says what the code does: commands, settings, codes."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from assistant.cli import app as kb_app
from evals.cli import app as evals_app
from kb import markdown
from kb.articles import reader
from kb.articles.front_matter import KEYS
from kb.checks import codes, front_matter
from kb.settings import Settings, rows

ROOT = Path(__file__).parents[1]
ARTICLES = sorted((ROOT / "articles").rglob("*.md"))
HANDBOOK = [file for file in ARTICLES if file.name.startswith("handbook-")]
PAGES = [*HANDBOOK, *(file for file in [ROOT / "README.md"] if file.is_file())]
LANGUAGES = ("de", "en")

PROGRAMS: dict[tuple[str, ...], Any] = {
    ("kb",): typer.main.get_command(kb_app),
    ("python", "-m", "evals"): typer.main.get_command(evals_app),
}
SHELL_ENDS = {"|", "||", "&&", ";", ">", ">>", "<"}
CODE_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


# --- commands


def arguments_of(line: str) -> tuple[Any, list[str]] | None:
    """(program, its arguments) of a shell line; None where it starts neither `kb` nor the evaluation."""
    words = shlex.split(line, comments=True)
    while words and (words[0] in {"$", "export"} or re.fullmatch(r"[A-Z_]+=.*", words[0])):
        words.pop(0)
    end = next((place for place, word in enumerate(words) if word in SHELL_ENDS), len(words))
    words = [re.sub(r"^.*/(?=(?:kb|python)$)", "", word) for word in words[:1]] + words[1:end]
    for start, program in PROGRAMS.items():
        if tuple(words[: len(start)]) == start:
            return program, words[len(start) :]
    return None


def parse(command: Any, arguments: list[str], parent: Any = None) -> None:
    """Parse a whole command line as the program would, without running anything. Raises what the program would."""
    context = command.make_context(command.name or "kb", list(arguments), parent=parent)
    if hasattr(command, "commands"):
        rest = [*getattr(context, "_protected_args", []), *context.args]
        _, below, rest = command.resolve_command(context, rest)
        parse(below, rest, context)


def unknown_words(command: Any, arguments: list[str]) -> list[str]:
    """Subcommands and options in a command that is only mentioned, perhaps without its arguments."""
    wrong = []
    options = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    for place, word in enumerate(arguments):
        option = word.partition("=")[0]
        if word.startswith("-") and len(word) > 1:
            wrong += [] if option in options | {"--help", "-h"} else [word]
        elif hasattr(command, "commands"):
            below = command.commands.get(word)
            return [*wrong, word] if below is None else wrong + unknown_words(below, arguments[place + 1 :])
    return wrong


def block_lines(text: str) -> Iterator[str]:
    for block in re.findall(r"^(?:```|~~~)\w*\n(.*?)^(?:```|~~~)", text, re.DOTALL | re.MULTILINE):
        yield from block.replace("\\\n", " ").splitlines()


def spans(text: str) -> Iterator[str]:
    without_blocks = re.sub(r"^(?:```|~~~).*?^(?:```|~~~)", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"`((?:kb|python -m evals) [^`\n]+)`", without_blocks)


@pytest.mark.parametrize("file", PAGES, ids=name)
def test_every_command_line_in_the_documentation_parses(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for line in block_lines(text):
        if found := arguments_of(line):
            try:
                parse(*found)
            except Exception as error:  # noqa: BLE001  usage errors come from click or from typer's own copy of it
                pytest.fail(f"{line}\n{type(error).__name__}: {error}")
    for span in spans(text):
        found = arguments_of(span)
        assert found, span
        assert unknown_words(*found) == [], span


def test_the_command_check_refuses_what_does_not_exist() -> None:
    for line, kind in {
        "kb nothing": "UsageError|NoSuchCommand",
        "kb ask": "MissingParameter",
        "kb ask x --nothing": "NoSuchOption",
        "kb check --fail-on never": "BadParameter",
        "kb serve --port x": "BadParameter",
        "KB_HOME=x .venv/bin/kb model burn | cat": "UsageError|NoSuchCommand",
    }.items():
        found = arguments_of(line)
        assert found, line
        with pytest.raises(Exception) as caught:  # noqa: PT011  from click or from typer's own copy of it
            parse(*found)
        assert re.fullmatch(kind, type(caught.value).__name__), line
    assert arguments_of("curl -s http://127.0.0.1:7860/healthz") is None
    assert unknown_words(PROGRAMS["kb",], ["model", "burn"]) == ["burn"]
    assert unknown_words(PROGRAMS["kb",], ["ingest", "--no-prune", "--nothing"]) == ["--nothing"]


def test_the_handbook_shows_every_command() -> None:
    """Nobody finds a command that no article names."""
    program = PROGRAMS["kb",]
    names = {
        f"kb {command} {below}" if below else f"kb {command}"
        for command, item in program.commands.items()
        for below in (getattr(item, "commands", None) or [""])
    }
    for language in LANGUAGES:
        text = "\n".join(file.read_text(encoding="utf-8") for file in HANDBOOK if file.parent.name == language)
        assert {command for command in names if not re.search(rf"\b{command}\b", text)} == set()


# --- tables


def table_rows(file: Path, *headers: str) -> list[list[str]]:
    """The cells of all rows of those tables whose first column has one of these headers."""
    found: list[list[str]] = []
    header = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            header = ""
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not header:
            header = cells[0]
        elif header in headers and not set(cells[0]) <= set("-: "):
            found.append(cells)
    return found


def handbook(language: str, topic: str) -> Path:
    return ROOT / "articles" / language / f"handbook-{topic}.md"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_settings_article_lists_every_setting_with_its_default(language: str) -> None:
    described = {
        row[0].strip("`"): row[1].strip("`")
        for row in table_rows(handbook(language, "settings"), "Einstellung", "Setting")
    }
    known = {key: json.dumps(value) for key, value, _, _ in rows(Settings(), {})}
    assert described == known


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_writing_article_lists_every_front_matter_key(language: str) -> None:
    described = [row[0].strip("`") for row in table_rows(handbook(language, "write-article"), "Feld", "Key")]
    assert sorted(described) == sorted(KEYS)


# --- codes

CODE_PLACE = {"Problem": 2, "Complaint": 0, "Finding": 1, "finding": 1}
"""Where the code stands among the arguments of a call."""


class Codes(ast.NodeVisitor):
    """Gathers the codes that a module makes, and the expressions in a code's place that the source does not tell."""

    def __init__(self, source: str) -> None:
        self.found: set[str] = set()
        self.unclear: list[str] = []
        tree = ast.parse(source)
        self._functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self._inside: ast.AST = tree
        self.visit(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outside, self._inside = self._inside, node
        self.generic_visit(node)
        self._inside = outside

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in CODE_PLACE and not any(isinstance(item, ast.Starred) for item in node.args):
            place = CODE_PLACE[called]
            for item in [word.value for word in node.keywords if word.arg == "code"] or node.args[place : place + 1]:
                self._resolve(item)
        self.generic_visit(node)

    def _resolve(self, node: ast.expr) -> None:
        match node:
            case ast.Constant():
                self.found.add(str(node.value))
            case ast.IfExp():
                self._resolve(node.body)
                self._resolve(node.orelse)
            case ast.Call(func=ast.Name(id=called)) if called in self._functions:
                for item in ast.walk(self._functions[called]):
                    if isinstance(item, ast.Return) and item.value:
                        self._resolve(item.value)
            case ast.Name():
                self._resolve_name(node.id)
            case ast.Attribute(attr="code"):
                pass  # handed on as it came
            case _:
                self.unclear.append(ast.unparse(node))

    def _resolve_name(self, wanted: str) -> None:
        given = [
            item.value
            for item in ast.walk(self._inside)
            if isinstance(item, ast.Assign) and any(isinstance(to, ast.Name) and to.id == wanted for to in item.targets)
        ]
        for value in given:
            self._resolve(value)
        parameters = self._inside.args.args if isinstance(self._inside, ast.FunctionDef) else []
        if not given and wanted not in {one.arg for one in parameters}:
            self.unclear.append(wanted)


@cache
def all_codes() -> frozenset[str]:
    made_codes: set[str] = set()
    for room in ("kb", "ingest"):
        for file in sorted((ROOT / room).rglob("*.py")):
            made = Codes(file.read_text(encoding="utf-8"))
            assert made.unclear == [], f"{name(file)}: write the code as text where the finding is made"
            made_codes |= made.found
    return frozenset(made_codes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_article_on_codes_has_a_section_for_every_code_and_no_other(language: str) -> None:
    """The heading is the code, so that ``handbook-codes#CODE`` leads to it; below stand severity, reason and remedy."""
    body = markdown.parse(handbook(language, "codes").read_text(encoding="utf-8").partition("\n---\n")[2])
    sections = {section.heading: section for section in body.sections if section.level == 3}
    assert len(sections) == sum(heading.level == 3 for heading in body.headings)
    assert set(sections) == all_codes()
    for code, section in sections.items():
        assert section.anchor == code
        assert len(section.blocks) == 2, code
        assert len(section.blocks[0].units) >= 2, f"{code}: what it means, and why it matters"
        assert section.blocks[1].text.startswith(("Was Sie tun: ", "What you do: ")), code


def test_the_check_says_why_each_of_its_codes_matters() -> None:
    assert set(codes.WHY) == all_codes()


def test_codes_are_found_in_the_source() -> None:
    known = all_codes()
    assert known > {"dead-image", "bad-value", "not-markdown", "review-overdue", "duplicate-id", "too-large"}
    assert all(CODE_NAME.fullmatch(code) for code in known)
    assert known >= set(front_matter._FIXES)
    made = Codes(
        "def f(x):\n    code = 'a' if x else 'b'\n    Problem('p', 1, code, 'm')\n"
        "    page.finding('e', g(), 1, 'm', 'f')\n"
        "def g():\n    return 'c'\n"
    )
    assert (made.found, made.unclear) == ({"a", "b", "c"}, [])
    assert Codes("Problem('p', 1, codes[0], 'm')").unclear == ["codes[0]"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ingest_article_names_only_codes_that_exist(language: str) -> None:
    assert {row[0].strip("`") for row in table_rows(handbook(language, "ingest"), "Code")} <= all_codes()


# --- articles


def test_every_article_is_read_without_problems_and_is_named_by_its_id() -> None:
    assert ARTICLES
    for file in ARTICLES:
        path = file.relative_to(ROOT / "articles").as_posix()
        result = reader.read(path, file.read_bytes())
        assert result.problems == (), path
        assert result.article is not None, path
        assert (result.article.id, result.article.language) == (file.stem, file.parent.name), path


def test_the_handbook_has_the_same_articles_and_commands_in_both_languages() -> None:
    """Translations keep their headings' shape, so that both say the same."""
    shapes: dict[str, dict[str, list[int]]] = {language: {} for language in LANGUAGES}
    for file in HANDBOOK:
        body = markdown.parse(file.read_text(encoding="utf-8"))
        shapes[file.parent.name][file.stem] = [heading.level for heading in body.headings]
    assert shapes["de"] == shapes["en"]
    assert len(shapes["de"]) >= 13
