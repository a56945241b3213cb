"""A run that is interrupted or locked out: nothing is lost, and the next one goes on."""

from __future__ import annotations

import pytest

from feedsync.errors import ConfigError, Locked
from feedsync.progress import Progress
from feedsync.snapshot.lock import schedule_lock
from feedsync.sync import run_schedule

from .shop import Shop, items


class Impatient(Progress):
    """Presses Ctrl-C at some point of a run."""

    def __init__(self, at: str) -> None:
        self._at = at

    def planned(self, products: int) -> None:
        if self._at == "plan":
            raise KeyboardInterrupt

    def pushed(self, products: int, total: int) -> None:
        if self._at == "push":
            raise KeyboardInterrupt


@pytest.mark.parametrize("at", ["plan", "push"])
def test_an_interrupted_run_is_made_up_for(shop: Shop, at: str) -> None:
    shop.bik["batch_size"] = "1"
    shop.publish(*items(6))
    with pytest.raises(KeyboardInterrupt):
        run_schedule(shop.schedule(), shop.state, trigger="test", progress=Impatient(at), clock=lambda: shop.now)
    assert shop.rows("select outcome from runs") == [("interrupted",)]
    stored = shop.sandbox.products()
    assert {id_: stored[id_] for id_ in shop.sent()} == shop.sent()
    assert shop.run().outcome == "done"
    assert len(shop.prices()) == 6
    assert shop.sent() == shop.sandbox.products()


def test_a_second_run_at_the_same_time_is_turned_away(shop: Shop) -> None:
    shop.publish(*items(1))
    with schedule_lock(shop.state / "shop.lock", "shop"), pytest.raises(Locked) as caught:
        shop.run()
    assert (caught.value.code, caught.value.exit_code) == ("FS-501", 5)
    assert shop.calls() == []
    assert shop.run().outcome == "done"


def test_a_missing_secret_starts_nothing(shop: Shop) -> None:
    shop.publish(*items(1))
    (shop.folder / "secret").unlink()
    with pytest.raises(ConfigError) as caught:
        shop.run()
    assert (caught.value.code, caught.value.exit_code) == ("FS-105", 2)
    assert not shop.state.exists()


def test_progress_is_told_of_every_step(shop: Shop) -> None:
    told: list[tuple[str, int]] = []

    class Listener(Progress):
        def fetched(self, location: str, done_bytes: int, total_bytes: int | None) -> None:
            told.append(("fetched", done_bytes))

        def read(self, location: str, items: int, parsed: int) -> None:
            told.append(("read", items))

        def planned(self, products: int) -> None:
            told.append(("planned", products))

        def pushed(self, products: int, total: int) -> None:
            told.append((f"pushed of {total}", products))

    shop.publish(*items(3))
    run_schedule(shop.schedule(), shop.state, trigger="test", progress=Listener(), clock=lambda: shop.now)
    assert ("read", 3) in told
    assert ("planned", 3) in told
    assert told[-1] == ("pushed of 3", 3)
