"""What products are called."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from kb.catalog import Filter
from kb.catalog.product_names import folded, product_names
from kb.errors import UsageError
from kb.library import Library
from kb.settings import load


@pytest.fixture
def rows(library: Library, folder: Path, write):
    write("heat", "Wärmestrom – Tarif für Wärmepumpen", "Text.", products="[waermestrom, heat-pump, gas]")
    write("meter", "Zweiter Zähler", "Text.", tags="[Wärmestrom, gas]", aliases='["WÄRMESTROM bestellen"]')
    write("pump", "Run a heat pump", "Text.", language="en", tags="[Heat Pump, gas]")
    ingest(library, [folder])
    with library.catalog.snapshot() as snapshot:
        return snapshot.listing(Filter(date(2026, 1, 1)))


def test_a_product_is_spelled_as_the_articles_spell_it_and_else_with_a_capital(rows) -> None:
    names = product_names(["waermestrom", "heat-pump", "gas", "e_mobility"], rows, ())
    assert names["waermestrom"] == {"de": "Wärmestrom", "en": "Wärmestrom"}
    assert names["heat-pump"] == {"de": "Heat Pump", "en": "Heat Pump"}
    assert names["gas"]["de"] == "Gas"  # only ever written small
    assert names["e_mobility"]["en"] == "E mobility"


def test_what_the_settings_say_comes_first_and_one_language_before_both(rows) -> None:
    given = ("waermestrom=Wärme Plus", "waermestrom@en=Heat Plus", "gas@en=Natural gas")
    names = product_names(["waermestrom", "gas"], rows, given)
    assert names["waermestrom"] == {"de": "Wärme Plus", "en": "Heat Plus"}
    assert names["gas"] == {"de": "Gas", "en": "Natural gas"}


def test_a_name_and_its_slug_fold_to_the_same() -> None:
    assert folded("Wärmestrom") == folded("waermestrom") == "waermestrom"
    assert folded("Heat Pump") == folded("heat_pump") == "heat-pump"


def test_a_name_without_its_product_is_no_setting(tmp_path: Path) -> None:
    settings, _ = load(env={"KB_ARTICLES__PRODUCT_NAMES": "gas=Erdgas,gas@en=Gas"}, folder=tmp_path)
    assert settings.articles.product_names == ("gas=Erdgas", "gas@en=Gas")
    with pytest.raises(UsageError):
        load(env={"KB_ARTICLES__PRODUCT_NAMES": "Erdgas"}, folder=tmp_path)
