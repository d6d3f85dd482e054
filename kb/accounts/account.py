"""Accounts, sessions, tokens and what was done with them, as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

from kb.errors import UsageError

Role: TypeAlias = Literal["agent", "lead", "admin"]
Outcome: TypeAlias = Literal["done", "refused"]

ROLES: tuple[Role, ...] = get_args(Role)
"""From the one that may least to the one that may all; each may what those before it may."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Account:
    """One person. ``actor`` is the pseudonym under which the event log knows them; only this row joins the two."""

    name: str
    role: Role
    actor: str
    created_at: datetime
    disabled_at: datetime | None = None
    failures: int = 0
    locked_until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """What an administrator may see: no secret, and not the pseudonym either."""
        return {
            "name": self.name,
            "role": self.role,
            "created_at": self.created_at.isoformat(),
            "disabled_at": self.disabled_at.isoformat() if self.disabled_at else None,
            "locked_until": self.locked_until.isoformat() if self.locked_until else None,
        }


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: its secret, given once, and until when it lasts."""

    secret: str
    account: Account
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A program's right to call, under a role."""

    token_id: str
    name: str
    role: Role
    created_at: datetime
    created_by: str
    last_used_on: str = ""
    revoked_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """What may be seen of it."""
        return {
            "token_id": self.token_id,
            "name": self.name,
            "role": self.role,
            "created_at": self.created_at.isoformat(),
            "created_by": self.created_by,
            "last_used_on": self.last_used_on or None,
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
        }


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log: who did what to which, and whether they were let."""

    at: datetime
    who: str
    role: str
    action: str
    target: str = ""
    outcome: Outcome = "done"
    detail: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain types."""
        return {
            "at": self.at.isoformat(),
            "who": self.who,
            "role": self.role,
            "action": self.action,
            "target": self.target,
            "outcome": self.outcome,
            "detail": dict(self.detail),
        }


def may(role: str, needed: Role) -> bool:
    """Whether ``role`` may what ``needed`` may; an unknown role may nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def checked_role(role: str) -> Role:
    """``role`` where there is one of that name. Raises UsageError."""
    if role not in ROLES:
        raise UsageError(f"There is no role '{role}'.", f"Use one of: {', '.join(ROLES)}.")
    return role


def checked_name(name: str) -> str:
    """``name`` in lower case where it can name an account. Raises UsageError."""
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name[:80]}' cannot be the name of an account.",
            "Use 1 to 64 of a-z, 0-9, dot, dash, underscore and @, with a letter or digit at both ends.",
        )
    return name
