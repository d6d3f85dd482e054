"""Every text that the reports name is in the catalogue, and every text of theirs in the catalogue is named."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from assistant import reports
from assistant.messages import catalogue
from assistant.reports.figures.articles import STATES
from assistant.reports.figures.compute import Cases, compute
from assistant.reports.figures.measures import Unit
from assistant.reports.figures.period import Kind, Period
from kb.backlog.gap import Cause, EntryKind, EscalationReason, State
from tests.sample_gaps import TODAY

FOLDER = Path(reports.__file__).parent
KEYS = {key.removeprefix("reports.") for key in catalogue("en") if key.startswith("reports.")}
FIGURES = {*compute(Period(TODAY, TODAY), Cases(), 1).totals, "gaps", "articles"}
GROUPS = ("language", "ticket_product", "ticket_category", "ticket_channel")
FAMILIES = {
    "before_": get_args(Kind),
    "by_": GROUPS,
    "cause_": get_args(Cause),
    "compared_": get_args(Kind),
    "do_": get_args(Cause),
    "escalation_": get_args(EscalationReason),
    "grain_": ("period", "before", "week", "day"),
    "meanings.": FIGURES,
    "move_": {*get_args(EntryKind), "verified"},
    "names.": FIGURES,
    "part_": ("found", "verified", "declined", "reopened", "other"),
    "row_": (),
    "said_": ("not_helpful", "escalated", "gap_reported"),
    "state_": get_args(State),
    "than_": get_args(Kind),
    "unit_": get_args(Unit),
}
"""Keys whose end is a value: the sources write ``f"cause_{gap.cause}"``."""


def nodes() -> Iterator[ast.AST]:
    for file in FOLDER.rglob("*.py"):
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def constants() -> set[str]:
    return {node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def named() -> set[str]:
    """The keys that are written out where a text is asked for."""
    calls = [node for node in nodes() if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    asked = [
        argument
        for call in calls
        for argument in (call.args[:1] if call.func.attr in {"say", "amount"} else call.args)
        if call.func.attr in {"say", "amount", "columns"}
    ]
    return {node.value for node in asked if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_text_that_is_asked_for_exists() -> None:
    assert len(named()) > 80
    assert named() - KEYS == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_of_a_family_has_a_text(family: str) -> None:
    members = {family + member for member in FAMILIES[family]}
    assert members - KEYS - {"move_declined"} == set()


def test_every_text_is_named() -> None:
    """Those of tables and columns by the export, whose dictionary has them all; those of proofs by their cause."""
    prefixes = tuple(
        node.values[0].value
        for node in nodes()
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
    )
    families = tuple(family for family in FAMILIES if family in prefixes)
    elsewhere = ("tables.", "columns.", "proof_")
    assert {key for key in KEYS - constants() - set(STATES) if not key.startswith((*families, *elsewhere))} == set()
