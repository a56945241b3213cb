"""What explain tells of a product, from the feed's bytes to what the store holds."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.consent import decide
from feedsync.errors import ConfigError
from feedsync.explain import explain
from feedsync.operating import roll_back
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.store import Store
from feedsync.story import Story
from feedsync.sync import snapshot_path
from tests.sync.shop import Shop, item, items


def tell(shop: Shop, item_id: str, **options: Any) -> Story:
    return explain(shop.schedule(), shop.state, item_id, clock=lambda: shop.now, **options)


def test_where_it_stands_and_what_it_became(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    story = tell(shop, "P01")
    (occurrence,) = story.feed
    assert (occurrence.format, occurrence.line, occurrence.outcome) == ("google-xml", 3, "taken")
    raw = (shop.folder / "feed.xml").read_bytes()
    assert raw[occurrence.byte or 0 :].startswith(occurrence.raw.encode())
    assert ("read", "price", "100.00 INR") in {(s.stage, s.attribute, s.value) for s in occurrence.stages}
    (variant,) = story.variants
    assert (variant.says.price, variant.feed) == ("100.00 INR", occurrence.location)
    assert variant.now[0].startswith("it should cost 100.00 INR: the price in the feed")
    assert variant.now[1].startswith("its quantity should be 100: the feed says in_stock without a number")
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
        ("map", "brand", "Title of P01"), ("supplemental feed", "quantity", "8"), ("rule 1", "title", "Ruled"),
    }  # fmt: skip
    (excluded,) = tell(shop, "P02").feed
    assert (excluded.outcome, excluded.because) == ("excluded", "rule 2: id == 'P02'")
    assert (excluded.decisions, excluded.news) == ([], None)


def test_a_rule_that_cannot_be_answered(shop: Shop) -> None:
    shop.settings = (
        "[[rules]]\nwhen = \"price > `5`\"\nset = { title = 'x' }\n"
        '[[rules]]\nwhen = "sum([custom_label_0]) > `5`"\nexclude = true\n'
    )
    shop.publish(item("P00", custom_label_0="many"), item("P01", custom_label_0="500"))
    shop.run()
    story = tell(shop, "P00")
    assert [(o.outcome, o.reason.code if o.reason else None) for o in story.feed] == [("rejected", "FS-421")]
    assert [o.outcome for o in tell(shop, "P01").feed] == ["excluded"]
    assert {(s.stage, s.value) for s in story.feed[0].stages if s.attribute == "title"} >= {("rule 1", "x")}


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


def test_a_secret_of_a_feed_that_is_missing(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    shop.settings = (
        '[[feeds]]\nlocation = "https://x.example/a.csv"\nauth = { bearer = { env = "FEEDSYNC_NOT_SET" } }\n'
    )
    with pytest.raises(ConfigError) as caught:
        tell(shop, "P00")
    assert caught.value.code == "FS-105"


def test_it_is_told_while_a_run_writes(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    with schedule_lock(shop.state / "shop.lock", "shop"), Store(snapshot_path(shop.state, "shop")) as writer:
        with writer.transaction():
            writer.execute("delete from changes")
            assert len(tell(shop, "P00").changes) == 1
        assert tell(shop, "P00").changes == []


def test_a_schedule_that_never_ran(shop: Shop) -> None:
    shop.publish(*items(2))
    for _ in range(2):
        with pytest.raises(ConfigError) as caught:
            tell(shop, "P00")
        assert caught.value.code == "FS-511"
        shop.preview()  # makes a snapshot, but no run


def test_a_refused_item_that_left_the_feed_still_has_its_story(shop: Shop) -> None:
    shop.publish(*items(2), item("BAD", "much"))
    shop.run()
    (problem,) = tell(shop, "BAD", fetched=False).problems
    assert (problem.code, problem.first_run, problem.last_run, problem.severity) == ("FS-404", 1, None, "rejected")
    assert "<g:id>BAD</g:id>" in (problem.raw or "")
    assert problem.where.endswith("feed.xml:4")
    shop.publish(*items(2))
    shop.run()
    story = tell(shop, "BAD")
    assert [(p.code, p.first_run, p.last_run) for p in story.problems] == [("FS-404", 1, 1)]
    assert "<g:id>BAD</g:id>" in (story.problems[0].raw or "")
    assert story.feed == []


def test_a_product_tells_what_is_wrong_with_its_variants(shop: Shop) -> None:
    shop.publish(item("A", item_group_id="G"), item("B", item_group_id="G", sale_price="900 INR"))
    shop.run()
    assert [(p.id, p.code) for p in tell(shop, "G", fetched=False).problems] == [("B", "FS-411")]
    assert tell(shop, "A", fetched=False).problems == []


def test_the_key_of_another_store_is_told_before_it_is_asked(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    (shop.folder / "key").write_text("another")
    with pytest.raises(ConfigError) as caught:
        tell(shop, "P00", live=True)
    assert caught.value.code == "FS-505"
    assert tell(shop, "P00").there is None


def test_a_schedule_that_is_pinned(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.run()
    shop.publish(*items(2, "110 INR"))
    shop.run()
    roll_back(shop.schedule(), shop.state, 1, with_stock=False, who="ann", clock=lambda: shop.now)
    story = tell(shop, "P00")
    assert story.pinned_to == 1
    assert story.variants[0].now[0] == "it should cost 100.00 INR: as it was in the run to which the schedule is pinned"


def test_what_is_protected(shop: Shop) -> None:
    shop.settings = '[protect]\nids = ["P00"]\n'
    shop.publish(*items(2))
    shop.run()
    assert "it is protected" in tell(shop, "P00").variants[0].now[-1]
    assert "it is protected" not in tell(shop, "P01").variants[0].now[-1]


def test_catalogs_of_others_are_no_difference(shop: Shop) -> None:
    shop.sandbox.put_catalogs({"id": "theirs", "name": "Theirs"})
    shop.sandbox.put_products({"id": "P00", "name": "theirs", "catalogIds": ["theirs"]})
    shop.publish(item("P00", product_type="Tea"))
    shop.run()
    story = tell(shop, "P00", live=True)
    assert story.live == []
    assert story.sent.product is not None
    assert "theirs" in story.sent.product.catalogIds
