"""What is otherwise there than we think: found exactly, confirmed by id, and mended by a run through the gates."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from feedsync.reconcile import Reconciliation, reconcile
from tests.bik.scripted import Answer, Scripted
from tests.sync.shop import Shop, item, items

CALL = "bikPlatformFunctions-products/createOrUpdate"


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A shop with twelve products in its store."""
    shop.publish(*items(12, product_type="Tea"))
    shop.run()
    return shop


def compare(shop: Shop, **options: Any) -> Reconciliation:
    shop.sandbox.clear_requests()
    return reconcile(shop.schedule(), shop.state, clock=lambda: shop.now, **options)


def drift(shop: Shop, *ids: str, **changes: Any) -> None:
    """Somebody else changes products."""
    stored = shop.sandbox.products()
    shop.sandbox.put_products(*({**stored[id_], **changes} for id_ in ids))


def kinds(result: Reconciliation) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in result.findings:
        found.setdefault(finding.kind, set()).add(finding.id)
    return found


def test_a_store_that_is_as_it_was_sent(stocked: Shop) -> None:
    result = compare(stocked)
    assert (result.counts, result.findings, result.unknown, result.exit_code) == ({}, [], None, 0)
    assert (result.stored, result.sent) == (12, 12)


def test_every_kind_is_found_and_changes_nothing(stocked: Shop) -> None:
    stocked.lose("P00")
    drift(stocked, "P01", name="Other", addToCartDisabled=True)
    stocked.sandbox.put_products({"id": "X", "name": "theirs"})
    before = stocked.sandbox.products()
    result = compare(stocked)
    assert kinds(result) == {"missing": {"P00"}, "different": {"P01"}, "never_ours": {"X"}}
    (different,) = (f for f in result.findings if f.kind == "different")
    assert [(d.field, d.sent, d.stored) for d in different.fields] == [
        ("name", '"Title of P01"', '"Other"'),
        ("addToCartDisabled", "false", "true"),
    ]
    assert result.exit_code == 3
    assert stocked.sandbox.products() == before


def test_what_is_only_theirs_is_no_difference(stocked: Shop) -> None:
    stocked.sandbox.put_products({"id": "X", "name": "theirs"})
    assert compare(stocked).exit_code == 0


def test_a_variant_is_compared_field_by_field(stocked: Shop) -> None:
    stored = stocked.sandbox.products()["P02"]
    (combination,) = stored["combinations"]
    other = {**combination, "id": "more"}
    drift(stocked, "P02", combinations=[{**combination, "quantity": 1}, other])
    (finding,) = compare(stocked).findings
    assert [d.field for d in finding.fields] == ["combinations.P02.quantity", "combinations.more"]


def test_fix_mends_through_a_run(stocked: Shop) -> None:
    before = stocked.sandbox.products()
    stocked.lose("P00")
    drift(stocked, "P01", name="Other")
    result = compare(stocked, fix=True)
    assert result.repair is not None
    assert (result.repair.trigger, result.exit_code) == ("reconcile", 0)
    assert stocked.sandbox.products() == before
    assert compare(stocked).counts == {}


