"""``run --due``: what is due runs once, the rest is left alone, and cron hears nothing of nothing."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing

import pytest
from rich.console import Console

from feedsync.snapshot.lock import schedule_lock

from .project import Shop, items


def aged(shop: Shop, name: str, seconds: int) -> None:
    """The past moves into the past."""
    with closing(sqlite3.connect(shop.project.state / f"{name}.db")) as db, db:
        db.execute("update runs set started_at = started_at - ?1, finished_at = finished_at - ?1", (seconds,))


def runs(shop: Shop) -> dict[str, str]:
    """Schedule -> what started its run, of all that is due."""
    result = shop("run", "--due", "--json")
    assert result.code == 0, result.out + result.err
    return {run["schedule"]: run["trigger"] for run in result.json()["runs"]}


def test_each_runs_when_its_time_has_come(shop: Shop) -> None:
    shop.add("hourly", *items(1), first="cron = '0 * * * *'")
    shop.add("often", *items(1), first="every = '15m'")
    shop.add("resting", *items(1), first="every = '15m'\nenabled = false")
    shop.add("by-hand", *items(1))
    assert runs(shop) == {"hourly": "first", "often": "first"}
    assert runs(shop) == {}
    aged(shop, "often", 900)
    assert runs(shop) == {"often": "every"}
    aged(shop, "hourly", 3 * 3600)
    assert runs(shop) == {"hourly": "cron"}  # one, not three
    assert runs(shop) == {}


def test_nothing_due_is_silence_for_cron(shop: Shop) -> None:
    shop.add("often", *items(1), first="every = '15m'")
    runs(shop)
    result = shop("run", "--due")
    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize("first", ["every = '15m'", ""])
def test_a_person_hears_what_is_next(shop: Shop, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    shop.add("often", *items(1), first=first)
    runs(shop)
    monkeypatch.setattr("feedsync.cli.run.console", _terminal := _Terminal())
    assert shop("run", "--due").code == 0
    expected = "nothing is due; next is often at 20" if first else "nothing is due\n"
    assert expected in _terminal.stream.getvalue()


class _Terminal:
    """What ``console()`` gives where a person sits."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def __call__(self) -> Console:
        return Console(file=self.stream, force_terminal=True, width=80, color_system=None)


def test_a_run_that_goes_on_is_left_to_itself(shop: Shop) -> None:
    shop.add("often", *items(1), first="every = '15m'")
    with schedule_lock(shop.project.state / "often.lock", "often"):
        result = shop("run", "--due")
    assert result.code == 0
    assert "another run holds the lock" in result.err
    assert result.err.rstrip().endswith("left to it")


def test_a_mistake_in_one_stops_no_other(shop: Shop) -> None:
    shop.add("good", *items(1), first="every = '15m'")
    shop.project.write("wrong", "colour = 'red'")
    (shop.project.state / "broken.db").parent.mkdir(exist_ok=True)
    shop.add("broken", *items(1), first="every = '15m'")
    (shop.project.state / "broken.db").write_bytes(b"no database" * 1000)
    result = shop("run", "--due", "--json")
    assert result.code == 2
    assert [run["schedule"] for run in result.json()["runs"]] == ["good"]
    assert {error["schedule"]: error["error"]["code"] for error in result.json()["errors"]} == {
        "broken": "FS-503", "wrong": "FS-102",
    }  # fmt: skip


@pytest.mark.parametrize("more", [["--limit", "1"], ["--allow", "removals"], ["--new-store"], ["often"], ["--all"]])
def test_it_takes_things_as_they_are_set(shop: Shop, more: list[str]) -> None:
    shop.add("often", *items(1), first="every = '15m'")
    assert shop("run", "--due", *more).code == 2
