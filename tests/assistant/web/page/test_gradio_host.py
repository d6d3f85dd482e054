"""Gradio's document as the page, and nothing else of Gradio."""

from __future__ import annotations

import re

from starlette.testclient import TestClient


def test_the_queue_and_the_uploads_of_gradio_are_out_of_reach(client: TestClient) -> None:
    for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/run/predict"):
        assert client.post(path, json={}).status_code == 404


def test_the_page_names_no_other_host_and_its_json_cannot_end_its_script(client: TestClient) -> None:
    text = client.get("/").text
    assert "<template id=" in text
    addresses = re.findall(r"""(?:src|href|content)=["']((?:https?:)?//[^"']+)""", text)
    assert addresses == []
