"""Building the index anew: after damage, or to let go of folders that have gone."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from ingest.pipeline import Hooks, ingest
from ingest.report import IngestReport
from kb.errors import KBError, NotFoundError
from kb.library import Library
from kb.vectors.chroma import remove_folder


def reindex(
    library: Library, paths: Sequence[Path], fallback: Sequence[Path], hooks: Hooks | None = None
) -> IngestReport:
    """Throw the derivable part of the home away and ingest again.

    ``paths`` are taken where given, else the folders the old catalog knows and that still exist, else ``fallback``.
    The events database is not touched. Raises KBError when a path does not exist or the home is in use: nothing is
    thrown away then.
    """
    sources = list(paths) or _known(library) or list(fallback)
    for path in sources:
        if not path.exists() and not paths:
            raise NotFoundError(
                f"The index in {library.home} does not say which folders it was made from, and there is no {path}.",
                "Name them: kb reindex FOLDER",
            )
        if not path.exists():
            raise NotFoundError(f"There is no file or folder {path}.", "Name the folders to build the index from.")
    with library.writing("kb reindex"):
        _discard(library)
    return ingest(library, sources, hooks)


def _known(library: Library) -> list[Path]:
    with contextlib.suppress(KBError), library.catalog.snapshot() as snapshot:
        return [Path(root) for root in sorted({row.root for row in snapshot.files()}) if Path(root).is_dir()]
    return []


def _discard(library: Library) -> None:
    library.close()
    for name in ("index.sqlite3", "index.sqlite3-wal", "index.sqlite3-shm"):
        (library.home / name).unlink(missing_ok=True)
    if isinstance(library.chroma_place, Path):
        remove_folder(library.chroma_place)
    else:
        library.vectors.clear()
