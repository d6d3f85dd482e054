"""No name and no address of a ticket is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import KBError
from kb.events.pseudonyms import Pseudonyms
from kb.library import Library
from tests.ingest.ticket_files import imported, stored, table


class TestPrivacy:
    def test_no_name_and_no_address_reaches_the_database(self, library: Library) -> None:
        head = "id;created_at;subject;text;requester;agent;resolution"
        names = "Anna Berg;Max Muster"
        row = f"1;2026-01-15T09:30Z;Anna Berg fragt;Berg hier, bitte an a.berg@example.de;{names};Gruß, Muster"
        imported(library, table(row, header=head))
        library.close()
        content = b"".join(path.read_bytes() for path in library.home.rglob("*") if path.is_file())
        for name in (b"Berg", b"Muster", b"example.de"):
            assert name not in content
        (ticket,) = stored(library)
        assert (ticket.subject, ticket.text) == ("[name] fragt", "[name] hier, bitte an [email]")
        assert ticket.resolution == "Gruß, [name]"

    def test_an_agent_has_one_handle_and_nobody_else_has_it(self, library: Library, tmp_path: Path) -> None:
        head = "id;created_at;text;agent"
        rows = [
            "1;2026-01-15;a;Max Muster",
            "2;2026-01-15;a;max  MUSTER",
            "3;2026-01-15;a;Eva Stein",
            "4;2026-01-15;a;",
        ]
        imported(library, table(*rows, header=head))
        one, same, other, none = (ticket.agent for ticket in stored(library))
        assert one == same != other
        assert none == ""
        assert Pseudonyms(library.home / "pseudonyms.key").of("Max Muster") == one
        assert Pseudonyms(tmp_path / "another.key").of("Max Muster") != one
        assert (library.home / "pseudonyms.key").stat().st_mode & 0o777 == 0o600

    def test_a_key_that_is_damaged_is_not_made_anew(self, library: Library) -> None:
        library.home.mkdir()
        (library.home / "pseudonyms.key").write_text("12ab")
        with pytest.raises(KBError, match="incomplete"):
            imported(library, table("1;2026-01-15;a;Max", header="id;created_at;text;agent"))

    def test_names_of_teams_stay_in_the_texts(self, library: Library) -> None:
        head = "id;created_at;text;agent"
        imported(library, table("1;2026-01-15;Ich habe den Support schon gefragt;Support Nord", header=head))
        assert "Support" in stored(library)[0].text
