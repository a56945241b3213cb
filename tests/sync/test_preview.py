"""A preview shows what the next run does; it sends nothing and remembers nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from feedsync.report.summary import RunSummary
from feedsync.sync import snapshot_path

from .shop import HOUR, PUT, Shop, item, items


def dump(shop: Shop) -> list[str]:
    """The snapshot as SQL."""
    with sqlite3.connect(snapshot_path(shop.state, "shop")) as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


def plan_of(summary: RunSummary) -> dict[str, object]:
    """All of a summary that a preview can know."""
    return {
        "documents": summary.documents,
        "changes": summary.changes,
        "gates": summary.gates,
        "held": summary.held,
        "planned": summary.planned,
        "differences": summary.differences,
        "unused": summary.unused_catalogs,
        "notes": summary.notes,
        "rejected": summary.rejected,
        "outcome": summary.outcome,
    }


def nothing(shop: Shop) -> None:
    """Leave the feed as it is."""


def changed(shop: Shop) -> None:
    shop.publish(item("P00", "90 INR", product_type="Teas"), *items(4)[1:], item("P04", "free"), item("NEW"))


def shrunk(shop: Shop) -> None:
    shop.publish(*items(2))


def broken(shop: Shop) -> None:
    shop.publish(*items(2), end="")


def gone(shop: Shop) -> None:
    shop.withdraw()


def later(shop: Shop) -> None:
    shop.now += 11 * HOUR


def moved(shop: Shop) -> None:
    shop.publish(*(item(f"P{n:02}", item_group_id="ALL", size=str(n)) for n in range(5)))


def settings(shop: Shop) -> None:
    shop.settings = "[products]\nin_stock_quantity = 7\n[catalogs]\ndepth = 1\n"


SALE = {"sale_price": "80 INR", "sale_price_effective_date": "2026-11-16T10:00Z/2026-11-16T20:00Z"}


@pytest.mark.parametrize("event", [nothing, changed, shrunk, broken, gone, later, moved, settings])
def test_a_preview_is_what_the_next_run_does(shop: Shop, event: Callable[[Shop], None]) -> None:
    shop.publish(*items(4, product_type="Tea > Green"), item("P04", **SALE))
    shop.run()
    event(shop)
    before = dump(shop)
    shown = shop.preview()
    assert shop.calls() == []
    assert dump(shop) == before
    assert plan_of(shop.preview()) == plan_of(shown)
    assert plan_of(shop.run()) == plan_of(shown)


def test_a_preview_of_a_first_run(shop: Shop) -> None:
    shop.publish(*items(3, product_type="Tea"))
    shown = shop.preview()
    assert (shop.calls(), shown.planned, shown.pushed.products) == ([], 3, 0)
    assert shown.changes == {"catalog_added": 1, "product_added": 3}
    assert plan_of(shop.run()) == plan_of(shown)


def test_a_preview_takes_the_same_options(shop: Shop) -> None:
    shop.publish(*items(20))
    shop.run()
    shop.publish(*items(10, "90 INR"))
    assert shop.preview().held == 10
    assert shop.preview(allow=("removals",)).held == 0
    assert shop.preview(limit=3).planned == 3
    assert shop.preview(ids=("P01",)).planned == 1
    assert plan_of(shop.preview(allow=("removals",))) == plan_of(shop.run(allow=("removals",)))


def test_a_preview_does_not_tell_of_a_refusal_that_the_run_will_mend(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.fault("poison", id="P01")
    shop.run()
    assert [r.id for r in shop.preview().rejected] == ["P01"]
    shop.sandbox.clear_faults()
    shop.publish(item("P00"), item("P01", "90 INR"))
    shown = shop.preview()
    assert (shown.outcome, shown.rejected) == ("done", [])
    assert plan_of(shop.run()) == plan_of(shown)


def test_a_preview_shows_what_is_left_of_a_run_that_failed(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.fault("cut_after", path=PUT)
    shop.run()
    shop.sandbox.clear_faults()
    assert shop.preview().planned == 2


def test_a_preview_needs_no_credentials(shop: Shop) -> None:
    shop.publish(*items(2))
    (shop.folder / "secret").unlink()
    (shop.folder / "key").unlink()
    assert shop.preview().planned == 2


def test_a_preview_leaves_no_spooled_document(shop: Shop) -> None:
    shop.publish(*items(2))
    shop.preview()
    spool = shop.state / "spool"
    assert not spool.exists() or list(spool.iterdir()) == []
