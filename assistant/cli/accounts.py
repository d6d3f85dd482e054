"""Commands on accounts: users, tokens, audit."""

from __future__ import annotations

import getpass
import secrets
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.app import Result, app, command, tokens_app, users_app
from assistant.cli.options import day
from kb.errors import UsageError
from kb.library import Library
from kb.runtime.days import midnight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kb.accounts import Account, AuditEntry, Token

Name = Annotated[str, typer.Argument(help="The account's name.")]
Role = Annotated[str, typer.Option(help="agent, lead or admin")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it once.")]


@command(users_app, "add", "kb users add jana --role lead", "kb users add jana --generate")
def add_command(library: Library, name: Name, role: Role = "agent", generate: Generate = False) -> Result:
    """Make an account. The password is asked for; without a terminal it is read from standard input."""
    password = _password(generate=generate)
    account = library.accounts.add(name, role, password, _now())
    line = f"'{account.name}' may sign in as {account.role}."
    return _changed(library, "users add", account, line, password if generate else None)


@command(users_app, "list", "kb users list", "kb users list --json")
def list_command(library: Library) -> Result:
    """List the accounts."""
    accounts = library.accounts.accounts()
    return Result({"users": [account.to_json() for account in accounts]}, _account_lines(library, accounts))


@command(users_app, "role", "kb users role jana admin")
def role_command(
    library: Library, name: Name, role: Annotated[str, typer.Argument(help="agent, lead or admin")]
) -> Result:
    """Give an account another role, from its next request on."""
    account = library.accounts.set_role(name, role)
    return _changed(library, "users role", account, f"'{account.name}' is {account.role} now.")


@command(users_app, "password", "kb users password jana", "kb users password jana --generate")
def password_command(library: Library, name: Name, generate: Generate = False) -> Result:
    """Set a new password. It ends the account's sessions and lifts a lock."""
    library.accounts.account(name)
    password = _password(generate=generate)
    account = library.accounts.set_password(name, password)
    line = f"'{account.name}' has a new password."
    return _changed(library, "users password", account, line, password if generate else None)


@command(users_app, "disable", "kb users disable jana")
def disable_command(library: Library, name: Name) -> Result:
    """Shut an account and end its sessions at once. What it did stays on record."""
    account = library.accounts.disable(name, _now())
    return _changed(library, "users disable", account, f"'{account.name}' cannot sign in any more.")


@command(users_app, "enable", "kb users enable jana")
def enable_command(library: Library, name: Name) -> Result:
    """Open a shut or locked account again."""
    account = library.accounts.enable(name)
    return _changed(library, "users enable", account, f"'{account.name}' can sign in again.")


@command(tokens_app, "add", "kb tokens add helpdesk", "kb tokens add dashboard --role lead --json")
def add_token_command(
    library: Library, name: Annotated[str, typer.Argument(help="Which program uses it.")], role: Role = "agent"
) -> Result:
    """Make a token. It is printed once and cannot be shown again."""
    token, secret = library.accounts.tokens.add(name, role, _me(), _now())
    _record(library, "tokens add", token.token_id, role=token.role)
    line = f"Send it as: Authorization: Bearer TOKEN. It is not shown again; its id is {token.token_id}."
    return Result({**token.to_json(), "secret": secret}, [secret, line])


@command(tokens_app, "list", "kb tokens list")
def list_tokens_command(library: Library) -> Result:
    """List the tokens, without their secrets."""
    tokens = library.accounts.tokens.list()
    return Result({"tokens": [token.to_json() for token in tokens]}, _token_lines(tokens))


@command(tokens_app, "revoke", "kb tokens revoke 1f2e3d4c")
def revoke_command(
    library: Library, token_id: Annotated[str, typer.Argument(help="The id that `kb tokens list` shows.")]
) -> Result:
    """Take a token back; it opens nothing from the next request on."""
    token = library.accounts.tokens.revoke(token_id, _now())
    _record(library, "tokens revoke", token.token_id)
    return Result(token.to_json(), [f"Token {token.token_id} ({token.name}) opens nothing any more."])


@command(app, "audit", "kb audit", "kb audit --since 2026-11-01 --json")
def audit_command(
    library: Library,
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many lines at most.")] = 100,
) -> Result:
    """Show who signed in, was refused, or changed something; newest first."""
    begin = midnight(library.settings.reports.time_zone, day(since)) if since else None
    entries = library.accounts.entries(begin, limit)
    return Result({"entries": [entry.to_json() for entry in entries]}, _audit_lines(library, entries))


def _account_lines(library: Library, accounts: Sequence[Account]) -> Iterator[str]:
    for account in accounts:
        state = "disabled" if account.disabled_at else "locked" if _is_locked(account) else "active"
        yield f"{account.name:24}{account.role:8}{state:10}since {library.day_of(account.created_at)}"
    yield f"{len(accounts)} accounts."


def _token_lines(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        state = "revoked" if token.revoked_at else "active"
        yield f"{token.token_id}  {token.role:8}{state:10}last used {token.last_used_on or 'never':12}{token.name}"
    yield f"{len(tokens)} tokens."


def _audit_lines(library: Library, entries: Sequence[AuditEntry]) -> Iterator[str]:
    for entry in entries:
        at = f"{library.local(entry.at):%Y-%m-%d %H:%M:%S}"
        yield f"{at}  {entry.outcome:8}{entry.who:28}{entry.action}  {entry.target}".rstrip()
    yield f"{len(entries)} lines."


def _password(*, generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(15)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise UsageError("The two passwords differ.", "Run the command again.")
    return password


def _changed(library: Library, action: str, account: Account, line: str, password: str | None = None) -> Result:
    """Record the change of an account; the result shows ``password`` where one was made."""
    _record(library, action, account.name, role=account.role)
    if password is None:
        return Result(account.to_json(), [line])
    return Result({**account.to_json(), "password": password}, [line, f"Password: {password}"])


def _record(library: Library, action: str, target: str, **detail: str) -> None:
    from kb.accounts import AuditEntry

    library.accounts.record(AuditEntry(_now(), f"machine:{_me()}", "admin", action, target, "done", detail))


def _is_locked(account: Account) -> bool:
    return account.locked_until is not None and account.locked_until > _now()


def _me() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _now() -> datetime:
    return datetime.now(UTC)
