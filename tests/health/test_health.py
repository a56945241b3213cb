"""How a schedule stands, after runs of every kind and where nobody can know."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from feedsync.errors import ConfigError
from feedsync.health import Health, health
from feedsync.health import look as look_at
from feedsync.notes import Trouble, notes_path, open_notes, read_notes
from feedsync.reconcile import reconcile
from feedsync.settings import Schedule
from feedsync.snapshot.lock import schedule_lock
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from tests.sync.shop import HOUR, START, Shop, item, items


def look(shop: Shop) -> Health:
    return health(shop.state, "shop")


def test_before_the_first_run_nothing_is_known_and_nothing_is_wrong(shop: Shop) -> None:
    view = look(shop)
    assert (view.word, view.problem, view.last, view.last_good_at, view.lag_s) == ("never ran", None, None, None, None)
    with Store(snapshot_path(shop.state, "shop")):
        pass
    assert look(shop).word == "never ran"


def test_a_good_run_and_one_that_finds_nothing_new(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    shop.now += HOUR
    shop.run()
    view = look(shop)
    assert (view.word, view.last_good_at, view.changed_at) == ("done", START + HOUR, START)
    assert (view.products, view.variants, view.rejected, view.held, view.drifted) == (3, 3, 0, {}, 0)
    assert [(run.run, run.items, run.changes, run.sent) for run in view.runs] == [(2, 3, 0, 0), (1, 3, 3, 3)]
    assert view.last is not None
    assert view.last.good


def test_what_is_held_and_what_is_rejected(shop: Shop) -> None:
    shop.publish(*items(12))
    shop.run()
    shop.publish(*items(2), item("BAD", price="?"))
    shop.now += HOUR
    shop.run()
    view = look(shop)
    assert (view.word, view.held, view.rejected) == ("held", {"identity": 10}, 1)
    assert view.last_good_at == START + HOUR
    assert view.changed_at == START + HOUR


def test_a_run_that_fails_is_no_good_one(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    shop.withdraw()
    shop.now += HOUR
    shop.run()
    view = look(shop)
    assert (view.word, view.last_good_at) == ("failed", START)
    assert view.problem is not None
    assert view.problem.code == "FS-201"
    assert view.runs[0].items is None
    assert not view.runs[0].good


def test_the_lag_counts_from_what_the_document_says_of_itself(shop: Shop) -> None:
    shop.publish(*items(3))
    os.utime(shop.folder / "feed.xml", (START - 500, START - 500))
    shop.run()
    lag = look(shop).lag_s
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.execute("update feeds set last_modified = 'Sun, 15 Nov 2026 23:50:00 GMT'")
    assert lag == 0
    assert look(shop).lag_s == 600
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.execute("update runs set outcome = 'failed'")
    assert look(shop).lag_s is None


@pytest.mark.parametrize(
    "modified",
    ["yesterday", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +9999999999999999"],
)
def test_a_date_that_is_none_counts_as_not_said(shop: Shop, modified: str) -> None:
    shop.publish(*items(3))
    shop.run()
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.execute("update feeds set last_modified = ?", modified)
    assert look(shop).lag_s == 0


def test_a_run_that_goes_on_and_one_that_died(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.begin_run("hand", START + 9)
    with schedule_lock(shop.state / "shop.lock", "shop"):
        view = look(shop)
        assert (view.word, [run.outcome for run in view.runs]) == ("running", ["running", "done"])
        assert view.holder is not None
        assert view.holder.pid == os.getpid()
        assert view.last is not None
        assert view.last.run == 1
        left = (shop.state / "shop.lock").read_bytes()
    (shop.state / "shop.lock").write_bytes(left)
    view = look(shop)
    assert (view.word, view.holder, view.died is None) == ("crashed", None, False)


@pytest.mark.parametrize("damage", ["junk", "cut", "older", "summary"])
def test_a_snapshot_that_cannot_be_read_is_a_state(shop: Shop, damage: str) -> None:
    shop.publish(*items(3))
    shop.run()
    path = snapshot_path(shop.state, "shop")
    if damage == "junk":
        path.write_bytes(b"no database" * 1000)
    elif damage == "cut":
        with Store(path) as store:
            store.execute("pragma wal_checkpoint(truncate)")
        path.write_bytes(path.read_bytes()[: 3 * 16384 + 100])
    elif damage == "older":
        path.write_bytes(b"")
    else:
        with Store(path) as store:
            store.execute("update runs set summary = x'ff'")
    view = look(shop)
    assert (view.word, view.known) == ("unreadable", False)
    assert view.problem is not None
    assert view.problem.code == "FS-503"


def test_a_broken_file_comes_first(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    view = health(shop.state, "shop", ConfigError("FS-106", reason="it is broken"))
    assert (view.word, view.known, view.products) == ("broken", True, 3)
    assert view.problem is not None
    assert view.problem.message == "it is broken"


def test_a_run_that_could_not_begin_is_a_failure(shop: Shop) -> None:
    shop.publish(*items(3))
    shop.run()
    with open_notes(shop.state, "shop") as notes:
        notes.trouble = Trouble("FS-105", "no secret", START)
    view = look(shop)
    assert view.problem is not None
    assert (view.word, view.problem.code) == ("failed", "FS-105")


def test_what_is_otherwise_in_the_store(shop: Shop) -> None:
    shop.bik["verify"] = '"all"'
    shop.publish(*items(3))
    shop.run()
    shop.lose("P01")
    shop.now += HOUR
    reconcile(shop.schedule(), shop.state, clock=lambda: shop.now)
    assert look(shop).drifted == 1
    shop.now += HOUR
    reconcile(shop.schedule(), shop.state, fix=True, clock=lambda: shop.now)
    assert look(shop).drifted == 0
    shop.publish(*items(3, price="50.00 INR"))
    shop.fault("lose", id="P01")
    shop.run()
    assert look(shop).drifted == 1


def test_damaged_notes_are_none(tmp_path: Path) -> None:
    with open_notes(tmp_path, "shop") as notes:
        notes.trouble = Trouble("FS-105", "no secret", START)
    assert read_notes(tmp_path, "shop").trouble == Trouble("FS-105", "no secret", START)
    notes_path(tmp_path, "shop").write_bytes(b'{"told": 5}')
    assert msgspec.json.encode(read_notes(tmp_path, "shop")) == msgspec.json.encode(read_notes(tmp_path, "other"))


def test_when_it_is_due(shop: Shop) -> None:
    def seen(text: str = "", now: float = START + 5) -> Health:
        def load(name: str) -> Schedule:
            return shop.schedule().model_copy(update={"every": 900} if text == "clocked" else {})

        return look_at(shop.state, "shop", load, now)

    shop.publish(*items(3))
    assert (seen().next_at, seen().next_why) == (None, None)
    assert (seen("clocked").next_at, seen("clocked").next_why) == (START + 5, "first")
    shop.run()
    assert (seen("clocked").next_at, seen("clocked").next_why) == (START + 900, "every")
    snapshot_path(shop.state, "shop").write_bytes(b"junk")
    assert (seen("clocked").next_at, seen("clocked").word) == (None, "unreadable")


def test_a_file_with_a_mistake(shop: Shop) -> None:
    def load(name: str) -> Schedule:
        raise ConfigError("FS-106", reason="it is broken")

    assert look_at(shop.state, "shop", load, START).word == "broken"


def test_a_snapshot_is_opened_again_only_when_it_was_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.publish(*items(3))
    shop.run()
    opened: list[Path] = []

    class Counted(Store):
        def __init__(self, path: Path, *, read_only: bool = False) -> None:
            opened.append(path)
            super().__init__(path, read_only=read_only)

    monkeypatch.setattr("feedsync.health.Store", Counted)
    assert look(shop) == look(shop)
    assert len(opened) == 2, "it was written just now"
    monkeypatch.setattr("feedsync.health.JUST_NOW_S", 0.0)
    opened.clear()
    assert look(shop) == look(shop)
    assert len(opened) == 1
    with schedule_lock(shop.state / "shop.lock", "shop"):
        assert look(shop).word == "running"
    with Store(snapshot_path(shop.state, "shop")) as store:
        store.execute("update runs set outcome = 'failed'")
    assert look(shop).word == "failed"
