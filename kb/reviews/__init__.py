"""Who vouched for which article, and when: the record behind ``reviewed_on``, in the events database.

``library.reviews`` is the door; the rows are plain frozen data.
"""

from kb.reviews.rows import Review, Verdict
from kb.reviews.store import ReviewStore

__all__ = ["Review", "ReviewStore", "Verdict"]
