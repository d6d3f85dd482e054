from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from evals.quality.datasets import FAR, Selection, fold, holds_answer, load, resolved
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
    assert [read.id for read in load(tmp_path, Selection([Path("other.jsonl")])).questions] == ["r"]
    with pytest.raises(UsageError, match=r"none\.jsonl"):
        load(tmp_path, Selection([Path("none.jsonl")]))


def test_a_limit_takes_questions_evenly_from_the_whole_file(tmp_path: Path) -> None:
    made(tmp_path, *(question(str(number)) for number in range(10)))
    assert [read.id for read in load(tmp_path, Selection(limit=4)).questions] == ["0", "2", "5", "7"]
    assert len(load(tmp_path, Selection(limit=99)).questions) == 10


def test_several_files_are_asked_together_and_an_id_of_one_may_not_come_again_in_the_other(tmp_path: Path) -> None:
    made(tmp_path, question("q"))
    (tmp_path / "other.jsonl").write_text(json.dumps(question("r")), encoding="utf-8")
    both = Selection([tmp_path / "queries.jsonl", Path("other.jsonl")])
    assert [read.id for read in load(tmp_path, both).questions] == ["q", "r"]
    (tmp_path / "other.jsonl").write_text(json.dumps(question("q")), encoding="utf-8")
    with pytest.raises(UsageError, match=r"other\.jsonl:1: the id 'q'"):
        load(tmp_path, both)


def test_a_split_that_a_line_names_counts_and_where_it_names_none_its_article_decides(tmp_path: Path) -> None:
    asked = [question(f"q{number}", relevant=[f"a-{number % 10}"]) for number in range(20)]
    made(tmp_path, *asked, question("d", split="dev"), question("v", split="val"))
    dev, test = ({read.id for read in load(tmp_path, Selection(split=split)).questions} for split in ("dev", "test"))
    odd = {one["id"] for one in asked if hashlib.sha1(one["relevant"][0].encode()).digest()[-1] % 2}
    assert 0 < len(odd) < 20
    assert test - {"v"} == odd
    assert dev - {"v"} == {one["id"] for one in asked} - odd | {"d"}


def test_no_half_holds_a_question_about_the_translation_of_an_article_of_the_other(tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        german, english = f"faq-de-x{number}", f"faq-en-x{number}"
        made(folder, question("q", relevant=[german]), question("r", relevant=[english]))
        assert len({one.split for one in load(folder).questions}) == 1


def test_a_split_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="split 'test'"):
        load(made(tmp_path, question("q", split="dev")), Selection(split="test"))


def test_questions_of_another_file_are_added_evenly_and_as_unanswerable_whatever_they_say(tmp_path: Path) -> None:
    made(tmp_path, question("q", relevant=["a"]), question("r"))
    lines = [question(f"far-{n}", answerable=True, relevant=["x"], answers=["y"], kind="z") for n in range(10)]
    (tmp_path / "far.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    own = load(tmp_path, Selection(limit=1, unanswerable=Path("far.jsonl"), unanswerable_limit=2)).questions
    assert [read.id for read in own] == ["q", "far-0", "far-5"]
    for read in own[1:]:
        assert (read.answerable, read.kind, read.relevant, read.answers) == (False, FAR, frozenset(), ())


def test_a_selection_describes_only_what_differs_and_names_no_folder_of_the_machine() -> None:
    assert Selection().described() == {}
    chosen = Selection([Path("/a/gold_de.jsonl")], "dev", 5, Path("/b/clinc/queries.jsonl"))
    assert chosen.described() == {"queries": ["gold_de"], "split": "dev", "limit": 5, "unanswerable": "clinc"}


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
