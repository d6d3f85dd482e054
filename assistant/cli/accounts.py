"""Commands on accounts: users, tokens, audit."""

from __future__ import annotations

import getpass
import secrets
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.app import app
from assistant.cli.options import Config, Home, Json, day, examples, open_library
from assistant.terminal import print_json
from kb.errors import UsageError
from kb.runtime.days import midnight

if TYPE_CHECKING:
    from kb.accounts import Account
    from kb.library import Library

users_app = typer.Typer(help="Accounts of people: who may sign in, and as what.", no_args_is_help=True)
tokens_app = typer.Typer(help="Tokens for programs that call the server.", no_args_is_help=True)
app.add_typer(users_app, name="users")
app.add_typer(tokens_app, name="tokens")

Name = Annotated[str, typer.Argument(help="The account's name.")]
RoleName = Annotated[str, typer.Argument(help="agent, lead or admin")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it once.")]


@users_app.command("add", epilog=examples("kb users add jana --role lead", "kb users add jana --generate"))
def add_command(
    name: Name,
    role: Annotated[str, typer.Option(help="agent, lead or admin")] = "agent",
    generate: Generate = False,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Make an account. The password is asked for; without a terminal it is read from standard input."""
    library = open_library(home, config)
    password = _password(generate=generate)
    account = library.accounts.add(name, role, password, _now())
    _done(
        library, "users add", account, f"'{account.name}' may sign in as {account.role}.", as_json, generate, password
    )


@users_app.command("list", epilog=examples("kb users list", "kb users list --json"))
def list_command(as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """List the accounts."""
    library = open_library(home, config)
    accounts = library.accounts.accounts()
    if as_json:
        print_json({"users": [account.to_json() for account in accounts]})
        return
    for account in accounts:
        state = "disabled" if account.disabled_at else "locked" if _is_locked(account) else "active"
        print(f"{account.name:24}{account.role:8}{state:10}since {library.day_of(account.created_at)}")
    print(f"{len(accounts)} accounts.")


@users_app.command("role", epilog=examples("kb users role jana admin"))
def role_command(name: Name, role: RoleName, as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Give an account another role, from its next request on."""
    library = open_library(home, config)
    account = library.accounts.set_role(name, role)
    _done(library, "users role", account, f"'{account.name}' is {account.role} now.", as_json)


@users_app.command("password", epilog=examples("kb users password jana", "kb users password jana --generate"))
def password_command(
    name: Name, generate: Generate = False, as_json: Json = False, home: Home = None, config: Config = None
) -> None:
    """Set a new password. It ends the account's sessions and lifts a lock."""
    library = open_library(home, config)
    library.accounts.account(name)
    password = _password(generate=generate)
    account = library.accounts.set_password(name, password)
    _done(library, "users password", account, f"'{account.name}' has a new password.", as_json, generate, password)


@users_app.command("disable", epilog=examples("kb users disable jana"))
def disable_command(name: Name, as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Shut an account and end its sessions at once. What it did stays on record."""
    library = open_library(home, config)
    account = library.accounts.disable(name, _now())
    _done(library, "users disable", account, f"'{account.name}' cannot sign in any more.", as_json)


@users_app.command("enable", epilog=examples("kb users enable jana"))
def enable_command(name: Name, as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """Open a shut or locked account again."""
    library = open_library(home, config)
    account = library.accounts.enable(name)
    _done(library, "users enable", account, f"'{account.name}' can sign in again.", as_json)


@tokens_app.command("add", epilog=examples("kb tokens add helpdesk", "kb tokens add dashboard --role lead --json"))
def add_token_command(
    name: Annotated[str, typer.Argument(help="Which program uses it.")],
    role: Annotated[str, typer.Option(help="agent, lead or admin")] = "agent",
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Make a token. It is printed once and cannot be shown again."""
    library = open_library(home, config)
    token, secret = library.accounts.tokens.add(name, role, _me(), _now())
    _record(library, "tokens add", token.token_id, role=token.role)
    if as_json:
        print_json({**token.to_json(), "secret": secret})
    else:
        print(f"{secret}\nSend it as: Authorization: Bearer TOKEN. It is not shown again; its id is {token.token_id}.")


@tokens_app.command("list", epilog=examples("kb tokens list"))
def list_tokens_command(as_json: Json = False, home: Home = None, config: Config = None) -> None:
    """List the tokens, without their secrets."""
    tokens = open_library(home, config).accounts.tokens.list()
    if as_json:
        print_json({"tokens": [token.to_json() for token in tokens]})
        return
    for token in tokens:
        state = "revoked" if token.revoked_at else "active"
        print(f"{token.token_id}  {token.role:8}{state:10}last used {token.last_used_on or 'never':12}{token.name}")
    print(f"{len(tokens)} tokens.")


@tokens_app.command("revoke", epilog=examples("kb tokens revoke 1f2e3d4c"))
def revoke_command(
    token_id: Annotated[str, typer.Argument(help="The id that `kb tokens list` shows.")],
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Take a token back; it opens nothing from the next request on."""
    library = open_library(home, config)
    token = library.accounts.tokens.revoke(token_id, _now())
    _record(library, "tokens revoke", token.token_id)
    print_json(token.to_json()) if as_json else print(f"Token {token.token_id} ({token.name}) opens nothing any more.")


@app.command("audit", epilog=examples("kb audit", "kb audit --since 2026-11-01 --json"))
def audit_command(
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many lines at most.")] = 100,
    as_json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Show who signed in, was refused, or changed something; newest first."""
    library = open_library(home, config)
    begin = midnight(library.settings.reports.time_zone, day(since)) if since else None
    entries = library.accounts.entries(begin, limit)
    if as_json:
        print_json({"entries": [entry.to_json() for entry in entries]})
        return
    for entry in entries:
        at = f"{library.local(entry.at):%Y-%m-%d %H:%M:%S}"
        print(f"{at}  {entry.outcome:8}{entry.who:28}{entry.action}  {entry.target}".rstrip())
    print(f"{len(entries)} lines.")


def _password(*, generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(15)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise UsageError("The two passwords differ.", "Run the command again.")
    return password


def _done(
    library: Library,
    action: str,
    account: Account,
    words: str,
    as_json: bool,
    generated: bool = False,
    password: str = "",
) -> None:
    _record(library, action, account.name, role=account.role)
    shown = {"password": password} if generated else {}
    if as_json:
        print_json({**account.to_json(), **shown})
    else:
        print(words + (f"\nPassword: {password}" if generated else ""))


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
