"""No group under the least number of people is shown, or can be computed from what is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.reports.figures.measures import OTHERS, Measure, by_group, protected, totals
from assistant.reports.figures.suppression import hidden, too_few

LEAST = 5
PEOPLE = st.sampled_from([f"p{n}" for n in range(12)])
CASES = st.lists(st.tuples(st.sampled_from("abcdef"), PEOPLE, st.one_of(st.none(), st.integers(0, 9))), max_size=60)
MEASURES = (
    Measure("cases", "count", "sum", lambda _: 1.0, lambda case: case[1]),
    Measure("mean", "share", "mean", lambda case: case[2], lambda case: case[1]),
)


def people_of(measure: Measure, cases: list) -> set[str]:
    return set(measure.people(cases))


@given(st.dictionaries(st.text("abc", min_size=1, max_size=2), st.frozensets(PEOPLE)), st.integers(1, 7))
def test_what_a_total_less_the_shown_groups_leaves_is_never_about_a_few(groups: dict, least: int) -> None:
    gone = hidden(groups, least)
    assert all(not too_few(groups[key], least) for key in groups if key not in gone)
    left = frozenset().union(*(groups[key] for key in gone))
    everything_is_hidden = all(key in gone for key, people in groups.items() if people)
    assert not too_few(left, least) or everything_is_hidden


@given(st.dictionaries(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), st.frozensets(PEOPLE)))
def test_rows_and_columns_of_a_table_both_keep_their_small_cells(groups: dict) -> None:
    lines = [[key for key in groups if key[at] == name] for at, names in ((0, "ab"), (1, "xyz")) for name in names]
    gone = hidden(groups, LEAST, sums=lines)
    for line in lines:
        left = frozenset().union(*(groups[key] for key in line if key in gone))
        assert not too_few(left, LEAST) or all(key in gone for key in line if groups[key])


@given(CASES)
def test_no_row_of_a_table_and_no_difference_to_its_total_is_about_a_few(cases: list) -> None:
    rows = by_group(cases, lambda case: case[0], MEASURES, LEAST)
    shown_names = {row.name for row in rows}
    inside = {name: [case for case in cases if case[0] == name] for name in shown_names}
    if OTHERS in shown_names:
        inside[OTHERS] = [case for case in cases if case[0] not in shown_names]
    for measure in MEASURES:
        shown = [row.name for row in rows if not row.values[measure.key].hidden]
        assert all(not too_few(people_of(measure, inside[name]), LEAST) for name in shown)
        if shown and not totals(cases, MEASURES, LEAST)[measure.key].hidden:
            rest = [case for name, items in inside.items() if name not in shown for case in items]
            everything_is_hidden = not any(people_of(measure, inside[name]) for name in shown)
            assert not too_few(people_of(measure, rest), LEAST) or everything_is_hidden


@given(CASES)
def test_every_case_is_in_a_row(cases: list) -> None:
    rows = by_group(cases, lambda case: case[0], MEASURES, least=1)
    assert not rows or sum(row.values["cases"].value for row in rows) == len(cases)
    assert all(not value.hidden for row in rows for value in row.values.values())


def test_one_small_group_takes_the_next_smallest_with_it() -> None:
    groups = {"large": frozenset("abcdefghi"), "middle": frozenset("abcdef"), "small": frozenset("xy")}
    assert hidden(groups, LEAST) == {"small", "middle"}


def test_a_part_that_is_published_nowhere_is_no_reason_to_hide_where_it_is_large() -> None:
    groups = {"week": frozenset("abcdef"), "rest": frozenset("uvwxyz")}
    assert hidden(groups, LEAST, withheld=["rest"]) == {"rest"}
    assert hidden(groups | {"rest": frozenset("u")}, LEAST, withheld=["rest"]) == {"rest", "week"}


def test_a_hidden_figure_says_nothing_of_its_coverage() -> None:
    rows = {"a": [("a", "p1", 3)] * 4, "b": [("b", f"p{n}", 3) for n in range(9)]}
    values = protected(rows, MEASURES, LEAST)
    concealed = values["a"]["mean"]
    assert (concealed.value, concealed.known, concealed.of, concealed.hidden) == (None, 0, 0, True)


def test_groups_that_are_too_small_go_together_under_one_name() -> None:
    cases = [(name, f"{name}{n}", 1) for name, number in (("a", 9), ("b", 3), ("c", 2)) for n in range(number)]
    rows = by_group(cases, lambda case: case[0], MEASURES, LEAST)
    assert [(row.name, row.size, row.values["cases"].value) for row in rows] == [("a", 1, 9), (OTHERS, 2, 5)]


def test_more_groups_than_fit_go_together_too() -> None:
    cases = [(f"g{n:02}", f"p{m}", 1) for n in range(30) for m in range(5 + n)]
    rows = by_group(cases, lambda case: case[0], MEASURES, LEAST, most=4)
    assert [row.name for row in rows] == ["g29", "g28", "g27", OTHERS]
    assert sum(row.values["cases"].value for row in rows) == len(cases)
