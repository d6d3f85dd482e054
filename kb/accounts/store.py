"""The accounts in one database: made, changed, signed in; their sessions and the log of what was done."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, cast

import sqlalchemy as sa

from kb.accounts import passwords, schema
from kb.accounts.account import Account, AuditEntry, Session, checked_name, checked_role
from kb.accounts.tokens import Tokens
from kb.errors import KBError, NotFoundError, UsageError
from kb.events.rows import clean, utc
from kb.events.store import DatabasePart, Store

if TYPE_CHECKING:
    from argon2 import PasswordHasher


class SignInError(KBError):
    """Name and password do not open an account. It never says which of the two was wrong."""

    http_status = 401


class Accounts(DatabasePart):
    """Accounts, sessions and the audit log. Safe to use from several threads and processes.

    Every method that writes is one transaction; times are aware. All methods raise EventLogUnavailableError where the
    database cannot be reached. ``failures`` wrong passwords in a row lock an account for ``locked_minutes``. ``hasher``
    sets what a password's hash costs; None: argon2's own defaults.
    """

    def __init__(
        self, store: Store, failures: int = 5, locked_minutes: int = 15, hasher: PasswordHasher | None = None
    ) -> None:
        super().__init__(store)
        self._failures = failures
        self._hasher = hasher
        self._locked = timedelta(minutes=locked_minutes)
        self.tokens = Tokens(store)

    @classmethod
    def open(cls, url: str, failures: int = 5, locked_minutes: int = 15) -> Self:
        """Open the database at an SQLAlchemy URL and bring its tables up to date, as ``EventLog.open`` does."""
        return cls(Store(url), failures, locked_minutes)

    def any(self) -> bool:
        """Whether there is an account, be it a disabled one: from the first one on, rights are asked for."""
        with self._store.read() as connection:
            return connection.scalar(sa.select(schema.accounts.c.name).limit(1)) is not None

    def add(self, name: str, role: str, password: str, now: datetime) -> Account:
        """Make an account. Raises UsageError for a name that is taken or no name, an unknown role, a weak password."""
        name = checked_name(name)
        passwords.check(password, name)
        account = Account(name, checked_role(role), f"a-{secrets.token_hex(6)}", utc(now))
        row = {**_row(account), "password": passwords.hashed(password, self._hasher)}
        try:
            with self._store.write() as connection:
                connection.execute(schema.accounts.insert(), row)
        except sa.exc.IntegrityError:
            raise UsageError(
                f"There is an account '{name}' already.", f"Change it: kb users role {name} ROLE, or another name."
            ) from None
        return account

    def accounts(self) -> list[Account]:
        """All accounts by name."""
        with self._store.read() as connection:
            rows = connection.execute(sa.select(schema.accounts).order_by(schema.accounts.c.name)).mappings().all()
        return [_account(row) for row in rows]

    def account(self, name: str) -> Account:
        """One account. Raises NotFoundError."""
        with self._store.read() as connection:
            return _account(_found(connection, clean(name).strip().lower()))

    def set_role(self, name: str, role: str) -> Account:
        """Give an account another role; it holds from the next request on. Raises NotFoundError, UsageError."""
        return self._change(name, role=checked_role(role))

    def set_password(self, name: str, password: str) -> Account:
        """Set a new password, lift a lock, and end the account's sessions. Raises NotFoundError, UsageError."""
        passwords.check(password, name)
        return self._change(
            name, ending=True, password=passwords.hashed(password, self._hasher), failures=0, locked_until=None
        )

    def disable(self, name: str, now: datetime) -> Account:
        """Shut an account and end its sessions; what it did stays on record. Raises NotFoundError."""
        return self._change(name, ending=True, disabled_at=utc(now))

    def enable(self, name: str) -> Account:
        """Open a shut or locked account again. Raises NotFoundError."""
        return self._change(name, disabled_at=None, failures=0, locked_until=None)

    def sign_in(self, name: str, password: str, now: datetime, hours: int) -> Session:
        """A new session of ``hours`` for who knows the password.

        Raises SignInError, in the same words for all causes but a lock, which only who knows the password is told.
        """
        name, now = clean(name).strip().lower(), utc(now)
        with self._store.read() as connection:
            row = _row_of(connection, name)
        right = passwords.matches(row["password"] if row else None, password, self._hasher)
        if row is None or row["disabled_at"] is not None:
            raise _wrong()
        if row["locked_until"] is not None and row["locked_until"] > now:
            raise _locked(row["locked_until"]) if right else _wrong()
        if not right:
            self._count_failure(name, now)
            raise _wrong()
        secret, expires_at = passwords.secret(), now + timedelta(hours=hours)
        with self._store.write() as connection:
            connection.execute(schema.sessions.delete().where(schema.sessions.c.expires_at <= now))
            connection.execute(
                schema.accounts.update().where(schema.accounts.c.name == name).values(failures=0, locked_until=None)
            )
            connection.execute(
                schema.sessions.insert(), {"digest": passwords.digest(secret), "name": name, "expires_at": expires_at}
            )
            account = _account(_found(connection, name))
        return Session(secret, account, expires_at)

    def signed_in(self, secret: str, now: datetime) -> Account | None:
        """The account behind a session that still lasts, None for any other."""
        query = (
            sa.select(schema.accounts)
            .join(schema.sessions, schema.sessions.c.name == schema.accounts.c.name)
            .where(
                schema.sessions.c.digest == passwords.digest(secret),
                schema.sessions.c.expires_at > utc(now),
                schema.accounts.c.disabled_at.is_(None),
            )
        )
        with self._store.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return _account(row) if row else None

    def sign_out(self, secret: str) -> None:
        """End a session."""
        with self._store.write() as connection:
            digest = passwords.digest(secret)
            connection.execute(schema.sessions.delete().where(schema.sessions.c.digest == digest))

    def record(self, entry: AuditEntry) -> None:
        """Add a line to the audit log. Nothing changes or removes one."""
        row = {name: getattr(entry, name) for name in ("who", "role", "action", "target", "outcome", "detail")}
        texts = {name: clean(value)[:400] if isinstance(value, str) else value for name, value in row.items()}
        with self._store.write() as connection:
            connection.execute(schema.audit.insert(), {**texts, "at": utc(entry.at)})

    def entries(self, since: datetime | None = None, limit: int = 1000) -> list[AuditEntry]:
        """The audit log from ``since`` on, newest first, at most ``limit`` lines."""
        query = sa.select(schema.audit).order_by(schema.audit.c.at.desc(), schema.audit.c.entry_id.desc()).limit(limit)
        if since is not None:
            query = query.where(schema.audit.c.at >= utc(since))
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [AuditEntry(**{name: value for name, value in row.items() if name != "entry_id"}) for row in rows]

    def _change(self, name: str, *, ending: bool = False, **values: Any) -> Account:  # noqa: ANN401  column values
        name = clean(name).strip().lower()
        with self._store.write() as connection:
            _found(connection, name)
            connection.execute(schema.accounts.update().where(schema.accounts.c.name == name).values(**values))
            if ending:
                connection.execute(schema.sessions.delete().where(schema.sessions.c.name == name))
            return _account(_found(connection, name))

    def _count_failure(self, name: str, now: datetime) -> None:
        """One more wrong password. Counted in the database, so that attempts side by side all count."""
        table = schema.accounts
        with self._store.write() as connection:
            failures = _found(connection, name)["failures"] + 1
            locked = now + self._locked if failures >= self._failures else None
            values = {"failures": 0 if locked else failures, "locked_until": locked}
            connection.execute(table.update().where(table.c.name == name).values(**values))


def _row_of(connection: sa.Connection, name: str) -> sa.RowMapping | None:
    query = sa.select(schema.accounts).where(schema.accounts.c.name == name)
    return connection.execute(query).mappings().one_or_none()


def _found(connection: sa.Connection, name: str) -> sa.RowMapping:
    row = _row_of(connection, name)
    if row is None:
        raise NotFoundError(f"There is no account '{name[:80]}'.", "See `kb users list`.")
    return row


def _row(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in Account.__slots__}


def _account(row: sa.RowMapping) -> Account:
    return Account(**{name: value for name, value in cast("dict[str, Any]", row).items() if name != "password"})


def _wrong() -> SignInError:
    return SignInError(
        "Name or password is not right, or the account is shut.",
        "Try again; after several wrong passwords an account is locked for a while. An administrator can help.",
    )


def _locked(until: datetime) -> SignInError:
    return SignInError(
        f"This account is locked until {until:%H:%M} UTC: too many wrong passwords.",
        "Wait, or ask an administrator: kb users password NAME",
        "locked",
    )
