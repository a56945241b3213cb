"""Collapses that real shops had, as docs/collapses.md tells them: how many items each version has, and what is held."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from feedsync.consent import decide
from tests.sync.shop import HOUR, PUT, Shop

_ROW = re.compile(r"^\| ([\d →]+) \| (\d+) by `(\w+)`", re.MULTILINE)
PAGE = Path(__file__).parent.parent / "docs" / "collapses.md"


class Collapse(msgspec.Struct, frozen=True):
    """The number of items in each version; how many changes are held by which gate in those that collapsed."""

    versions: tuple[int, ...]
    held: int
    gate: str

    @property
    def recovers(self) -> bool:
        return self.versions[-1] >= self.versions[0]

    def __str__(self) -> str:
        return "-".join(map(str, self.versions))


COLLAPSES = [
    Collapse(tuple(map(int, versions.split(" → "))), int(held), gate)
    for versions, held, gate in _ROW.findall(PAGE.read_text(encoding="utf-8"))
]


def stocked(shop: Shop) -> int:
    """How many products of the store can be bought."""
    products = shop.sandbox.products().values()
    return sum(any(combination["quantity"] for combination in product["combinations"]) for product in products)


def live_through(shop: Shop, collapse: Collapse, items: Sequence[str]) -> None:
    """Run version after version, with the first so many of ``items``, and see that nothing is taken away."""
    whole, last = collapse.versions[0], collapse.versions[-1]
    known: set[str] = set()
    for number, count in enumerate(collapse.versions):
        shop.publish(*items[:count])
        run = shop.run()
        collapsed = count < whole
        assert run.outcome == ("held" if collapsed else "done"), (number, run.gates, run.rejected)
        assert run.held == (collapse.held if collapsed else 0)
        assert [g.gate for g in run.gates if g.held] == ([collapse.gate] if collapsed else [])
        assert run.pushed.deleted == 0
        now = set(shop.sandbox.products())
        assert {id_ for ids in shop.touched(PUT) for id_ in ids} == now - known, "what did not change was touched"
        known = now
        assert stocked(shop) == len(known) == max(whole, count)
        shop.now += HOUR
    if not collapse.recovers:
        let_go(shop, collapse, items[:last])


def let_go(shop: Shop, collapse: Collapse, items: Sequence[str]) -> None:
    """It was meant: one approval, and all that is gone goes, in two steps."""
    whole, left = collapse.versions[0], len(items)
    approved = decide(shop.schedule(), shop.state, "approved", who="tests", clock=lambda: shop.now)
    assert (approved.outcome, approved.pushed.products, approved.pushed.deleted) == ("done", whole - left, 0)
    assert (stocked(shop), len(shop.sandbox.products())) == (left, whole)
    deleted = 0
    for _ in range(2):  # so many different complete documents
        shop.now += HOUR
        shop.publish(*items)
        run = shop.run()
        assert (run.outcome, run.held) == ("done", 0)
        deleted += run.pushed.deleted
    assert deleted == whole - left
    assert stocked(shop) == len(shop.sandbox.products()) == left
