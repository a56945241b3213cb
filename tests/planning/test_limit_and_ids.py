"""A careful push: only so many products, or only these; the rest stays to be done."""

from __future__ import annotations

from tests.sync.shop import CATALOGS, Shop, item, items


def test_a_limit_sends_the_most_urgent_first(shop: Shop) -> None:
    shop.publish(*items(4))
    shop.run()
    out = item("P02", availability="out_of_stock")
    shop.publish(item("P00", title="New"), item("P01", "90 INR"), out, *items(4)[3:], item("NEW"))
    summary = shop.run(limit=2)
    assert (summary.planned, summary.pushed.products) == (2, 2)
    assert {id_ for ids in shop.touched() for id_ in ids} == {"P02", "P01"}


def test_what_a_limit_left_goes_out_later(shop: Shop) -> None:
    shop.publish(*items(5))
    for done in (2, 4, 5):
        shop.run(limit=2)
        assert len(shop.prices()) == done
    assert shop.run().planned == 0


def test_what_a_limit_left_is_told_as_left(shop: Shop) -> None:
    shop.publish(*items(3))
    verdicts = {d.subject: d.verdict for d in shop.run(limit=1).differences}
    assert verdicts == {"P00": "send", "P01": "left", "P02": "left"}


def test_a_limit_makes_no_catalog_that_nothing_needs_yet(shop: Shop) -> None:
    shop.publish(*(item(f"P{n}", product_type=f"Kind {n}") for n in range(3)))
    shop.run(limit=1)
    assert [c["name"] for c in shop.sandbox.catalogs().values()] == ["Kind 0"]


def test_a_limit_of_0_sends_nothing(shop: Shop) -> None:
    shop.publish(*items(2, product_type="Tea"))
    summary = shop.run(limit=0)
    assert (shop.calls(), summary.planned) == ([], 0)


def test_a_removal_that_a_limit_left_is_not_counted_as_sent(shop: Shop) -> None:
    shop.publish(*items(20))
    shop.run()
    shop.publish(*items(16))
    shop.run(limit=1)
    shop.publish(*items(17)[:15], item("P16"), item("P17"), item("P18"))
    assert shop.run().held == 0


def test_only_the_named_ids_are_sent(shop: Shop) -> None:
    shop.publish(*items(3), item("S-1", item_group_id="SHIRT"))
    summary = shop.run(ids=("P01", "nowhere"))
    assert sorted(shop.prices()) == ["P01"]
    assert {d.subject: d.verdict for d in summary.differences} == {
        "P00": "left", "P01": "send", "P02": "left", "SHIRT": "left"
    }  # fmt: skip


def test_a_variant_s_id_names_its_product(shop: Shop) -> None:
    shop.publish(*items(1), item("S-1", item_group_id="SHIRT"), item("S-2", item_group_id="SHIRT", size="L"))
    shop.run(ids=("S-2",))
    assert sorted(shop.prices()) == ["SHIRT"]


def test_what_was_not_named_goes_out_later(shop: Shop) -> None:
    shop.publish(*items(3, product_type="Tea"))
    shop.run(ids=("P01",))
    shop.run()
    assert CATALOGS not in shop.calls()
    assert shop.touched() == [("P00", "P02")]


def test_no_ids_at_all_send_nothing(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run(ids=())
    assert shop.prices() == {}


def test_a_removal_that_was_not_named_waits(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(10))
    shop.run(ids=("P10",))
    assert (shop.quantities("P10"), shop.quantities("P11")) == ({"P10": 0}, {"P11": 100})
    shop.run()
    assert shop.quantities("P11") == {"P11": 0}
