"""Sending again what Bik may have lost: by id, by what changed, by catalog, by an expression, or all of it."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.errors import ConfigError
from feedsync.operating import Which, resync
from feedsync.report.summary import RunSummary
from tests.sync.shop import HOUR, Shop, item

OTHERS = (item("B", product_type="Tea > Black"), item("C", "900 INR"), item("D"))


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with four products in two catalogs."""
    shop.publish(item("A", product_type="Tea > Green"), *OTHERS)
    shop.run()
    return shop


def again(shop: Shop, *, full: bool = False, **which: Any) -> RunSummary:
    shop.sandbox.clear_requests()
    return resync(shop.schedule(), shop.state, Which(**which), full=full, clock=lambda: shop.now)


def sent(shop: Shop) -> set[str]:
    return {id_ for ids in shop.touched() for id_ in ids}


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({"ids": frozenset({"A", "C"})}, {"A", "C"}),
        ({"catalog": "tea >  GREEN"}, {"A"}),
        ({"match": "price > `500`"}, {"C"}),
        ({"match": "starts_with(id, 'D')", "ids": frozenset({"C", "D"})}, {"D"}),
    ],
)
def test_what_is_meant_is_sent_again(stocked: Shop, which: dict[str, Any], expected: set[str]) -> None:
    stocked.lose("A", "B", "C", "D")
    summary = again(stocked, **which)
    assert sent(stocked) == expected == set(stocked.prices())
    assert (summary.trigger, summary.changes) == ("resync", {})


def test_what_changed_since(stocked: Shop) -> None:
    stocked.now += HOUR
    stocked.publish(
        item("A", "7 INR", product_type="Tea > Green"),
        item("B", product_type="Tea > Black"),
        item("C", "900 INR"),
        item("D"),
    )
    stocked.run()
    again(stocked, changed_since=int(stocked.now))
    assert sent(stocked) == {"A"}


def test_all_of_it_with_what_must_be_gone(stocked: Shop) -> None:
    stocked.settings = '[gates]\nremovals = "off"\n'
    for title in ("x", "y"):
        stocked.publish(item("A", title=title, product_type="Tea > Green"))
        stocked.run()
    assert set(stocked.prices()) == {"A"}
    stocked.sandbox.put_products({"id": "B", "name": "came back by another hand"}, {"id": "X", "name": "theirs"})
    again(stocked, full=True)
    assert set(stocked.sandbox.products()) == {"A", "X"}
    assert sent(stocked) == {"A"}
    assert "catalogs/createOrUpdate" in stocked.calls()
    assert stocked.run().planned == 0


def test_a_product_that_bik_refused_is_tried_again(stocked: Shop) -> None:
    stocked.fault("poison", id="A")
    stocked.publish(
        item("A", "7 INR", product_type="Tea > Green"),
        item("B", product_type="Tea > Black"),
        item("C", "900 INR"),
        item("D"),
    )
    stocked.run()
    stocked.sandbox.clear_faults()
    assert stocked.run().planned == 0
    again(stocked, ids=frozenset({"A"}))
    assert stocked.prices()["A"] == 7


def test_nothing_is_meant(stocked: Shop) -> None:
    with pytest.raises(ConfigError) as caught:
        again(stocked, ids=frozenset({"nobody"}))
    assert caught.value.code == "FS-606"


def test_no_expression(stocked: Shop) -> None:
    with pytest.raises(ConfigError) as caught:
        again(stocked, match="price >")
    assert caught.value.code == "FS-110"
