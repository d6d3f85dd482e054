"""What the command line prints: results on stdout, progress and errors on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Self

if TYPE_CHECKING:
    from rich.progress import Progress


def print_json(data: dict[str, Any]) -> None:
    """One JSON object on one line."""
    print(json.dumps(data, ensure_ascii=False))


def print_reply(reply: dict[str, Any]) -> None:
    """An answer with its sources, or the reason for none, and the nearest articles."""
    if reply["status"] == "answered":
        print(reply["answer"] + "\n")
        for citation in reply["citations"]:
            place = " › ".join(part for part in (citation["title"], citation["section"]) if part)
            lines = f"{citation['lines'][0]}-{citation['lines'][1]}"
            reviewed = citation["reviewed_on"] or "never"
            state = f"reviewed {reviewed}, {citation['freshness']}"
            print(f"[{citation['number']}] {place}  {citation['path']}:{lines}  {state}")
    else:
        print(reply["reason"])
    print(f"\nconfidence {reply['confidence']:.2f}, {reply['timings_ms']['total']:.0f} ms. Nearest articles:")
    for near in reply["nearest"]:
        copy = f"  says the same as {near['same_as']}" if "same_as" in near else ""
        print(f"  {near['score']:.2f}  {near['title']}  ({near['article_id']}, {near['language']}){copy}")
    if "explain" in reply:
        print(json.dumps(reply["explain"], ensure_ascii=False, indent=2))


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


def fail(message: str, hint: str, code: int) -> NoReturn:
    """Leave with two lines on stderr: what and where; what to do."""
    print(f"{message}\n{hint}", file=sys.stderr)
    sys.exit(code)
