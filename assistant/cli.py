"""The command `kb`. Heavy parts are imported inside the commands, so that `kb check` starts at once."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer
from typer.exceptions import Abort, TyperException

from assistant.terminal import ProgressBar, fail, print_json, print_reply
from kb import lock
from kb.errors import KBError, MissingPartError, UsageError
from kb.library import Library

if TYPE_CHECKING:
    from assistant.client import Server
    from assistant.doctor import Check
    from ingest.report import IngestReport

app = typer.Typer(
    name="kb",
    help="A knowledge base for customer-service teams that answers with citations, or says that nothing answers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
model_app = typer.Typer(help="The bundled embedding model.", no_args_is_help=True)
app.add_typer(model_app, name="model")

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the index (default: KB_HOME, else .kb).", show_default=False)
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="TOML file with settings (default: \\[tool.kb] in pyproject.toml).", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Folders or files (default: the setting articles.paths).", show_default=False),
]


def _examples(*lines: str) -> str:
    return "[bold]Examples[/bold]\n\n" + "\n\n".join(f"  {line}" for line in lines)


class _Place:
    """The options that stand before the command."""

    home: Path | None = None
    config: Path | None = None


@app.callback()
def main_options(home: Home = None, config: Config = None) -> None:
    """Take --home and --config before the command too."""
    _Place.home, _Place.config = home, config


def _library(home: Path | None, config: Path | None) -> Library:
    return Library.open(home or _Place.home, config or _Place.config)


@app.command(
    "ingest",
    epilog=_examples(
        "kb ingest articles", "kb ingest articles/de/report-move.md", "kb ingest articles --dry-run --json"
    ),
)
def ingest_command(
    paths: Paths = None,
    prune: Annotated[bool, typer.Option(help="Remove articles whose files have gone.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Bring the index up to date with folders of Markdown articles. Exit code 1 where a file was rejected."""
    library = _library(home, config)
    _finish_ingest(_ingest(library, _paths(library, paths), prune=prune, dry_run=dry_run), as_json)


