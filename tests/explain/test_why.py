"""Why a variant should be sold as it is: time, absence and settings in words."""

from __future__ import annotations

import pytest

from feedsync.explain import explain
from tests.sync.shop import HOUR, Shop, item, items

DAY = "2026-11-16T"


def now(shop: Shop, item_id: str) -> list[str]:
    return explain(shop.schedule(), shop.state, item_id, fetched=False, clock=lambda: shop.now).variants[0].now


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "100.00 INR: the price in the feed, which states no sale that counts"),
        ({"sale_price": "50 INR"}, "50.00 INR: its sale price counts"),
        ({"sale_price": "50 INR", "sale_price_effective_date": f"{DAY}02:00Z/{DAY}04:00Z"},
         "100.00 INR: the price; its sale begins at 2026-11-16 02:00 UTC"),
        ({"sale_price": "50 INR", "sale_price_effective_date": f"/{DAY}04:00Z"},
         "50.00 INR: its sale price counts until 2026-11-16 04:00 UTC"),
        ({"sale_price": "50 INR", "sale_price_effective_date": "2026-11-01T02:00Z/2026-11-02T04:00Z"},
         "100.00 INR: the price; its sale ended at 2026-11-02 04:00 UTC"),
    ],
)  # fmt: skip
def test_its_price(shop: Shop, fields: dict[str, str], words: str) -> None:
    shop.publish(item("A", **fields))
    shop.run()
    assert now(shop, "A")[0] == f"it should cost {words}"


@pytest.mark.parametrize(
    ("settings", "fields", "words"),
    [
        ("", {}, "100: the feed says in_stock without a number, so [products] in_stock_quantity counts"),
        ("", {"quantity": "4"}, "4: the feed states it"),
        ("", {"quantity": "-4"}, "0: the feed states -4"),
        ("", {"quantity": "4", "availability": "out of stock"}, "0: the feed says out_of_stock, whatever else it states"),
        ("", {"quantity": "4", "availability": "preorder"}, "4: the feed states it"),
        ('[products]\npreorder = "unbuyable"', {"availability": "preorder"},
         '0: preorder is not sold, by [products] preorder = "unbuyable"'),
        ('[products]\npreorder = "unbuyable"', {"availability": "preorder", "availability_date": f"{DAY}05:00Z"},
         "0: preorder is not sold until 2026-11-16 05:00 UTC, by [products] preorder"),
        ('[products]\npreorder = "unbuyable"', {"availability": "preorder", "availability_date": "2026-11-01T05:00Z"},
         "100: the feed says preorder without a number, so [products] in_stock_quantity counts"),
    ],
)  # fmt: skip
def test_its_quantity(shop: Shop, settings: str, fields: dict[str, str], words: str) -> None:
    shop.settings = settings
    shop.publish(item("A", **fields))
    shop.run()
    assert now(shop, "A")[1] == f"its quantity should be {words}"


def test_what_is_missing_and_then_removed(shop: Shop) -> None:
    for count in (12, 11):
        shop.publish(*items(count))
        shop.run()
    assert now(shop, "P11") == [
        "its feed lacks it since 2026-11-16 00:00 UTC, in 1 document that counts",
        "it is removed after 2 documents that count ([absence] after_runs), or at 2026-11-17 00:00 UTC (after)",
        "it should cost 100.00 INR: the price in the feed, which states no sale that counts",
        "its quantity should be 0: what is absent cannot be bought",
    ]
    shop.publish(*items(11))
    shop.preview()
    shop.now += 25 * HOUR
    assert now(shop, "P11")[1:] == ["it should not be in the store"]


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("keep", ['it stays as it was, by [absence] then = "keep"', "it should cost 100.00 INR"]),
        ("out_of_stock", ['it stays without stock, by [absence] then = "out_of_stock"', "it should cost 100.00 INR"]),
    ],
)
def test_what_stays(shop: Shop, then: str, words: list[str]) -> None:
    shop.settings = f'[absence]\nthen = "{then}"\n'
    for count in (12, 11, 11):
        shop.publish(*items(count))
        shop.run()
    found = now(shop, "P11")
    assert found[0].endswith("in 2 documents that count")
    assert [found[1], found[2].split(": ")[0]] == words


def test_what_no_document_may_say(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(3))
    shop.run()
    assert now(shop, "P10")[0].endswith("in documents that count for nothing, as a gate held what they lack")


def test_what_expired(shop: Shop) -> None:
    shop.publish(*items(12), item("GONE", expiration_date="2026-11-15T00:00Z"))
    shop.run()
    assert now(shop, "GONE") == [
        "it expired at 2026-11-15 00:00 UTC, and expired is absent", "it should not be in the store",
    ]  # fmt: skip
    shop.publish(*items(12), item("SOON", expiration_date=f"{DAY}05:00Z"))
    shop.run()
    assert now(shop, "SOON")[0].startswith("it should cost")
    shop.now += 6 * HOUR
    shop.run()
    assert now(shop, "SOON")[-1] == "its quantity should be 0: what is absent cannot be bought"


def test_what_was_sent_otherwise_before_it_was_missing(shop: Shop) -> None:
    shop.settings = "[gates]\nprice = 0\n"
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(12, "1 INR"))
    shop.run()
    shop.publish(*items(11, "1 INR"))
    shop.run()
    assert "it should cost 100.00 INR: as it was sent last" in now(shop, "P11")


def test_a_variant_without_a_place(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run(limit=0)
    assert now(shop, "P00")[0].startswith("it should cost")
