from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals import report
from evals.cli import main
from evals.index import configured, once, opened
from kb.errors import UsageError
from tests.fakes import WordEmbedder

TEXTS = {
    "umzug": ("de", "Umzug melden", "Melden Sie den Umzug im Kundenportal. Der Umzug kostet 25 Euro."),
    "zaehler": ("de", "Zählerstand ablesen", "Lesen Sie den Zählerstand am Zähler ab. Er hat sechs Stellen."),
    "kuendigung": ("de", "Vertrag kündigen", "Die Kündigung braucht vier Wochen Frist. Schreiben Sie einen Brief."),
    "move": ("en", "Report a move", "Report your move in the portal. Moving costs 25 euros."),
    "meter": ("en", "Read the meter", "Read the number on the meter. It has six digits."),
}
QUESTIONS = [
    {"id": "1", "text": "Was kostet der Umzug?", "language": "de", "relevant": ["umzug"], "also_ok": ["move"],
     "answers": ["25 Euro"], "kind": "a"},
    {"id": "2", "text": "Wie lese ich den Zählerstand am Zähler ab?", "language": "de",
     "relevant": ["sub/zaehler"], "kind": "b"},
    {"id": "3", "text": "How do I read the number on the meter?", "language": "en",
     "relevant": ["meter"], "answers": ["no such"]},
    {"id": "4", "text": "Umzug im portal melden", "language": "de", "relevant": ["move"], "target_language": "en"},
]  # fmt: skip


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    for name, (language, title, text) in TEXTS.items():
        place = folder / "articles" / ("sub/zaehler.md" if name == "zaehler" else f"{name}.md")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f'---\nid: {name}\ntitle: "{title}"\nlanguage: {language}\n---\n\n{text}\n', encoding="utf-8")
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("KB_EVALS_CACHE", str(folder))
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture(scope="module")
def evaluated(dataset: Path, embedder: WordEmbedder) -> dict[str, Any]:
    return report.evaluate(dataset, embedder=embedder)


def test_the_report_has_the_shape_of_the_contract(evaluated: dict[str, Any]) -> None:
    measures = {"queries", "ndcg@10", "mrr@10", "recall@1", "recall@5", "recall@10", "answer_hit"}
    assert set(evaluated) == {
        "dataset", "articles", "sections", "queries", "embedder", "machine", "systems", "abstention", "latency_ms",
    }  # fmt: skip
    assert set(evaluated["systems"]) == {"bm25", "dense", "hybrid", "baseline"}
    for scores in evaluated["systems"].values():
        assert set(scores) == {"all", "by_pair", "by_kind"}
        for part in [scores["all"], *scores["by_pair"].values(), *scores["by_kind"].values()]:
            assert set(part) == measures
    assert set(evaluated["abstention"]) == {"auroc", "refusal_precision", "refusal_recall", "coverage", "risk"}
    assert evaluated["latency_ms"]["p95"] >= evaluated["latency_ms"]["p50"] > 0
    assert (evaluated["articles"], evaluated["queries"]) == (5, 4)


def test_questions_are_counted_under_the_languages_of_their_articles_and_under_their_kind(
    evaluated: dict[str, Any],
) -> None:
    hybrid = evaluated["systems"]["hybrid"]
    assert hybrid["all"]["queries"] == 4
    assert {pair: part["queries"] for pair, part in hybrid["by_pair"].items()} == {"de>de": 2, "de>en": 1, "en>en": 1}
    assert {kind: part["queries"] for kind, part in hybrid["by_kind"].items()} == {"a": 1, "b": 1}


def test_words_that_stand_in_an_article_find_it(evaluated: dict[str, Any]) -> None:
    assert evaluated["systems"]["bm25"]["by_pair"]["de>de"]["recall@1"] == 1.0


def test_an_answer_that_no_quote_can_hold_is_no_hit_and_only_the_product_is_asked(evaluated: dict[str, Any]) -> None:
    systems = evaluated["systems"]
    assert systems["hybrid"]["by_pair"]["en>en"]["answer_hit"] == 0.0
    assert systems["bm25"]["all"]["answer_hit"] is None
    assert systems["hybrid"]["by_kind"]["b"]["answer_hit"] is None


def test_hiding_articles_makes_a_refusal_right(evaluated: dict[str, Any]) -> None:
    abstention = evaluated["abstention"]
    assert all(value is None or 0 <= value <= 1 for value in abstention.values())
    assert abstention["auroc"] is not None


