"""Killed before any of its database calls, a run is made good by the next one.

Ordinarily a few calls are tried, evenly spread; with FEEDSYNC_CRASH_FULL set, every one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.gate import DEADLINE_S
from tests.crash.victim import ROOT, command, environment
from tests.sync.shop import Shop, item, items

Mortal = Callable[[int], tuple[int, int]]
Store = tuple[dict[str, Any], dict[str, Any]]
SAMPLE = 6


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, "-m", "tests.crash.dying"]
    with subprocess.Popen(
        program, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(DEADLINE_S) == 0


@pytest.fixture
def mortal(shop: Shop, forks: subprocess.Popen[str]) -> Mortal:
    """A run that dies before its n-th database call, never for 0: how it ended, and how many calls it made."""

    def run(dies_at: int) -> tuple[int, int]:
        assert forks.stdin is not None
        assert forks.stdout is not None
        print(json.dumps([dies_at, *command(shop, "run", "shop")]), file=forks.stdin, flush=True)
        code, calls = json.loads(forks.stdout.readline())
        return code, calls

    return run


def _day(shop: Shop, number: int) -> None:
    """The feed of one of three days. The third has everything in it: a change of each kind, and both steps of absence."""
    tea = items(20, product_type="Tea > Green")
    if number == 1:
        shop.publish(*tea)
    elif number == 2:
        shop.publish(*tea[:18], tea[19])
    else:
        changed = [
            item("P00", "90.00 INR", product_type="Tea > GREEN"),
            item("P01", availability="out of stock", product_type="Tea > Green"),
            item("P02", product_type="Coffee"),
            item("P03", item_group_id="G", color="red"),
            item("P04", item_group_id="G", color="blue"),
            item("P05", price="free"),
        ]
        shop.publish(*changed, *tea[6:18], item("NEW", product_type="Cocoa"))


def _content(shop: Shop) -> Store:
    return shop.sandbox.products(), shop.sandbox.catalogs()


def _restore(shop: Shop, saved: Path, store: Store) -> None:
    shutil.rmtree(shop.state, ignore_errors=True)
    if saved.exists():
        shutil.copytree(saved, shop.state)
    shop.sandbox.reset()
    shop.sandbox.put_products(*store[0].values())
    shop.sandbox.put_catalogs(*store[1].values())


def _instants(calls: int) -> list[int]:
    if "FEEDSYNC_CRASH_FULL" in os.environ:
        return list(range(1, calls + 1))
    return sorted({1 + number * (calls - 1) // (SAMPLE - 1) for number in range(SAMPLE)})


def _nothing_untrue_is_recorded(shop: Shop) -> None:
    """What the snapshot calls acknowledged stands in the store."""
    products = shop.sandbox.products()
    sent = shop.sent()
    for product_id, outcome in shop.outcomes().items():
        if outcome == "acknowledged" and product_id in sent:
            assert products[product_id] == sent[product_id]


def test_a_first_run(shop: Shop, mortal: Mortal, tmp_path: Path) -> None:
    nothing: Store = ({}, {})
    _day(shop, 1)
    shop.schedule()
    code, calls = mortal(0)
    assert code == 0
    wanted = _content(shop)
    assert len(wanted[0]) == 20
    for instant in _instants(calls):
        _restore(shop, tmp_path / "none", nothing)
        assert mortal(instant) == (-signal.SIGKILL, 0), instant
        assert mortal(0)[0] == 0, instant
        assert _content(shop) == wanted, instant
        shop.sandbox.clear_requests()
        assert mortal(0)[0] == 0, instant
        assert shop.calls() == [], instant


def test_a_run_with_changes_of_every_kind(shop: Shop, mortal: Mortal, tmp_path: Path) -> None:
    for day in (1, 2):
        _day(shop, day)
        shop.run()
    saved, before = tmp_path / "saved", _content(shop)
    shutil.copytree(shop.state, saved)
    _day(shop, 3)
    shop.schedule()
    code, calls = mortal(0)
    assert code == 3, "P05 is rejected"
    wanted = _content(shop)
    gone = before[0].keys() - wanted[0].keys()
    assert gone == {"P03", "P04", "P18"}
    for instant in _instants(calls):
        _restore(shop, saved, before)
        assert mortal(instant) == (-signal.SIGKILL, 0), instant
        assert before[0].keys() - shop.sandbox.products().keys() <= gone, instant
        if (shop.state / "shop.db").exists():
            _nothing_untrue_is_recorded(shop)
        assert mortal(0)[0] == 3, instant
        assert _content(shop) == wanted, instant
        shop.sandbox.clear_requests()
        assert mortal(0)[0] == 3, instant
        assert shop.calls() == [], instant
