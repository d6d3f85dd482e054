"""What pages must bear besides the ordinary: words without an end, markup in every text, a thousand gaps, nothing."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb.backlog import Demand, FoundGap, GapQuestion
from kb.events import Action, QuestionEvent
from kb.library import Library
from kb.settings import Settings

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
URL = "https://mein.nordlicht-energie.example/" + "vertrag/abschlag?wert=" * 12 + "ende"
TITLE = (
    f"{LONG}: Wie {LONG} den Abschlag ändert und was bei zwei Zählern gilt, wenn der Vertrag erst nächstes Jahr läuft"
)
ATTACK = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
"""Runs wherever a text is put into the page as markup."""

GAPS = 1000
NOW = datetime.now(UTC)
ARTICLE = f"""---
id: {LONG.lower().replace("ä", "ae")}
title: "{TITLE}"
language: de
status: published
audience: public
owner: {LONG.lower().replace("ä", "ae")}
products: ["{LONG.lower()}", gas]
tags: ["{LONG.lower()}"]
aliases: ["Wie ändert die {LONG} den Abschlag?"]
created_on: 2024-01-01
reviewed_on: 2024-01-01
review_every_days: 180
---
# {TITLE}

## {LONG}

Die {LONG} ändert den Abschlag der {LONG} im Portal unter {URL} oder mit `{LONG * 2}`.

| {LONG} | Wert |
|---|---|
| {LONG} | {URL} |

1. {LONG}
2. Öffnen Sie {URL}
"""
MARKED = f"""---
id: marked
title: "{ATTACK.replace('"', "'")} Angriff"
language: de
status: published
audience: public
owner: team
products: ["{ATTACK.replace('"', "'")}"]
tags: ["{ATTACK.replace('"', "'")}"]
aliases: ["Wie lautet das Zauberwort?"]
---
# Zauberwort

Das Zauberwort lautet <b onclick="document.title='owned'">Xylophon</b> {ATTACK} und ![Bild](https://evil.example/p.png).
"""


def write_articles(folder: Path) -> Path:
    """The two articles in a folder of a library of their own."""
    (folder / "articles").mkdir(parents=True)
    (folder / "articles" / "long.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "articles" / "marked.md").write_text(MARKED, encoding="utf-8")
    return folder


def gap(number: int, title: str, *, questions: int = 3, text: str = "") -> FoundGap:
    """A gap with its questions; the lower its number, the more urgent."""
    asked = tuple(
        GapQuestion(f"gap-{number}-{place}", text or title, NOW - timedelta(days=place, minutes=number), "de")
        for place in range(questions)
    )
    near = {"article_id": "marked", "language": "de", "title": title, "score": 0.5}
    return FoundGap(title, "de", "missing", {}, asked, Demand(questions, 1, 0), 1000.0 - number / 10, nearest=(near,))


def fill(home: Path, gaps: int = 0) -> None:
    """Write a long and a marked question, gap, note, owner and escalation, and ``gaps`` ordinary gaps."""
    with closing(Library(home, Settings())) as library:
        for key, text in (("long", f"{LONG} {URL}"), ("marked", f"{ATTACK} Frage")):
            asked = QuestionEvent(key, NOW, text, "de", "abstained", 0.2, "page", reason="nothing")
            library.events.log_question(asked)
            library.events.act(Action(key, NOW, "gap_reported", "a", f"{text} Notiz"))
            library.escalations.escalate(key, "other", f"{text} {TITLE} Notiz", "a", now=NOW)
        found = [gap(0, TITLE, text=f"{LONG} {URL}"), gap(1, f"{ATTACK} Lücke", text=f"{ATTACK} Frage")]
        found += [gap(number + 2, f"Was kostet Leistung Nummer {number}?", questions=1) for number in range(gaps)]
        made = library.backlog.sync(found, NOW)
        library.backlog.assign(made[0].gap_id, LONG, "leitung", now=NOW, note=URL)
        library.backlog.assign(made[1].gap_id, f"{ATTACK} team", "leitung", now=NOW, note=f"{ATTACK} Notiz")
