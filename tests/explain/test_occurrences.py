"""Where explain finds a product in the feeds, and what it says of a document that is not what a run has read."""

from __future__ import annotations

import gzip

from feedsync.explain import explain
from feedsync.story import DocumentStory, Occurrence, Story
from tests.sync.shop import Shop, item, items


def tell(shop: Shop, item_id: str) -> Story:
    return explain(shop.schedule(), shop.state, item_id, clock=lambda: shop.now)


def outcomes(found: list[Occurrence]) -> list[tuple[str, str | None]]:
    return [(one.outcome, one.reason.code if one.reason else None) for one in found]


def document(shop: Shop, item_id: str) -> DocumentStory:
    (found,) = tell(shop, item_id).documents
    return found


def test_a_second_item_of_one_id_is_not_taken(shop: Shop) -> None:
    shop.publish(item("A"), item("B"), item("A", "5 INR"))
    shop.run()
    story = tell(shop, "A")
    assert outcomes(story.feed) == [("taken", None), ("double", "FS-402")]
    assert (story.feed[1].decisions, story.feed[1].news) == ([], None)
    assert [p.code for p in story.problems] == ["FS-402"]


def test_the_first_item_has_the_id_whatever_it_is_worth(shop: Shop) -> None:
    shop.settings = "[[rules]]\nwhen = \"title == 'Out'\"\nexclude = true\n"
    shop.publish(item("A", "much"), item("A"), item("B", title="Out"), item("B"))
    shop.run()
    assert outcomes(tell(shop, "A").feed) == [("rejected", "FS-404"), ("double", "FS-402")]
    assert outcomes(tell(shop, "B").feed) == [("excluded", None), ("taken", None)]
    assert sorted(shop.sandbox.products()) == ["B"]


def test_of_very_many_items_the_first_are_told_and_all_are_counted(shop: Shop) -> None:
    shop.publish(*[item("A", f"{n + 1} INR") for n in range(50)], *items(3))
    shop.run()
    found = document(shop, "A")
    assert (found.items, found.found, found.shown, len(tell(shop, "A").feed)) == (53, 50, 20, 20)


def test_the_item_of_the_id_itself_is_told_after_many_variants(shop: Shop) -> None:
    group = [item(f"V{n:02}", item_group_id="G", color=f"c{n}") for n in range(30)]
    shop.publish(*group, item("G"), item("G"))
    shop.run()
    found = document(shop, "G")
    assert (found.found, found.shown) == (32, 21)
    assert tell(shop, "G").feed[-1].id == "G"


def test_what_the_snapshot_knows_as_other_products_is_not_read(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    found = document(shop, "P03")
    assert (found.items, found.read, found.found, found.run, found.changed) == (12, 1, 1, 1, False)
    shop.settings = "[products]\nin_stock_quantity = 7\ncurrency = 'INR'\n"
    assert document(shop, "P03").read == 12


def test_a_feed_that_has_changed_since_the_run(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    assert tell(shop, "P00").feed[0].news == []
    shop.publish(item("P00", "90 INR", color="red"), *items(3)[1:], item("NEW"))
    story = tell(shop, "P00")
    assert [d.changed for d in story.documents] == [True]
    assert [(c.field, c.before, c.after) for c in story.feed[0].news or []] == [
        ("price", "100.00 INR", "90.00 INR"), ("options", None, "Color: red"), ("metafields", None, "color: red"),
    ]  # fmt: skip
    assert tell(shop, "NEW").feed[0].news is None


def test_a_document_that_is_cut_off(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    shop.publish(*items(2), end="<item><g:id>P0")
    found = document(shop, "P00")
    assert (found.verdict, [r.code for r in found.reasons]) == ("degraded", ["FS-303", "FS-311"])
    shop.settings = ""
    whole = shop.folder / "feed.xml"
    shop.publish(*items(3))
    shop.location = "feed.xml.gz"
    (shop.folder / "feed.xml.gz").write_bytes(gzip.compress(whole.read_bytes() * 500)[:-400])
    story = tell(shop, "P00")
    assert story.unfetched == []
    assert story.documents[0].verdict == "degraded"
    assert story.feed


def test_an_unreadable_item_that_a_run_has_seen_is_no_news(shop: Shop) -> None:
    broken = "<item><g:title>no id & broken</g:title></item>"
    shop.publish(*items(3), broken)
    shop.run()
    assert document(shop, "P00").verdict == "degraded"
    shop.settings = 'accept = ["FS-304", "FS-415"]\n'
    assert document(shop, "P00").verdict == "complete"
    shop.run()
    shop.settings = ""
    assert document(shop, "P00").verdict == "complete"


def test_a_feed_without_the_item(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(11))
    found = document(shop, "P11")
    assert (found.found, found.verdict) == (0, "complete")


def test_an_id_of_an_earlier_feed(shop: Shop) -> None:
    shop.settings = '[[feeds]]\nlocation = "second.csv"\n'
    columns = "id,title,link,image_link,price,availability\n"
    row = "{},T,https://s.example/p,https://s.example/p.jpg,{},in_stock\n"
    (shop.folder / "second.csv").write_text(
        columns + row.format("P00", "5 INR") + row.format("P05", "5 INR"), encoding="utf-8"
    )
    shop.publish(*items(2))
    shop.run()
    assert outcomes(tell(shop, "P00").feed) == [("taken", None), ("double", "FS-420")]
    assert outcomes(tell(shop, "P05").feed) == [("taken", None)]
    shop.publish(item("P00", "much"), *items(2)[1:])
    assert outcomes(tell(shop, "P00").feed) == [("rejected", "FS-404"), ("double", "FS-420")]
    shop.publish(*items(2)[1:])
    assert outcomes(tell(shop, "P00").feed) == [("taken", None)]
    shop.withdraw()
    story = tell(shop, "P00")
    assert (outcomes(story.feed), [r.code for r in story.unfetched]) == ([("double", "FS-420")], ["FS-201"])


def test_a_record_is_cut_where_it_is_long(shop: Shop) -> None:
    shop.publish(item("A", description="x" * 5000))
    shop.run()
    (found,) = tell(shop, "A").feed
    assert (found.cut, len(found.raw)) == (True, 4000)


def test_attributes_that_make_no_difference(shop: Shop) -> None:
    shop.publish(item("A", adult="no", shipping_label="x", sale_price="100.00 INR"))
    shop.run()
    assert tell(shop, "A").feed[0].unused == ["adult", "sale_price", "shipping_label"]
