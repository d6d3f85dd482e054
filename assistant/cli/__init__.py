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
    data,
    escalations,
    gaps,
    health,
    operation,
    questions,
    reports,
    reviewing,
)
from assistant.cli.app import app
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
        _fail(error.message, error.hint, error.exit_code)
    except Abort:
        _fail("Interrupted.", "Nothing is lost: run the command again.", 130)
    except TyperException as error:
        if not str(error):  # help was asked for, and is printed
            sys.exit(2)
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "kb"
        _fail(" ".join(str(error).split()), f"See: {command} --help", 2)
    except ModuleNotFoundError as error:
        part = MissingPartError(
            f"The Python package '{error.name}' is not installed.", "Run: pip install 'lotse-kb[all]'"
        )
        _fail(part.message, part.hint, part.exit_code)
    except KeyboardInterrupt:
        _fail("Interrupted.", "Nothing is lost: run the command again.", 130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _refuse_windows() -> None:
    if importlib.util.find_spec("fcntl") is None:
        message = "Lotse does not run on Windows: it needs the file locks of Linux and macOS (fcntl)."
        _fail(message, "Install it inside WSL2: https://learn.microsoft.com/windows/wsl/install", 3)


def _fail(message: str, hint: str, exit_code: int) -> NoReturn:
    """Leave with two lines on stderr: what and where; what to do."""
    print(f"{message}\n{hint}", file=sys.stderr)
    sys.exit(exit_code)
