"""The command on knowledge health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.app import Result, app, command
from assistant.cli.options import Language, ProgressBar, day_or_today
from kb.errors import UsageError
from kb.library import Library

if TYPE_CHECKING:
    from assistant.health.finding import HealthReport

_SEVERITIES = ("info", "warning", "error")


@command(
    app,
    "health",
    "kb health",
    "kb health --kind contradiction --kind stale",
    "kb health --today 2027-01-31 --fail-on error --json",
)
def health_command(
    library: Library,
    kind: Annotated[list[str] | None, typer.Option(help="Only findings of this kind (may be repeated).")] = None,
    today: Annotated[str | None, typer.Option(help="The day to examine for, YYYY-MM-DD (default: today).")] = None,
    fail_on: Annotated[
        Literal["error", "warning", "info"] | None, typer.Option(help="Findings that make the exit code 1.")
    ] = None,
    limit: Annotated[int, typer.Option(help="Findings of a kind to print, the most damaging first.")] = 20,
    language: Annotated[Language, typer.Option(help="Language of the report.")] = "en",
) -> Result:
    """Examine the indexed articles: contradictions, copies, translations, findability, use, staleness by damage."""
    from assistant.health.finding import KINDS, HealthReport
    from assistant.health.pipeline import examine

    unknown = sorted(set(kind or ()) - set(KINDS))
    if unknown:
        raise UsageError(f"'{unknown[0]}' is not a kind of finding.", f"Use one of: {', '.join(KINDS)}.")
    with ProgressBar("Comparing") as bar:
        report = examine(library, day_or_today(today, library), bar.progress)
    chosen = tuple(finding for finding in report.findings if not kind or finding.kind in kind)
    report = HealthReport(report.today, report.articles, chosen)
    failing = _SEVERITIES[_SEVERITIES.index(fail_on) :] if fail_on else ()
    failed = any(finding.severity in failing for finding in report.findings)
    return Result(report.to_json(), _lines(report, language, limit), 1 if failed else 0)


def _lines(report: HealthReport, language: str, limit: int) -> Iterator[str]:
    """Findings in groups, the most damaging first."""
    from assistant.health.description import action, details, kind_name, summary
    from assistant.health.finding import KINDS

    for kind in KINDS:
        findings = report.of(kind)
        if not findings:
            continue
        yield f"{kind_name(kind, language)} ({len(findings)})"
        for finding in findings[:limit]:
            yield f"  {finding.damage:7.1f}  {', '.join(str(ref.key) for ref in finding.articles)}"
            for line in details(finding, language):
                yield f"           {line}"
            yield f"           → {action(finding, language)}"
        yield ""
    yield summary(report, language)
