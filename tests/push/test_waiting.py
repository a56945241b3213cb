"""While the store is waited for, a run says so, and so can be stopped."""

from __future__ import annotations

import pytest

from feedsync.bik.sandbox import Fault
from feedsync.progress import Progress
from feedsync.sync import run_schedule
from tests.sync.shop import PUT, Shop, item


class Heard(Progress):
    """What a run told of its push."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def pushed(self, products: int, total: int) -> None:
        self.told.append((products, total))


def test_a_run_that_waits_says_where_it_is(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsync.push.SAY_EVERY_S", 0.001)
    shop.publish(item("P"))
    shop.sandbox.add_fault(Fault("slow", seconds=0.5, path=PUT))
    heard = Heard()
    run_schedule(shop.schedule(), shop.state, trigger="test", progress=heard, clock=lambda: shop.now)
    assert set(heard.told) == {(0, 1), (1, 1)}
    assert heard.told[-1] == (1, 1)
