"""What leads do with the backlog: begin an article, prove that it mends the gap, answer what agents escalate.

The backlog alone takes a gap from state to state (``library.backlog``).
"""

from assistant.leads.drafting import Draft, draft
from assistant.leads.escalation import answer, draft_answer, escalate
from assistant.leads.regression import recheck
from assistant.leads.verification import Verification, verify

__all__ = ["Draft", "Verification", "answer", "draft", "draft_answer", "escalate", "recheck", "verify"]
