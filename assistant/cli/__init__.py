"""The command `kb`. Heavy parts are imported inside the commands, so that `kb check` starts at once."""

from __future__ import annotations

import importlib.util
import io
import logging
import sys
from typing import NoReturn

from typer.exceptions import Abort, TyperException

from assistant.cli import (  # noqa: F401  each adds its commands to the app
    accounts,
    articles,
    backlog,
    checking,
    demo,
    escalations,
    gaps,
    health,
    operation,
    questions,
    replay,
    reports,
    reviewing,
    tickets,
)
from assistant.cli.app import app
from assistant.terminal import fail
from kb.errors import KBError, MissingPartError

__all__ = ["app", "main"]


def main() -> NoReturn:
    """Run `kb`; every error leaves as two lines on stderr and an exit code of the design."""
    _refuse_windows()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file's name need not be UTF-8, and must not stop a report
            stream.reconfigure(errors="backslashreplace")
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


def _refuse_windows() -> None:
    if importlib.util.find_spec("fcntl") is None:
        message = "Lotse does not run on Windows: it needs the file locks of Linux and macOS (fcntl)."
        fail(message, "Install it inside WSL2: https://learn.microsoft.com/windows/wsl/install", 3)
