"""Catalogs come before the products that name them; one that is refused holds back its own products only."""

from __future__ import annotations

import pytest

from feedsync.bik.sandbox import Sandbox
from tests.sync.shop import CATALOGS, PUT, Shop, item, items

NO_TAGS = "[products]\ntags = []\n"


def names(store: Sandbox) -> list[str]:
    return sorted(catalog["name"] for catalog in store.catalogs().values())


def test_catalogs_are_made_before_products_in_batches(shop: Shop) -> None:
    shop.bik["batch_size"] = "2"
    shop.publish(*(item(f"P{n}", product_type=f"Kind {n}") for n in range(3)))
    summary = shop.run()
    assert shop.calls()[:2] == [CATALOGS, CATALOGS]
    assert CATALOGS not in shop.calls()[2:]
    assert summary.pushed.catalogs == 3
    assert names(shop.sandbox) == ["Kind 0", "Kind 1", "Kind 2"]


def refuse_a_catalog(shop: Shop) -> None:
    """Of two catalogs the first one is refused, alone and in company."""
    shop.fault("inner", path=CATALOGS, status=400, count=2)


def test_a_refused_catalog_holds_back_its_own_products_only(shop: Shop) -> None:
    shop.publish(item("COFFEE", product_type="Coffee"), item("TEA", product_type="Tea"), item("PLAIN"))
    refuse_a_catalog(shop)
    shop.run()
    assert sorted(shop.prices()) == ["PLAIN", "TEA"]
    assert names(shop.sandbox) == ["Tea"]
    assert sorted(shop.sent()) == ["PLAIN", "TEA"]


def test_a_refused_catalog_and_what_waits_for_it_are_told(shop: Shop) -> None:
    shop.publish(item("COFFEE", product_type="Coffee"), item("TEA", product_type="Tea"))
    refuse_a_catalog(shop)
    summary = shop.run()
    assert summary.remaining == 1
    assert summary.exit_code != 0
    assert any(r.code == "FS-708" and r.id == "COFFEE" for r in summary.rejected)


def test_a_refused_catalog_is_not_sent_again_unchanged(shop: Shop) -> None:
    shop.publish(item("COFFEE", product_type="Coffee"), item("TEA", product_type="Tea"))
    refuse_a_catalog(shop)
    shop.run()
    shop.run()
    assert shop.calls() == []


def test_a_refused_catalog_is_sent_again_when_it_is_spelled_otherwise(shop: Shop) -> None:
    shop.publish(item("COFFEE", product_type="COFFEE"), item("TEA", product_type="Tea"))
    refuse_a_catalog(shop)
    shop.run()
    shop.publish(item("COFFEE", product_type="Coffee"), item("TEA", product_type="Tea"))
    shop.run()
    assert names(shop.sandbox) == ["Coffee", "Tea"]
    assert sorted(shop.prices()) == ["COFFEE", "TEA"]


@pytest.mark.parametrize("kind", ["500", "garbage", "cut_before", "cut_after"])
def test_a_catalog_without_an_answer_is_sent_again_with_its_products(shop: Shop, kind: str) -> None:
    shop.publish(item("TEA", product_type="Tea"), item("PLAIN"))
    shop.fault(kind, path=CATALOGS)
    summary = shop.run()
    assert sorted(shop.prices()) == ["PLAIN"]
    assert summary.exit_code == 1
    shop.sandbox.clear_faults()
    assert shop.run().outcome == "done"
    assert sorted(shop.prices()) == ["PLAIN", "TEA"]


def test_three_catalog_batches_without_an_answer_stop_the_run(shop: Shop) -> None:
    shop.bik["batch_size"] = "1"
    shop.publish(*(item(f"P{n}", product_type=f"Kind {n}") for n in range(5)))
    shop.fault("500", path=CATALOGS)
    summary = shop.run()
    assert shop.calls() == [CATALOGS] * 15
    assert summary.outcome == "failed"


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_rename_in_doubt_that_is_taken_back_is_settled(shop: Shop, kind: str) -> None:
    shop.settings = NO_TAGS
    shop.publish(item("TEA", product_type="tea"))
    shop.run()
    shop.publish(item("TEA", product_type="TEA"))
    shop.fault(kind, path=CATALOGS)
    shop.run()
    shop.sandbox.clear_faults()
    shop.publish(item("TEA", product_type="tea"))
    shop.run()
    assert names(shop.sandbox) == ["tea"]


def test_a_catalog_that_only_a_missing_product_names_is_told_as_unused(shop: Shop) -> None:
    shop.publish(*items(4), item("TEA", product_type="Tea"))
    shop.run()
    for _ in range(2):
        shop.publish(*items(4))
        summary = shop.run()
    assert summary.unused_catalogs == ["Tea"]
    assert PUT not in shop.calls()
