"""What explain tells of a product, from the feed's bytes to what the store holds."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.consent import decide
from feedsync.errors import ConfigError
from feedsync.explain import explain
from feedsync.story import Story
from tests.sync.shop import HOUR, Shop, item, items


def tell(shop: Shop, item_id: str, **options: Any) -> Story:
    return explain(shop.schedule(), shop.state, item_id, clock=lambda: shop.now, **options)


def test_where_it_stands_and_what_it_became(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    story = tell(shop, "P01")
    (occurrence,) = story.feed
    assert (occurrence.format, occurrence.line, occurrence.outcome) == ("google-xml", 3, "taken")
    raw = (shop.folder / "feed.xml").read_bytes()
    assert raw[occurrence.offset :].startswith(occurrence.raw.encode())
    assert ("read", "price", "100.00 INR") in {(s.stage, s.attribute, s.value) for s in occurrence.stages}
    (variant,) = story.variants
    assert (variant.says["price"], variant.now[-1]) == ("100.00", "it is sold with the quantity 100")
    assert "in_stock_quantity counts (100)" in variant.now[0]
    assert [(run, change.kind, change.verdict) for run, _, change in story.changes] == [(1, "product_added", "send")]
    assert [(call.run, call.action, call.outcome) for call in story.calls] == [(1, "send", "acknowledged")]
    assert story.sent.product is not None
    assert (story.sent.run, story.sent.outcome, story.sent.product.name) == (1, "acknowledged", "Title of P01")


def test_what_mapping_rules_and_stock_files_made_of_it(shop: Shop) -> None:
    shop.settings = (
        '[[feeds]]\nlocation = "stock.csv"\nrole = "supplemental"\n[map]\nbrand = "title"\n'
        "[[rules]]\nwhen = \"id == 'P01'\"\nset = { title = 'Ruled' }\n[[rules]]\nwhen = \"id == 'P02'\"\nexclude = true\n"
    )
    (shop.folder / "stock.csv").write_text("id,quantity\nP00,7\nP01,8\n", encoding="utf-8")
    shop.publish(*items(3))
    shop.run()
    story = tell(shop, "P01")
    assert [o.outcome for o in story.feed] == ["taken", "supplemental"]
    changed = {(s.stage, s.attribute, s.value) for s in story.feed[0].stages if s.stage != "read"}
    assert changed == {
        ("map", "brand", "Title of P01"), ("supplemental feed", "quantity", "8"), ("rules", "title", "Ruled"),
    }  # fmt: skip
    assert [o.outcome for o in tell(shop, "P02").feed] == ["excluded"]


def test_why_it_was_refused(shop: Shop) -> None:
    shop.publish(
        item("P00", "much"), item("P01", sale_price="900.00 INR"), "<item><g:id>P02</g:id><g:title>a & b</item>"
    )
    shop.run()
    story = tell(shop, "P00")
    assert story.feed[0].reason is not None
    assert (story.feed[0].outcome, story.feed[0].reason.code, [p.code for p in story.problems]) == (
        "rejected", "FS-404", ["FS-404"],
    )  # fmt: skip
    assert (story.variants, story.sent.product) == ([], None)
    assert [note.code for note in tell(shop, "P01").feed[0].notes] == ["FS-411"]
    assert tell(shop, "P02").feed[0].outcome in ("rejected", "taken")


def test_what_time_makes_of_it(shop: Shop) -> None:
    day = "2026-11-16T"
    shop.publish(
        *items(12),
        item("EARLY", sale_price="50 INR", sale_price_effective_date=f"{day}02:00Z/{day}04:00Z"),
        item("NOW", sale_price="50 INR"),
        item("OVER", sale_price="50 INR", sale_price_effective_date="2026-11-01T02:00Z/2026-11-02T04:00Z"),
        item("GONE", expiration_date="2026-11-15T00:00Z", quantity="4"),
    )
    shop.run()
    assert tell(shop, "EARLY").variants[0].now[0] == "its sale begins at 2026-11-16 02:00 UTC"
    assert tell(shop, "EARLY").next_change_at == shop.now + 2 * HOUR
    assert tell(shop, "NOW").variants[0].now[0] == "its sale price counts"
    assert tell(shop, "OVER").variants[0].now[0] == "its sale ended at 2026-11-02 04:00 UTC"
    assert tell(shop, "GONE").variants[0].now == ["it expired at 2026-11-15 00:00 UTC", "it is not sold"]


def test_what_its_feed_lacks(shop: Shop) -> None:
    for count in (12, 11):
        shop.publish(*items(count))
        shop.run()
    assert (
        tell(shop, "P11").variants[0].now[0] == "its feed lacks it since 2026-11-16 00:00 UTC (documents: 1 believed)"
    )
    shop.publish(*items(3))
    shop.run()
    assert "(documents: held back)" in tell(shop, "P10").variants[0].now[0]


def test_what_is_held_and_what_was_decided(shop: Shop) -> None:
    shop.settings = "[gates]\nprice = 0\n"
    shop.publish(*items(3))
    shop.run()
    shop.publish(*items(3, "1 INR"))
    shop.run()
    assert [(h.gate, h.before, h.after) for h in tell(shop, "P00").held] == [("price", "100.00 INR", "1.00 INR")]
    decide(shop.schedule(), shop.state, "rejected", who="ann", clock=lambda: shop.now)
    (decision,) = tell(shop, "P00").decisions
    assert (decision.word, decision.who, decision.open) == ("rejected", "ann", True)


def test_what_the_store_holds_now(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    assert tell(shop, "P00").there is None
    story = tell(shop, "P00", live=True)
    assert (story.there, story.live) == (True, [])
    stored = shop.sandbox.products()["P00"]
    shop.sandbox.put_products({**stored, "name": "Other", "catalogIds": ["theirs"]})
    assert [d.field for d in tell(shop, "P00", live=True).live or []] == ["name"]
    shop.bik["keep_foreign_catalogs"] = "false"
    assert [d.field for d in tell(shop, "P00", live=True).live or []] == ["name", "catalogIds"]
    shop.lose("P00")
    assert (tell(shop, "P00", live=True).there, tell(shop, "P00", live=True).live) == (False, None)


def test_without_the_feed_the_snapshot_tells_what_it_knows(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    shop.withdraw()
    story = tell(shop, "P00")
    assert [reason.code for reason in story.unfetched] == ["FS-201"]
    assert (story.feed, len(story.variants)) == ([], 1)
    assert tell(shop, "P00", fetched=False).unfetched == []


def test_a_group_and_its_variants(shop: Shop) -> None:
    group = {"item_group_id": "G"}
    shop.publish(item("A", color="red", **group), item("B", color="blue", **group))
    shop.run()
    assert [len(tell(shop, id_).feed) for id_ in ("G", "A")] == [2, 1]
    assert (tell(shop, "A").product_id, len(tell(shop, "A").variants)) == ("G", 2)


def test_an_id_that_nobody_knows(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    with pytest.raises(ConfigError, match="did you mean") as caught:
        tell(shop, "P0O")
    assert caught.value.code == "FS-506"
    with pytest.raises(ConfigError):
        tell(shop, "completely different")


def test_a_secret_of_a_feed_that_is_missing(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    shop.settings = (
        '[[feeds]]\nlocation = "https://x.example/a.csv"\nauth = { bearer = { env = "FEEDSYNC_NOT_SET" } }\n'
    )
    with pytest.raises(ConfigError) as caught:
        tell(shop, "P00")
    assert caught.value.code == "FS-105"
