from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.datasets import fold, holds_answer, load, resolved
from kb.errors import UsageError


def made(folder: Path, *lines: dict[str, object] | str) -> Path:
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "queries.jsonl").write_text(text + "\n", encoding="utf-8")
    return folder


def question(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "text": f"Wo ist {name}?", "language": "de", **more}


def test_every_key_of_the_contract_is_read_and_foreign_keys_are_passed_over(tmp_path: Path) -> None:
    line = question(
        "q",
        relevant=["a"],
        also_ok=["b"],
        answers=["308", " "],
        answerable=False,
        target_language="en",
        kind="k",
        source="x",
    )
    (read,) = load(made(tmp_path, line)).questions
    assert (read.relevant, read.also_ok, read.answers) == ({"a"}, {"b"}, ("308",))
    assert (read.answerable, read.target_language, read.kind, read.line) == (False, "en", "k", 1)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="articles is missing"):
        load(tmp_path)


def test_a_broken_line_is_named_with_its_number_although_blank_lines_stand_before_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"queries\.jsonl:3: "):
        load(made(tmp_path, question("q"), "", '{"id": "r", '))


@pytest.mark.parametrize(
    "line", [{"text": "t", "language": "de"}, question("q", relevant="a"), question("q", answerable="no"), []]
)
def test_a_line_of_another_shape_is_refused(tmp_path: Path, line: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"queries\.jsonl:1: "):
        load(made(tmp_path, line))


def test_an_id_that_comes_again_is_refused_at_its_second_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"queries\.jsonl:2: the id 'q'"):
        load(made(tmp_path, question("q"), question("q")))


def test_an_empty_file_of_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no question"):
        load(made(tmp_path))


def test_another_file_of_questions_is_found_in_the_data_set_too(tmp_path: Path) -> None:
    made(tmp_path, question("q"))
    (tmp_path / "other.jsonl").write_text(json.dumps(question("r")), encoding="utf-8")
    assert [read.id for read in load(tmp_path, Path("other.jsonl")).questions] == ["r"]
    with pytest.raises(UsageError, match=r"none\.jsonl"):
        load(tmp_path, Path("none.jsonl"))


def test_a_limit_takes_questions_evenly_from_the_whole_file(tmp_path: Path) -> None:
    made(tmp_path, *(question(str(number)) for number in range(10)))
    assert [read.id for read in load(tmp_path, limit=4).questions] == ["0", "2", "5", "7"]
    assert len(load(tmp_path, limit=99).questions) == 10


def test_articles_are_known_by_their_path_and_by_their_id(tmp_path: Path) -> None:
    dataset = load(made(tmp_path, question("q", relevant=["sub/file", "other"], also_ok=["never-there"])))
    (read,) = resolved(dataset, {"sub/file": "move", "other": "other"}).questions
    assert read.relevant == {"move", "other"}
    assert read.also_ok == {"never-there"}


def test_a_relevant_article_that_does_not_exist_is_named_with_its_line(tmp_path: Path) -> None:
    dataset = load(made(tmp_path, question("q"), question("r", relevant=["gone"])))
    with pytest.raises(UsageError, match=r"queries\.jsonl:2: there is no article 'gone'"):
        resolved(dataset, {"a": "a"})


def test_answers_are_compared_without_regard_to_case_white_space_and_unicode_form() -> None:
    assert holds_answer(["Große\u00a0 Straße"], ["in der GROSSE\nSTRASSE 3"])
    assert fold("u\u0308ber") == fold("Über")
    assert not holds_answer(["309"], ["gab 308 Punkte ab"])
    assert not holds_answer(["308"], [])