@app.command("reindex", epilog=_examples("kb reindex", "kb reindex articles"))
def reindex_command(paths: Paths = None, as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Build the index anew from the articles: after damage, or to drop folders that have gone."""
    from ingest.rebuild import reindex

    library = _library(home, config)
    _refuse_server(library, "rebuild the index")
    with ProgressBar() as hooks:
        report = reindex(library, paths or [], _paths(library, None), hooks)
    _finish_ingest(report, as_json)


@app.command(
    "ask",
    epilog=_examples(
        'kb ask "Wie melde ich meinen Umzug?"',
        'kb ask "How do I report my meter reading?" --audience public',
        'kb ask "Abschlag ändern" --product strom --json',
    ),
)
def ask_command(
    question: Annotated[
        str, typer.Argument(help="The question, in German or English; '-' reads it from standard input.")
    ],
    language: Annotated[str | None, typer.Option(help="Only articles in this language.")] = None,
    audience: Annotated[
        str, typer.Option(help="public: what a customer may read; internal: everything an agent may read.")
    ] = "internal",
    product: Annotated[
        list[str] | None, typer.Option(help="Only articles about this product (may be repeated).")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many nearest articles to list.")] = 10,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each step contributed.")] = False,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Ask the articles. An honest "nothing answers this" is a result too: exit code 0."""
    library = _library(home, config)
    asked = sys.stdin.read() if question == "-" else question
    server = _server(library)
    if server is not None:
        body = {"question": asked, "language": language, "audience": audience, "product": product or [], "limit": limit}
        reply = server.ask({**body, "explain": explain})
    else:
        reply = _ask_here(library, asked, language, audience, tuple(product or ()), limit, explain=explain)
    print_json(reply) if as_json else print_reply(reply)


def _ask_here(
    library: Library,
    question: str,
    language: str | None,
    audience: str,
    products: tuple[str, ...],
    limit: int,
    *,
    explain: bool,
) -> dict[str, Any]:
    from assistant.ask import Asker, Scope, Trace, ask

    trace = Trace() if explain else None
    library.exact = True
    reply = ask(library, question, Scope(audience, language, products, limit), Asker(channel="cli"), trace=trace)
    return reply.to_json() | ({"explain": trace.steps} if trace else {})


@app.command("rate", epilog=_examples("kb rate 1f2e3d helpful", "kb rate 1f2e3d not_helpful --reason outdated"))
def rate_command(
    question_id: Annotated[str, typer.Argument(help="The question_id that `kb ask --json` printed.")],
    verdict: Annotated[str, typer.Argument(help="helpful or not_helpful")],
    reason: Annotated[str | None, typer.Option(help="missing, wrong, outdated, unclear or not_found")] = None,
    comment: Annotated[str, typer.Option(help="What was missing, in your words.")] = "",
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Rate an answer."""
    from datetime import UTC, datetime

    from kb.events import Feedback

    library = _library(home, config)
    library.events.rate(Feedback(question_id, datetime.now(UTC), verdict, reason, comment))  # type: ignore[arg-type]
    print_json({"question_id": question_id, "verdict": verdict, "reason": reason}) if as_json else print("Rated.")


@app.command(
    "learned",
    epilog=_examples("kb learned", "kb learned report-move", "kb learned --forget 5d41402abc4b"),
)
def learned_command(
    article_id: Annotated[str | None, typer.Argument(help="Only of this article.", show_default=False)] = None,
    pair: Annotated[
        str | None, typer.Option("--forget", metavar="PAIR_ID", help="Take one pair back.", show_default=False)
    ] = None,
    article: Annotated[
        str | None,
        typer.Option("--forget-article", metavar="ARTICLE_ID", help="Take back all of an article.", show_default=False),
    ] = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Show which questions articles were rated for and how much that counts today, or take it back."""
    from assistant.learning import forget, lessons

    library = _library(home, config)
    taking_back = pair is not None or article is not None
    if taking_back:
        found = forget(library, pair_id=pair, article_id=article or article_id)
    else:
        found = lessons(library, article_id)
    if as_json:
        print_json({"forgotten" if taking_back else "learned": [lesson.to_json() for lesson in found]})
        return
    for lesson in found:
        counted = f"{lesson.ratings} ratings by {lesson.people}, the last {lesson.age_days} days ago"
        print(f"{lesson.pair_id}  {lesson.weight:+.3f}  {lesson.article_id} ({lesson.language})  {lesson.question}")
        print(f"{'':14}{counted}")
    print(f"{len(found)} pairs {'forgotten' if taking_back else 'learned'}.")


@app.command(
    "check",
    epilog=_examples("kb check", "kb check articles/de --today 2027-01-31 --fail-on overdue", "kb check --format json"),
)
def check_command(
    paths: Paths = None,
    today: Annotated[str | None, typer.Option(help="The day to check for, YYYY-MM-DD (default: today).")] = None,
    fail_on: Annotated[Literal["error", "overdue", "due"], typer.Option(help="What makes the exit code 1.")] = "error",
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print the findings.")] = "text",
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Check articles: front matter, links, freshness. Needs no index and no model."""
    from kb.checks import check

    library = _library(home, config)
    report = check(
        _paths(library, paths),
        _day(today),
        due_days=library.settings.articles.due_days,
        ignore=library.settings.articles.ignore,
    )
    if as_json or format_ == "json":
        print_json(report.to_json())
    else:
        for finding in report.findings:
            print(f"{finding.path}:{finding.line}: {finding.severity} [{finding.code}] {finding.message} {finding.fix}")
        print(f"{report.articles} articles, {report.errors} errors, {report.warnings} warnings.")
    if report.fails(fail_on):
        raise typer.Exit(1)


@app.command("new", epilog=_examples('kb new "Zählerstand melden"', 'kb new "Report a meter reading" --language en'))
def new_command(
    title: Annotated[str, typer.Argument(help="The title of the article.")],
    language: Annotated[Literal["de", "en"], typer.Option(help="Its language.")] = "de",
    owner: Annotated[str, typer.Option(help="The team or person that keeps it.")] = "team",
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Write a draft article with front matter and the usual structure."""
    from assistant.templates import write

    library = _library(home, config)
    file = write(_paths(library, None)[0], title, language, owner, _day(None))
    print_json({"path": str(file)}) if as_json else print(f"Wrote {file}. Fill it in, then run: kb check {file}")


@app.command("serve", epilog=_examples("kb serve", "kb serve --port 8080"))
def serve_command(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (setting server.host).", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (setting server.port).", show_default=False)
    ] = None,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Serve the web page and REST. Stop with Ctrl-C."""
    from assistant.server import serve

    library = _library(home, config)

    def ready(url: str) -> None:
        print_json({"url": url}) if as_json else print(f"Lotse answers at {url} (REST: {url}/docs). Stop with Ctrl-C.")
        sys.stdout.flush()

    serve(library, host or library.settings.server.host, library.settings.server.port if port is None else port, ready)


@app.command("doctor", epilog=_examples("kb doctor", "kb doctor --json"))
def doctor_command(as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Check the installation and the index; every fault names its remedy. Exit code 1 on a fault."""
    from assistant.doctor import examine

    library = _library(home, config)
    server = _server(library)
    checks: list[Check]
    if server is not None:
        checks = server.doctor()
    elif library.home.is_dir():
        with library.reading():
            checks = examine(library)
    else:
        checks = examine(library)
    if as_json:
        print_json(
            {"checks": [{"name": c.name, "state": c.state, "message": c.message, "remedy": c.remedy} for c in checks]}
        )
    else:
        for check in checks:
            print(
                f"{check.state:8}{check.name:12}{check.message}" + (f"\n{'':20}{check.remedy}" if check.remedy else "")
            )
    if any(check.state == "fault" for check in checks):
        raise typer.Exit(1)


@app.command("settings", epilog=_examples("kb settings", "KB_ANSWER__THRESHOLD=0.7 kb settings --json"))
def settings_command(as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Print every setting with its value, where that came from, and what it means."""
    from kb.settings import rows

    library = _library(home, config)
    table = [
        {"key": k, "value": v, "origin": o, "meaning": m} for k, v, o, m in rows(library.settings, library.origins)
    ]
    if as_json:
        print_json({"home": str(library.home), "settings": table})
        return
    print(f"home = {library.home}")
    for row in table:
        print(f"{row['key']} = {json.dumps(row['value'], ensure_ascii=False)}  ({row['origin']})\n    {row['meaning']}")


@model_app.command("build", epilog=_examples("kb model build", "kb model build --force"))
def model_build_command(
    force: Annotated[bool, typer.Option("--force", help="Build it anew though it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Convert the bundled models once into the model cache; questions and ingests then need no torch."""
    from kb.embedding.bundled import BUNDLES, default_cache, ensure_bundled

    say: Callable[[str], None] | None = (lambda line: print(line, file=sys.stderr)) if sys.stderr.isatty() else None
    folders = [ensure_bundled(default_cache(), say, force=force, bundle=bundle) for bundle in BUNDLES]
    if as_json:
        print_json({"paths": [str(folder) for folder in folders]})
    else:
        for folder in folders:
            print(f"The model is in {folder}.")


def _ingest(library: Library, paths: list[Path], *, prune: bool, dry_run: bool) -> IngestReport:
    from ingest.pipeline import ingest

    server = _server(library)
    with ProgressBar() as hooks:
        if server is not None:
            return server.ingest(paths, hooks, prune=prune, dry_run=dry_run)
        return ingest(library, paths, hooks, prune=prune, dry_run=dry_run)


def _finish_ingest(report: IngestReport, as_json: bool) -> None:
    if as_json:
        print_json(report.to_json())
    else:
        for problem in report.problems:
            print(f"{problem.path}:{problem.line}: [{problem.code}] {problem.message}")
        counts = ", ".join(f"{number} {name}" for name, number in report.to_json()["articles"].items())
        print(
            f"{counts}. {report.sections} sections in the index, {report.embedded} embedded, in {report.seconds:.1f} s."
        )
    if report.rejected:
        raise typer.Exit(1)


def _server(library: Library) -> Server | None:
    """The server that runs on this home, or None; its client is imported only where there is one."""
    holder = lock.holder(library.lock_path)
    if holder is None or not holder.url:
        return None
    from assistant.client import Server

    return Server(holder)


def _refuse_server(library: Library, doing: str) -> None:
    from kb.errors import LockedError

    holder = lock.holder(library.lock_path)
    if holder is not None:
        raise LockedError(f"Cannot {doing} while {holder.role} (process {holder.pid}) uses it.", "Stop that first.")


def _paths(library: Library, paths: list[Path] | None) -> list[Path]:
    return paths or [Path(path) for path in library.settings.articles.paths]


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011  a review date is a day of the team's own calendar
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a date.", "Write it as YYYY-MM-DD, for example 2026-12-31.") from None


def main() -> NoReturn:
    """Run `kb`; every error leaves as two lines on stderr and an exit code of the design."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        code = app(standalone_mode=False)
    except KBError as error:
        fail(error.message, error.hint, error.exit_code)
    except Abort:
        fail("Interrupted.", "Nothing is lost: run the command again.", 130)
    except TyperException as error:
        if not str(error):  # help was asked for, and is printed
            sys.exit(2)
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "kb"
        fail(" ".join(str(error).split()), f"See: {command} --help", 2)
    except ModuleNotFoundError as error:
        part = MissingPartError(
            f"The Python package '{error.name}' is not installed.", "Run: pip install 'lotse-kb[all]'"
        )
        fail(part.message, part.hint, part.exit_code)
    except KeyboardInterrupt:
        fail("Interrupted.", "Nothing is lost: run the command again.", 130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
