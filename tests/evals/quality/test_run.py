from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.cli import main
from evals.quality import report
from evals.quality.datasets import Selection
from evals.quality.index import configured, once, opened
from evals.quality.tables import markdown
from kb.errors import UsageError
from tests.fakes import WordEmbedder


def test_the_report_has_the_shape_of_the_contract(evaluated: dict[str, Any]) -> None:
    measures = {"queries", "ndcg@10", "mrr@10", "recall@1", "recall@5", "recall@10", "answer_hit"}
    contract = {
        "dataset", "articles", "sections", "queries", "embedder", "machine", "systems", "abstention", "latency_ms",
    }  # fmt: skip
    assert contract <= set(evaluated)
    assert set(evaluated["systems"]) == {"bm25", "dense", "hybrid", "baseline"}
    for scores in evaluated["systems"].values():
        assert set(scores) == {"all", "by_pair", "by_kind"}
        for part in [scores["all"], *scores["by_pair"].values(), *scores["by_kind"].values()]:
            assert set(part) == measures
    assert {"auroc", "refusal_precision", "refusal_recall", "coverage", "risk"} <= set(evaluated["abstention"])
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


def test_every_mean_lies_in_its_interval_and_the_product_is_compared_with_each_other_system(
    evaluated: dict[str, Any],
) -> None:
    for name, scores in evaluated["systems"].items():
        for mean, interval in _pairwise(scores, evaluated["intervals"][name]):
            assert (mean is None) == (interval is None)
            assert mean is None or interval[0] <= mean <= interval[1]
    assert set(evaluated["significance"]) == {"bm25", "dense", "baseline"}
    for scores in evaluated["significance"].values():
        assert scores["by_pair"].keys() == evaluated["systems"]["hybrid"]["by_pair"].keys()
    hybrid, bm25 = (evaluated["systems"][name]["all"]["ndcg@10"] for name in ("hybrid", "bm25"))
    assert evaluated["significance"]["bm25"]["all"]["difference"] == pytest.approx(hybrid - bm25, abs=2e-4)


def _pairwise(scores: dict[str, Any], intervals: dict[str, Any]) -> Iterator[tuple[float | None, Any]]:
    for part in ("by_pair", "by_kind"):
        assert scores[part].keys() == intervals[part].keys()
    for means, found in [
        (scores["all"], intervals["all"]),
        *((scores[part][name], intervals[part][name]) for part in ("by_pair", "by_kind") for name in scores[part]),
    ]:
        yield from ((value, found[name]) for name, value in means.items() if name != "queries")


def test_hiding_articles_makes_negatives_of_their_own_kind(evaluated: dict[str, Any]) -> None:
    abstention = evaluated["abstention"]
    assert (abstention["answerable"], abstention["unanswerable"]) == (4, 4)
    assert abstention["auroc"] is not None
    assert abstention["length_only"] == 0.5  # each question is on both sides
    assert abstention["by_kind"].keys() == {"hidden"}
    assert set(abstention["by_pair"]) == {"de>all", "de>en", "en>all"}


