from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.settings import load, rows


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings, origins = load(env={}, folder=tmp_path)
    assert settings.embedding.model == "bundled"
    assert origins == {}


def test_later_sources_win_and_say_where_they_are_from(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.kb.answer]\nthreshold = 0.6\nmax_sentences = 2\n")
    settings, origins = load(env={"KB_ANSWER__THRESHOLD": "0.7"}, folder=tmp_path)
    assert (settings.answer.threshold, settings.answer.max_sentences) == (0.7, 2)
    assert origins == {"answer.threshold": "KB_ANSWER__THRESHOLD", "answer.max_sentences": "pyproject.toml [tool.kb]"}


def test_a_file_of_ones_own_replaces_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.kb.answer]\nthreshold = 0.6\n")
    own = tmp_path / "own.toml"
    own.write_text("[server]\nport = 8080\n")
    settings, _ = load(own, env={}, folder=tmp_path)
    assert (settings.server.port, settings.answer.threshold) == (8080, 0.54)


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"KB_ANSWER__TRESHOLD": "1"}, "threshold"),
        ({"KB_ANSWERS__THRESHOLD": "1"}, "answer"),
        ({"KB_PORT": "1"}, "server"),
    ],
)
def test_an_unknown_key_names_the_nearest_valid_one(env: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(env=env, folder=tmp_path)
    assert named in caught.value.hint
    assert next(iter(env)) in caught.value.message


def test_a_wrong_value_names_its_setting_and_its_source(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"answer\.threshold from KB_ANSWER__THRESHOLD"):
        load(env={"KB_ANSWER__THRESHOLD": "2"}, folder=tmp_path)


@pytest.mark.parametrize("text", ["a, b", '["a", "b"]'])
def test_lists_come_as_json_or_with_commas(text: str, tmp_path: Path) -> None:
    settings, _ = load(env={"KB_ARTICLES__PATHS": text}, folder=tmp_path)
    assert settings.articles.paths == ("a", "b")


@pytest.mark.parametrize("text", ["[tool.kb\n", "[tool.kb]\nanswer = 3\n"])
def test_broken_toml_is_an_error_that_names_the_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(UsageError, match="pyproject"):
        load(env={}, folder=tmp_path)


def test_secrets_are_masked_where_settings_are_listed(tmp_path: Path) -> None:
    settings, origins = load(env={"KB_EMBEDDING__API_KEY": "geheim"}, folder=tmp_path)
    listed = {key: value for key, value, _, _ in rows(settings, origins)}
    assert "geheim" not in str(listed)
    assert listed["embedding.api_key"] == "**********"


def test_every_setting_says_what_it_means(tmp_path: Path) -> None:
    settings, origins = load(env={}, folder=tmp_path)
    assert all(meaning for *_, meaning in rows(settings, origins))
