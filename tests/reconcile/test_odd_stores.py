"""Answers that no good Bik gives cost a finding, never the comparison."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from feedsync.reconcile import Reconciliation, reconcile
from feedsync.sync import Target
from tests.bik.scripted import Answer, Scripted
from tests.sync.shop import Shop, item, items


def compare(shop: Shop, **options: Any) -> Reconciliation:
    return reconcile(shop.schedule(), shop.state, clock=lambda: shop.now, **options)


def page(name: str, *ids: str) -> Answer:
    data = {name: [{"id": id_, "name": id_} for id_ in ids]}
    return Answer(msgspec.json.encode({"status": 200, "success": True, "data": data}))


def test_catalogs_whose_cursor_goes_in_circles_cannot_be_known(shop: Shop, scripted: Scripted) -> None:
    shop.bik["base_url"] = f'"{scripted.base_url}"'
    shop.publish(item("A"))
    shop.run(limit=0)
    scripted.answers = [page("products"), *[page("catalogs", "a"), page("catalogs", "b")] * 4]
    result = compare(shop)
    assert result.unknown is not None
    assert (result.unknown.code, result.exit_code) == ("FS-710", 1)


def test_a_page_that_comes_twice_is_passed_over(shop: Shop, scripted: Scripted) -> None:
    shop.bik["base_url"] = f'"{scripted.base_url}"'
    shop.publish(item("A"))
    shop.run(limit=0)
    lists = [page("products", "a", "b"), page("products", "a", "b"), page("products", "c"), page("products")]
    scripted.answers = [*lists, page("products", "a", "b", "c"), page("catalogs", "a"), page("catalogs")]
    result = compare(shop)
    assert (result.unknown, result.counts, result.stored) == (None, {"never_ours": 3}, 3)


def test_a_list_that_lacks_what_is_there_is_not_the_whole_store(shop: Shop, scripted: Scripted) -> None:
    shop.publish(*items(2))
    shop.run()
    stored = list(shop.sandbox.products().values())
    shop.bik["base_url"] = f'"{scripted.base_url}"'
    shop.run(target=Target(same_store=True), limit=0)
    scripted.answers = [page("products", "X"), page("products"), body("products", *stored), page("catalogs")]
    result = compare(shop)
    assert result.unknown is not None
    assert (result.unknown.code, result.exit_code, result.counts) == ("FS-711", 1, {})
    assert "(2)" in result.unknown.message


def test_a_catalog_that_is_there_by_its_id_is_there(shop: Shop, scripted: Scripted) -> None:
    shop.publish(item("A", product_type="Tea"), item("B", product_type="Coffee"))
    shop.run()
    tea, coffee = sorted(shop.sandbox.catalogs().values(), key=lambda catalog: catalog["id"])
    stored = list(shop.sandbox.products().values())
    shop.bik["base_url"] = f'"{scripted.base_url}"'
    shop.run(target=Target(same_store=True), limit=0)
    scripted.answers = [
        body("products", *stored), page("products"), page("catalogs"), body("catalogs", tea, {**coffee, "name": "Other"}),
    ]  # fmt: skip
    result = compare(shop)
    assert [(f.kind, f.id) for f in result.findings] == [("different", coffee["id"])]


def body(name: str, *records: dict[str, Any]) -> Answer:
    return Answer(msgspec.json.encode({"status": 200, "success": True, "data": {name: records}}))


def test_what_is_gone_when_it_is_asked_for_by_id_is_no_finding(shop: Shop, scripted: Scripted) -> None:
    shop.bik["base_url"] = f'"{scripted.base_url}"'
    shop.publish(item("A"))
    shop.run(limit=0)
    scripted.answers = [page("products", "X"), page("products"), page("products"), page("catalogs")]
    result = compare(shop)
    assert (result.stored, result.counts, result.unknown, result.exit_code) == (1, {}, None, 0)


@pytest.mark.parametrize(
    ("field", "value"), [("photos", 5), ("photos", {"0": 1}), ("catalogIds", [{}]), ("combinations", 3), ("name", [1])]
)
def test_a_field_of_another_type_is_a_difference(shop: Shop, field: str, value: object) -> None:
    shop.publish(*items(3, product_type="Tea"))
    shop.run()
    shop.sandbox.put_products({**shop.sandbox.products()["P00"], field: value})
    (finding,) = compare(shop).findings
    assert finding.id == "P00"
    assert finding.fields[0].field.split(".")[0] == field


@pytest.mark.parametrize("field", ["price", "quantity"])
def test_a_number_that_no_snapshot_can_hold_is_taken_over_as_never_sent(shop: Shop, field: str) -> None:
    shop.publish(*items(12))
    shop.run()
    one = shop.sandbox.products()["P00"]
    shop.sandbox.put_products({**one, "id": "X", "combinations": [{**one["combinations"][0], field: 10**30}]})
    assert compare(shop, adopt=True).adopted == 1
    assert set(shop.prices()) == {f"P{n:02}" for n in range(12)}


def test_adopting_alone_notes_nothing_about_what_is_ours(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    sent = shop.sent()
    shop.lose("P00")
    result = compare(shop, adopt=True)
    assert (result.repair, result.exit_code, shop.sent()) == (None, 3, sent)
