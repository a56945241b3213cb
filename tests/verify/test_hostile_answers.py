"""Whatever a store answers when it is read back: the product is told as not stored, or as not read; the run ends in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from feedsync.sync import Target
from tests.bik.hostile import UNREADABLE
from tests.bik.scripted import Answer
from tests.bik.twisted import Twisted
from tests.serving import serving
from tests.sync.shop import Shop, items


@pytest.fixture
def twisted(shop: Shop) -> Iterator[Twisted]:
    """A store with three products, before a change that is read back; a test twists what it answers to that."""
    shop.bik["verify"] = '"all"'
    shop.publish(*items(3))
    shop.run()
    with serving(Twisted(shop.sandbox.base_url)) as server:
        shop.bik["base_url"] = f'"{server.base_url}"'
        shop.run(target=Target(same_store=True))
        shop.publish(*items(3, title="x"))
        yield server


@pytest.mark.parametrize(
    "name", ["a page of html", "half of it", "records by id", "a record that is none", "broken gzip"]
)
def test_what_cannot_be_read_is_not_verified(shop: Shop, twisted: Twisted, name: str) -> None:
    twisted.twists["products/get"] = lambda asked, answered: UNREADABLE[name]
    summary = shop.run()
    assert (summary.pushed.products, summary.pushed.unread, summary.pushed.verified) == (3, 3, 0)
    assert summary.outcome == "done"


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "P00"},
        {"id": "P00", "name": None, "combinations": 5, "photos": [None], "catalogIds": {}, "metafields": "x"},
        {"id": "P00", "combinations": [{"id": "P00", "price": {"amount": 1}, "options": [1]}, None, 3, [], {}]},
        {"id": "p00"},
    ],
)
def test_odd_records_are_not_what_was_sent(shop: Shop, twisted: Twisted, odd: dict[str, Any]) -> None:
    def beside(asked: bytes, answered: bytes) -> Answer:
        records = [r for r in msgspec.json.decode(answered)["data"]["products"] if r["id"] != "P00"]
        data = {"products": [odd, *records, {"id": "X"}]}
        return Answer(msgspec.json.encode({"status": 200, "success": True, "data": data}))

    twisted.twists["products/get"] = beside
    summary = shop.run()
    assert [(r.id, r.code) for r in summary.rejected] == [("P00", "FS-707")]
    twisted.twists.clear()
    assert shop.run().outcome == "done"


def test_a_store_that_gives_back_more_than_was_asked_for(shop: Shop, twisted: Twisted) -> None:
    def more(asked: bytes, answered: bytes) -> Answer:
        records = msgspec.json.decode(answered)["data"]["products"]
        wide = [{**record, "variantIds": [], "vendor": None, "publishedAt": 10**40, "handle": {}} for record in records]
        data = {"products": [*wide, *wide], "next": None}
        return Answer(msgspec.json.encode({"status": "200", "data": data, "took_ms": 1.5}))

    twisted.twists["products/get"] = more
    summary = shop.run()
    assert (summary.outcome, summary.pushed.verified) == ("done", 3)
