"""The name of an article: its id and its language."""

import pytest

from kb.articles.article import ArticleKey


@pytest.mark.parametrize("key", [ArticleKey("meter", "de"), ArticleKey("a@b", "de-AT"), ArticleKey("meter", "")])
def test_a_key_is_read_as_it_was_written(key) -> None:
    assert ArticleKey.parse(str(key)) == key


def test_an_id_alone_is_a_key_without_a_language() -> None:
    assert ArticleKey.parse("meter") == ArticleKey("meter", "")


def test_a_key_is_written_as_id_at_language() -> None:
    assert f"{ArticleKey('meter', 'de-AT')}" == "meter@de-AT"
    assert ArticleKey("meter", "de-AT").primary_language == "de"


def test_keys_are_ordered_by_id_then_language() -> None:
    keys = [ArticleKey("b", "de"), ArticleKey("a", "en"), ArticleKey("a-b", "de"), ArticleKey("a", "de")]
    assert list(map(str, sorted(keys))) == ["a@de", "a@en", "a-b@de", "b@de"]


def test_a_row_of_a_citation_names_its_article() -> None:
    assert ArticleKey.of({"article_id": "meter", "language": "de", "score": 0.5}) == ("meter", "de")
