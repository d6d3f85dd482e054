"""What was asked, how it was rated and what came of it: the data that no file can bring back.

``EventLog.open(url)`` is the door; the rows are plain frozen data. Personal data is taken out before it is stored.
"""

from kb.events.log import EventLog, redacted
from kb.events.rows import Action, ActionKind, Channel, Feedback, FeedbackReason, QuestionEvent, QuestionStatus, Verdict
from kb.events.store import EventLogUnavailableError

__all__ = [
    "Action",
    "ActionKind",
    "Channel",
    "EventLog",
    "EventLogUnavailableError",
    "Feedback",
    "FeedbackReason",
    "QuestionEvent",
    "QuestionStatus",
    "Verdict",
    "redacted",
]
