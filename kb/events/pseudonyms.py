"""Handles for people: the same name gives the same handle, and no handle gives a name without the key of this home."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import unicodedata
from functools import cached_property
from pathlib import Path

from kb.errors import MissingPartError

_KEY_BYTES = 32
_HANDLE_DIGITS = 12
"""48 bits: two of ten thousand people share a handle with a chance of 1 in 5 million."""


class Pseudonyms:
    """Handles by a secret key in the file ``path``, made when it is first needed; with ``keep=False``, for this run."""

    def __init__(self, path: Path, *, keep: bool = True) -> None:
        self._path = path
        self._keep = keep

    def of(self, name: str) -> str:
        """The handle of ``name``, whatever its case and white space; "" for none. Raises MissingPartError."""
        folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        if not folded:
            return ""
        digest = hmac.new(self._key, folded.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"agent-{digest[:_HANDLE_DIGITS]}"

    @cached_property
    def _key(self) -> bytes:
        try:
            if self._keep and not self._path.exists():
                self._make()
            key = bytes.fromhex(self._path.read_text("ascii")) if self._path.exists() else secrets.token_bytes(32)
        except (OSError, ValueError) as error:
            raise self._unusable(str(error)) from None
        if len(key) != _KEY_BYTES:
            raise self._unusable("it is incomplete")
        return key

    def _make(self) -> None:
        """Written beside and linked into place: of two processes one wins, and nobody reads half a key."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_KEY_BYTES))
            with contextlib.suppress(FileExistsError):
                os.link(fresh, self._path)
        finally:
            fresh.unlink()

    def _unusable(self, why: str) -> MissingPartError:
        return MissingPartError(
            f"The key of the pseudonyms, {self._path}, cannot be used: {why}.",
            "Put it back from a backup. Without it people get new handles: move it away, then import everything again.",
        )
