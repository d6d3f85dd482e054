"""Commands on the installation: serve, doctor, settings, model."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.app import Json, Result, app, command, epilog, model_app, print_json
from assistant.cli.options import running_server
from kb.library import Library

if TYPE_CHECKING:
    from assistant.doctor import Check


@command(app, "serve", "kb serve", "kb serve --port 8080", "kb --home .kb-demo serve --demo")
def serve_command(
    library: Library,
    host: Annotated[str | None, typer.Option(help="Address to listen on (setting server.host).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (setting server.port).")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill a log without questions with invented ones.")] = False,
    as_json: bool = False,
) -> None:
    """Serve the web page and REST. Stop with Ctrl-C."""
    from assistant.web.server import serve

    def ready(url: str) -> None:
        print_json({"url": url}) if as_json else print(f"Lotse answers at {url} (REST: {url}/docs). Stop with Ctrl-C.")
        sys.stdout.flush()

    part = library.settings.server
    serve(library, host or part.host, part.port if port is None else port, ready, demo=demo)


@command(app, "doctor", "kb doctor", "kb doctor --json")
def doctor_command(library: Library) -> Result:
    """Check the installation and the index; every fault names its remedy. Exit code 1 on a fault."""
    checks = _checks(library)
    lines = (
        f"{check.state:8}{check.name:12}{check.message}" + (f"\n{'':20}{check.remedy}" if check.remedy else "")
        for check in checks
    )
    faults = any(check.state == "fault" for check in checks)
    return Result({"checks": [asdict(check) for check in checks]}, lines, 1 if faults else 0)


@command(app, "settings", "kb settings", "KB_ANSWER__THRESHOLD=0.7 kb settings --json")
def settings_command(library: Library) -> Result:
    """Print every setting with its value, where that came from, and what it means."""
    from kb.settings import rows

    table = [
        {"key": k, "value": v, "origin": o, "meaning": m} for k, v, o, m in rows(library.settings, library.origins)
    ]
    lines = (
        f"{row['key']} = {json.dumps(row['value'], ensure_ascii=False)}  ({row['origin']})\n    {row['meaning']}"
        for row in table
    )
    return Result({"home": str(library.home), "settings": table}, [f"home = {library.home}", *lines])


@model_app.command("build", epilog=epilog("kb model build", "kb model build --force"))
def model_build_command(
    force: Annotated[bool, typer.Option("--force", help="Build it anew though it is there.")] = False,
    as_json: Json = False,
) -> None:
    """Convert the bundled models once into the model cache; questions and ingests then need no torch."""
    from kb.embedding.conversion.convert import E5, MINILM, default_cache, ensure_bundled, is_at_hand

    say: Callable[[str], None] | None = (lambda line: print(line, file=sys.stderr)) if sys.stderr.isatty() else None
    cache = default_cache()
    folders = [ensure_bundled(cache, say, force=force, bundle=E5)]
    if is_at_hand(cache, MINILM):
        folders.append(ensure_bundled(cache, say, force=force, bundle=MINILM))
    else:
        print(f"{MINILM.name}, for English, is left out. {MINILM.install_hint}", file=sys.stderr)
    data = {"paths": [str(folder) for folder in folders]}
    Result(data, [f"The model is in {folder}." for folder in folders]).show(as_json=as_json)


def _checks(library: Library) -> list[Check]:
    """The findings of the server where one holds the index, else of this process."""
    from assistant.doctor import examine

    server = running_server(library)
    if server is not None:
        return server.doctor()
    with library.reading() if library.home.is_dir() else contextlib.nullcontext():
        return examine(library)