def test_far_questions_do_not_replace_the_near_misses(dataset: Path, embedder: WordEmbedder) -> None:
    lines = [{"id": f"far-{n}", "text": f"Wer gewann 19{n}?", "language": "de"} for n in range(54, 57)]
    (dataset / "far.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    result = report.evaluate(dataset, Selection(unanswerable=Path("far.jsonl")), embedder=embedder).report
    assert _kinds(result) == {"hidden": 4, "far": 3}
    assert result["systems"]["hybrid"]["all"]["queries"] == 4


def test_far_questions_of_its_own_are_enough_for_a_data_set(dataset: Path, embedder: WordEmbedder) -> None:
    own = {"id": "own", "text": "Wer gewann 1954?", "language": "de", "answerable": False, "kind": "far"}
    lines = f"{(dataset / 'queries.jsonl').read_text('utf-8')}\n{json.dumps(own)}"
    (dataset / "with.jsonl").write_text(lines, encoding="utf-8")
    assert _kinds(report.evaluate(dataset, Selection([Path("with.jsonl")]), embedder=embedder).report) == {"far": 1}


def _kinds(result: dict[str, Any]) -> dict[str, int]:
    return {kind: found["questions"] for kind, found in result["abstention"]["by_kind"].items()}


def test_a_second_run_embeds_no_article_again(dataset: Path, embedder: WordEmbedder, evaluated: dict[str, Any]) -> None:
    def chunks() -> int:
        return sum("\n" in text for text in embedder.embedded)  # a breadcrumb stands above their text

    before = chunks()
    again = report.evaluate(dataset, embedder=embedder).report
    assert chunks() == before > 0
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
    overridden = report.evaluate(dataset, overrides=["answer.threshold=1"], embedder=embedder).report
    assert overridden["abstention"]["coverage"] == 0
    for part in ("all", "by_pair"):
        assert _ranking(overridden["systems"]["hybrid"][part]) == _ranking(evaluated["systems"]["hybrid"][part])


def test_a_cross_encoder_is_a_system_of_its_own_and_then_the_product(
    dataset: Path, embedder: WordEmbedder, evaluated: dict[str, Any], tmp_path: Path
) -> None:
    _cross_encoder(tmp_path)
    reranked = report.evaluate(dataset, overrides=[f"retrieval.reranker={tmp_path}"], embedder=embedder).report
    systems = reranked["systems"]
    assert list(systems) == ["bm25", "dense", "hybrid", "hybrid+rerank", "baseline"]
    assert _ranking(systems["hybrid"]) == _ranking(evaluated["systems"]["hybrid"])
    assert _ranking(systems["hybrid+rerank"]) != _ranking(systems["hybrid"])
    assert systems["hybrid"]["all"]["answer_hit"] is None
    assert systems["hybrid+rerank"]["all"]["answer_hit"] is not None
    assert set(reranked["significance"]) == {"bm25", "dense", "hybrid", "baseline"}
    assert "hybrid+rerank less" in markdown(reranked)


def _cross_encoder(folder: Path) -> None:
    """A small one with random weights: it reads, though it understands nothing."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "Umzug", "Zählerstand", "Kündigung", "move", "meter", "portal"]
    raw = Tokenizer(WordPiece({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    raw.pre_tokenizer = BertPreTokenizer()
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=raw, model_max_length=64, **special).save_pretrained(folder)
    torch.manual_seed(1)
    size = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=1, initializer_range=1.0,
    )  # fmt: skip
    BertForSequenceClassification(size).save_pretrained(folder)


def _ranking(part: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _ranking(value) if isinstance(value, dict) else value for key, value in part.items() if key != "answer_hit"
    }


@pytest.mark.parametrize(
    "override", ["candidates=1", "retrieval.candidates", "retrieval.candidate=20", "retrieval.candidates=2"]
)
def test_a_wrong_override_is_refused(override: str) -> None:
    with pytest.raises(UsageError):
        configured([override])


def test_unanswerable_questions_alone_leave_undefined_measures_empty(dataset: Path, embedder: WordEmbedder) -> None:
    lines = [{"id": "u", "text": "Wer gewann 1954?", "language": "de", "relevant": [], "answerable": False}]
    (dataset / "none.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    result = report.evaluate(dataset, Selection([Path("none.jsonl")]), embedder=embedder).report
    assert result["systems"]["hybrid"]["all"] == {
        "queries": 0, "ndcg@10": None, "mrr@10": None, "recall@1": None, "recall@5": None,
        "recall@10": None, "answer_hit": None,
    }  # fmt: skip
    assert result["abstention"]["auroc"] is result["abstention"]["coverage"] is None
    assert result["abstention"]["refusal_recall"] in {0.0, 1.0}
    assert markdown(result)


def test_the_table_shows_every_part_of_every_system(evaluated: dict[str, Any]) -> None:
    text = markdown(evaluated)
    for cell in (
        "| all | bm25 | 4 |",
        "| de>en | baseline | 1 |",
        "| a | hybrid | 1 |",
        "| auroc |",
        "| hidden | 4 |",
        "ask p95 ms",
    ):
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
    word_service: object,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
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
