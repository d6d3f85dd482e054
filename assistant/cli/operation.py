"""Commands on the installation: serve, doctor, settings, model."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, examples, open_library, running_server
from assistant.terminal import print_json

if TYPE_CHECKING:
    from assistant.doctor import Check


model_app = typer.Typer(help="The bundled embedding model.", no_args_is_help=True)
app.add_typer(model_app, name="model")


@app.command("serve", epilog=examples("kb serve", "kb serve --port 8080", "kb --home .kb-demo serve --demo"))
def serve_command(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (setting server.host).", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (setting server.port).", show_default=False)
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill a log without questions with invented ones.")] = False,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Serve the web page and REST. Stop with Ctrl-C."""
    from assistant.web.server import serve

    library = open_library(home, config)

    def ready(url: str) -> None:
        print_json({"url": url}) if as_json else print(f"Lotse answers at {url} (REST: {url}/docs). Stop with Ctrl-C.")
        sys.stdout.flush()

    part = library.settings.server
    serve(library, host or part.host, part.port if port is None else port, ready, demo=demo)


@app.command("doctor", epilog=examples("kb doctor", "kb doctor --json"))
def doctor_command(as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Check the installation and the index; every fault names its remedy. Exit code 1 on a fault."""
    from assistant.doctor import examine

    library = open_library(home, config)
    server = running_server(library)
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


@app.command("settings", epilog=examples("kb settings", "KB_ANSWER__THRESHOLD=0.7 kb settings --json"))
def settings_command(as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Print every setting with its value, where that came from, and what it means."""
    from kb.settings import rows

    library = open_library(home, config)
    table = [
        {"key": k, "value": v, "origin": o, "meaning": m} for k, v, o, m in rows(library.settings, library.origins)
    ]
    if as_json:
        print_json({"home": str(library.home), "settings": table})
        return
    print(f"home = {library.home}")
    for row in table:
        print(f"{row['key']} = {json.dumps(row['value'], ensure_ascii=False)}  ({row['origin']})\n    {row['meaning']}")


@model_app.command("build", epilog=examples("kb model build", "kb model build --force"))
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
    if as_json:
        print_json({"paths": [str(folder) for folder in folders]})
    else:
        for folder in folders:
            print(f"The model is in {folder}.")
