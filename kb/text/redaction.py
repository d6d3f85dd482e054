"""Personal data out of questions before they are stored: rules, no model, same text in, same text out.

Each rule finds one kind of data and hides it behind a neutral mark such as ``[email]``. Rules that a word introduces
("Kundennummer …", "my name is …") hide what follows and keep the word, so that the question stays readable. Names and
towns that nothing introduces are not found: without a model that would hide every third German noun.

All repetitions are bounded or cannot give back what they took (possessive ``++``, ``?+``), so that the time is linear
in the length of the text.
"""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from kb.text.lexicons import either, months

KINDS = ("secret", "iban", "card", "number", "email", "ip", "birthdate", "phone", "name", "address", "place")
"""Every kind, in the order in which the rules run; the mark of a kind is its name in square brackets."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """``text`` with marks in place of personal data, in Unicode NFC; ``kinds`` that were found, sorted, each once."""

    text: str
    kinds: tuple[str, ...]


def redact(text: str) -> Redacted:
    """Hide personal data in German or English ``text``. Redacting the result again changes nothing."""
    text = unicodedata.normalize("NFC", text)
    found: set[str] = set()
    # A mark can be the boundary that another rule waited for. Each round hides at least one more character, so this
    # ends; boundaries are the same on both sides of a rule, so that in practice it ends after the second round.
    while True:
        before = text
        for rule in _RULES:
            text = rule.apply(text, found)
        if text == before:
            return Redacted(text, tuple(sorted(found)))


def _always(match: re.Match[str]) -> bool:
    del match
    return True


@dataclass(frozen=True, slots=True)
class _Rule:
    """Hides group ``x`` of each match that ``accept`` agrees to, or the whole match where there is no such group."""

    kind: str
    pattern: re.Pattern[str]
    accept: Callable[[re.Match[str]], bool] = _always

    def apply(self, text: str, found: set[str]) -> str:
        group = "x" if "x" in self.pattern.groupindex else 0

        def hide(match: re.Match[str]) -> str:
            if not self.accept(match):
                return match[0]
            found.add(self.kind)
            start, end = (position - match.start() for position in match.span(group))
            return f"{match[0][:start]}[{self.kind}]{match[0][end:]}"

        return self.pattern.sub(hide, text)


# --- pieces of patterns -------------------------------------------------------------------------------------------

_S = r"[^\S\n]"
"""White space that stays on the line."""

_LINK = rf"(?:(?i:lautet|ist|is|number|nummer|nr|no|code)\b\.?|[:=#–-]|{_S})"
"""What may stand between an introducing word and the value: "ist", "is", a colon, blanks."""

_UNIT = r"(?:kWh|MWh|Wh|kW|m³|m3|km|kg|cm|mm|m|GB|MB|TB|kB|EUR|Euro|€|USD|\$|£|%|Uhr|Grad|°|Stück|Cent|ct)"
_NO_UNIT = rf"(?!{_S}?{_UNIT}(?!\w))"

_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-ŽΑ-ΩЀ-Я"
_WORD = rf"(?!{either('redaction.no_names')}\b)[{_CAPITAL}][\w'’]{{0,40}}+(?:-[{_CAPITAL}][\w'’]{{0,40}}+){{0,3}}+"
_PARTICLE = rf"(?:(?:von|van|de|di|da|zu|zur|zum|al|el|bin|Mc|O['’]){_S}(?:(?:der|den|dem|und|zu|la){_S}){{0,2}})"
_INITIAL = rf"[{_CAPITAL}]\.{_S}?"
_PERSON = rf"(?:{_INITIAL}){{0,3}}{_PARTICLE}?{_WORD}(?:{_S}(?:{_INITIAL}){{0,2}}{_PARTICLE}?{_WORD}){{0,2}}"

_MONTH = rf"(?i:{'|'.join(sorted(months(), key=len, reverse=True))})\.?"
_DATE = (
    rf"(?:\d{{1,2}}[./-]{_S}?\d{{1,2}}[./-]{_S}?\d{{2,4}}|\d{{4}}-\d{{1,2}}-\d{{1,2}}|"
    rf"\d{{1,2}}(?:\.|st|nd|rd|th)?{_S}?{_MONTH}{_S}?,?{_S}?\d{{2,4}}|"
    rf"{_MONTH}{_S}\d{{1,2}}(?:st|nd|rd|th)?,?{_S}\d{{4}})(?!\d)"
)


# --- checks that a pattern cannot make ------------------------------------------------------------------------------


def _iban_is_valid(match: re.Match[str]) -> bool:
    """ISO 13616: country and check digits to the end, letters as 10..35, remainder by 97 is 1."""
    compact = re.sub(r"[\W_]", "", match["x"]).upper()
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1


def _card_is_valid(match: re.Match[str]) -> bool:
    """ISO/IEC 7812 Luhn sum over a length and first digits that card networks give out (an IMEI has none of these)."""
    digits = re.sub(r"\D", "", match[0])
    networks = r"4\d{15}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[068]\d{12}|6[0245]\d{14,17}"
    if not re.fullmatch(networks, digits):
        return False
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _ip_is_of_a_machine(match: re.Match[str]) -> bool:
    """A valid address, and not one that every machine has or a version number written like one."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    if re.search(r"(?i)(?:version|firmware|build|release|update|\bv)[\s.:]{0,3}$", before):
        return False
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(match[0])
        return not (address.is_loopback or address.is_unspecified or match[0].startswith("255."))
    return False