def test_a_second_run_embeds_no_article_again(dataset: Path, embedder: WordEmbedder, evaluated: dict[str, Any]) -> None:
    before = len(embedder.embedded)
    again = report.evaluate(dataset, embedder=embedder)
    assert len(embedder.embedded) == before > 0
    assert again["systems"] == evaluated["systems"]


def test_two_runs_that_start_at_once_make_an_index_once(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> None:
        (tmp_path / "index").mkdir()
        time.sleep(0.2)
        made.append(1)

    runs = [threading.Thread(target=once, args=(tmp_path / "index", make)) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert made == [1]


def test_an_index_whose_making_failed_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    with pytest.raises(ZeroDivisionError):
        once(folder, lambda: 1 / 0)
    made: list[int] = []
    once(folder, lambda: made.append(1))
    assert made == [1]


def test_an_edited_article_gets_an_index_of_its_own(
    dataset: Path, embedder: WordEmbedder, evaluated: dict[str, Any]
) -> None:
    del evaluated
    before = len(embedder.embedded)
    file = dataset / "articles" / "meter.md"
    kept = file.read_text(encoding="utf-8")
    try:
        file.write_text(kept + "\nAnd a little dial.\n", encoding="utf-8")
        with opened(dataset / "articles", configured(), embedder) as index:
            assert index.articles == 5
    finally:
        file.write_text(kept, encoding="utf-8")
    assert len(embedder.embedded) > before


def test_a_setting_can_be_overridden_for_a_run(
    dataset: Path, embedder: WordEmbedder, evaluated: dict[str, Any]
) -> None:
    alone = report.evaluate(dataset, overrides=["retrieval.dense_weight=0"], embedder=embedder)["systems"]
    for part in ("all", "by_pair"):
        assert (
            _ranking(alone["hybrid"][part])
            == _ranking(alone["bm25"][part])
            == _ranking(evaluated["systems"]["bm25"][part])
        )


def _ranking(part: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _ranking(value) if isinstance(value, dict) else value for key, value in part.items() if key != "answer_hit"
    }


@pytest.mark.parametrize(
    "override", ["dense_weight=1", "retrieval.dense_weight", "retrieval.denseweight=1", "retrieval.dense_weight=2"]
)
def test_a_wrong_override_is_refused(override: str) -> None:
    with pytest.raises(UsageError):
        configured([override])


def test_unanswerable_questions_alone_leave_undefined_measures_empty(dataset: Path, embedder: WordEmbedder) -> None:
    lines = [{"id": "u", "text": "Wer gewann 1954?", "language": "de", "relevant": [], "answerable": False}]
    (dataset / "none.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    result = report.evaluate(dataset, Path("none.jsonl"), embedder=embedder)
    assert result["systems"]["hybrid"]["all"] == {
        "queries": 0, "ndcg@10": None, "mrr@10": None, "recall@1": None, "recall@5": None,
        "recall@10": None, "answer_hit": None,
    }  # fmt: skip
    assert result["abstention"]["auroc"] is result["abstention"]["coverage"] is None
    assert result["abstention"]["refusal_recall"] in {0.0, 1.0}
    assert report.markdown(result)


def test_the_table_shows_every_part_of_every_system(evaluated: dict[str, Any]) -> None:
    text = report.markdown(evaluated)
    for cell in ("| all | bm25 | 4 |", "| de>en | baseline | 1 |", "| a | hybrid | 1 |", "| auroc |", "ask p95 ms"):
        assert cell in text


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "holds no question"),
        ([{"id": "x", "text": "t", "language": "de", "relevant": ["gone"]}], ":1: there is no article 'gone'"),
        ([{"id": "x"}], ":1: "),
    ],
)
def test_bad_input_leaves_two_lines_and_exit_code_2(
    lines: list[Any],
    said: str,
    dataset: Path,
    embedder: WordEmbedder,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kb.library.Library.embedder", embedder)
    (dataset / "bad.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["evals", "run", str(dataset), "--queries", "bad.jsonl"])
    with pytest.raises(SystemExit) as left:
        main()
    output = capsys.readouterr()
    assert (left.value.code, output.out) == (2, "")
    assert said in output.err
    assert len(output.err.strip().splitlines()) == 2


@pytest.mark.parametrize("arguments", [[], ["run"], ["run", "x", "--limit", "0"], ["ruin"], ["run", "x", "--set"]])
def test_wrong_use_leaves_two_lines_and_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["evals", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 2
