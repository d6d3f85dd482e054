"""Words that decide whether two sentences can be compared, and whether one denies what the other says."""

from __future__ import annotations

import re
from typing import Final

from kb.text import compounds
from kb.text.negation import DENIAL
from kb.text.terms import base_language, stem

NO_DENIAL: Final = re.compile(
    r"""\b(?: nicht\ nur | not\ only | nicht\ mehr\ als | (?:not|no)\ (?:more|later|less|longer)\ than | No\.\s?\d
        | not\ (?:just|least) | nicht\ zuletzt | at\ no\ (?:extra\ )?(?:cost|charge)\b )""",
    re.IGNORECASE | re.VERBOSE,
)
"""Phrases with such a word that deny nothing."""

ONLY: Final = re.compile(r"\b(?:nur|ausschließlich|lediglich|allein|only|solely|exclusively)\b", re.IGNORECASE)
YES_NO: Final = re.compile(f"{DENIAL.pattern}|{ONLY.pattern}", re.IGNORECASE)
"""Words that are compared as yes and no, not as content."""

NOT_THE_ONLY_ONE: Final = re.compile(r"\b(?:nicht nur|not only|nur noch|if only|only if|nur wenn)\b", re.IGNORECASE)
ALSO: Final = re.compile(r"\b(?:auch|oder|sowie|ebenso|or|also|too|as well|either|both)\b", re.IGNORECASE)

EXAMPLE: Final = re.compile(r"\b(?:beispiel\w*|muster\w*|example\w*|sample)\b|\b(?:z\. ?B\.|e\.g\.)", re.IGNORECASE)
"""What marks a sentence or a heading whose figures are made up."""

ORDINAL: Final = re.compile(
    r"\b(?:erst|zweit|dritt|viert|fünft|letzt|nächst|neuest)e[mnrs]?\b"
    r"|\b(?:first|second|third|fourth|fifth|last|next|latest|newest|minimum(?! of))\b",
    re.IGNORECASE,
)

LEANING: Final = re.compile(
    r"^\W*(?:update\W+)?(?:this|these|dies\w*)\b|\bth(?:is|ese) (?:issue|problem|error|bug)s?\b"
    r"|\bdiese[mnrs]? (?:Fehler|Problem)s?\b",
    re.IGNORECASE,
)
"""What says that a sentence is about something that only the text around it names."""

_OPPOSITES = """
möglich unmöglich
zulässig unzulässig
gültig ungültig
wirksam unwirksam
erlaubt verboten
gestattet untersagt
gestattet verboten
erlaubt untersagt
erforderlich freiwillig
erforderlich unnötig
pflicht freiwillig
verpflichtend freiwillig
kostenlos kostenpflichtig
gebührenfrei gebührenpflichtig
kostenfrei kostenpflichtig
automatisch manuell
immer nie
inklusive exklusive
aktiviert deaktiviert
vorher nachher
sofort später
brutto netto
befristet unbefristet
verschlüsselt unverschlüsselt
possible impossible
valid invalid
allowed forbidden
allowed prohibited
permitted prohibited
required optional
mandatory optional
compulsory optional
mandatory voluntary
compulsory voluntary
required voluntary
free chargeable
automatically manually
always never
enabled disabled
before after
inclusive exclusive
encrypted unencrypted
limited unlimited
includes excludes
included excluded
accepted rejected
accept reject
vor nach
"""
OPPOSITES: Final = frozenset(frozenset(line.split()) for line in _OPPOSITES.strip().splitlines())
"""Pairs of case-folded words of which one denies the other."""

