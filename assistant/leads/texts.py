"""Words that a lead reads in drafts and in what is to be mended, in German and English."""

from __future__ import annotations

from typing import Final

from kb.text.terms import base_language

TEXTS: Final[dict[str, dict[str, str]]] = {
    "de": {
        "notes": (
            "{gap_id}: Material zum Schreiben. Löschen Sie diesen Kommentar, bevor Sie den Artikel veröffentlichen."
        ),
        "translate": (
            "{gap_id}: Zu übersetzen ist „{title}“ ({path}). Löschen Sie diesen Kommentar vor dem Veröffentlichen."
        ),
        "answered": (
            "{escalation_id}: Die Antwort einer Führungskraft. Löschen Sie diesen Kommentar vor dem Veröffentlichen."
        ),
        "questions": "So fragen Kundinnen und Kunden:",
        "times": "{text} ({times}-mal)",
        "more": "… und {number} weitere",
        "passages": "Was nahe Artikel dazu sagen:",
        "passage": "„{title}“ ({path}, Zeilen {first}–{last}{state})",
        "resolutions": "So wurden Tickets gelöst:",
        "asked": "Die Frage:",
        "original": "Der Artikel in der anderen Sprache:",
        "mend_findability": (
            "Nehmen Sie in „{title}“ ({path}) die Wörter der Kundschaft auf, als `aliases` oder in Titel "
            "und erstem Absatz:"
        ),
        "mend_stale": (
            "Prüfen Sie „{title}“ ({path}), berichtigen Sie, was nicht mehr stimmt, und setzen Sie "
            "`reviewed_on` auf den Tag der Prüfung; ist er abgelaufen oder archiviert, auch `expires_on` "
            "oder `status`."
        ),
        "mend_conflict": (
            "Klären Sie, welche Angabe gilt, und berichtigen Sie die andere. Zuerst zu prüfen ist „{title}“ ({path})."
        ),
        "mend_restricted": (
            "Entscheiden Sie, ob alle, die so fragen, „{title}“ ({path}) lesen dürfen. Wenn ja, setzen Sie "
            "`status: published` oder `audience: public`."
        ),
        "mend_weak": (
            "Überarbeiten Sie „{title}“ ({path}): Die Antwort wird gezeigt und hilft nicht. Das sagen die Bewertungen:"
        ),
        "sentence": "Bisher steht dort: {sentence}",
        "said": "{reason}: {comment}",
        "then": "Lesen Sie den Artikel danach ein, und lassen Sie {gap_id} prüfen.",
        "rated_missing": "Es fehlt etwas",
        "rated_wrong": "Sie ist falsch",
        "rated_outdated": "Sie ist veraltet",
        "rated_unclear": "Sie ist unklar",
        "rated_not_found": "Der richtige Artikel wurde nicht gefunden",
        "draft": "Entwurf",
        "review": "in Prüfung",
        "archived": "archiviert",
    },
    "en": {
        "notes": "{gap_id}: material to write from. Delete this comment before you publish the article.",
        "translate": "{gap_id}: to be translated is “{title}” ({path}). Delete this comment before you publish.",
        "answered": "{escalation_id}: a lead's answer. Delete this comment before you publish.",
        "questions": "How customers ask:",
        "times": "{text} ({times} times)",
        "more": "… and {number} more",
        "passages": "What nearby articles say:",
        "passage": "“{title}” ({path}, lines {first}–{last}{state})",
        "resolutions": "How tickets were solved:",
        "asked": "The question:",
        "original": "The article in the other language:",
        "mend_findability": (
            "Take the customers' words into “{title}” ({path}), as `aliases` or in its title and first paragraph:"
        ),
        "mend_stale": (
            "Review “{title}” ({path}), correct what is no longer true, and set `reviewed_on` to the day of "
            "the review; where it has expired or is archived, `expires_on` or `status` too."
        ),
        "mend_conflict": (
            "Find out which statement holds, and correct the other one. Look at “{title}” ({path}) first."
        ),
        "mend_restricted": (
            "Decide whether everybody who asks this may read “{title}” ({path}). If so, set `status: "
            "published` or `audience: public`."
        ),
        "mend_weak": "Revise “{title}” ({path}): the answer is shown and does not help. Ratings say:",
        "sentence": "It says so far: {sentence}",
        "said": "{reason}: {comment}",
        "then": "Then ingest the article, and have {gap_id} verified.",
        "rated_missing": "Something is missing",
        "rated_wrong": "It is wrong",
        "rated_outdated": "It is outdated",
        "rated_unclear": "It is unclear",
        "rated_not_found": "The right article was not found",
        "draft": "draft",
        "review": "in review",
        "archived": "archived",
    },
}


def text(key: str, language: str, /, **values: object) -> str:
    """The words for ``key``; a language other than German reads English."""
    return TEXTS["de" if base_language(language) == "de" else "en"][key].format(**values)
