"""What is put before a text so that the model knows a question from a passage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompts:
    """Put in front of every question and every passage; empty where the model wants none."""

    query: str = ""
    passage: str = ""


E5_PROMPTS = Prompts("query: ", "passage: ")
"""As the E5 models were trained (Wang et al. 2024, arXiv:2402.05672)."""


def prompts_for(name: str, own: Mapping[str, str | None] | None = None) -> Prompts:
    """The model's ``own`` prompts where it brings any for questions or passages; else E5's for an E5 model."""
    own = own or {}
    passage = own.get("passage") or own.get("document") or ""
    if own.get("query") or passage:
        return Prompts(own.get("query") or "", passage)
    return E5_PROMPTS if "e5" in name.lower() else Prompts()
