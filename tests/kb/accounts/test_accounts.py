from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb.accounts import ROLES, Accounts, AuditEntry, SignInError, may
from kb.errors import NotFoundError, UsageError
from kb.events.store import Store
from tests.fakes import CHEAP_HASHER

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
PASSWORD = "vier Worte ohne Sinn"


@pytest.fixture
def accounts(tmp_path: Path):
    made = Accounts(Store(f"sqlite:///{tmp_path / 'events.sqlite3'}"), 3, 15, CHEAP_HASHER)
    yield made
    made.close()


@pytest.fixture
def jana(accounts: Accounts):
    return accounts.add("Jana", "lead", PASSWORD, NOW)


def test_a_role_may_what_those_before_it_may() -> None:
    assert [[may(role, needed) for needed in ROLES] for role in ROLES] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
    assert not may("owner", "agent")


def test_an_account_is_stored_without_its_password(accounts: Accounts, jana, tmp_path: Path) -> None:
    assert (jana.name, jana.role) == ("jana", "lead")
    assert accounts.accounts() == [jana]
    assert PASSWORD.encode() not in (tmp_path / "events.sqlite3").read_bytes()
    with sqlite3.connect(tmp_path / "events.sqlite3") as connection:
        (stored,) = connection.execute("SELECT password FROM accounts").fetchone()
    assert stored.startswith("$argon2id$")
    assert "jana" not in jana.actor


@pytest.mark.parametrize(
    ("name", "role", "password"),
    [
        ("jana", "agent", PASSWORD),
        ("", "agent", PASSWORD),
        ("ja na", "agent", PASSWORD),
        ("x" * 65, "agent", PASSWORD),
        ("kim", "owner", PASSWORD),
        ("kim", "agent", "short"),
        ("kim", "agent", "aaaaaaaaaaaaaaaaa"),
        ("kim", "agent", "x" * 300),
    ],
)
def test_what_makes_no_account_is_refused(accounts: Accounts, jana, name: str, role: str, password: str) -> None:
    with pytest.raises(UsageError):
        accounts.add(name, role, password, NOW)
    assert len(accounts.accounts()) == 1


def test_a_session_lasts_its_hours_and_ends_when_asked_to(accounts: Accounts, jana) -> None:
    session = accounts.sign_in(" JANA ", PASSWORD, NOW, 8)
    assert accounts.signed_in(session.secret, NOW + timedelta(hours=7, minutes=59)) == jana
    assert accounts.signed_in(session.secret, NOW + timedelta(hours=8)) is None
    assert accounts.signed_in("", NOW) is None
    accounts.sign_out(session.secret)
    assert accounts.signed_in(session.secret, NOW) is None


def test_wrong_passwords_lock_an_account_for_a_while_and_a_right_one_in_between_counts_anew(
    accounts: Accounts, jana
) -> None:
    def wrong() -> None:
        with pytest.raises(SignInError, match="not right"):
            accounts.sign_in("jana", "not the password", NOW, 8)

    wrong(), wrong()
    accounts.sign_in("jana", PASSWORD, NOW, 8)
    wrong(), wrong(), wrong()
    with pytest.raises(SignInError, match="locked until 08:15"):
        accounts.sign_in("jana", PASSWORD, NOW + timedelta(minutes=14), 8)
    wrong()  # who does not know the password is not told of the lock
    assert accounts.sign_in("jana", PASSWORD, NOW + timedelta(minutes=15), 8).account.name == "jana"


def test_an_unknown_name_and_a_wrong_password_are_refused_in_the_same_words(accounts: Accounts, jana) -> None:
    refusals = set()
    for name, password in [("jana", "wrong password"), ("nobody", PASSWORD), ("nobody\x00", "x")]:
        with pytest.raises(SignInError) as caught:
            accounts.sign_in(name, password, NOW, 8)
        refusals.add(str(caught.value))
    assert len(refusals) == 1


def test_disabling_and_a_new_password_end_every_session(accounts: Accounts, jana) -> None:
    first = accounts.sign_in("jana", PASSWORD, NOW, 8)
    accounts.disable("jana", NOW)
    assert accounts.signed_in(first.secret, NOW) is None
    with pytest.raises(SignInError):
        accounts.sign_in("jana", PASSWORD, NOW, 8)
    accounts.enable("jana")
    assert accounts.signed_in(first.secret, NOW) is None
    second = accounts.sign_in("jana", PASSWORD, NOW, 8)
    accounts.set_password("jana", "ganz andere neue Worte")
    assert accounts.signed_in(second.secret, NOW) is None
    accounts.sign_in("jana", "ganz andere neue Worte", NOW, 8)


def test_a_role_changes_at_once(accounts: Accounts, jana) -> None:
    session = accounts.sign_in("jana", PASSWORD, NOW, 8)
    accounts.set_role("jana", "agent")
    found = accounts.signed_in(session.secret, NOW)
    assert found is not None
    assert found.role == "agent"
    with pytest.raises(UsageError, match="no role"):
        accounts.set_role("jana", "owner")
    with pytest.raises(NotFoundError):
        accounts.set_role("kim", "agent")


def test_accounts_ask_for_rights_from_the_first_one_on_even_disabled(accounts: Accounts) -> None:
    assert not accounts.any()
    accounts.add("kim", "agent", PASSWORD, NOW)
    accounts.disable("kim", NOW)
    assert accounts.any()


def test_a_token_opens_until_it_is_revoked_and_is_stored_as_a_hash(accounts: Accounts, tmp_path: Path) -> None:
    token, secret = accounts.tokens.add("  help  desk ", "agent", "jana", NOW)
    assert (token.name, token.role, token.created_by) == ("help desk", "agent", "jana")
    assert accounts.tokens.holder(secret, TODAY + timedelta(days=3)) is not None
    assert accounts.tokens.list()[0].last_used_on == "2026-11-28"
    assert accounts.tokens.holder(secret + "x", TODAY) is None
    accounts.tokens.revoke(token.token_id, NOW)
    assert accounts.tokens.holder(secret, TODAY) is None
    with pytest.raises(NotFoundError):
        accounts.tokens.revoke("nope", NOW)
    with pytest.raises(UsageError):
        accounts.tokens.add(" ", "agent", "jana", NOW)
    assert secret.encode() not in (tmp_path / "events.sqlite3").read_bytes()


def test_the_audit_log_keeps_its_lines_newest_first(accounts: Accounts) -> None:
    for hour in range(3):
        accounts.record(
            AuditEntry(NOW + timedelta(hours=hour), "kim", "lead", f"step {hour}", "G-1\x00", detail={"n": hour})
        )
    found = accounts.entries(NOW + timedelta(hours=1))
    assert [entry.action for entry in found] == ["step 2", "step 1"]
    assert (found[0].target, found[0].detail) == ("G-1\ufffd", {"n": 2})
    assert len(accounts.entries(limit=1)) == 1
