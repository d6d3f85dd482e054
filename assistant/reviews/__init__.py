"""Reviewing articles: what has to be looked at, by whom, and the stamp and record of having looked.

Doors: ``review`` (one article), ``due`` (what must be reviewed, by owner), ``reminders`` (a text for each owner).
"""

from assistant.reviews.lists import Due, due, reminders
from assistant.reviews.stamp import Reviewed, review

__all__ = ["Due", "Reviewed", "due", "reminders", "review"]
