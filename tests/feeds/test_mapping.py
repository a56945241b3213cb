"""``[map]`` and ``[[rules]]`` in a run: what they make of a feed, and what becomes of items that they refuse or leave out."""

from __future__ import annotations

import pytest

from tests.feeds.stock import SUPPLEMENTAL, publish, quantities, row
from tests.sync.shop import HOUR, Shop, item, items

OFF = '[gates]\nremovals = "off"\n'
DEAR = '[[rules]]\nwhen = "price > `150`"\nexclude = true\n'


def test_an_attribute_is_taken_from_elsewhere(shop: Shop) -> None:
    shop.settings = '[map]\nprice = { from = "mrp", transforms = [{ money = "INR" }] }\n'
    shop.publish(item("A", mrp="12.50"), item("B", mrp="cheap"))
    summary = shop.run()
    assert shop.prices() == {"A": 12.5}
    assert [(r.id, r.code) for r in summary.rejected] == [("B", "FS-421")]


def test_a_feeds_own_map_wins(shop: Shop) -> None:
    shop.settings = '[feeds.map]\ntitle = "brand"\n[map]\ntitle = "color"\ncondition = { value = "new" }\n'
    shop.publish(item("A", brand="Brand", color="Color"))
    shop.run()
    assert shop.sandbox.products()["A"]["name"] == "Brand"


def test_an_item_whose_mapping_fails_stays_as_it_was(shop: Shop) -> None:
    shop.settings = '[map]\nprice = { from = "mrp", transforms = [{ money = "INR" }] }\n'
    shop.publish(item("A", mrp="12.50"), item("B", mrp="5"))
    shop.run()
    shop.publish(item("A", mrp="?"), item("B", mrp="6"))
    summary = shop.run()
    assert shop.prices() == {"A": 12.5, "B": 6}
    assert [(r.id, r.code) for r in summary.rejected] == [("A", "FS-421")]


def test_an_id_whose_mapping_fails_leaves_open_whose_item_it_was(shop: Shop) -> None:
    shop.settings = '[map]\nid = { from = "sku", transforms = [{ regex = "[0-9]+" }] }\n'
    shop.publish(item("x", sku="a1"), item("y", sku="b2"))
    shop.run()
    assert set(shop.sandbox.products()) == {"1", "2"}
    shop.publish(item("x", sku="a1"), item("y", sku="b"))
    summary = shop.run()
    assert summary.documents[0].verdict == "degraded"
    assert quantities(shop) == {"1": 100, "2": 100}


def test_what_a_rule_leaves_out_is_not_in_the_store(shop: Shop) -> None:
    shop.settings = DEAR
    shop.publish(item("A"), item("B", price="200.00 INR"))
    summary = shop.run()
    assert (summary.outcome, summary.rejected) == ("done", [])
    assert set(shop.sandbox.products()) == {"A"}


def test_what_a_rule_leaves_out_later_is_gone_as_if_the_feed_lacked_it(shop: Shop) -> None:
    shop.settings = DEAR + OFF
    shop.publish(item("A"), item("B"))
    shop.run()
    shop.publish(item("A"), item("B", price="200.00 INR"))
    assert shop.run().changes == {"out_of_stock": 1}
    shop.now += 25 * HOUR
    shop.run()
    assert set(shop.sandbox.products()) == {"A"}


def test_a_new_rule_is_held_where_it_leaves_much_out(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.settings = '[[rules]]\nwhen = "price > `50`"\nexclude = true\n'
    assert shop.run().outcome == "held"
    assert set(quantities(shop).values()) == {100}


def test_a_rule_sees_what_the_supplemental_feeds_say(shop: Shop) -> None:
    shop.settings = SUPPLEMENTAL + DEAR + OFF
    shop.publish(item("A"), item("B"))
    publish(shop, row("A", quantity="5"), row("B", quantity="5"))
    shop.run()
    publish(shop, row("A", quantity="5"), row("B", price="200.00 INR"))
    shop.run()
    assert quantities(shop) == {"A": 5, "B": 0}
    publish(shop, row("A", quantity="5"), row("B", quantity="7"))
    shop.run()
    assert quantities(shop) == {"A": 5, "B": 7}


def test_what_was_left_out_at_first_comes_when_a_supplemental_feed_brings_it_in(shop: Shop) -> None:
    shop.settings = SUPPLEMENTAL + DEAR
    shop.publish(item("A"), item("B", price="200.00 INR"), item("B", price="300.00 INR"))
    publish(shop, row("A", quantity="5"))
    shop.run()
    assert set(shop.sandbox.products()) == {"A"}
    publish(shop, row("A", quantity="5"), row("B", price="20.00 INR"))
    shop.run()
    assert shop.prices() == {"A": 100, "B": 20}


def test_a_rule_that_cannot_tell_refuses_the_item(shop: Shop) -> None:
    shop.settings = SUPPLEMENTAL + """[[rules]]\nwhen = "starts_with(custom_label_0, 'x')"\nexclude = true\n"""
    twice = item("B", custom_label_0="b").replace("</item>", "<g:custom_label_0>c</g:custom_label_0></item>")
    shop.publish(item("A", custom_label_0="a"), twice)
    publish(shop, row("A", quantity="5"))
    assert [(r.id, r.code) for r in shop.run().rejected] == [("B", "FS-421")]
    publish(shop, row("A", quantity="5"), row("B", custom_label_0="b"))
    assert shop.run().rejected == []
    assert set(shop.sandbox.products()) == {"A", "B"}


@pytest.mark.parametrize("changed", ['[map]\ntitle = "link"\n', '[[rules]]\nwhen = "id"\nset = { title = "x" }\n'])
def test_a_change_of_the_settings_reads_everything_anew(shop: Shop, changed: str) -> None:
    shop.publish(item("A"))
    shop.run()
    shop.settings = changed
    summary = shop.run()
    assert [d.cause for d in summary.differences] == ["settings"]


def test_a_name_that_no_item_has_is_told(shop: Shop) -> None:
    shop.settings = '[map]\nbrand = { any = ["vendor", "maker"] }\n'
    shop.publish(item("A", maker="x"), item("B"))
    summary = shop.run()
    assert summary.outcome == "done"
    assert [(r.code, r.message.split(",")[0]) for r in summary.documents[0].reasons] == [
        ("FS-317", "no item has 'vendor'")
    ]


def test_a_supplemental_feed_has_a_map_of_its_own(shop: Shop) -> None:
    shop.settings = (
        SUPPLEMENTAL + '[feeds.map]\nquantity = "on_hand"\n[map]\ncondition = { value = "new" }\nbrand = "maker"\n'
    )
    shop.publish(item("A", maker="x"), item("B"))
    publish(shop, row("A", on_hand="5"), row("B", on_hand="0"))
    assert shop.run().outcome == "done"
    assert quantities(shop) == {"A": 5, "B": 0}
    assert shop.sandbox.products()["A"]["tags"] == "x"


def test_a_broken_item_has_no_id_where_the_id_is_mapped(shop: Shop) -> None:
    shop.settings = '[map]\nid = "sku"\n'
    shop.publish(item("x", sku="1"), item("y", sku="2"))
    shop.run()
    shop.publish(item("x", sku="1"), "<item><g:id>y</g:id><g:sku>2</g:sku><x></y></item>", "<item><x></y></item>")
    summary = shop.run()
    assert [(r.id, r.code) for r in summary.rejected] == [(None, "FS-304"), (None, "FS-304")]
    assert quantities(shop) == {"1": 100, "2": 100}
