"""A report as Markdown tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from evals.quality.metrics import RANKING
from evals.quality.scores import COMPARED_BY
from evals.quality.systems import product

_OVERALL = "all"
_ABSTENTION = (
    "answerable",
    "unanswerable",
    "auroc",
    "length_only",
    "refusal_precision",
    "refusal_recall",
    "coverage",
    "risk",
    "risk_coverage_area",
    "coverage_at_10_risk",
    "ece",
    "brier",
)


def markdown(report: Mapping[str, Any]) -> str:
    """The report of a run."""
    return "\n".join(_lines(report)) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a table; numbers up to 1 get three digits, what is undefined a dash."""
    yield _row(columns)
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield _row(row)


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {report['dataset']}"
    yield ""
    yield (
        f"{report['articles']} articles, {report['sections']} sections, {report['queries']} questions;"
        f" {report['embedder']}; {report['machine']}"
    )
    yield from _section("Ranking", _ranking(report))
    ours = product(report["systems"])
    yield from _section(f"{ours} less the others, {COMPARED_BY}", _significance(report["significance"], ours))
    yield from _section("Answers shown", _answers(report["answers"]))
    yield from _section("Abstention", _abstention(report["abstention"]))
    if report["abstention"]["by_kind"]:
        yield from _section("Unanswerable questions", _kinds(report["abstention"]["by_kind"]))
    latencies = {f"ask {name} ms": value for name, value in report["latency_ms"].items()}
    yield from _section("Time", table(list(latencies), [list(latencies.values())]))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from lines


def _ranking(report: Mapping[str, Any]) -> Iterator[str]:
    further = [name for name in RANKING if name != COMPARED_BY]
    columns = ["part", "system", "queries", COMPARED_BY, "95 %", *further, "answer_hit"]
    rows = []
    for path, name in _parts(report["systems"]):
        for system, scores in report["systems"].items():
            means, intervals = _at(scores, path), _at(report["intervals"][system], path)
            known = {**means, "part": name, "system": system, "95 %": _interval(intervals[COMPARED_BY])}
            rows.append([known[column] for column in columns])
    return table(columns, rows)


def _significance(compared: Mapping[str, Any], ours: str) -> Iterator[str]:
    rows = []
    for path, name in _parts(compared):
        for system, scores in compared.items():
            found = _at(scores, path)
            rows.append([name, system, found["difference"], _interval(found["interval"]), _p(found["p"])])
    return table(["part", f"{ours} less", "difference", "95 %", "p"], rows)


def _answers(answers: Mapping[str, Any]) -> Iterator[str]:
    columns = [name for name in answers if name != "by_pair"]
    parts = {_OVERALL: answers, **answers["by_pair"]}
    return table(["part", *columns], [[name, *(part[c] for c in columns)] for name, part in parts.items()])


def _abstention(abstention: Mapping[str, Any]) -> Iterator[str]:
    parts = {_OVERALL: abstention, **abstention["by_pair"]}
    yield from table(["part", *_ABSTENTION], [[name, *(part[c] for c in _ABSTENTION)] for name, part in parts.items()])
    known = {name: _interval(value) for name, value in abstention["intervals"].items() if value is not None}
    yield from ("", "95 %: " + ", ".join(f"{name} {value}" for name, value in known.items()) + ".")


def _kinds(kinds: Mapping[str, Any]) -> Iterator[str]:
    columns = list(next(iter(kinds.values())))
    return table(["kind", *columns], [[name, *(kind[c] for c in columns)] for name, kind in kinds.items()])


def _parts(scores: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where each part stands in the scores of a system, and its name."""
    yield (_OVERALL,), _OVERALL
    for part in ("by_pair", "by_kind"):
        for name in next(iter(scores.values()))[part]:
            yield (part, name), name


def _at(scores: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    for key in path:
        scores = scores[key]
    return scores


def _interval(value: Sequence[float] | None) -> str | None:
    return None if value is None else f"{value[0]:.3f} to {value[1]:.3f}"


def _p(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _row(values: Iterable[object]) -> str:
    return "| " + " | ".join(_cell(value) for value in values) + " |"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.3f}" if value <= 1 else f"{value:.1f}"
    return str(value).replace("|", "\\|").replace("\n", " ")
