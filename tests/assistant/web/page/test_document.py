"""The page's document."""

from __future__ import annotations

import re

from starlette.testclient import TestClient


def test_the_page_names_no_other_host_and_its_json_cannot_end_its_script(client: TestClient) -> None:
    text = client.get("/").text
    assert "<template id=" in text
    addresses = re.findall(r"""(?:src|href|content)=["']((?:https?:)?//[^"']+)""", text)
    assert addresses == []


def test_a_browser_may_ask_for_the_head_of_the_page_alone(client: TestClient) -> None:
    assert client.head("/").status_code == 200
