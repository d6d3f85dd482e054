"""Who may do what: accounts with roles, their sessions, tokens for programs, and the log of what was done.

``Accounts.open(url)`` is the door. Secrets are stored as hashes only; nobody can read one back.
"""

from kb.accounts.account import ROLES, Account, AuditEntry, Outcome, Role, Session, Token, may
from kb.accounts.store import Accounts, SignInError

__all__ = [
    "ROLES",
    "Account",
    "Accounts",
    "AuditEntry",
    "Outcome",
    "Role",
    "Session",
    "SignInError",
    "Token",
    "may",
]
