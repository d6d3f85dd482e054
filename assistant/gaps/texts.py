"""Words that a gap is described with, in German and English."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, dict[str, str]]] = {
    "de": {
        "action_missing": "Einen Artikel schreiben: Zu diesen Fragen steht nichts in der Wissensdatenbank.",
        "action_findability": "„{title}“ auffindbar machen: Wörter der Kunden als Aliasse aufnehmen, Produkt prüfen.",
        "action_stale": "„{title}“ prüfen und aktualisieren: Das Prüf- oder Ablaufdatum ist überschritten.",
        "action_conflict": "Klären, welche Angabe gilt, und die andere berichtigen.",
        "action_language": "„{title}“ übersetzen: Die Antwort steht nur in einer anderen Sprache da.",
        "action_restricted": "„{title}“ freigeben, oder entscheiden, wer die Antwort sehen darf.",
        "action_weak": "„{title}“ überarbeiten: Die Antwort wird gezeigt, hilft aber nicht.",
        "action_out_of_scope": "Nichts schreiben: Davon handelt die Wissensdatenbank nicht.",
    },
    "en": {
        "action_missing": "Write an article: the knowledge base says nothing about these questions.",
        "action_findability": "Make “{title}” easier to find: add the customers' words as aliases, check its product.",
        "action_stale": "Review and update “{title}”: its review or expiry date has passed.",
        "action_conflict": "Find out which statement holds, and correct the other one.",
        "action_language": "Translate “{title}”: the answer is there in another language only.",
        "action_restricted": "Publish “{title}”, or decide who may see the answer.",
        "action_weak": "Revise “{title}”: the answer is shown and does not help.",
        "action_out_of_scope": "Write nothing: the knowledge base is about other things.",
    },
}


def text(key: str, language: str, /, **values: str) -> str:
    """The words for ``key``; a language other than German reads English."""
    return TEXTS["de" if language.partition("-")[0] == "de" else "en"][key].format(**values)
