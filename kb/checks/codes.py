"""All codes a check can give, each with why it matters. A code is never renamed: people suppress it and search for it.

The handbook has a section for each code, ``handbook-codes#CODE``, in both languages; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WHY: Mapping[str, str] = MappingProxyType(
    {
        # file and front matter
        "empty": "An empty article can answer nothing, yet turns up in lists.",
        "binary": "Nothing can be read from a file that is not text.",
        "invalid-encoding": "Umlauts may be read wrongly, and then nobody finds the article by them.",
        "bad-name": "Programs can neither store nor print such a name, so the article is not taken.",
        "too-large": "It is not taken: files of that size are hardly ever one article.",
        "outside-root": "It is not taken: what lies outside the folder was not meant to be shown.",
        "not-markdown": "It is skipped, and nobody notices that what it holds is not found.",
        "unreadable": "What cannot be read is neither checked nor answered from.",
        "bad-front-matter": "Keys that cannot be read do not count: owner, audience and review date are lost.",
        "duplicate-key": "Only one of two values counts, and not everybody guesses the same one.",
        "unknown-key": "A misspelt key has no effect, and nobody notices.",
        "missing-key": "Without it the article cannot be named, shown to the right people, or kept up to date.",
        "bad-value": "A value that is not known is replaced by a careful default, mostly less visible than was meant.",
        "wrong-type": "What is not read as it was meant is not found by it.",
        "bad-date": "Without a date nobody is reminded to review the article.",
        "future-date": "A date that has not come yet makes an article look fresher than it is.",
        "bad-slug": "Ids stand in links, file names and reports; blanks and umlauts break there.",
        "id-not-file-name": "Who reads an id in a report looks for the file by it.",
        "language-mismatch": "Questions in the text's language pass the article by.",
        # text
        "heading-jump": "Screen readers announce a level that is not there, and the outline misleads.",
        "empty-section": "A heading without text promises an answer and gives none.",
        "long-paragraph": "Nobody reads it through during a call, and what is quoted from it lacks its surroundings.",
        "todo-left": "A note to oneself is read out to customers.",
        "expired-promise": "The text promises something whose last day has passed: a wrong answer waiting to be given.",
        # links
        "dead-link": "The reader is sent nowhere in the middle of a customer contact.",
        "dead-image": "The reader looks for a picture that is not there.",
        "dead-anchor": "The reader lands at the top of an article and has to search.",
        "archived-link": "The reader is sent to what no longer holds.",
        # articles among each other
        "duplicate-id": "One of two articles with the same id hides the other.",
        "unknown-related": "A reference to no article leads nowhere, mostly after a renaming.",
        "superseded-published": "Old and new article answer side by side and contradict each other.",
        "supersede-loop": "Where each article supersedes the other, none is the newest.",
        "missing-translation": "Questions in the other language are answered from this one, as well as that goes.",
        "orphan-translation": "The article was withdrawn in one language and still answers in the other.",
        "older-translation": "One language was reviewed, the other was not: they may say different things by now.",
        # freshness
        "review-due": "Planned now, the review is done before anybody has to doubt the article.",
        "review-overdue": "Nobody has vouched for the article for longer than its owner meant to allow.",
        "expired": "The article no longer answers; whoever needs it gets nothing.",
        # links to other hosts, with --links
        "dead-url": "The reader is sent to a page that does not exist any more.",
        "unreachable-url": "The page did not answer now; a reader may fare the same.",
        "moved-url": "The old address still leads on, until somebody clears it away.",
        "refused-url": "A link into a private network works for nobody outside, and following it can be abused.",
        # suppressions
        "bad-suppression": "A finding that is hidden without a reason is hidden for ever.",
        "unused-suppression": "It would hide the next finding of its kind, which nobody has looked at.",
    }
)

SUPPRESSIONS = frozenset(("bad-suppression", "unused-suppression"))
"""About suppressions themselves; these cannot be suppressed."""

PASSING = frozenset(
    (
        *("review-due", "review-overdue", "expired", "future-date", "older-translation", "expired-promise"),
        *("dead-url", "unreachable-url", "moved-url", "refused-url"),
    )
)
"""Come and go with the day or the network: a suppression of one is not unused on a day without the finding."""
