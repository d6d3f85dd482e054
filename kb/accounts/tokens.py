"""Tokens for programs: shown once, stored as hashes, each under a role, revocable."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from kb.accounts import passwords, schema
from kb.accounts.account import Token, checked_role
from kb.errors import NotFoundError, UsageError
from kb.events.rows import clean, utc
from kb.events.store import Store

PREFIX = "lotse_"
"""What every token begins with, so that a scanner for leaked secrets can know one."""

_MAX_NAME = 100


class Tokens:
    """The tokens in one database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, role: str, created_by: str, now: datetime) -> tuple[Token, str]:
        """A new token and its secret, which is not kept. Raises UsageError for an unknown role or no name."""
        name = " ".join(clean(name).split())
        if not 1 <= len(name) <= _MAX_NAME:
            raise UsageError(f"A token needs a name of 1 to {_MAX_NAME} characters.", "Say which program uses it.")
        token = Token(secrets.token_hex(4), name, checked_role(role), utc(now), created_by)
        secret = PREFIX + passwords.secret()
        row = {column: getattr(token, column) for column in Token.__slots__}
        with self._store.write() as connection:
            connection.execute(schema.tokens.insert(), {**row, "digest": passwords.digest(secret)})
        return token, secret

    def list(self) -> list[Token]:
        """All tokens, revoked ones too, oldest first."""
        query = sa.select(schema.tokens).order_by(schema.tokens.c.created_at, schema.tokens.c.token_id)
        with self._store.read() as connection:
            return [_token(row) for row in connection.execute(query).mappings()]

    def revoke(self, token_id: str, now: datetime) -> Token:
        """Take a token back; it opens nothing from the next request on. Raises NotFoundError."""
        table = schema.tokens
        with self._store.write() as connection:
            connection.execute(
                table.update()
                .where(table.c.token_id == clean(token_id), table.c.revoked_at.is_(None))
                .values(revoked_at=utc(now))
            )
            row = connection.execute(sa.select(table).where(table.c.token_id == clean(token_id))).mappings().first()
        if row is None:
            raise NotFoundError(f"There is no token '{token_id[:80]}'.", "See `kb tokens list`.")
        return _token(row)

    def holder(self, secret: str, today: date) -> Token | None:
        """The token with this secret, None where there is none or it was revoked. Its last day of use is noted."""
        table = schema.tokens
        with self._store.read() as connection:
            query = sa.select(table).where(table.c.digest == passwords.digest(secret), table.c.revoked_at.is_(None))
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        day = today.isoformat()
        if row["last_used_on"] != day:  # one write a day, not one a request
            with self._store.write() as connection:
                connection.execute(table.update().where(table.c.token_id == row["token_id"]).values(last_used_on=day))
        return _token(row)


def _token(row: sa.RowMapping) -> Token:
    return Token(**{name: value for name, value in cast("dict[str, Any]", row).items() if name != "digest"})
