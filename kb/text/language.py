"""Which language a text is in: scripts tell most apart, function words, letters and endings tell German from English.

Pure Python without data files, so that ``kb check`` starts at once. Function words decide: they make up half of
running text and hardly occur in the other language. Product names, which are English in German questions, count little.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SAMPLE_CHARS = 4_000
"""An article's beginning tells its language; more text would only cost time."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GERMAN = _words(
    """
    aber als also am an andere anderen ans auch auf aus bei beim bekomme bereits bin bis bitte brauche da dabei dafür
    damit danach dann daran darf darin das dass dein deine dem den denn der des deshalb diese diesem diesen dieser
    dieses doch dort du durch dürfen eigentlich ein eine einem einen einer eines er erst es etwas euch euer falls für
    gab gehen geht gerade gern gibt habe haben hat hatte hatten ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im
    immer in ins ist ja jede jedem jeden jeder jetzt kam kann kannst kein keine keinen können könnte konnte lange
    läuft leider lässt machen man mehr mein meine meinem meinen meiner meines mich mir mit möchte möglich muss müssen
    musste nach nachdem neben nein nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner
    seines seit selbst sich sie sind so sobald soll sollen sollte sollten sondern statt steht trotz trotzdem über um
    und uns unser unsere unter viel viele vielen vom von vor wann war waren warum was weil weiß weshalb welche welchem
    welchen welcher welches wem wenn wer werde werden wessen wie wieso wieviel will wir wird wo woher wohin wollen
    worauf woran wurde wurden würde zeigt zu zum zur zwei zwischen her heute gestern hinweis morgen mal weg kaputt gut
    wieder kommt
    """
)
_ENGLISH = _words(
    """
    a about after all also always am an and another any are as asked at be because been before being best between but
    by can can't cannot could did didn't do does doesn't don't doing during each either else even ever every everyone
    find first for from get gets getting give go going got had has have having he help her here him his how i i'd i'll
    i'm i've if in into is isn't it it's its just keep know let like long made make many may me might more most much
    must my myself need never new no not nothing now of off often on once one only or other our out over own please
    put said same say says set she should show since so some someone something soon still such take tell than that
    that's the their them then there these they they're thing this those through to too tried try two under until up
    upon us use used using very want wants was way we we're were what what's when where whether which while who who's
    whom whose why will with within without won't work would yes yet you you're your
    """
)
_OTHERS = {
    "fr": _words(
        "le la les des une est et dans pour que qui vous votre nous sur avec pas ce cette sont être au aux il"
    ),
    "es": _words("el la los las una es y en para que con por su se no del al como más está son este puede lo sus"),
    "it": _words("il lo la gli una è e di che per con non del della sono nel alla più come questo si può ha i le"),
    "nl": _words("de het een en van in is dat op te voor met niet zijn aan er om ook als uw je kunt wordt deze naar"),
    "pt": _words("o a os as uma é e de que para com não por do da em no na se mais seu você como são está ao"),
    "pl": _words("i w na z do nie się jest to że o jak po dla od przez może lub są być oraz ten można jego"),
    "sv": _words("och att det som en är på för av med den inte till om har du kan ett eller din från så vi när"),
    "da": _words("og at det som en er på for af med den ikke til om har du kan et eller din fra så vi når"),
    "tr": _words("ve bir bu için ile de da olarak daha çok en gibi var ne kadar sonra veya olan her mi değil"),
}
_GERMAN_PART = re.compile(
    r"[äöüß]|sch|cht|ung(?:en|s)?$|keit|heit|lich|igen?$|ieren$|iert|tz|pf|zu[mr]|^ge.{3,}t$|[^aeiou]en$|ei[nst]|eich|ie[rnt]|[aeiou]h[lr]|[^aeiou]ern$|nst|akt|zeit"
    r"|^(?:ver|zer|ent|auf|aus|ein|vor|nach|über|unter|ab)(?=.{4})|mm?er$|chen$|stell|kauf|werk|recht|konto|haus|geld"
)
_ENGLISH_PART = re.compile(
    r"^th|th$|tion|[^i]ing$|ings$|ght|[^aeiou]y$|ly$|wh|sh|ck(?:ed|s)$|[^iae]ed$|ee|oo|ou|ough|ow|ea|^c[aou]|ss$|'s$|^y|cc|ment$"
    r"|able$|ous$|ness$|ful$|ity|ies$|ew|ay$|oa|^w?r?i(?:ght|te)|ce$|ge$|ve$|[^aeio]le$|age|tch"
)
_SCRIPTS = (
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("HANGUL", "ko"),
    ("CJK", "zh"),
    ("CYRILLIC", "ru"),
    ("ARABIC", "ar"),
    ("GREEK", "el"),
    ("HEBREW", "he"),
    ("THAI", "th"),
    ("DEVANAGARI", "hi"),
)
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u036f]")
_PERSIAN_LETTERS = frozenset("پچژگکی")
_UKRAINIAN_LETTERS = frozenset("іїєґ")


def detect(text: str, default: str = "und") -> str:
    """Language of an article as a primary BCP 47 tag; ``default`` where nothing speaks clearly for one.

    Latin script: German, English and nine neighbours that must not pass for them. Other scripts by their letters.
    """
    sample = unicodedata.normalize("NFC", text[:_SAMPLE_CHARS])
    script = _by_script(sample)
    if script:
        return script
    words = Counter(_WORD.findall(sample.lower().replace("’", "'")))
    hits = {
        "de": sum(count for word, count in words.items() if word in _GERMAN),
        "en": sum(count for word, count in words.items() if word in _ENGLISH),
        **{tag: sum(words[word] for word in known) for tag, known in _OTHERS.items()},
    }
    (best, most), (_, second) = Counter(hits).most_common(2)
    if most < 3 or most * 12 < words.total() or most * 2 < second * 3:
        return default
    return best


def detect_question(text: str, default: str = "de") -> str:
    """``de`` or ``en`` for a short question; ``default`` on a draw, as for an order number alone."""
    german = english = 0.0
    for index, written in enumerate(
        _WORD.findall(unicodedata.normalize("NFC", text[:_SAMPLE_CHARS]).replace("’", "'"))
    ):
        word = written.lower()
        name = index > 0 and written[0].isupper()  # a German noun, or a name in either language
        if word in _GERMAN:
            german += 2 - 2 * (word in _ENGLISH)
        elif word in _ENGLISH:
            english += 0.5 if name else 2
        else:
            german += min(len(_GERMAN_PART.findall(word)), 2) * 0.5
            english += min(len(_ENGLISH_PART.findall(word)), 2) * (0.2 if name else 0.5)
    if german == english:
        return default
    return "de" if german > english else "en"


def _by_script(sample: str) -> str:
    """Language of a text that is not in Latin script, else empty."""
    foreign = _NOT_LATIN.findall(sample, 0, 1_000)
    if not foreign or len(foreign) * 4 < sum(char.isalpha() for char in sample[:1_000]):
        return ""
    names = Counter(unicodedata.name(char, "").split(" ")[0].split("-")[0] for char in foreign)
    kana = names["HIRAGANA"] + names["KATAKANA"]
    if kana * 10 > len(foreign):
        return "ja"
    tag = dict(_SCRIPTS).get(names.most_common(1)[0][0], "")
    if tag == "ar" and sum(char in _PERSIAN_LETTERS for char in foreign) * 50 > len(foreign):
        return "fa"
    if tag == "ru" and sum(char in _UKRAINIAN_LETTERS for char in foreign) * 100 > len(foreign):
        return "uk"
    return tag