_SPACED_MOBILE_DIGITS = 11
"""Of a German mobile number whose 0 stands apart; with fewer it is a meter reading in groups of three."""


def _is_a_phone_number(match: re.Match[str]) -> bool:
    """Between 7 and 15 digits (ITU E.164), no date, no reading, no number of an error, an article or a version."""
    digits = sum(sign.isdigit() for sign in match[0])
    before = match.string[max(0, match.start() - 24) : match.start()]
    grouped = not match[0].isdigit()
    if not (7 if grouped else 9) <= digits <= 15 or re.match(rf"{_DATE}", match[0]):
        return False
    if re.match(rf"0{_S}", match[0]) and digits < _SPACED_MOBILE_DIGITS:
        return False
    if re.search(r"(?i)(?:fehler\w{0,10}|error|code|version|build|artikel\w{0,8}|isbn)[\s.:#]{0,3}$", before):
        return False
    # A meter reading is digits in groups, and never begins as an international or a German mobile number does.
    reading = re.sub(r"[\s.]", "", match[0])
    is_reading = reading.isdigit() and not re.match(r"00|01[567]\d{7}", reading)
    return not (is_reading and re.search(r"(?i)(?:z(?:ä|ae)hlerst[aä]nd\w?|reading)[\s.:#]{0,3}$", before))


def _is_random(match: re.Match[str]) -> bool:
    """Hex of 128 bits, or a piece that mixes small and capital letters and digits as often as chance would."""
    return any(_piece_is_random(piece) for piece in re.split(r"[/_=+-]", match[0]))


def _piece_is_random(piece: str) -> bool:
    if len(piece) < 20:
        return False
    if re.fullmatch(r"[0-9a-fA-F]{32,}", piece):
        return bool(re.search(r"\d", piece) and re.search(r"[a-fA-F]", piece))
    kinds = ["d" if sign.isdigit() else "u" if sign.isupper() else "l" for sign in piece]
    changes = sum(left != right for left, right in itertools.pairwise(kinds))
    # Letters and digits drawn evenly change kind at 62 % of the places, CamelCase words at about 30 %.
    return len(set(kinds)) == 3 and len(re.findall(r"\d+", piece)) >= 2 and changes >= 0.45 * len(piece)


def _lower_name_is_plausible(match: re.Match[str]) -> bool:
    """Not "my name is wrong": what people say about a name rather than the name itself."""
    first = match["x"].split()[0].lower()
    return not re.fullmatch(
        r"(?:not?|nicht|kein|now|jetzt|still|noch|in|im|on|auf|too|zu|so|also|auch|already|bereits|a|an|the|ein|eine|der|die|"
        r"das|wrong|falsch|incorrect|correct|richtig|different|anders|missing|weg|long|lang|unknown|unbekannt|what|was|"
        r"wie|how|mit|with|nur|only|leider|going|ist|is|my|mein|your|dein|ihr|it|es|and|und|or|oder|\w{3,}(?:ed|ing|elt))",
        first,
    )


