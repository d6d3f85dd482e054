"""The door: ``python -m evals.soak --kills 100 --rounds 1000 --seconds 60``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from evals.soak import churn, crash, serve


class _Report(Protocol):
    faults: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m evals.soak", description="Kill, change and ask; report faults.")
    parser.add_argument("--kills", type=int, default=100, help="ingests to kill (0: leave out)")
    parser.add_argument("--rounds", type=int, default=1000, help="rounds of changes (0: leave out)")
    parser.add_argument("--seconds", type=float, default=60, help="seconds of asking while ingesting (0: leave out)")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    parts: list[tuple[str, float, Callable[[Path], _Report]]] = [
        ("crash", chosen.kills, lambda place: crash.run(place, chosen.kills, chosen.seed)),
        ("churn", chosen.rounds, lambda place: churn.run(place, chosen.rounds, chosen.seed, every=10)),
        ("serve", chosen.seconds, lambda place: serve.run(place, chosen.seconds, chosen.seed)),
    ]
    failed = False
    for name, amount, part in parts:
        if amount:
            with tempfile.TemporaryDirectory() as place:
                report = part(Path(place))
            print(f"{name}: {report}", flush=True)
            failed |= bool(report.faults)
            for fault in report.faults[:10]:
                print(f"  {fault}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
