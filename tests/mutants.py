"""Mutation checks of parameter sets: what a test says of a set must change where one of its numbers does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

Scenario = Callable[[Any], Any]
"""What comes of a parameter set; rounded, so that it can be compared."""


def mutants(parameters: Any, name: str) -> list[Any]:
    """``parameters`` with ``name`` a tenth, or one, less and more."""
    value = getattr(parameters, name)
    values = [value - 1, value + 1] if isinstance(value, int) else [0.9 * value, 1.1 * value]
    return [replace(parameters, **{name: changed}) for changed in values]


def assert_guarded(parameters: Any, expected: Mapping[str, tuple[Scenario, Any]]) -> None:
    """Every number of the set has a scenario: what it comes to now, and something else for each mutant."""
    assert expected.keys() == {field.name for field in fields(parameters)}
    for name, (scenario, outcome) in expected.items():
        assert scenario(parameters) == outcome, name
        for mutant in mutants(parameters, name):
            assert scenario(mutant) != outcome, f"{name} = {getattr(mutant, name)} goes unnoticed"
