"""Commands on questions: ask, rate, learned."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, examples, open_library, running_server
from assistant.terminal import print_json, print_reply
from kb.library import Library


@app.command(
    "ask",
    epilog=examples(
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
    library = open_library(home, config)
    asked = sys.stdin.read() if question == "-" else question
    server = running_server(library)
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
    from assistant.ask import Asker, AskFilters, Trace, ask

    trace = Trace() if explain else None
    library.exact = True
    reply = ask(library, question, AskFilters(audience, language, products, limit), Asker(channel="cli"), trace=trace)
    return reply.to_json() | ({"explain": trace.steps} if trace else {})


@app.command("rate", epilog=examples("kb rate 1f2e3d helpful", "kb rate 1f2e3d not_helpful --reason outdated"))
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

    from kb.catalog.ratings import rate
    from kb.events import Feedback

    library = open_library(home, config)
    rate(library, Feedback(question_id, datetime.now(UTC), verdict, reason, comment))  # type: ignore[arg-type]
    print_json({"question_id": question_id, "verdict": verdict, "reason": reason}) if as_json else print("Rated.")


@app.command(
    "learned",
    epilog=examples("kb learned", "kb learned report-move", "kb learned --forget 5d41402abc4b"),
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
    from assistant.retrieval.relevance_feedback import forget, lessons

    library = open_library(home, config)
    taking_back = pair is not None or article is not None
    if taking_back:
        shown_lessons = forget(library, pair_id=pair, article_id=article or article_id)
    else:
        shown_lessons = lessons(library, article_id)
    if as_json:
        print_json({"forgotten" if taking_back else "learned": [lesson.to_json() for lesson in shown_lessons]})
        return
    for lesson in shown_lessons:
        counted = f"{lesson.ratings} ratings by {lesson.people}, the last {lesson.age_days} days ago"
        print(f"{lesson.pair_id}  {lesson.weight:+.3f}  {lesson.article_id} ({lesson.language})  {lesson.question}")
        print(f"{'':14}{counted}")
    print(f"{len(shown_lessons)} pairs {'forgotten' if taking_back else 'learned'}.")
