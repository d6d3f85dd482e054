"""Commands on questions: ask, rate, learned, replay."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.app import Result, app, command, print_json
from assistant.cli.options import ProgressBar, line_count, open_file, running_server
from kb.errors import UsageError
from kb.library import Library

if TYPE_CHECKING:
    from assistant.replay.replay import Replayed
    from assistant.retrieval.relevance_feedback import Lesson


@command(
    app,
    "ask",
    'kb ask "Wie melde ich meinen Umzug?"',
    'kb ask "How do I report my meter reading?" --audience public',
    'kb ask "Abschlag ändern" --product strom --json',
)
def ask_command(
    library: Library,
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
) -> Result:
    """Ask the articles. An honest "nothing answers this" is a result too: exit code 0."""
    asked = sys.stdin.read() if question == "-" else question
    server = running_server(library)
    if server is not None:
        body = {"question": asked, "language": language, "audience": audience, "product": product or [], "limit": limit}
        reply = server.ask({**body, "explain": explain})
    else:
        from assistant.ask import Asker, AskFilters, Trace, ask

        library.exact = True
        trace = Trace() if explain else None
        filters = AskFilters(audience, language, tuple(product or ()), limit)
        reply = ask(library, asked, filters, Asker(channel="cli"), trace=trace).to_json()
        if trace:
            reply["explain"] = trace.steps
    return Result(reply, _reply_lines(reply))


@command(app, "rate", "kb rate 1f2e3d helpful", "kb rate 1f2e3d not_helpful --reason outdated")
def rate_command(
    library: Library,
    question_id: Annotated[str, typer.Argument(help="The question_id that `kb ask --json` printed.")],
    verdict: Annotated[str, typer.Argument(help="helpful or not_helpful")],
    reason: Annotated[str | None, typer.Option(help="missing, wrong, outdated, unclear or not_found")] = None,
    comment: Annotated[str, typer.Option(help="What was missing, in your words.")] = "",
) -> Result:
    """Rate an answer."""
    from datetime import UTC, datetime

    from kb.catalog.ratings import rate
    from kb.events import Feedback

    rate(library, Feedback(question_id, datetime.now(UTC), verdict, reason, comment))  # type: ignore[arg-type]
    return Result({"question_id": question_id, "verdict": verdict, "reason": reason}, ["Rated."])


@command(app, "learned", "kb learned", "kb learned report-move", "kb learned --forget 5d41402abc4b")
def learned_command(
    library: Library,
    article_id: Annotated[str | None, typer.Argument(help="Only of this article.")] = None,
    pair: Annotated[str | None, typer.Option("--forget", metavar="PAIR_ID", help="Take one pair back.")] = None,
    article: Annotated[
        str | None, typer.Option("--forget-article", metavar="ARTICLE_ID", help="Take back all of an article.")
    ] = None,
) -> Result:
    """Show which questions articles were rated for and how much that counts today, or take it back."""
    from assistant.retrieval.relevance_feedback import forget, lessons

    if pair is not None or article is not None:
        done, shown = "forgotten", forget(library, pair_id=pair, article_id=article or article_id)
    else:
        done, shown = "learned", lessons(library, article_id)
    lines = [line for lesson in shown for line in _lesson_lines(lesson)]
    return Result({done: [lesson.to_json() for lesson in shown]}, [*lines, f"{len(shown)} pairs {done}."])


@command(app, "replay", "kb replay questions.jsonl", "zcat log.jsonl.gz | kb replay - --json")
def replay_command(
    library: Library,
    questions: Annotated[
        str, typer.Argument(metavar="QUESTIONS.jsonl", help="A JSON object a line; '-' reads standard input.")
    ],
    audience: Annotated[
        str, typer.Option(help="public: as customers asked them; internal: as agents did.")
    ] = "internal",
    as_json: bool = False,
) -> None:
    """Ask questions of another day or system, and log each as if it had been asked then.

    Lines are {"id", "text", "language"?, "asked_at"?, "actor"?, "session"?}. One that cannot be asked is named, the
    others go on; exit code 1 then. The same line again replaces what was logged for it.
    """
    from assistant.replay.replay import ReplayProblem, replay

    library.threads = 1  # every question has a thread of its own
    asked: Counter[str] = Counter()
    refused = 0
    with open_file(questions) as file, ProgressBar("Asking") as bar:
        lines = line_count(file)
        for item in replay(library, file, audience):
            if isinstance(item, ReplayProblem):
                refused += 1
                print(f"{questions}:{item.number}: {item.message} {item.hint}", file=sys.stderr)
            else:
                asked[item.reply.status] += 1
                print_json(item.to_json()) if as_json else print(_replayed_line(item))
            bar.progress(asked.total() + refused, lines)
    if not asked and not refused:
        raise UsageError(f"{questions} holds no question.", "Give a file with one JSON object a line.")
    if not as_json:
        print(f"{asked.total()} questions asked: {asked['answered']} answered, {asked['abstained']} abstained.")
    if refused:
        print(
            f"{refused} lines were not asked.\nMend them and run this again: nothing is logged twice.", file=sys.stderr
        )
        raise typer.Exit(1 if asked else 2)


def _lesson_lines(lesson: Lesson) -> Iterator[str]:
    yield f"{lesson.pair_id}  {lesson.weight:+.3f}  {lesson.article_id} ({lesson.language})  {lesson.question}"
    yield f"{'':14}{lesson.ratings} ratings by {lesson.people}, the last {lesson.age_days} days ago"


def _replayed_line(item: Replayed) -> str:
    reply = item.reply
    article = reply.citations[0].article_id if reply.citations else "-"
    return f"{item.line.id}  {reply.status}  {reply.confidence:.2f}  {article}"


def _reply_lines(reply: dict[str, Any]) -> Iterator[str]:
    """An answer with its sources, or the reason for none, and the nearest articles."""
    if reply["status"] == "answered":
        yield reply["answer"] + "\n"
        for citation in reply["citations"]:
            place = " › ".join(part for part in (citation["title"], citation["section"]) if part)
            lines = f"{citation['lines'][0]}-{citation['lines'][1]}"
            reviewed = citation["reviewed_on"] or "never"
            state = f"reviewed {reviewed}, {citation['freshness']}"
            yield f"[{citation['number']}] {place}  {citation['path']}:{lines}  {state}"
    else:
        yield reply["reason"]
    yield f"\nconfidence {reply['confidence']:.2f}, {reply['timings_ms']['total']:.0f} ms. Nearest articles:"
    for near in reply["nearest"]:
        copy = f"  says the same as {near['same_as']}" if "same_as" in near else ""
        yield f"  {near['score']:.2f}  {near['title']}  ({near['article_id']}, {near['language']}){copy}"
    if "explain" in reply:
        yield json.dumps(reply["explain"], ensure_ascii=False, indent=2)
