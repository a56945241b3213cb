"""``--limit`` and ``--ids``: a careful first push."""

from __future__ import annotations

from .project import Shop, item, items


def test_a_limit_leaves_the_rest_for_later(shop: Shop) -> None:
    shop.add("acme", *items(5))
    document = shop("run", "acme", "--limit", "2", "--json").json()
    assert (document["pushed"]["products"], document["remaining"]) == (2, 3)
    assert len(shop.project.sandbox.products()) == 2
    assert shop("run", "acme", "--json").json()["pushed"]["products"] == 3


def test_a_limit_of_0_pushes_nothing(shop: Shop) -> None:
    shop.add("acme", *items(5))
    assert shop("run", "acme", "--limit", "0").code == 0
    assert shop.project.sandbox.products() == {}


def test_only_the_named_ids_are_pushed(shop: Shop) -> None:
    shop.add("acme", *items(3), item("V1", item_group_id="G"), item("V2", item_group_id="G"))
    shop("run", "acme", "--ids", " P01 , V2,")
    assert set(shop.project.sandbox.products()) == {"P01", "G"}


def test_no_ids_are_no_products(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("run", "acme", "--ids", "")
    assert shop.project.sandbox.products() == {}
