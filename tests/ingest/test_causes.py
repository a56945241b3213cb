"""Why a product must be looked at: the feed changed, the settings did, or feedsync itself."""

from __future__ import annotations

import msgspec

from feedsync.model import Variant
from tests.ingest.street import Street, item, rss, schedule

TEA = item("a", product_type="Tea &gt; Green &gt; Sencha")
SHALLOW = schedule(catalogs={"depth": 1})


def _cause(street: Street) -> object:
    return street.store.scalar("select cause from products where pending")


def test_a_changed_item_is_the_feeds_doing(street: Street) -> None:
    street.read(rss(TEA))
    street.planned()
    street.read(rss(TEA.replace("100.00", "90.00")))
    assert _cause(street) == "feed"


def test_the_same_item_under_other_settings_is_theirs(street: Street) -> None:
    street.read(rss(TEA))
    street.planned()
    street.read(rss(TEA), SHALLOW)
    assert _cause(street) == "settings"


def test_an_item_that_changed_as_well_is_the_feeds(street: Street) -> None:
    street.read(rss(TEA))
    street.planned()
    street.read(rss(TEA.replace("100.00", "90.00")), SHALLOW)
    assert _cause(street) == "feed"


def test_settings_that_change_nothing_of_an_item_touch_nothing(street: Street) -> None:
    street.read(rss(item("a")))
    street.planned()
    street.read(rss(item("a")), SHALLOW)
    assert street.pending() == set()


def test_the_same_item_under_the_same_settings_was_read_by_another_feedsync(street: Street) -> None:
    street.read(rss(TEA))
    street.planned()
    older = msgspec.structs.replace(street.variants()["a"], title="As an older one read it")
    street.store.execute("update variants set record = ?", msgspec.msgpack.encode(older))
    street.read(rss(TEA), anew=True)
    assert _cause(street) == "upgrade"
    assert isinstance(street.variants()["a"], Variant)
    assert street.variants()["a"].title == "Title of a"


def test_nothing_is_looked_at_when_nothing_changed(street: Street) -> None:
    street.read(rss(TEA, item("b", price="")))
    street.planned()
    street.read(rss(item("b", price=""), TEA))
    street.read(rss(TEA, item("b", price="")), anew=True)
    assert street.pending() == set()
