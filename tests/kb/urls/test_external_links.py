"""External links of articles become findings."""

from __future__ import annotations

import socket
from datetime import date
from pathlib import Path

import pytest

from kb.checks import check
from kb.checks.external import external_links
from kb.urls import LinkOutcome


def put(folder: Path, body: str) -> None:
    head = "id: a\ntitle: T\nlanguage: de\nstatus: published\naudience: public\nowner: x\nreviewed_on: 2026-11-01"
    (folder / "a.md").write_text(f"---\n{head}\n---\n{body}\n")


def test_links_to_other_hosts_become_findings_at_their_line_and_can_be_suppressed(tmp_path: Path) -> None:
    kinds = {"dead": "dead-url", "unreachable": "unreachable-url", "moved": "moved-url", "refused": "refused-url"}
    lines = [f"[x](https://{kind}.example/)\n" for kind in [*kinds, "fine"]]
    hidden = "[x](https://dead.example/) <!-- kb-check: ignore dead-url: die Seite kommt wieder -->"
    put(tmp_path, "\n".join([*lines, hidden, "[y](a.md) [z](mailto:a@b.example) <https://DEAD.example/>"]))

    def asked(urls) -> dict[str, LinkOutcome]:
        assert all(url.startswith("https://") for url in urls)
        return {
            url: LinkOutcome(url.lower().split("//")[1].split(".")[0], "so ist es", "https://new.example/")
            for url in urls
        }

    found = check([tmp_path], date(2026, 11, 23), more=[lambda library: external_links(library, asked)]).findings
    assert [(one.severity, one.code, one.line) for one in found] == [
        ("error", "dead-url", 10),
        ("warning", "unreachable-url", 12),
        ("info", "moved-url", 14),
        ("warning", "refused-url", 16),
        ("error", "dead-url", 21),
    ]
    assert found[2].fix == "Link to https://new.example/ instead."


def test_without_being_asked_a_check_opens_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "[x](https://example.org/) ![y](https://example.org/y.png)")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail("it looked up a name"))
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("it connected"))
    assert check([tmp_path], date(2026, 11, 23)).findings == ()
