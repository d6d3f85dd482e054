"""What leads merged or split stays so."""

from __future__ import annotations

import pytest

from kb.backlog import Backlog
from kb.errors import ConflictError, UsageError
from tests.kb.backlog.found_gaps import NOON, found, names_of


class TestMergeAndSplit:
    def test_a_merged_gap_stays_merged_whatever_clusters_say(self, backlog: Backlog) -> None:
        gap = backlog.merge("G-0001", "G-0002", "lea", now=NOON, note="dasselbe Anliegen")
        assert (names_of(gap), gap.demand.questions, gap.priority) == ({"a", "b", "c", "x"}, 4, 3.0)
        assert [one.gap_id for one in backlog.gaps()] == ["G-0001"]
        look = [found("a", "b", "c", priority=2.0), found("x", "y")]
        (gap,) = backlog.sync(look, NOON)
        assert (gap.gap_id, names_of(gap), gap.priority) == ("G-0001", {"a", "b", "c", "x", "y"}, 3.0)
        with pytest.raises(ConflictError, match="was merged into G-0001: lea merged it"):
            backlog.assign("G-0002", "anna", "anna", now=NOON)
        assert backlog.gap("G-0002").merged_into == "G-0001"
        with pytest.raises(UsageError):
            backlog.merge("G-0001", "G-0001", "lea", now=NOON)

    def test_closed_gaps_are_not_merged(self, backlog: Backlog) -> None:
        backlog.move("G-0002", "declined", "ben", now=NOON, reason="nein")
        with pytest.raises(ConflictError, match="G-0002 is declined: ben moved it"):
            backlog.merge("G-0001", "G-0002", "lea", now=NOON)

    def test_a_split_gap_stays_split_whatever_clusters_say(self, backlog: Backlog) -> None:
        backlog.assign("G-0001", "anna", "anna", now=NOON)
        made = backlog.split("G-0001", ["a", "b"], "lea", now=NOON, title="Etwas anderes")
        assert (made.gap_id, made.title, made.owner, made.state) == ("G-0003", "Etwas anderes", "anna", "assigned")
        assert (names_of(made), made.demand.questions) == ({"a", "b"}, 2)
        assert made.priority + backlog.gap("G-0001").priority == pytest.approx(2.0)
        backlog.sync([found("a", "b", "c", "d", priority=2.0), found("x")], NOON)
        assert names_of(backlog.gap("G-0003")) == {"a", "b", "d"}  # what was decided on counts, so the rest follows it
        assert names_of(backlog.gap("G-0001")) == {"c"}

    @pytest.mark.parametrize(("ids", "what"), [(["z"], "z is not"), ([], "leaves"), (["a", "b", "c"], "leaves")])
    def test_a_split_takes_some_of_the_questions(self, backlog: Backlog, ids: list[str], what: str) -> None:
        with pytest.raises(UsageError, match=what):
            backlog.split("G-0001", ids, "lea", now=NOON)
