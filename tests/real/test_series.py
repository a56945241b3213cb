"""Real feeds, version by version: after each run the store is what an independent reading of the version says.

Ordinarily the versions are replayed in which something happens; with FEEDSYNC_REAL_FULL set, all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from feedsync.bik.sandbox import Fault
from tests.real.replay import SERIES, Replay, Series, Step, replaying, versions

FEEDS = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]
MW_FEED, BOOPIN, HUE_NOX = (SERIES[name] for name in ("orenagassy__MW_feed", "boopin__joyco", "AGTFRL__Hue-Nox"))


def _steps(replay: Replay, wanted: tuple[range, ...]) -> Iterator[Step]:
    for number, path in enumerate(versions(FEEDS, replay.series, replay.folder / "versions")):
        if any(number in one for one in wanted):
            yield replay.step(path)


def _right(step: Step) -> None:
    """The store is as it must be, and nothing was asked of it but the difference."""
    assert step.wrong == [], step.version
    assert sorted(step.sent) == sorted(step.expected.sent), step.version
    assert sorted(step.deleted) == sorted(step.expected.deleted), step.version
    assert step.summary.held == len(step.expected.held), step.version
    assert step.summary.pushed.products == len(step.expected.sent)
    assert step.summary.pushed.deleted == len(step.expected.deleted)


@pytest.mark.parametrize("name", SERIES)
def test_the_store_follows_the_feed(name: str, tmp_path: Path) -> None:
    series = SERIES[name]
    wanted = (range(1000),) if "FEEDSYNC_REAL_FULL" in os.environ else series.picked
    with replaying(series, tmp_path) as replay:
        for step in _steps(replay, wanted):
            _right(step)
            (document,) = step.summary.documents
            assert (document.verdict, document.items) == ("complete", step.reading.items), step.version
            assert len(step.summary.rejected) == step.reading.repeated + len(step.reading.refused), step.version


@pytest.mark.parametrize(
    ("series", "before", "collapsed", "after"),
    [
        (MW_FEED, 21, range(22, 23), 23),
        (MW_FEED, 51, range(52, 53), 53),
        (BOOPIN, 5, range(6, 10), 10),
    ],
    ids=["half", "most", "four-runs-long"],
)
def test_a_collapse_that_recovers_takes_nothing_away(
    series: Series, before: int, collapsed: range, after: int, tmp_path: Path
) -> None:
    with replaying(series, tmp_path) as replay:
        first, *between, last = _steps(replay, (range(before, after + 1),))
        assert len(between) == len(collapsed)
        for step in between:
            missing = first.reading.products.keys() - step.reading.products.keys()
            assert len(missing) > len(first.reading.products) / 2
            assert step.deleted == []
            assert not missing & set(step.sent), "what the feed lost for a moment was touched"
            assert step.summary.outcome == "held"
        back = first.reading.products.keys() & last.reading.products.keys()
        assert not back & set(last.deleted)
        assert all(c["quantity"] for key in back for c in replay.sandbox.products()[key]["combinations"])
        assert last.summary.outcome == "done"


def test_a_collapse_that_stays_is_held_until_it_is_let_through(tmp_path: Path) -> None:
    with replaying(MW_FEED, tmp_path) as replay:
        steps = list(_steps(replay, (range(72, 78),)))
        assert [step.summary.outcome for step in steps[1:]] == ["held"] * 5
        assert all(step.deleted == [] for step in steps[1:])
        last = sorted((tmp_path / "versions").rglob("*.xml"))[77]
        released = replay.step(last, allowed=True)
        _right(released)
        sold = {c["id"] for p in replay.sandbox.products().values() for c in p["combinations"] if c["quantity"]}
        assert sold == steps[-1].reading.products.keys()
        assert (released.deleted, len(released.sent) > 400) == ([], True), "a document that was held is no evidence"
        assert replay.step(last).requests == 0


def test_every_item_of_a_feed_with_a_root_of_its_own_becomes_a_variant(tmp_path: Path) -> None:
    """The items are plain ``product`` elements; ``category`` and ``additional_images`` are none of Google's attributes."""
    with replaying(BOOPIN, tmp_path) as replay:
        for step in _steps(replay, (range(29, 30),)):
            assert step.summary.rejected == []
            assert len(replay.sandbox.products()) == step.reading.items
            assert replay.sandbox.catalogs() == {}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("500", path="createOrUpdate", skip=1, count=1),
        Fault("cut_before", path="createOrUpdate", count=2),
        Fault("cut_after", path="createOrUpdate", skip=1, count=1),
        Fault("garbage", path="createOrUpdate", count=1),
        Fault("cut_after", path="products/delete", count=1),
        Fault("500", path="products/get", count=1),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.path.rsplit('/')[-1]}",
)
def test_a_push_that_breaks_at_every_version_is_made_good_by_the_next_run(fault: Fault, tmp_path: Path) -> None:
    """Nothing is tried again within a run, so each fault ends in the snapshot as what was, or may have been, lost."""
    with stamina.set_testing(True, attempts=1), replaying(MW_FEED, tmp_path) as replay:
        for path in versions(FEEDS, MW_FEED, tmp_path / "versions")[2:6]:
            replay.sandbox.add_fault(fault)
            replay.step(path)
            replay.sandbox.clear_faults()
            again = replay.step(path)
            assert again.wrong == [], again.version
            assert replay.step(path).requests == 0, again.version
