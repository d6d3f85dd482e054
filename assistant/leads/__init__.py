"""What leads do with the backlog: begin an article, prove that it mends the gap, answer what agents escalate.

Who moves a gap from state to state is the backlog's matter alone (``library.backlog``).
"""

from assistant.leads.draft import Draft, draft
from assistant.leads.recheck import recheck
from assistant.leads.verify import Verification, verify

__all__ = ["Draft", "Verification", "draft", "recheck", "verify"]
