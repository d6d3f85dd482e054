"""A need that the sample articles know nothing of, an article that meets it, and one that does not."""

from __future__ import annotations

ASKED = (
    "Wie kündige ich den Wallbox-Tarif?",
    "Welche Kündigungsfrist hat der Wallbox-Tarif?",
    "Kann ich den Wallbox-Tarif im Portal kündigen?",
    "Was kostet die Kündigung des Wallbox-Tarifs?",
    "Bekomme ich für den Wallbox-Tarif eine Schlussrechnung?",
)
ANSWERS = """\
# Wallbox-Tarif kündigen

Sie kündigen den Wallbox-Tarif im Portal unter „Verträge“. Die Kündigungsfrist für den Wallbox-Tarif beträgt 14 Tage zum
Monatsende. Die Kündigung des Wallbox-Tarifs ist kostenlos.

## Lösung

1. Öffnen Sie im Portal „Verträge“ und wählen Sie den Wallbox-Tarif.
2. Tippen Sie auf „Kündigen“ und bestätigen Sie.

## Schlussrechnung

Für den Wallbox-Tarif bekommen Sie innerhalb von 6 Wochen eine Schlussrechnung.
"""
BESIDE = "# Wallbox: technische Daten\n\nEine Ladestation hat höchstens 11 kW. Ein Elektriker schließt sie an.\n"
"""Of the same thing, and no answer to any of the questions."""
