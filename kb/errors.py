"""The one family of errors that people see: what happened and where, then what to do.

Raised anywhere, translated once at the edge: the command line prints two lines on stderr and leaves with
``exit_code``; REST answers with ``http_status`` and the same two texts.
"""

from __future__ import annotations

__all__ = ["ConflictError", "KBError", "LockedError", "MissingPartError", "NotFoundError", "UsageError"]


class KBError(Exception):
    """An error whose reader can act on it.

    ``message`` says what happened and where; ``hint`` says what to do, naming the command that mends it. ``code`` names
    what a page tells its reader in a language of its own; empty where its kind says enough.
    """

    exit_code = 2
    http_status = 400

    def __init__(self, message: str, hint: str, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}"


class UsageError(KBError):
    """Wrong use or bad input (exit code 2)."""


class NotFoundError(UsageError):
    """Something named by the caller does not exist (exit code 2)."""

    http_status = 404


class ConflictError(UsageError):
    """Somebody was faster, or the thing is in no state for this; the message says what happened (exit code 2)."""

    http_status = 409


class MissingPartError(KBError):
    """A part that is needed is not installed, not built, damaged or out of reach (exit code 3)."""

    exit_code = 3
    http_status = 503


class LockedError(MissingPartError):
    """Another process holds what is needed (exit code 3)."""

    http_status = 423
