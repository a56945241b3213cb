"""A vacuum gives room back, forgets what is old, and waits for nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.errors import ConfigError, Fatal, Locked
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from feedsync.upkeep import vacuum
from tests.sync.shop import HOUR, Shop, items

DAY = 24 * HOUR


def _grow(shop: Shop) -> None:
    """Rows that come and go."""
    with Store(snapshot_path(shop.state, "shop")) as store:
        with store.transaction():
            store.many("insert into sent values (?, ?)", [(f"p{n}", bytes(5000)) for n in range(300)])
        with store.transaction():
            store.execute("delete from sent where product_id glob 'p*'")


@pytest.fixture
def synced(shop: Shop) -> Shop:
    shop.publish(*items(5))
    shop.run()
    return shop


def test_room_is_given_back(synced: Shop) -> None:
    _grow(synced)
    result = vacuum(synced.schedule(), synced.state)
    path = snapshot_path(synced.state, "shop")
    assert result.before_bytes - result.after_bytes > 1_000_000
    assert result.after_bytes == path.stat().st_size
    assert synced.run().outcome == "done"
    assert len(synced.sent()) == 5


def test_old_runs_and_kept_copies_are_forgotten(synced: Shop) -> None:
    kept = synced.state / "kept" / "shop" / "before-0001.db"
    kept.parent.mkdir(parents=True)
    kept.touch()
    synced.now += 300 * DAY
    synced.run()
    assert kept.exists() is False, "a run forgets, too"
    kept.touch()
    assert vacuum(synced.schedule(), synced.state, clock=lambda: synced.now + 200 * DAY).runs_forgotten == 1
    synced.settings = "[history]\nkeep = '1d'\nchanges = '2d'"
    synced.run()
    kept.touch()
    result = vacuum(synced.schedule(), synced.state, clock=lambda: synced.now + 3 * DAY)
    assert (result.runs_forgotten, result.removed) == (1, [str(kept)])
    assert synced.rows("select run from runs") == [(3,)]


def test_not_under_a_run(synced: Shop) -> None:
    with schedule_lock(synced.state / "shop.lock", "shop"), pytest.raises(Locked):
        vacuum(synced.schedule(), synced.state)


def test_there_is_nothing_to_do_it_to(shop: Shop) -> None:
    with pytest.raises(ConfigError) as caught:
        vacuum(shop.schedule(), shop.state)
    assert caught.value.code == "FS-509"
    assert not shop.state.exists()


def test_a_damaged_snapshot(synced: Shop) -> None:
    path = snapshot_path(synced.state, "shop")
    with Store(path) as store, store.transaction():
        store.many("insert into sent values (?, ?)", [(f"p{n}", bytes(5000)) for n in range(300)])
    Path(f"{path}-wal").unlink(missing_ok=True)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2))
    with pytest.raises(Fatal) as caught:
        vacuum(synced.schedule(), synced.state)
    assert caught.value.code == "FS-503"