# --- the rules ----------------------------------------------------------------------------------------------------

_IBAN_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE LT LU XK", 21: "CH HR LI LV",
    22: "BG DE GB GE IE ME RS", 23: "AE GI IL TL", 24: "AD CZ ES MD PK RO SA SE SK TN", 25: "PT", 26: "IS TR",
    27: "FR GR IT MC SM", 28: "AL AZ CY HU LB PL", 29: "UA", 31: "MT",
}  # fmt: skip
"""Length of an IBAN by country (SWIFT IBAN registry), the countries that customers in Europe bank in."""

_IBAN = "|".join(
    rf"(?:{'|'.join(countries.split())})\d\d(?:[ \u00a0.-]?[A-Z0-9]){{{length - 4}}}"
    for length, countries in _IBAN_LENGTHS.items()
)

_NUMBER_WORD = (
    rf"(?:{either('redaction.numbered', 'de')}(?:{_S}|-)?{either('redaction.number', 'de')}\b\.?"
    rf"|{either('redaction.numbers', 'de')}"
    rf"|{either('redaction.numbered', 'en')}{_S}?(?:-{_S}?)?{either('redaction.number', 'en')}\b\.?"
    rf"|{either('redaction.numbers', 'en')})"
)
_NUMBER_PIECE = r"(?:(?=[A-Za-z]{0,6}\d)[A-Za-z0-9]++|[A-Z]{1,4}(?=[ ./-]\d))"
_NUMBER = rf"{_NUMBER_PIECE}(?:[ ./-]{_NUMBER_PIECE}(?!{_S}?{_UNIT}(?!\w))){{0,8}}"

_STREET_KIND = either("redaction.streets", "de")
_NOT_A_STREET = rf"(?!(?i:{either('redaction.no_streets')})\w{{0,12}}(?:platz|weg|ring|steig)\b)"
_HOUSE = rf"\d{{1,4}}(?:{_S}?[a-zA-Z](?!\w))?(?:{_S}?[-/]{_S}?\d{{1,4}}[a-zA-Z]?)?(?![\w.,:]?\d|\w){_NO_UNIT}"
_TOWN = (
    rf"[{_CAPITAL}][\w.-]{{1,40}}+"
    rf"(?:[ ](?:am|an[ ]der|im|in|bei|ob[ ]der|vor[ ]der|a\.)[ ][{_CAPITAL}][\w.-]{{1,40}}+)?"
)
_GREETING = either("redaction.greetings")
_TOWN_INTRODUCED = r"(?:(?i:plz|postleitzahl):?[ ]|(?<![\w-])(?:DE?|AT?|CH)-|\[address\],?\s)"


def _rule(kind: str, pattern: str, accept: Callable[[re.Match[str]], bool] = _always) -> _Rule:
    return _Rule(kind, re.compile(pattern), accept)


_MARKED = rf"\[(?:{'|'.join(KINDS)})\]"
_CREDENTIAL = f"(?i:{either('redaction.credentials')})"