_SYNONYMS = """
fee charge cost price gebühr kosten preis entgelt betrag amount betragen kostet beträgt liegt liegen costs charges
=fee berechnen berechnet erheben erhebt verlangen verlangt
frist dauer zeitraum zeit period time deadline dauern dauert takes lasts take last
kunde kundin kunden customer customers
sie ihr ihre ihnen
brief schreiben letter
telefonisch telefon anruf anrufen phone telephone call
e-mail mail email
senden schicken send submit einreichen übermitteln zusenden
bezahlen zahlen zahlung pay payment paid
konto account
erhalten erhalt bekommen receive get kommt
innerhalb binnen within
beenden kündigen kündigung terminate cancel termination cancellation
ändern änderung change changes
melden meldung report
erstattung rückerstattung erstatten refund reimbursed refunded
rückgabe zurückgeben zurück rücksendung return returned zurückschicken zurücksenden
bestellen bestellung ware waren paket sendung artikel produkt order orders item items goods parcel
liefern lieferung zustellung geliefert delivery deliver delivered
prüfen prüfung bearbeiten bearbeitung check processed processing
hotline kundenservice kundendienst support service
nötig notwendig erforderlich brauchen braucht benötigen benötigt need needed necessary required
können kann möglich can possible
dürfen darf erlaubt allowed may
öffnen geöffnet open opening erreichbar erreichen erreicht available reach
unternehmen firma nordlicht company
"""


def _groups() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _SYNONYMS.strip().splitlines():
        first, *others = line.split()
        name = first if first.startswith("=") else f"={first}"
        for word in (name[1:], *others):
            for base in ("de", "en"):
                found.setdefault(stem(word, base), name)
    return found


_GROUP_OF: Final = _groups()

_CARRIERS = "=fee =frist =sie =kunde =unternehmen =nötig =können =dürfen =erhalten =innerhalb"
CARRIERS: Final = frozenset(_CARRIERS.split())
"""Groups of words that carry a figure or a modal and say nothing about the subject."""

_EMPTY = """
bitte etwa circa ca rund ungefähr meist meistens normalerweise regel derzeit aktuell jeweils je pro spätestens
frühestens insgesamt genau maximal höchstens mindestens wenigstens bereits schon dabei dafür danach dazu jedoch
allerdings außerdem zudem daher deshalb gilt gelten gültig ab mal stets grundsätzlich derzeitig seit euro nun jetzt
eben etc usw bestehen besteht enthalten enthält uhr nummer lassen lässt lasse
please about approximately roughly usually normally currently per each least most already however therefore generally
typically now up exactly must shall need needs may might every takes take still number working since consists
consist contains contain
"""
EMPTY: Final = frozenset(_EMPTY.split())
"""Case-folded words that carry no content beside those of the stop-word lists."""

SCOPES: Final = re.compile(
    r"""\b(?: (?:geschäfts|gewerbe|privat|neu|bestands|firmen|groß|stamm|premium|vip)kund\w* | gewerb\w* | privat\w*
      | geschäftlich\w* | verbraucher\w* | haushalt\w* | unternehmer\w* | studierende\w* | student\w* | schüler\w*
      | senior\w* | kinder\w* | minderjährig\w* | mitglied\w* | mieter\w* | vermieter\w* | eigentümer\w* | ausland\w*
      | inland\w* | eu | schweiz | österreich | deutschland | express\w* | online | filial\w* | wochenend\w*
      | feiertag\w* | samstag\w* | sonntag\w* | montag\w* | freitag\w* | nachts | abends
      | business | residential | private | new | existing | consumers? | students? | members? | tenants? | landlords?
      | abroad | domestic | international\w* | weekends? | saturdays? | sundays? | mondays? | fridays? | holidays?
      | nights? | premium | basic | ios | android | windows | macos | mac | iphone | web
      | in[\ -]stores? | branch(?:es)? )\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words that say for whom, where or when: what holds for one need not hold for the other."""


def group(word: str, language: str) -> str:
    """What a case-folded word is compared as: its group of synonyms, else its stem."""
    key = stem(word, base_language(language))
    return _GROUP_OF.get(key, key)


def parts(word: str, language: str) -> frozenset[str]:
    """The groups of the parts of a case-folded German compound; empty elsewhere."""
    if base_language(language) != "de":
        return frozenset()
    return frozenset(group(part, language) for part in compounds.parts(word))
