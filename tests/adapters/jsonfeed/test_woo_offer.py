"""WooCommerce's prices, stock and lists, in every type that they come in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.jsonfeed.reading import WOO, read_json
from tests.adapters.jsonfeed.shop import Record, variable, variation, woo


def one(product: Record) -> Record:
    """The attributes of the only item."""
    (found,) = read_json([product], WOO).attributes
    return dict(found)


@pytest.mark.parametrize(
    ("more", "window"),
    [
        ({}, None),
        ({"date_on_sale_from_gmt": "2026-01-01T00:00:00", "date_on_sale_to_gmt": "2026-01-31T23:59:59"},
         "2026-01-01T00:00:00Z/2026-01-31T23:59:59Z"),
        ({"date_on_sale_to_gmt": "2026-01-31T23:59:59+00:00"}, "/2026-01-31T23:59:59+00:00"),
        ({"date_on_sale_from": "2026-01-01T00:00:00"}, "2026-01-01T00:00:00/"),
        ({"date_on_sale_from": "2026-01-01T02:00:00", "date_on_sale_from_gmt": "2026-01-01T00:00:00Z"}, "2026-01-01T00:00:00Z/"),
        ({"date_on_sale_from": {"date": "x"}, "date_on_sale_to": False}, None),
    ],
)  # fmt: skip
def test_the_window_of_a_sale_is_in_utc_or_else_in_the_shops_time(more: Record, window: str | None) -> None:
    found = one(woo(**{"date_on_sale_to": None, **more}))
    if more.get("date_on_sale_to") is False:
        window = "/false"  # the normalizer leaves the sale out and says why
    assert found.get("sale_price_effective_date") == window
    assert "sale_price_effective_date" not in one(woo(**{**more, "sale_price": ""}))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"regular_price": "", "sale_price": "", "price": "18"}, ("18", None)),
        ({"regular_price": 20, "sale_price": 18.50}, ("20", "18.5")),
        ({"regular_price": "", "sale_price": "", "price": ""}, (None, None)),
        ({"regular_price": None, "sale_price": None, "price": None}, (None, None)),
        ({"sale_price": "0"}, ("20", "0")),
    ],
)
def test_prices(more: Record, told: Any) -> None:
    found = one(woo(**more))
    assert (found.get("price"), found.get("sale_price")) == told


def test_a_price_is_the_variations_own() -> None:
    """What has none is not for sale, whatever its siblings cost."""
    unpriced = variation(21, price="", regular_price="", sale_price="")
    found = one(variable(unpriced, regular_price="20", sale_price="15"))
    assert {"price", "sale_price"} & found.keys() == set()
    found = one(variable(variation(21, regular_price="30"), regular_price="20", sale_price="15"))
    assert (found["price"], found.get("sale_price")) == ("30", None)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, ("in_stock", None)),
        ({"stock_quantity": 7}, ("in_stock", None)),
        ({"manage_stock": True, "stock_quantity": 7}, ("in_stock", "7")),
        ({"manage_stock": "true", "stock_quantity": "7"}, ("in_stock", "7")),
        ({"manage_stock": 1, "stock_quantity": 7.0}, ("in_stock", "7.0")),
        ({"manage_stock": True, "stock_quantity": 0}, ("in_stock", "0")),
        ({"manage_stock": True, "stock_quantity": 0, "backorders": "notify"}, ("backorder", None)),
        ({"manage_stock": True, "stock_quantity": -2, "backorders_allowed": "1"}, ("backorder", None)),
        ({"manage_stock": True, "stock_quantity": 0, "stock_status": "outofstock"}, ("out_of_stock", "0")),
        ({"manage_stock": True, "stock_quantity": -2, "stock_status": "onbackorder"}, ("backorder", None)),
        ({"manage_stock": True, "stock_quantity": 2, "stock_status": "onbackorder"}, ("backorder", "2")),
        ({"stock_status": "preorder"}, ("preorder", None)),
        ({"stock_status": None}, (None, None)),
        ({"stock_status": None, "in_stock": True}, ("in_stock", None)),
        ({"stock_status": None, "in_stock": "false"}, ("out_of_stock", None)),
        ({"purchasable": False}, ("out_of_stock", None)),
        ({"purchasable": "false"}, ("out_of_stock", None)),
        ({"purchasable": 0, "type": "external"}, ("in_stock", None)),
        ({"purchasable": "maybe"}, ("in_stock", None)),
    ],
)
def test_stock(more: Record, told: Any) -> None:
    found = one(woo(**more))
    assert (found.get("availability"), found.get("quantity")) == told


@pytest.mark.parametrize(
    ("own", "parent", "told"),
    [
        ({"manage_stock": "parent", "stock_quantity": None}, {"stock_quantity": 9}, ("in_stock", "9")),
        ({"manage_stock": "parent", "stock_quantity": 9}, {"stock_quantity": None}, ("in_stock", "9")),
        ({"manage_stock": False}, {"stock_quantity": 9}, ("in_stock", None)),
        ({"stock_status": None}, {"stock_status": "outofstock"}, ("out_of_stock", None)),
    ],
)
def test_a_variation_may_share_its_products_stock(own: Record, parent: Record, told: Any) -> None:
    found = one(variable(variation(21, **own), **parent))
    assert (found.get("availability"), found.get("quantity")) == told


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Hats; Caps &amp; more ;;Hats", ["Hats", "Caps & more"]),
        (["Hats", {"name": "Caps"}, None, 5], ["Hats", "Caps", "5"]),
        (None, None),
        ({"name": "x"}, None),
    ],
)
def test_categories_in_every_type(value: Any, names: list[str] | None) -> None:
    assert one(woo(categories=value)).get("product_type") == names
    assert one(woo(brands=value)).get("brand") == (names[0] if names else None)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Size: 12m; Colour: Red; ;x", [("Size", "12m"), ("Colour", "Red")]),
        ([{"name": "Size", "option": 12}, {"name": "Colour", "option": ""}, "x", {"option": "x"}], [("Size", "12")]),
        ({"size": "x"}, []),
        (None, []),
    ],
)
def test_a_variations_choices_in_every_type(value: Any, told: list[tuple[str, str]]) -> None:
    options = one(variable(variation(21, attributes=value))).get("variant_option", [])
    assert [(option["name"], option["value"]) for option in options] == told


def test_pictures_in_every_type() -> None:
    a, b, c = (f"https://shop.example/{name}.jpg" for name in "abc")
    for more in (
        {"images": [{"src": a}, b, {"src": c}, {"id": 0, "src": "https://shop.example/placeholder.png"}, None]},
        {"images": None, "main_image": a, "all_images": f"{a}; {b}; {c}"},
        {"images": f"{a}, {b},{c}"},
        {"image": {"src": a}, "images": [{"src": b}, {"src": c}]},
    ):
        found = one(woo(**more))
        assert (found["image_link"], found["additional_image_link"]) == (a, [b, c])
    assert "image_link" not in one(woo(images=[]))


def test_the_short_description_stands_in() -> None:
    assert one(woo(description=""))["description"] == "Short"
    assert one(variable(variation(21, description="Own"), description="", short_description=""))["description"] == "Own"
