"""What a text states in figures: amounts, periods, dates, times, versions, phone numbers, read by value.

``read`` finds them in German and English, so that ``1.204,50 €`` and ``EUR 1,204.50`` are one fact, ``zwei Wochen`` and
``14 days`` too, and two facts can be asked whether they agree.
"""

from kb.facts.fact import Fact, FactKind, agree, comparable
from kb.facts.reader import read

__all__ = ["Fact", "FactKind", "agree", "comparable", "read"]
