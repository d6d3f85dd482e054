"""One process a folder: an advisory lock that says who holds it and dies with its holder.

``flock`` is released by the kernel when the process ends, SIGKILL included, so a stale lock cannot exist; the text in
the file only tells people and other commands who the holder is.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.errors import LockedError, MissingPartError

with contextlib.suppress(ModuleNotFoundError):  # Windows has none; `kb` refuses to run there
    import fcntl

_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: what it does, its process, and the address of its server if it is one."""

    role: str
    pid: int
    url: str = ""
    token: str = ""


@contextlib.contextmanager
def hold(
    path: Path, role: str, *, shared: bool = False, wait_s: float = 0.0, readers_wait_s: float = 0.0
) -> Iterator[int]:
    """Hold the lock file ``path`` while the body runs; yields its descriptor for ``describe``.

    Shared holders (readers) only keep exclusive ones out. Raises LockedError after ``wait_s`` seconds (where only
    readers are in the way, after ``readers_wait_s``), naming the holder, and MissingPartError where the folder cannot
    be written.
    """
    try:
        descriptor = _open(path, shared=shared)
    except OSError as error:
        raise MissingPartError(
            f"The folder {path.parent} cannot be written: {error.strerror}.",
            "Give a folder you may write with --home or KB_HOME, or mend its rights.",
        ) from None
    try:
        _acquire(descriptor, path, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, wait_s, readers_wait_s)
        if not shared:
            describe(descriptor, Holder(role, os.getpid()))
        yield descriptor
    finally:
        os.close(descriptor)


def describe(descriptor: int, holder: Holder) -> None:
    """Write who holds the lock into its file. Best effort: on a full disk the lock still holds."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)


def holder(path: Path) -> Holder | None:
    """Who holds ``path`` exclusively right now, or None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            return Holder(**json.loads(os.pread(descriptor, 4096, 0)))
        except (ValueError, TypeError):
            return Holder("another command", 0)
    else:
        return None
    finally:
        os.close(descriptor)


def _open(path: Path, *, shared: bool) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        # A reader need not write, so that `kb doctor` can say what is wrong with a home that is read-only.
        if not shared or error.errno not in {errno.EROFS, errno.EACCES}:
            raise
        return os.open(path, os.O_RDONLY)


def _acquire(descriptor: int, path: Path, mode: int, wait_s: float, readers_wait_s: float) -> None:
    started = time.monotonic()
    while True:
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            other = holder(path)
            if time.monotonic() - started < max(wait_s, readers_wait_s if other is None else 0.0):
                time.sleep(_POLL_S)
                continue
            who = f"{other.role} (process {other.pid})" if other and other.pid else "another command"
            raise LockedError(
                f"The index in {path.parent} is in use by {who}.",
                "Wait until it has finished, or stop it; then run this command again.",
            ) from None
        else:
            return
