"""``kb check --changed-since REV``: only the findings that a change brought about, or that stand on lines it wrote.

The check runs twice, on the working tree and on the articles as they were at REV. What is new in the first run is the
change's doing, wherever it stands: who removes an article is told of the links that led to it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from kb.articles.files import MAX_BYTES, is_markdown
from kb.checks import check
from kb.checks.finding import CheckReport
from kb.errors import MissingPartError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from kb.checks.finding import Finding

_TIMEOUT_S = 120
_MAX_COMPARED_LINES = 20_000
"""Longer files count as changed as a whole: comparing them line by line would take longer than the check."""


@dataclass(frozen=True, slots=True)
class Change:
    """What lies between a revision and the working tree.

    ``top`` is the folder of the repository, ``old_of`` maps the path of each changed file, below ``top``, to the one
    it had, None for a new file.
    """

    top: Path
    base: str
    old_of: Mapping[str, str | None]


def check_changed(
    paths: Sequence[Path],
    today: date,
    since: str,
    due_days: int,
    ignore: Sequence[str],
    owner: str = "",
    max_bytes: int = MAX_BYTES,
) -> tuple[CheckReport, int]:
    """The check's report on what changed since the revision ``since``, and how many older findings it leaves out.

    1. Ask git what changed. 2. Check the articles as they are. 3. Check them as they were, in a temporary copy.
    4. Keep what is new, and what stands on changed lines. Raises UsageError for paths outside a repository or an
    unknown revision, MissingPartError without git.
    """
    change = changes(paths, since)
    now = check(paths, today, due_days, ignore, owner=owner, max_bytes=max_bytes)
    with tempfile.TemporaryDirectory(prefix="kb-check-") as folder:
        here, copy = _same_place(change, Path(folder).resolve())
        _lay_out(change, copy)
        there = [copy / path.resolve().relative_to(change.top) for path in paths]
        old_paths = [path for path in there if path.exists()]
        before = check(old_paths, today, due_days, ignore, here=here, max_bytes=max_bytes).findings if old_paths else ()
        known = Counter(
            (_below(finding.path, here, copy), finding.code, finding.message.replace(str(copy), str(change.top)))
            for finding in before
        )
        kept = tuple(_caused(now.findings, known, change, copy))
    return CheckReport(kept, now.articles), len(now.findings) - len(kept)


def changed_files(paths: Sequence[Path], since: str) -> frozenset[Path]:
    """Absolute paths of the files that changed since the revision ``since``. Raises as ``check_changed``."""
    change = changes(paths, since)
    return frozenset(change.top / path for path in change.old_of)


def changes(paths: Sequence[Path], since: str) -> Change:
    """What git says has changed since the point at which the work left ``since``, new files included."""
    folder = next((path if path.is_dir() else path.parent for path in paths if path.exists()), Path())
    top = Path(_git(folder, "rev-parse", "--show-toplevel").strip()).resolve()
    for path in paths:
        if not path.resolve().is_relative_to(top):
            raise UsageError(
                f"{path} is not in the repository {top}.", "Check the folders of one repository at a time."
            )
    if since == "HEAD" and not _git(top, "rev-list", "--max-count=1", "--all"):
        return _everything(top)
    try:
        revision = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}").strip()
    except UsageError:
        raise UsageError(
            f"git knows no revision '{since}' in {top}.",
            "Fetch it first (`git fetch origin main`); a CI checkout needs its history (fetch-depth: 0, GIT_DEPTH: 0).",
        ) from None
    try:
        base = _git(top, "merge-base", revision, "HEAD").strip()
    except UsageError:  # no common history, as in a shallow clone
        base = revision
    old_of = dict(_renames(_git(top, "diff", "--name-status", "-z", "-M", "--no-ext-diff", base, "--")))
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    old_of |= {path: None for path in new.split("\0") if path}
    return Change(top, base, old_of)


def _everything(top: Path) -> Change:
    """The change that a first commit is: the base is an empty tree."""
    files = _git(top, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    empty = _git(top, "hash-object", "-t", "tree", "--stdin").strip()
    return Change(top, empty, {path: None for path in files if path})


def _renames(listing: str) -> Iterator[tuple[str, str | None]]:
    """(path now, path before or None) of each changed file that is still there."""
    fields = iter(listing.split("\0"))
    for status in fields:
        if not status:
            return
        path = next(fields)
        if status[0] in "RC":
            yield next(fields), path
        elif status[0] != "D":
            yield path, None if status[0] == "A" else path


def _lay_out(change: Change, copy: Path) -> None:
    """The tree at ``change.base`` below ``copy``: Markdown files with their text, all others empty."""
    blobs: list[tuple[str, Path]] = []
    links: list[tuple[str, Path]] = []
    for entry in _git(change.top, "ls-tree", "-r", "-z", change.base).split("\0"):
        if not entry:
            continue
        about, _, name = entry.partition("\t")
        mode, _, blob = about.split(" ")
        place = copy / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if mode == "160000":  # another repository
            place.mkdir(exist_ok=True)
        elif mode == "120000":
            links.append((blob, place))
        elif is_markdown(name):
            blobs.append((blob, place))
        else:
            place.touch()
    for place, data in _contents(change.top, blobs):
        place.write_bytes(data)
    for place, data in _contents(change.top, links):
        target = os.path.normpath(place.parent / os.fsdecode(data))
        if Path(target).is_relative_to(copy):  # never out of the copy
            place.symlink_to(target)
        elif is_markdown(place.name):  # a link that leads out, as it was, and to nothing
            place.symlink_to(copy.parent / f"{copy.name}-outside")
        else:
            place.touch()


def _contents(top: Path, blobs: Sequence[tuple[str, Path]]) -> Iterator[tuple[Path, bytes]]:
    data = _run(top, ("cat-file", "--batch"), "".join(f"{blob}\n" for blob, _ in blobs).encode())
    position = 0
    for _, place in blobs:
        end = data.index(b"\n", position)
        size = int(data[position:end].split(b" ")[2])
        yield place, data[end + 1 : end + 1 + size]
        position = end + size + 2


def _same_place(change: Change, temporary: Path) -> tuple[Path, Path]:
    """The folder from which paths look as they do from the current one, and where the copy has to be for that."""
    here = Path.cwd()
    if change.top.is_relative_to(here):
        return temporary, temporary / change.top.relative_to(here)
    return temporary / (here.relative_to(change.top) if here.is_relative_to(change.top) else ".elsewhere"), temporary


def _below(path: str, here: Path, top: Path) -> str:
    """The path of a finding, shown from ``here``, below ``top``."""
    return os.path.relpath(here / path, top)


def _caused(
    findings: Sequence[Finding], known: Counter[tuple[str, str, str]], change: Change, copy: Path
) -> Iterator[Finding]:
    """The findings that are not among the ``known`` ones (path, code, message), or stand on a line the change wrote."""
    here = Path.cwd()
    lines: dict[str, tuple[Collection[int], str | None]] = {}
    for finding in findings:
        path = _below(finding.path, here, change.top)
        if path not in lines:
            lines[path] = _written(change, copy, path)
        written, was = lines[path]
        same = (was or "", finding.code, finding.message)
        if finding.line in written or not known[same]:
            yield finding
        if known[same]:
            known[same] -= 1


def _written(change: Change, copy: Path, path: str) -> tuple[Collection[int], str | None]:
    """The lines of the file that the change wrote, counted from 1, and the path it had before, None for a new file."""
    was = change.old_of.get(path, path)
    if path not in change.old_of or was is None:
        return (), was
    try:
        old, new = (file.read_bytes().splitlines() for file in (copy / was, change.top / path))
    except OSError:
        return (), was
    if max(len(old), len(new)) > _MAX_COMPARED_LINES:
        return range(1, len(new) + 1), was
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return frozenset(line + 1 for tag, _, _, start, end in codes if tag != "equal" for line in range(start, end)), was


def _git(folder: Path, *arguments: str) -> str:
    return _run(folder, arguments).decode("utf-8", "surrogateescape")


def _run(folder: Path, arguments: Sequence[str], data: bytes = b"") -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=_TIMEOUT_S)  # noqa: S603
    except FileNotFoundError:
        raise MissingPartError(
            "git is not installed, and --changed-since asks it what changed.", "Install git, or check everything."
        ) from None
    except subprocess.TimeoutExpired:
        raise MissingPartError(
            f"git took longer than {_TIMEOUT_S} s in {folder}.", "Check everything, without --changed-since."
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise UsageError(
            f"git cannot tell what changed in {folder.absolute()}: {said or 'it gave no reason'}.",
            "Run it inside the repository of the articles, or without --changed-since.",
        )
    return done.stdout