def test_what_was_ours_once_is_removed_through_the_gates(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    old = shop.sandbox.products()["P11"]
    for title in ("x", "y"):
        shop.publish(*items(11, title=title))
        shop.run()
    shop.sandbox.put_products(old)
    assert kinds(compare(shop)) == {"ours_once": {"P11"}}
    shop.settings = "[gates]\nremovals = 0\n"
    assert compare(shop, fix=True).exit_code == 4
    assert "P11" in shop.prices()
    assert shop.run(allow=("removals",)).held == 0
    assert "P11" not in shop.prices()
    shop.sandbox.put_products(old)
    assert compare(shop, fix=True, allow=frozenset({"removals"})).exit_code == 0
    assert "P11" not in shop.prices()


def test_a_store_that_was_filled_by_hand_is_taken_over(shop: Shop) -> None:
    by_hand = Shop(shop.folder.parent / "hand", shop.sandbox)
    by_hand.publish(*items(12), item("OLD"), item("P99", "5 INR"))
    by_hand.run()
    shop.publish(*items(12), item("P99", "7 INR"))
    shop.run(limit=0)
    result = compare(shop, adopt=True)
    assert (result.adopted, kinds(result)) == (14, {"never_ours": {*(f"P{n:02}" for n in range(12)), "OLD", "P99"}})
    assert result.repair is not None
    assert shop.touched() == [("P99",)], "what is the same there is not sent"
    assert (shop.prices()["P99"], "OLD" in shop.prices()) == (7, False)


def test_what_is_nothing_that_could_have_been_sent_is_taken_over_all_the_same(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run(limit=0)
    shop.sandbox.put_products({"id": "P00", "name": "by hand"}, {"id": "ODD", "name": "by hand"})
    drifted = {**_record("P01"), "combinations": [{**_record("P01")["combinations"][0], "price": 100.004}]}
    shop.sandbox.put_products(drifted)
    compare(shop, adopt=True)
    assert set(shop.prices()) == {f"P{n:02}" for n in range(12)}
    assert shop.sent() == shop.sandbox.products()


def _record(id_: str) -> dict[str, Any]:
    combination = {
        "id": id_, "name": "Default Title", "productId": id_, "price": 100, "discountedPrice": 100, "quantity": 100,
        "image": f"https://shop.example/{id_}.jpg", "productUrl": f"https://shop.example/{id_}", "currency": "INR",
        "options": {"Title": "Default Title"},
    }  # fmt: skip
    return {
        "id": id_, "name": f"Title of {id_}", "url": f"https://shop.example/{id_}",
        "photos": [{"photoUrl": f"https://shop.example/{id_}.jpg"}],
        "combinations": [combination], "description": "", "image": "", "currency": "INR", "tags": "", "catalogIds": [],
        "metafields": [], "addToCartDisabled": False,
    }  # fmt: skip


def test_catalogs_that_are_gone_or_have_another_name(stocked: Shop) -> None:
    (catalog,) = stocked.sandbox.catalogs()
    url = f"{stocked.sandbox.base_url}/bikPlatformFunctions-catalogs/createOrUpdate"
    theirs = [{"id": catalog, "name": "Renamed"}, {"id": "theirs", "name": "Theirs"}]
    httpx.post(url, json={"catalogs": theirs}, auth=(stocked.sandbox.key, stocked.sandbox.secret)).raise_for_status()
    (finding,) = compare(stocked).findings
    assert (finding.what, finding.kind, finding.fields[0].stored) == ("catalog", "different", "Renamed")
    compare(stocked, fix=True)
    assert stocked.sandbox.catalogs()[catalog]["name"] == "Tea"
    assert compare(stocked).counts == {}


def test_catalogs_of_others_are_kept_and_are_no_difference(stocked: Shop) -> None:
    (catalog,) = stocked.sandbox.catalogs()
    drift(stocked, "P00", catalogIds=[catalog, "theirs"])
    assert compare(stocked).counts == {}
    stocked.bik["keep_foreign_catalogs"] = "false"
    assert kinds(compare(stocked)) == {"different": {"P00"}}


def test_a_catalog_that_somebody_put_a_product_into_later_stays(stocked: Shop) -> None:
    (catalog,) = stocked.sandbox.catalogs()
    stocked.sandbox.put_catalogs({"id": "theirs", "name": "Theirs"})
    drift(stocked, "P00", catalogIds=[catalog, "theirs"])
    compare(stocked)
    stocked.publish(*items(12, "90 INR", product_type="Tea"))
    stocked.run(allow=("price",))
    assert stocked.sandbox.products()["P00"]["catalogIds"] == [catalog, "theirs"]


def test_catalogs_that_nobody_names_any_more_are_not_kept_up(stocked: Shop) -> None:
    (catalog,) = stocked.sandbox.catalogs()
    stocked.publish(*items(12, product_type="Coffee"))
    stocked.run()
    stocked.sandbox.put_catalogs({"id": catalog, "name": "Renamed"})
    assert compare(stocked).counts == {}


def test_what_a_run_sends_anyway_is_told(stocked: Shop) -> None:
    stocked.publish(item("P00", "90 INR", product_type="Tea"), *items(12, product_type="Tea")[1:])
    stocked.run(limit=0)
    stocked.lose("P00")
    assert [f.pending for f in compare(stocked).findings] == [True]


def test_a_list_that_fails_cannot_be_known(stocked: Shop) -> None:
    stocked.lose("P00")
    stocked.fault("500", path="products/list")
    result = compare(stocked)
    assert result.unknown is not None
    assert (result.unknown.code, result.exit_code, result.counts) == ("FS-704", 1, {})


def test_a_list_that_repeats_itself_cannot_be_known(shop: Shop, scripted: Scripted) -> None:
    shop.bik["base_url"] = f'"{scripted.base_url}"'
    shop.publish(item("A"))
    shop.run(limit=0)
    envelope = {"status": 200, "success": True, "data": {"products": [{"id": "A"}, {"id": "B"}]}}
    scripted.answers = [Answer(msgspec.json.encode(envelope))]
    result = compare(shop)
    assert result.unknown is not None
    assert (result.unknown.code, result.exit_code, result.stored) == ("FS-710", 1, 2)
    assert "5 pages in a row" in result.unknown.message


def test_a_thousand_of_each_are_found_exactly_and_mended(shop: Shop) -> None:
    shop.bik["batch_size"] = "500"
    shop.settings = '[gates]\nremovals = "off"\nidentity = "off"\n'
    every = [item(f"P{n:04}") for n in range(4000)]
    shop.publish(*every)
    shop.run()
    orphans = {id_: p for id_, p in shop.sandbox.products().items() if id_ >= "P3000"}
    for title in ("x", "y"):
        shop.publish(*[item(f"P{n:04}", title=title) for n in range(3000)])
        shop.run()
    shop.settings = ""
    before = shop.sandbox.products()
    shop.sandbox.put_products(*orphans.values())
    ghosts = [f"P{n:04}" for n in range(1000)]
    shop.lose(*ghosts)
    drifted = [f"P{n:04}" for n in range(1000, 2000)]
    drift(shop, *drifted, name="Other")
    result = compare(shop)
    assert result.counts == {"different": 1000, "missing": 1000, "ours_once": 1000}
    assert kinds(result) == {"different": set(drifted), "missing": set(ghosts), "ours_once": set(orphans)}
    repaired = compare(shop, fix=True)
    assert repaired.exit_code == 4, "a thousand removals wait for consent"
    assert shop.run(allow=("removals",)).held == 0
    assert shop.sandbox.products() == before
    assert compare(shop).counts == {}
