"""Articles over REST."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.assistant.web.small_server import MOVE, error_of


def test_an_article_comes_with_front_matter_source_html_and_sections(client: TestClient) -> None:
    article = client.get("/api/v1/articles/report-move").json()
    assert (article["id"], article["title"], article["audience"], article["products"]) == (
        "report-move",
        "Umzug melden",
        "public",
        ["strom"],
    )
    assert article["reviewed_on"] == "2026-09-12"
    assert article["markdown"] == MOVE
    assert article["sections"][1] == {"headings": ["Schritte"], "anchor": "schritte", "level": 2, "lines": [15, 18]}
    assert '<h2 id="schritte" data-lines="15-15">Schritte</h2>' in article["html"]
    assert "script" not in article["html"]
    assert 'href="/?article=annual-bill&amp;language=de#frist"' in article["html"]
    assert article["related"] == [{"article_id": "annual-bill", "language": "de", "title": "Jahresrechnung"}]


@pytest.mark.parametrize(
    "path", ["/api/v1/articles/nope", "/api/v1/articles/report-move?language=en", "/api/v1/articles/..%2f..%2fetc"]
)
def test_an_article_that_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    error_of(answer)


def test_articles_are_listed_by_title_and_filtered(client: TestClient) -> None:
    titles = [row["title"] for row in client.get("/api/v1/articles").json()["articles"]]
    assert titles == ["Jahresrechnung", "Umzug melden"]
    public = client.get("/api/v1/articles?audience=public").json()["articles"]
    assert [row["id"] for row in public] == ["report-move"]
