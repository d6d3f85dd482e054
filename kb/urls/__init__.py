"""Whether addresses on other hosts still answer: asked politely, never where the outside must not reach.

Reading order: ``policy`` (what may be asked), ``fetch`` (one request to one address), ``probe`` (redirects, patience),
``cache`` (what is known already), ``survey`` (many addresses at once).
"""

from kb.urls.policy import Policy
from kb.urls.probe import LinkOutcome, probe
from kb.urls.survey import survey

__all__ = ["LinkOutcome", "Policy", "probe", "survey"]
