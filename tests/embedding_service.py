"""Texts to embed, the bundled models loaded once for all tests, and a small embedding service on loopback."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from kb.embedding.conversion.convert import MINILM, default_cache, ensure_bundled
from kb.embedding.onnx import OnnxEmbedder
from kb.embedding.sentence_transformer import SentenceTransformerEmbedder

DIMENSIONS = 24

GERMAN = [
    "Wie melde ich meinen Umzug?",
    "Zählerstand",
    "Kann ich den Abschlag im Kundenkonto selbst ändern, und ab wann gilt die Änderung?",
    "Melden Sie Ihren Umzug spätestens 14 Tage vor dem Auszug. Für Geschäftskunden gilt eine Frist von 30 Tagen.",
    (
        "Die Jahresrechnung kommt bis zum 15. Februar. Ein Guthaben verrechnen wir mit dem nächsten Abschlag; eine "
        "Nachzahlung ist 14 Tage nach dem Rechnungsdatum fällig."
    ),
    "1. Öffnen Sie die App.\n2. Wählen Sie „Zähler“.\n3. Geben Sie den Stand ohne Nachkommastellen ein (z. B. 12345).",
    "| Stufe | Frist | Gebühr |\n|---|---|---|\n| Erinnerung | 7 Tage | kostenlos |\n| Mahnung | 14 Tage | 2,00 € |",
    "Nach fünf falschen Eingaben ist das Konto für 30 Minuten gesperrt. Der Link zum Zurücksetzen gilt 60 Minuten.",
    "Straße, Größe, Öl, Übergabeprotokoll: Sonderzeichen wie ß, ä, ö, ü und § 41 EnWG gehören dazu.",
    "Die Rücklastschriftgebühr beträgt 3,50 €. Wir buchen nach zehn Tagen noch einmal ab.",
]
ENGLISH = [
    "How do I report a move?",
    "meter reading",
    "Can I change my monthly instalment in the portal myself, and when does the change take effect?",
    "Report your move at the latest 14 days before you leave. Business customers have 30 days.",
    (
        "The annual bill arrives by 15 February. A credit is settled with the next instalment or paid out; a "
        "back payment is due 14 days after the bill date."
    ),
    "1. Open the app.\n2. Choose “Meter”.\n3. Enter the reading without decimals (for example 12345 kWh).",
    "| Level | Period | Fee |\n|---|---|---|\n| Reminder | 7 days | free |\n| First letter | 14 days | €2.00 |",
    "After five wrong attempts the account is locked for 30 minutes. The reset link is valid for 60 minutes.",
    "The e-mail didn't arrive? Check the spam folder, then ask for another one -- it's sent within ½ an hour.",
    "The fee for a returned direct debit is €3.50. We try to collect again after ten days.",
]
LONG = [
    " ".join((texts * 2)[start : start + count])
    for texts in (GERMAN, ENGLISH)
    for start, count in ((0, 16), (2, 3), (5, 4), (1, 2), (7, 3))
]
MIXED = [f"{german}\n\n{english}" for german, english in zip(GERMAN, ENGLISH, strict=True)]
TEXTS = GERMAN + ENGLISH + LONG + MIXED


@cache
def model_folder() -> Path:
    """The converted model, made when no run before has made it."""
    return ensure_bundled(default_cache())


@cache
def onnx_embedder() -> OnnxEmbedder:
    return OnnxEmbedder(model_folder())


@cache
def english_embedder() -> OnnxEmbedder:
    return OnnxEmbedder(ensure_bundled(default_cache(), bundle=MINILM))


@cache
def torch_embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(model_folder()))


class Service(ThreadingHTTPServer):
    """Gives each text its vector by ``embed``, not of length 1 and out of order; ``failures`` are answered first."""

    daemon_threads = True

    def __init__(self, embed: Callable[[str], np.ndarray] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.embed = embed or vector
        self.requests: list[dict] = []
        self.keys: list[str | None] = []
        self.failures: list[int] = []
        self.answer: bytes | None = None
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, **body})
        self.server.keys.append(self.headers.get("Authorization"))
        status = self.server.failures.pop(0) if self.server.failures else 200
        rows = [
            {"index": index, "embedding": self.server.embed(text).tolist()} for index, text in enumerate(body["input"])
        ]
        # A bad service may well repeat the key in its error.
        good, bad = {"data": rows[::-1]}, {"error": f"bad key {self.headers.get('Authorization')}"}
        answer = self.server.answer or json.dumps(good if status == 200 else bad).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        pass


def vector(text: str) -> np.ndarray:
    """What the service gives for a text."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=DIMENSIONS) * 3
