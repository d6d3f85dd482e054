"""What commands share: options, and how they find who acts, a server, files, folders and days; the progress bar."""

from __future__ import annotations

import contextlib
import getpass
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal, Self

import typer

from kb.errors import LockedError, UsageError
from kb.library import Library
from kb.runtime import lock

if TYPE_CHECKING:
    from rich.progress import Progress

    from assistant.cli.client import Server

Language = Literal["de", "en"]
Paths = Annotated[list[Path] | None, typer.Argument(help="Folders or files (default: the setting articles.paths).")]
By = Annotated[str | None, typer.Option("--by", help="Who does this, a handle (default: your login name).")]


def who(by: str | None) -> str:
    """The handle of who does something: the one given, else the login name. Raises UsageError without either."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        raise UsageError("Who does this is not known here.", "Say it: --by HANDLE") from None


def running_server(library: Library) -> Server | None:
    """The server that runs on this home, or None; its client is imported only where there is one."""
    holder = lock.holder(library.lock_path)
    if holder is None or not holder.url:
        return None
    from assistant.cli.client import Server

    return Server(holder)


def refuse_server(library: Library, doing: str) -> None:
    """Raise LockedError where another process holds the index; ``doing`` says what it is in the way of."""
    holder = lock.holder(library.lock_path)
    if holder is not None:
        raise LockedError(f"Cannot {doing} while {holder.role} (process {holder.pid}) uses it.", "Stop that first.")


def open_file(name: str) -> contextlib.AbstractContextManager[BinaryIO]:
    """The file ``name`` for reading, or standard input for "-". Raises UsageError."""
    if name == "-":
        return contextlib.nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.", "Give a file, or - for standard input.") from None


def line_count(file: BinaryIO) -> int | None:
    """How many lines ``file`` has, for a progress bar; None where nobody sees one or the file is read only once."""
    if not sys.stderr.isatty() or not file.seekable():
        return None
    lines = sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
    file.seek(0)
    return lines


def article_paths(library: Library, paths: list[Path] | None) -> list[Path]:
    """``paths``, or those that the settings name."""
    return paths or [Path(path) for path in library.settings.articles.paths]


def day_or_today(text: str | None, library: Library) -> date:
    """The day that ``text`` (YYYY-MM-DD) names; else today, by the team's calendar. Raises UsageError."""
    return library.today() if text is None else day(text)


def day(text: str) -> date:
    """The day that ``text`` (YYYY-MM-DD) names. Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a date.", "Write it as YYYY-MM-DD, for example 2026-12-31.") from None


class ProgressBar:
    """Hooks that draw a progress bar on a terminal's stderr, and nothing anywhere else."""

    def __init__(self, doing: str, steps: Mapping[str, str] | None = None) -> None:
        """``doing`` stands before the bar; the words of ``steps`` do, by their names, while these are told."""
        self._doing, self._steps = doing, steps or {}

    def __enter__(self) -> Self:
        self._bar: Progress | None = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(self._doing, total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def progress(self, done: int, total: int | None, step: str = "") -> None:
        if self._bar is not None:
            doing = self._steps.get(step, self._doing)
            self._bar.update(self._task, completed=done, total=total, description=doing)

    def reached(self, step: str) -> None:
        """A bar does not show steps."""
