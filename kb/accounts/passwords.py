"""Passwords, hashed with Argon2id; and secrets that are long and random, for which SHA-256 is enough."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from typing import TYPE_CHECKING

from kb.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_CHARACTERS = 12
"""NIST SP 800-63B-4 asks for 15, or 8 with a second factor; 12 with a lock-out after a few wrong ones."""

_MAX_CHARACTERS = 256
_SECRET_BYTES = 32


def check(password: str, name: str) -> None:
    """Raise UsageError for a password that is too short, too long, or the account's own name."""
    if len(password) < MIN_CHARACTERS:
        raise UsageError(
            f"The password has {len(password)} characters; {MIN_CHARACTERS} are needed.",
            "Use a few words that do not belong together.",
        )
    if len(password) > _MAX_CHARACTERS:
        raise UsageError(f"The password has more than {_MAX_CHARACTERS} characters.", "Use a shorter one.")
    if len(set(password)) < 5 or password.lower() in {name, f"{name}{name}"}:
        raise UsageError("The password is too easy to guess.", "Use a few words that do not belong together.")


def hashed(password: str, hasher: PasswordHasher | None = None) -> str:
    """The hash to store, with its salt and parameters (Argon2id, RFC 9106, about 50 ms and 64 MiB)."""
    return (hasher or _hasher()).hash(password)


def matches(stored: str | None, password: str, hasher: PasswordHasher | None = None) -> bool:
    """Whether ``password`` is the one that was stored. Without one it takes as long: names cannot be tried out."""
    from argon2.exceptions import InvalidHashError, VerificationError

    hasher = hasher or _hasher()
    try:
        return hasher.verify(stored or _nobodys(hasher), password[:_MAX_CHARACTERS]) and stored is not None
    except (InvalidHashError, VerificationError):
        return False


def secret() -> str:
    """A new secret of 256 bits for a session or a token."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest(text: str) -> str:
    """What is stored of such a secret. It cannot be guessed, so a fast hash keeps it as well as a slow one."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(16))
