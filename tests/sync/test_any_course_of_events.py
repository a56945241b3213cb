"""Whatever a feed and a store do in whatever order, the store ends equal to the feed, and nothing of others is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.bik.sandbox import Sandbox

from .shop import Shop, item

IDS = ("A", "B", "C", "D")
OFF = ("identity", "invalid", "removals", "price", "stock_out")
CATALOGS = ("", "Tea", "Tea > Green", "Mugs")
_ITEM = st.tuples(st.integers(1, 5), st.sampled_from(CATALOGS), st.sampled_from(["in_stock", "out_of_stock"]))
_FEED = st.dictionaries(st.sampled_from(IDS), _ITEM, max_size=len(IDS))
_KINDS = ["429", "500", "inner", "cut_before", "cut_after", "garbage", "unauthorized", "poison", "lose"]
_PATHS = ["createOrUpdate", "products/createOrUpdate", "catalogs/createOrUpdate", "products/delete", "products/get", ""]


@st.composite
def faults(draw: st.DrawFn) -> dict[str, Any]:
    """One thing that goes wrong for a while."""
    kind = draw(st.sampled_from(_KINDS))
    if kind in ("poison", "lose"):
        return {"kind": kind, "id": draw(st.sampled_from(IDS))}
    fault: dict[str, Any] = {"kind": kind, "path": draw(st.sampled_from(_PATHS)), "skip": draw(st.integers(0, 3))}
    if kind == "inner":
        fault["status"] = draw(st.sampled_from([400, "400", 500, "503"]))
    return fault


_STEP = st.tuples(_FEED, st.lists(faults(), max_size=2), st.sampled_from(["</channel></rss>", ""]), st.integers(0, 30))


def publish(shop: Shop, feed: dict[str, tuple[int, str, str]], end: str = "</channel></rss>") -> None:
    shop.publish(
        *(item(id_, f"{p} INR", product_type=c, availability=a) for id_, (p, c, a) in sorted(feed.items())), end=end
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("courses")


@given(steps=st.lists(_STEP, min_size=1, max_size=3), last=_FEED, batch_size=st.sampled_from(["1", "2", "50"]))
@settings(deadline=None, max_examples=10)
def test_the_store_ends_equal_to_the_feed(
    shared_store: Sandbox, folders: Path, steps: list[Any], last: dict[str, tuple[int, str, str]], batch_size: str
) -> None:
    shared_store.reset()
    shared_store.put_products({"id": "THEIRS", "name": "made by hand"})
    shop = Shop(folders / str(len(list(folders.iterdir()))), shared_store)
    shop.settings = "[gates]\n" + "".join(f'{gate} = "off"\n' for gate in OFF)
    shop.bik |= {"batch_size": batch_size, "in_flight": "2"}
    for feed, wrong, end, hours in steps:
        publish(shop, feed, end)
        before = set(shop.prices_of_ours())
        for fault in wrong:
            shop.fault(**fault)
        shop.run()
        shop.sandbox.clear_faults()
        shop.now += hours * 3600
        now = set(shop.prices_of_ours())
        assert before & feed.keys() <= now, "a run deletes nothing that its feed names"
    # A refusal holds until the data changes: so every item and every catalog is a little different in the end.
    final = {id_: (price + 10, catalog.upper(), stock) for id_, (price, catalog, stock) in last.items()}
    for _ in range(4):
        publish(shop, final)
        summary = shop.run(allow=("empty",))
        shop.now += 25 * 3600
    stored = shop.sandbox.products()
    assert stored.pop("THEIRS") == {"id": "THEIRS", "name": "made by hand"}
    assert shop.prices_of_ours() == {id_: price for id_, (price, _, _) in final.items()}
    assert shop.sent() == stored
    assert (summary.planned, summary.held) == (0, 0)
    assert shop.run().planned == 0
