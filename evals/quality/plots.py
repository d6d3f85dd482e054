"""Risk over coverage and reliability in one figure: SVG, text as paths, the same bytes for the same report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evals.quality.risk import BEARABLE_RISK

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "lotse",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that every machine draws alike
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "legend.frameon": False,
}
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
"""Told apart by the colour-blind too (Okabe and Ito 2008)."""
_GREY = "#777777"


def draw(abstention: Mapping[str, Any], title: str, file: Path) -> None:
    """Write the figure of a report's key `abstention` to ``file``."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(10, 4.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        figure.suptitle(title, fontsize=12)
        _risk(left, abstention)
        _reliability(right, abstention)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _risk(axes: Axes, abstention: Mapping[str, Any]) -> None:
    parts = {"all": abstention, **(abstention["by_pair"] if len(abstention["by_pair"]) > 1 else {})}
    for (name, part), colour in zip(parts.items(), _COLOURS, strict=False):
        if part["curve"]:
            _, coverage, risk = zip(*part["curve"], strict=True)
            axes.plot(coverage, risk, color=colour, linewidth=2.2 if name == "all" else 1.2, label=name)
    axes.axhline(BEARABLE_RISK, color=_GREY, linewidth=1, linestyle="--", label=f"{BEARABLE_RISK:.0%} risk")
    if abstention["coverage"] is not None and abstention["risk"] is not None:
        axes.plot(abstention["coverage"], abstention["risk"], "o", color="black", label="threshold in force")
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        title="Risk over coverage",
        xlabel="coverage: answerable questions answered",
        ylabel="risk: shown answers that are wrong",
    )
    axes.legend(loc="upper left")


def _reliability(axes: Axes, abstention: Mapping[str, Any]) -> None:
    rows = abstention["reliability"]
    width = 1 / len(rows)
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle="--", label="as it says")
    filled = [(number, row) for number, row in enumerate(rows) if row["n"]]
    places = [(number + 0.5) * width for number, _ in filled]
    axes.bar(places, [row["right"] for _, row in filled], width * 0.9, color=_COLOURS[0], alpha=0.3, label="right")
    axes.plot([row["confidence"] for _, row in filled], [row["right"] for _, row in filled], "o", color=_COLOURS[0])
    for place, (_, row) in zip(places, filled, strict=True):
        axes.annotate(str(row["n"]), (place, 0.01), ha="center", va="bottom", fontsize=8)
    error = "–" if abstention["ece"] is None else f"{abstention['ece']:.3f}"
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        title=f"Reliability (ECE {error}; n below)",
        xlabel="confidence",
        ylabel="share right",
    )
    axes.legend(loc="upper left")
