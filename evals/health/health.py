"""Is what `kb health` says true: contradictions, copies and translations against what is known to be wrong.

Sentences: pairs written for the purpose (`data/contradictions.jsonl`, half dev, half test). Articles: the repository's
own with what is planted in them, and with facts changed in one language of some. Copies: an index of a large base whose
copies are known. Drift: two versions of one FAQ.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

from assistant.health import parity, passage_pairs
from assistant.health.contradiction import compare
from assistant.health.finding import HealthReport
from assistant.health.pipeline import CACHE_FILE, examine
from evals.health.staleness import SEEDS, simulate
from evals.quality.datasets import REPOSITORY
from evals.quality.index import configured, opened
from evals.quality.tables import table
from ingest.chunking import chunk, names, recipe
from kb.articles.article import ArticleKey, Section
from kb.articles.reader import read
from kb.catalog import UnitRow
from kb.errors import UsageError
from kb.facts import read as facts
from kb.library import Library

DATA: Final = Path(__file__).parents[1] / "data"
TODAY: Final = date(2026, 11, 23)
"""The day that the planted faults are described for."""

CHANGED: Final = 40
"""Articles of which one language gets another fact."""

SEED: Final = 20_261_125


def sentences(file: Path = DATA / "contradictions.jsonl") -> dict[str, Any]:
    """Precision and recall of ``compare`` by split, with false alarms and misses by kind."""
    found = {}
    rows = list(_lines(file))
    for split in ("dev", "test"):
        said = [
            (row, compare(row["left"], row["right"], row["language"]) is not None)
            for row in rows
            if row["split"] == split
        ]
        found[split] = scores((row["contradicts"], told) for row, told in said) | {
            "false_alarms": dict(Counter(row["kind"] for row, told in said if told and not row["contradicts"])),
            "missed": dict(Counter(row["kind"] for row, told in said if not told and row["contradicts"])),
        }
    return found


def scores(outcomes: Iterable[tuple[bool, bool]]) -> dict[str, Any]:
    """Precision and recall of (is, was told) pairs; None where there is nothing to divide by."""
    counted = Counter(outcomes)
    right, alarms, missed = counted[True, True], counted[False, True], counted[True, False]
    return {
        "pairs": sum(counted.values()),
        "right": right,
        "alarms": alarms,
        "missed": missed,
        "precision": round(right / (right + alarms), 3) if right + alarms else None,
        "recall": round(right / (right + missed), 3) if right + missed else None,
    }


def planted(report: HealthReport) -> dict[str, Any]:
    """What is planted in the sample articles: found or not, and what else was told."""
    plan = json.loads((DATA / "planted.json").read_text(encoding="utf-8"))
    wanted = {
        "contradiction": _keys(plan["contradiction"], "ids")
        | {_key(language, one["id"], one["by"]) for one in plan["superseded"] for language in one["languages"]},
        "duplicate": _keys(plan["near_duplicate"], "ids"),
    }
    result = {}
    for kind, keys in wanted.items():
        told = [frozenset(ref.key for ref in finding.articles) for finding in report.findings if finding.kind == kind]
        result[kind] = scores([(key in keys, True) for key in told] + [(True, False)] * len(keys - set(told)))
        result[kind]["false_alarms"] = [sorted(map(str, key)) for key in told if key not in keys]
    wrong = {one["id"] for one in plan["translation_disagreement"]}
    told_ids = [one.articles[0].article_id for one in report.of("parity") if one.severity == "error"]
    result["parity"] = scores([(one in wrong, True) for one in told_ids] + [(True, False)] * len(wrong - set(told_ids)))
    result["parity"]["false_alarms"] = [one for one in told_ids if one not in wrong]
    result["parity"]["missing"] = [str(one.articles[0].key) for one in report.of("parity") if one.evidence["missing"]]
    return result


def _keys(plan: Sequence[dict[str, Any]], field: str) -> set[frozenset[ArticleKey]]:
    return {_key(language, *one[field]) for one in plan for language in one["languages"]}


def _key(language: str, *ids: str) -> frozenset[ArticleKey]:
    return frozenset(ArticleKey(one, language) for one in ids)


def changed_translations(articles: Path, changed: int = CHANGED) -> dict[str, Any]:
    """One fact of one language changed in ``changed`` articles, none in the others: what parity says of all."""
    dice = random.Random(SEED)  # noqa: S311  which articles are changed
    plan = json.loads((DATA / "planted.json").read_text(encoding="utf-8"))
    differ = {f"{one['id']}.md" for one in plan["translation_disagreement"]}
    names_ = sorted(path.name for path in (articles / "de").glob("*.md") if (articles / "en" / path.name).is_file())
    siblings = [name for name in names_ if name not in differ]
    touched = set(dice.sample(siblings, min(changed, len(siblings))))
    outcomes, kinds, missed = [], Counter[str](), Counter[str]()
    for name in siblings:
        sources = {language: (articles / language / name).read_text(encoding="utf-8") for language in ("de", "en")}
        before = _told(sources, name)
        kind = None
        if name in touched:
            language = dice.choice(("de", "en"))
            sources[language], kind = _with_another_fact(dice, sources[language], language)
        after = _told(sources, name)
        if kind:
            outcomes.append((True, after != before))
            kinds[kind] += 1
            missed[kind] += after == before
        else:
            outcomes.append((False, bool(after)))
    return scores(outcomes) | {"changed": dict(kinds), "missed_kinds": {kind: n for kind, n in missed.items() if n}}


def _told(sources: dict[str, str], name: str) -> list[dict[str, Any]]:
    differences = parity.compare((f"de/{name}", sources["de"]), (f"en/{name}", sources["en"]))
    return [item for item in differences if isinstance(item["left"], dict)]


def _with_another_fact(dice: random.Random, source: str, language: str) -> tuple[str, str | None]:
    """``source`` with the digits of one fact of its body raised, and the kind of the fact; as it is without any."""
    start = source.index("\n# ")
    found = [one for one in facts(source[start:], language) if one.kind in {"amount", "period", "percent", "quantity"}]
    found = [one for one in found if re.search(r"[1-9]", one.written)]
    if not found:
        return source, None
    fact = dice.choice(found)
    other = re.sub(r"[1-8]", lambda digit: str(int(digit[0]) + 1), fact.written, count=1)
    if other == fact.written:
        return source, None
    return source[: start + fact.start] + other + source[start + fact.end :], fact.kind


def copies(home: Path, groups: Path | None) -> dict[str, Any]:
    """Copies that an index of a large base is known to have, and how long its examination takes.

    ``home`` is copied, never changed. ``groups`` lists articles with the same body; pairs that were found and read by
    eye are in `data/duplicates.jsonl`. Raises UsageError where there is no index.
    """
    if not (home / "index.sqlite3").is_file():
        raise UsageError(f"There is no index in {home}.", "Ingest the articles first: kb --home HOME ingest FOLDER")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(home / "index.sqlite3", folder)
        library = Library(Path(folder), configured())
        seconds, report = _timed(library)
        unchanged, _ = _timed(library)
        _edit(library)
        edited, _ = _timed(library)
        library.close()
        size = (Path(folder) / CACHE_FILE).stat().st_size
    together = [{ref.article_id for ref in finding.articles} for finding in report.of("duplicate")]
    known = [one["articles"] for one in _lines(groups) if one["kind"] == "same_body"] if groups else []
    same = [[name.removesuffix(".md") for name in names_] for names_ in known]
    read_by_eye = list(_lines(DATA / "duplicates.jsonl"))
    told = [one["same"] for one in read_by_eye if any({one["left"], one["right"]} <= group for group in together)]
    return {
        "articles": report.articles,
        "groups": len(together),
        "same_body": len(same),
        "same_body_found": sum(any(len(group.intersection(one)) > 1 for group in together) for one in same),
        "read_by_eye": len(told),
        "right": sum(told),
        "precision": round(sum(told) / len(told), 3) if told else None,
        "contradictions": len(report.of("contradiction")),
        "cpu_s": {"cold": seconds, "unchanged": unchanged, "after_one_edit": edited},
        "remembered_mb": round(size / 1e6, 1),
    }


def _timed(library: Library) -> tuple[float, HealthReport]:
    """CPU seconds of one examination: on a machine with other work they say more than the clock."""
    started = time.process_time()
    report = examine(library, TODAY)
    return round(time.process_time() - started, 1), report


def _edit(library: Library) -> None:
    """Change one word of one article and put it into the index, as an ingest would."""
    with library.catalog.snapshot() as snapshot:
        row = next(one for one in snapshot.files() if one.key.language == "de")
        source = snapshot.sources([row.key])[row.key][1]
    article = read(row.path, f"{source}\nZum Schluss noch ein Satz über 14 Tage Frist.\n".encode()).article
    if article is None:
        raise UsageError(f"{row.path} cannot be read.", "Ingest the articles again.")
    chunks = chunk(article, library.embedder, library.settings.embedding.chunk_tokens)
    vectors = library.embedder.embed_passages([one.text for one in chunks])
    library.catalog.keep_vectors(library.embedder.fingerprint, [one.vector_id for one in chunks], vectors)
    made_by = recipe(library.embedder, library.settings.embedding.chunk_tokens)
    library.catalog.put(article, row.root, "edited", made_by, chunks, names(article), [])


def drift(folder: Path) -> dict[str, Any]:
    """Two versions of one FAQ: sentences that are known to differ, and what is told of entries that only read anew."""
    known = list(_lines(folder / "contradictions.jsonl"))
    found = [one for one in known if compare(one["old_sentence"], one["new_sentence"], one["language"])]
    told: dict[str, Counter[bool]] = {}
    for one in _lines(folder / "pairs.jsonl"):
        if one["change"] in {"minor", "value_change"}:
            told.setdefault(one["change"], Counter())[bool(_clashes(one))] += 1
    return {
        "sentences": len(known),
        "found": len(found),
        "recall": round(len(found) / len(known), 3),
        "entries": {change: {"told": counted[True], "of": counted.total()} for change, counted in sorted(told.items())},
    }


def _clashes(one: dict[str, Any]) -> list[dict[str, str]]:
    old, new = (_units(one[side], one["language"]) for side in ("old", "new"))
    return [asdict(clash.difference) for clash in passage_pairs.clashes(old, new, one["language"])]


def _units(text: str, language: str) -> list[UnitRow]:
    article = read(f"{language}/a.md", text.encode()).article
    sections: Sequence[Section] = article.sections if article else ()
    units = [unit for section in sections for block in section.blocks for unit in block.units]
    return [UnitRow(place, 0, unit.kind, unit.source, unit.text, unit.lines) for place, unit in enumerate(units)]


def measure(
    home: Path | None = None, groups: Path | None = None, versions: Path | None = None, years: int | None = None
) -> dict[str, Any]:
    """Everything that can be measured with what is there. Raises KBError where the index cannot be made."""
    articles = REPOSITORY / "articles"
    with opened(articles, configured()) as index:
        report = examine(index.library, TODAY)
    result: dict[str, Any] = {
        "sentences": sentences(),
        "planted": planted(report),
        "changed_translations": changed_translations(articles),
        "staleness": simulate(SEEDS[:years]),
    }
    if versions:
        result["drift"] = drift(versions)
    if home:
        result["copies"] = copies(home, groups)
    return result


def markdown(result: dict[str, Any]) -> str:
    """The figures as tables."""
    rows = [[f"sentences, {split}", *_scored(found)] for split, found in result["sentences"].items()]
    rows += [[f"planted {kind}", *_scored(found)] for kind, found in result["planted"].items()]
    rows.append(["changed translations", *_scored(result["changed_translations"])])
    parts = [_table(["what", "pairs", "right", "alarms", "missed", "precision", "recall"], rows)]
    years = result["staleness"]
    lists = [
        [name, *(years[name][key] for key in ("mean", "lowest", "highest"))]
        for name in years
        if name not in {"years", "top"}
    ]
    parts.append(_table([f"{years['years']} years, first {years['top']}", "mean", "lowest", "highest"], lists))
    parts += [
        f"{name}: {json.dumps(result[name], ensure_ascii=False)}" for name in ("drift", "copies") if name in result
    ]
    alarms = {split: found["false_alarms"] for split, found in result["sentences"].items()}
    parts.append(f"false alarms by kind: {json.dumps(alarms, ensure_ascii=False)}")
    return "\n\n".join(parts)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    return "\n".join(table(columns, rows))


def _scored(found: dict[str, Any]) -> list[Any]:
    return [found[key] for key in ("pairs", "right", "alarms", "missed", "precision", "recall")]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        raise UsageError(f"{file} cannot be read.", "Give a folder or file that is there.") from None
    return (json.loads(line) for line in text.splitlines() if line.strip())
