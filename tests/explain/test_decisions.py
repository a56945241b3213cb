"""What decided a field: attributes and settings, told without a rule of the normalizer."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.config import load
from feedsync.decisions import Decision, decisions
from feedsync.model import Attributes

BASE: Attributes = {
    "id": "A", "title": "Tea", "link": "https://s.example/a", "image_link": "https://s.example/a.jpg",
    "price": "5.00 EUR", "availability": "in_stock",
}  # fmt: skip


def decide(tmp_path: Path, more: str = "", feed: str = "", **attributes: str) -> dict[str, Decision]:
    """The decisions of an item by field; an attribute that is "" is left out."""
    path = tmp_path / "shop.toml"
    text = f'{more}\n[bik]\nkey = {{ env = "K" }}\nsecret = {{ env = "S" }}\n[[feeds]]\nlocation = "a.xml"\n{feed}\n'
    path.write_text(text, encoding="utf-8")
    schedule = load(path)
    merged = {name: value for name, value in {**BASE, **attributes}.items() if value}
    return {one.field: one for one in decisions(schedule, schedule.feeds[0], merged)}


def of(decision: Decision) -> tuple[str, list[tuple[str, str]], list[str]]:
    return decision.value, [(source.attribute, source.text) for source in decision.of], decision.settings


def test_what_is_said_as_it_is_needs_no_words(tmp_path: Path) -> None:
    found = decide(tmp_path)
    assert [field for field, one in found.items() if not one.plain] == []
    assert list(found) == ["id", "title", "link", "image_link", "price", "availability"]


@pytest.mark.parametrize(
    ("attributes", "field", "value", "names"),
    [
        ({"availability": "In Stock"}, "availability", "in_stock", ["availability"]),
        ({"title": "Green  <b>tea</b>"}, "title", "Green tea", ["title"]),
        ({"inventory": "7"}, "quantity", "7", ["inventory"]),
        ({"quantity": "7", "inventory": "9"}, "quantity", "7", ["quantity"]),
        ({"price": "5", "sale_price": "4.00 EUR"}, "price", "5.00 EUR", ["price", "sale_price"]),
        ({"price": "5", "sale_price": "4.00 EUR"}, "sale_price", "4.00 EUR", ["sale_price"]),
        ({"product_type": "Tea > Green"}, "catalogs", "Tea > Green", ["product_type"]),
        ({"color": "red", "size": "M"}, "options", "Color: red, Size: M", ["color", "size"]),
        ({"item_group_id": " G "}, "item_group_id", "G", ["item_group_id"]),
        ({"availability": "", "quantity": "3"}, "quantity", "3", ["quantity"]),
    ],
)  # fmt: skip
def test_attributes_that_decide(
    tmp_path: Path, attributes: dict[str, str], field: str, value: str, names: list[str]
) -> None:
    decision = decide(tmp_path, **attributes)[field]
    assert (decision.value, [one.attribute for one in decision.of], decision.settings) == (value, names, [])


def test_the_window_of_a_sale_decides_with_it(tmp_path: Path) -> None:
    window = "2026-01-01T00:00Z/2026-02-01T00:00Z"
    found = decide(tmp_path, sale_price="4 EUR", sale_price_effective_date=window)
    assert of(found["sale_price_effective_date"])[:2] == (
        "2026-01-01T00:00:00Z/2026-02-01T00:00:00Z",
        [("sale_price", "4 EUR"), ("sale_price_effective_date", window)],
    )


@pytest.mark.parametrize(
    ("more", "feed", "attributes", "field", "setting"),
    [
        ('[products]\ncurrency = "INR"', "", {"price": "5"}, "price", '[products] currency = "INR"'),
        ('[products]\nmissing_availability = "in_stock"', "", {"availability": ""}, "availability",
         '[products] missing_availability = "in_stock"'),
        ("", "", {"product_type": "A > B > C"}, "catalogs", "[catalogs] depth = 2"),
        ('[catalogs]\nfrom = "google_product_category"\nnames = { 5 = "Tea" }', "", {"google_product_category": "5"},
         "catalogs", "[catalogs.names]"),
        ('timezone = "Asia/Kolkata"', "", {"expiration_date": "2026-01-01T00:00"}, "expiration_date",
         'timezone = "Asia/Kolkata"'),
        ("", 'id_prefix = "x-"', {}, "id", 'id_prefix = "x-"'),
    ],
)  # fmt: skip
def test_settings_that_decide(
    tmp_path: Path, more: str, feed: str, attributes: dict[str, str], field: str, setting: str
) -> None:
    found = decide(tmp_path, more, feed, **attributes)
    assert found[field].settings == [setting]
    assert not found[field].plain
    assert [name for name, one in found.items() if one.settings] == [field]


def test_an_attribute_and_a_setting_of_which_either_is_enough(tmp_path: Path) -> None:
    price = decide(tmp_path, '[products]\ncurrency = "EUR"', price="5", sale_price="4 EUR")["price"]
    assert of(price) == ("5.00 EUR", [("price", "5"), ("sale_price", "4 EUR")], ['[products] currency = "EUR"'])
    stated = decide(tmp_path, '[products]\nmissing_availability = "in_stock"')["availability"]
    assert of(stated) == ("in_stock", [("availability", "in_stock")], [])


def test_what_is_refused_has_no_fields(tmp_path: Path) -> None:
    assert decide(tmp_path, price="much") == {}


def test_a_long_text_is_cut_and_a_record_is_shown_as_json(tmp_path: Path) -> None:
    found = decide(tmp_path, description="x" * 500)
    assert len(found["description"].of[0].text) == 200
