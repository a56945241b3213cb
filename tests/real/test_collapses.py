"""The collapses of docs/collapses.md with the items of real feeds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from feedsync.bik.sandbox import Sandbox
from tests.collapses import COLLAPSES, live_through
from tests.sync.shop import Shop

FEEDS = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]
_ITEM = re.compile(r"<item>.*?</item>|<entry>.*?</entry>", re.DOTALL)
_ID = re.compile(r"<(?:g:)?id>\s*(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?\s*</(?:g:)?id>")


class RealShop(Shop):
    """A shop whose feed has the head of a real one."""

    head = tail = ""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        super().__init__(folder, sandbox)
        self.settings = '[gates]\nzero_price = "off"\n'  # some give things away

    def publish(self, *records: str, end: str = "") -> None:
        self._serial += 1
        text = f"{self.head}<!-- {self._serial} -->{''.join(records)}{end or self.tail}"
        (self.folder / "feed.xml").write_text(text, encoding="utf-8")


def documents() -> list[Path]:
    """The feeds of one element an item."""
    found = sorted((FEEDS / "google").glob("*.xml")) if FEEDS.name else []
    return [path for path in found if _ITEM.search(path.read_text(encoding="utf-8-sig", errors="replace"))]


def framed(shop: RealShop, path: Path) -> list[str]:
    """The items of a feed, whose head and tail the shop takes over."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    spans = [match.span() for match in _ITEM.finditer(text)]
    shop.head, shop.tail = text[: spans[0][0]], text[spans[-1][1] :]
    return [text[begin:end] for begin, end in spans]


def taken(shop: RealShop, pool: list[str]) -> list[str]:
    """The items that are a product each, and can be bought."""
    shop.publish(*pool)
    shop.run()
    sold = {
        id_ for id_, product in shop.sandbox.products().items()
        if [c["id"] for c in product["combinations"] if c["quantity"]] == [id_] and len(product["combinations"]) == 1
    }  # fmt: skip
    ids = [_ID.search(raw) for raw in pool]
    by_id = {match[1]: raw for match, raw in zip(ids, pool, strict=True) if match}
    return [raw for id_, raw in by_id.items() if id_ in sold]


@pytest.fixture(scope="module")
def store() -> Iterator[Sandbox]:
    with Sandbox() as store, stamina.set_testing(True, attempts=1):
        yield store


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.stem[:30])
def test_every_real_feed_that_is_long_enough(path: Path, store: Sandbox, tmp_path: Path) -> None:
    store.reset()
    look = RealShop(tmp_path / "look", store)
    pool = taken(look, framed(look, path))
    fitting = sorted((c for c in COLLAPSES if max(c.versions) <= len(pool)), key=lambda c: max(c.versions))
    # between them the feeds live through all; each through the two largest that it is long enough for
    chosen = fitting if "FEEDSYNC_REAL_FULL" in os.environ else fitting[-2:]
    for number, collapse in enumerate(chosen):
        store.reset()
        shop = RealShop(tmp_path / f"{number}", store)
        framed(shop, path)
        live_through(shop, collapse, pool)
    assert chosen or len(pool) < 8
