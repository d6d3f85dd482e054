from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.fitting.learning import APART, FOLDS, folds, markdown, replay
from evals.quality.datasets import Selection, load
from kb.errors import UsageError
from tests.fakes import WordEmbedder

SUBJECTS = ("Umzug", "Abschlag", "Rechnung", "Zähler", "Kündigung", "Vollmacht")


@pytest.fixture(scope="module")
def asked_often(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six articles; each question is asked four times in nearly the same words, the last article's only once."""
    folder = tmp_path_factory.mktemp("often")
    (folder / "articles").mkdir()
    lines = []
    for place, scope in enumerate(SUBJECTS):
        text = f"Den Vorgang {scope} erledigen Sie im Portal. {scope} kostet {place} Euro."
        head = f'---\nid: a{place}\ntitle: "{scope}"\nlanguage: de\n---\n'
        (folder / "articles" / f"a{place}.md").write_text(f"{head}\n{text}\n", encoding="utf-8")
        for word in ("jetzt", "bitte", "heute", "schnell")[: 1 if place == len(SUBJECTS) - 1 else None]:
            question = {"id": f"{scope}-{word}", "text": f"Was kostet {scope} {word}?", "language": "de"}
            lines.append(json.dumps(question | {"relevant": [f"a{place}"]}))
    (folder / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_every_question_is_held_out_once_and_bystanders_share_no_article_with_what_is_taught(asked_often) -> None:
    dataset = load(asked_often)
    held_out = []
    for fold in folds(dataset):
        taught, waiting, aside = (
            {name for question in part for name in question.relevant}
            for part in (fold.taught, fold.held_out, fold.bystanders)
        )
        assert taught == waiting
        assert not taught & aside
        assert "a5" in aside
        assert len({q.id for part in (fold.taught, fold.held_out, fold.bystanders) for q in part}) == 21
        held_out += [question.id for question in fold.held_out]
    assert len(held_out) == len(set(held_out)) == FOLDS * (len(SUBJECTS) - 2) * 2
    assert APART > FOLDS
    assert folds(dataset) == folds(dataset)


def test_a_replay_teaches_measures_and_leaves_the_kept_index_alone(asked_often) -> None:
    report = replay(asked_often, overrides=["answer.threshold=0"], embedder=WordEmbedder())
    again = replay(asked_often, overrides=["answer.threshold=0"], embedder=WordEmbedder())
    assert report == again
    assert report["taught"] == report["held_out"]["questions"] == 16
    assert report["bystanders"]["questions"] == 2 + 8
    assert 0 < sum(report["ratings"].values()) - report["ratings"].get("mistaken", 0) <= report["taught"]
    for part in ("held_out", "bystanders"):
        measured = report[part]["ndcg@10"]
        assert measured["difference"] == pytest.approx(measured["after"] - measured["before"], abs=2e-4)
        assert len(report[part]["harmed"]) == report[part]["worse"]
    assert markdown(report).count("\n| ") == 5


def test_without_an_article_that_has_two_questions_there_is_nothing_to_learn(asked_often) -> None:
    with pytest.raises(UsageError, match="two questions"):
        replay(asked_often, Selection(limit=2), embedder=WordEmbedder())