_RULES = (
    # The id of a metering location (BDEW): DE, 6 digits of the network operator, 5 of the postal code, 20 signs.
    _rule("number", r"(?<![A-Za-z0-9])DE\d{11}[A-Z0-9]{20}(?![A-Za-z0-9])"),
    _rule("secret", rf"\b{_CREDENTIAL}{_S}?[:=]{_S}?(?!{_MARKED})(?P<x>(?=\S{{0,60}}[\d!§$%&*+#@_])\S{{3,200}}+)"),
    _rule("secret", rf"\b{_CREDENTIAL}{_S}?[:=]{_S}?(?P<x>[\w-]{{3,80}}+)(?={_S}?(?:$|[\n,;.!?)]|und\b|and\b))"),
    _rule(
        "secret",
        rf"\b{_CREDENTIAL}{_S}(?i:lautet|ist|is){_S}?:?{_S}?(?!{_MARKED})(?P<x>(?=\S{{0,60}}[\d§$&*+#@_])\S{{4,200}}+)",
    ),
    _rule(
        "secret",
        rf"\b(?i:pin|puk|tan|cvv|cvc){_LINK}{{1,8}}(?P<x>\d{{3,6}}|\d{{8}}|\d{{10}})(?![\w.,]?\d|\w){_NO_UNIT}",
    ),
    _rule("secret", r"(?<![\w-])(?:sk-|ghp_|gho_|github_pat_|glpat-|xox[abp]-|AKIA|eyJ)[\w.-]{16,}+"),
    _rule("secret", r"(?<![\w-])(?=[A-Z0-9-]{0,28}\d)[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}(?![\w-])"),
    _rule("secret", r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{20,}+={0,2}(?![A-Za-z0-9+/_=-])", _is_random),
    _rule("iban", rf"(?<![A-Za-z0-9])(?P<x>(?i:{_IBAN}))(?![A-Za-z0-9])", _iban_is_valid),
    _rule(
        "card",
        r"(?<![\w.,])(?:\d{4}(?:[ -]?\d{4}){3}(?:\d{3})?|3\d{3}[ -]?\d{6}[ -]?\d{4,5}|\d{14,19})(?!\w)",
        _card_is_valid,
    ),
    _rule(
        "number",
        rf"(?<!\w)(?i:{_NUMBER_WORD}){_LINK}{{0,8}}"
        rf"(?P<x>(?=[A-Za-z ./-]{{0,9}}\d(?:[A-Za-z ./-]{{0,6}}\d){{2}}){_NUMBER}){_NO_UNIT}",
    ),
    _rule(
        "email",
        r"[\w.%+'-]{1,64}(?:@|\s?[(\[](?i:at|ät)[)\]]\s?)"
        r"(?:[\w-]{1,63}(?:\.|\s?[(\[](?i:dot|punkt)[)\]]\s?)){1,5}[^\W\d_]{2,24}",
    ),
    _rule("ip", r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\w)", _ip_is_of_a_machine),
    _rule(
        "ip",
        r"(?<![\w:.])(?=[0-9A-Fa-f:]{0,38}\d)(?:[0-9A-Fa-f]{1,4}:{1,2}){2,7}[0-9A-Fa-f]{0,4}(?![\w:])",
        _ip_is_of_a_machine,
    ),
    _rule(
        "birthdate",
        rf"\b(?i:{either('redaction.birth')})"
        r"(?i:\s|:|am|on|the|ist|is|lautet){1,6}"
        rf"(?P<x>{_DATE})",
    ),
    _rule(
        "phone",
        rf"(?<![\w+])(?<!\d[.,/-])(?:\+|00(?=[1-9])){_S}?\d(?:(?:{_S}|[()/.–-]){{0,3}}\d){{6,14}}(?!\w){_NO_UNIT}",
        _is_a_phone_number,
    ),
    _rule(
        "phone",
        rf"(?<![\w+])(?<!\d[.,:/-])(?:\(0\d{{1,5}}\)|0{_S}1[567]\d|0[1-9]\d{{0,4}})"
        rf"(?:{_S}?[/–-]{_S}?|{_S})?\d{{2,11}}(?:[ \u00a0/-]\d{{1,8}}){{0,5}}"
        rf"(?![.,:/-]?\w){_NO_UNIT}",
        _is_a_phone_number,
    ),
    _rule(
        "phone",
        r"(?<![\w+])(?<!\d[.,:/-])(?:1[ .-])?"
        rf"(?:\([2-9]\d\d\){_S}?\d{{3}}-|[2-9]\d\d([.-])\d{{3}}\1)\d{{4}}(?![.,:-]?\d|\w){_NO_UNIT}",
        _is_a_phone_number,
    ),
    _rule(
        "phone",
        rf"(?<!\w)(?i:{either('redaction.phones')}){_LINK}{{1,8}}"
        rf"(?P<x>\d(?:[ /-]?\d){{5,14}})(?!\w|[.,]\d){_NO_UNIT}",
    ),
    _rule(
        "name",
        rf"(?<![\w–-]){either('redaction.titles')}"
        rf"(?:{_S}(?:Dr|Prof|Dipl|Ing|med|jur|rer|nat|phil|h|c)\b\.?-?(?:Ing\.)?|{_S}Doktor|{_S}Professor(?:in)?){{0,5}}{_S}(?P<x>{_PERSON})",
    ),
    _rule(
        "name",
        rf"(?<!\w)(?i:{either('redaction.introductions')}){_S}{{1,3}}(?:(?i:herr|frau|mr\.?|mrs\.?){_S})?(?P<x>{_PERSON})",
    ),
    _rule(
        "name",
        r"(?<!\w)(?i:mein\sname\sist|ich\shei(?:ß|ss)e|my\sname\sis|\bmrs?\.?)[ ](?P<x>[a-zäöüß][a-zäöüß'’-]{1,30}+"
        r"(?:[ ](?!(?:und|and|ich|i|but|aber|from|aus|mit|with|can|how|wie|please|bitte|on|in|is|ist|to|for|has|hat)\b)"
        r"[a-zäöüß][a-zäöüß'’-]{1,30}+(?=$|[\n,.!?;]| (?:und|and|ich|i)\b))?)(?!\w)",
        _lower_name_is_plausible,
    ),
    _rule(
        "name",
        rf"(?<!\w)(?i:{_GREETING})[,.!]?(?:\s{{1,4}}|{_S}?\n\s{{0,4}})(?:(?:Ihre?|[Ii]\.{_S}?[AaVv]\.|Dein|Deine|Your){_S})?"
        rf"(?P<x>{_PERSON})(?={_S}{{0,3}}(?:$|[\n,.|]))",
    ),
    _rule(
        "address",
        rf"(?<![\w-])(?:[{_CAPITAL}][\w.-]{{0,40}}[ -](?:und[ ])?)?"
        rf"(?:{_NOT_A_STREET}[{_CAPITAL}][\w-]{{0,40}}(?i:{_STREET_KIND})|[Ss]tr(?:aße|asse|\.))[ ]?{_HOUSE}",
    ),
    _rule("address", rf"(?<![\w-])[a-zäöüß-]{{2,40}}(?:straße|strasse|str\.)[ ]?{_HOUSE}"),
    _rule(
        "address",
        rf"(?<![\w-])(?P<x>(?:[{_CAPITAL}][\w.-]{{1,40}}+[ ](?:(?:der|den|dem|die|und)[ ])?){{1,3}}"
        r"\d{1,4}[ ]?[a-zA-Z]?),?\s"
        rf"(?=(?:D-)?\d{{5}}[ ]{_TOWN})",
    ),
    _rule(
        "address",
        rf"(?<![\w.,-])\d{{1,5}}[a-zA-Z]?[ ](?:[{_CAPITAL}][\w'’.-]{{1,40}}+[ ]){{1,3}}"
        r"(?<!Google )(?<!Flash )(?<!Hard )(?<!One )"
        rf"{either('redaction.streets', 'en')}\b\.?",
    ),
    _rule("address", r"(?<![\w.,-])\d{1,5}[a-z]?[ ](?!mile|lane)[a-z]{3,30}[ ](?:street|road|avenue|boulevard)\b"),
    _rule("place", rf"(?<!\w){_TOWN_INTRODUCED}(?P<x>\d{{4,5}}(?:[ ]{_TOWN})?)(?!\w)"),
    _rule(
        "place",
        rf"(?<![\w.,])\d{{4,5}}[ ](?:{either('redaction.towns')}"
        rf"|[{_CAPITAL}][\w-]{{2,30}}{either('redaction.town_endings')})\b"
        rf"(?:[ /](?:am|an[ ]der)[ ][{_CAPITAL}]\w{{1,40}})?",
    ),
    _rule("place", rf"(?<!\w)(?:{_TOWN},?[ ])?(?:[A-Z]{{1,2}}\d[A-Z\d]?[ ]\d[A-Z]{{2}})(?!\w)"),
    _rule("place", r"(?<!\w)[A-Z][a-z]{2,30},?[ ](?:[A-Z]{2})[ ]\d{5}(?:-\d{4})?(?![\w-])"),
)
