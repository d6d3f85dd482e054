"""Texts are the same in both languages, those that the sources name exist, and none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from assistant.gaps.pipeline import STEPS
from assistant.health.finding import Kind
from assistant.leads.reask import Fault
from assistant.messages import LANGUAGES, catalogue, language_name, plural, section, text
from assistant.web.api.reports import ReportKind
from assistant.web.page.texts import KEYS
from kb.accounts.account import Role
from kb.backlog.gap import Cause, EntryKind, EscalationReason, State
from kb.events.rows import FeedbackReason

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "assistant/web/page/static"

FAMILIES = {
    "gaps.action_": get_args(Cause),
    "health.action_": get_args(Kind),
    "health.kind_": get_args(Kind),
    "health.parity_": ("steps", "warnings", "sections"),
    "health.stale_": ("conflicts", "changed"),
    "languages.": LANGUAGES,
    "leads.mend_": ("findability", "stale", "conflict", "restricted", "weak"),
    "leads.rated_": get_args(FeedbackReason),
    "leads.state_": ("draft", "review", "archived"),
    "reviews.state_": ("expired", "overdue", "due"),
}
"""Keys whose end is a value: the sources write ``f"gaps.action_{cause}"``."""


PAGE_FAMILIES = {
    "cause_": (*get_args(Cause), *(f"{cause}_why" for cause in get_args(Cause)), "all"),
    "days_": ("week", "month", "since", "until"),
    "do_": get_args(Cause),
    "entry_": get_args(EntryKind),
    "escalate_": get_args(EscalationReason),
    "fault_": get_args(Fault),
    "lang_": LANGUAGES,
    "overview_": ("week", "month"),
    "reason_": get_args(FeedbackReason),
    "report_": get_args(ReportKind),
    "role_": get_args(Role),
    "state_": (*get_args(State), "all"),
    "step_": STEPS,
    "tab_": ("overview", "gaps", "inbox", "health", "reports"),
    "told_": (
        *("at-work", "gap-changed", "gap-merged", "gap-state", "merged-itself", "no-gap", "not-in-index"),
        *("not-published", "snoozed-past", "unlinked"),
    ),
    "why_": ("askers", "not_helpful", "tickets", "escalations", "off_topic", "out_of_scope", "split"),
}
"""The same of the page's scripts, which write t(`state_${gap.state}`)."""


@cache
def keys() -> frozenset[str]:
    return frozenset(catalogue("en"))


def in_page() -> dict[str, str]:
    """The keys of the page as its scripts name them, with their whole keys."""
    return {key.split(".")[-1]: key for key in keys() if key.startswith("page.")}


def strings(folder: str) -> Iterator[str]:
    """All string constants of a folder's modules; of a formatted string, the part before its first value."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                yield f"{node.values[0].value}*"
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def placeholders(entry: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(entry) if name is not None}


def forms(language: str, key: str) -> dict[str, str]:
    entry = catalogue(language)[key]
    return {"": entry} if isinstance(entry, str) else entry


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(catalogue("de")) == list(catalogue("en"))


def test_both_languages_have_the_same_placeholders_and_plural_forms_and_no_empty_text() -> None:
    for key in keys():
        german, english = forms("de", key), forms("en", key)
        assert german.keys() == english.keys(), key
        for form in german:
            assert german[form].strip(), key
            assert english[form].strip(), key
            assert placeholders(german[form]) == placeholders(english[form]), key


def test_every_text_that_the_modules_name_exists_and_every_text_is_named() -> None:
    """Those of reports have a test beside the reports."""
    parts = {key.partition(".")[0] for key in keys()} - {"page", "reports"}
    whole = re.compile(rf"(?:{'|'.join(parts)})\.[\w-]*\*?")
    named = {one for one in strings("assistant") if whole.fullmatch(one) and not one.endswith((".sqlite3", ".html"))}
    families = {one.removesuffix("*") for one in named if one.endswith("*")}
    assert families == FAMILIES.keys()
    expected = {one for one in named - families if not one.endswith("*")}
    expected |= {start + end for start, ends in FAMILIES.items() for end in ends}
    assert expected - keys() == set()
    assert {key for key in keys() if not key.startswith(("page.", "reports."))} - expected == set()


def test_every_text_that_the_page_names_exists_and_every_text_is_named() -> None:
    html = "".join(file.read_text(encoding="utf-8") for file in sorted(PAGE.rglob("*.html")))
    script = "".join(file.read_text(encoding="utf-8") for file in sorted(PAGE.rglob("*.js")))
    texts = in_page()
    named = set(re.findall(r'data-(?:text|label|title|placeholder)="(\w+)"', html))
    named |= set(re.findall(r'\bt\("([\w-]+)"', script))
    assert named <= texts.keys()
    named |= set(re.findall(r'"(\w+)"', script))
    families = set(re.findall(r"`([a-z]+_)\$\{", script))
    assert families <= PAGE_FAMILIES.keys()
    picked = {start + end for start, ends in PAGE_FAMILIES.items() for end in ends}
    assert picked <= texts.keys()
    named |= picked | {f"{key}_one" for key in named}
    # Behind a value from the server: freshness, status, audience, language; behind a name in the page's code.
    named |= {"fresh", "due", "overdue", "draft", "review", "archived", "public", "internal", "lang_de", "lang_en"}
    named |= {"no_script", "note", "tip", "span_week", "span_month", "span_days", "owner_all", "language_all"}
    named |= {word for pressed, key in KEYS for word in (*pressed.split(), key)}
    assert texts.keys() - named == set()


def test_the_page_has_no_key_twice() -> None:
    assert len(in_page()) == sum(key.startswith("page.") for key in keys())


@pytest.mark.parametrize(("language", "first"), [("de", "Dazu"), ("de-AT", "Dazu"), ("en", "The"), ("fr", "The")])
def test_a_language_other_than_german_reads_english(language: str, first: str) -> None:
    assert text("answering.nothing", language).split()[0] == first


def test_an_unknown_key_and_a_missing_value_are_errors_that_name_them() -> None:
    with pytest.raises(LookupError, match=r"de\.toml has no text 'answering\.nonsense'"):
        text("answering.nonsense", "de")
    with pytest.raises(LookupError, match=r"'answering\.near' needs a value for 'title'"):
        text("answering.near", "en")
    with pytest.raises(LookupError, match=r"en\.toml has no plural forms 'answering\.near'"):
        plural("answering.near", "en", 2)
    with pytest.raises(LookupError, match="has no part 'desk'"):
        section("desk", "en")


def test_a_language_has_its_name_or_its_tag() -> None:
    assert [language_name(tag, "de") for tag in ("de-AT", "en", "fr-CA")] == ["Deutsch", "Englisch", "fr"]
