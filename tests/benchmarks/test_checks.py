"""The check list is reckoned from the medians."""

from __future__ import annotations

from benchmarks.checks import checks
from benchmarks.results import Measured, Results


def _xml(program: str, operation: str, seconds: float, items: int = 1_000_000, peak_mb: int = 100) -> Measured:
    stages = {"read": [seconds / 2, seconds / 2, 0.0], "push": [1.0, 1.0, 0.0]} if program == "feedsync" else {}
    return Measured(program, operation, seconds, seconds, peak_mb * 1e6, stages=stages, form="google-xml", items=items)


def _wall(results: Results, *words: str) -> float | None:
    [found] = [check for check in checks(results) if all(word in check.what for word in words)]
    return found.wall


def test_ratios_to_the_limit_leave_the_calls_out() -> None:
    rounds = [_xml("xmllint", "read", s) for s in (9, 10, 30)]
    results = Results(
        [*rounds, _xml("feedsync", "same", 3), _xml("feedsync", "next", 7), _xml("feedsync", "first", 31)]
    )
    assert _wall(results, "no change: times xmllint") == 0.3
    assert _wall(results, "next day, without the calls") == 0.6
    assert _wall(results, "first sync, without the calls") == 3.0


def test_the_cost_of_an_item_is_compared_over_sizes() -> None:
    results = Results([_xml("feedsync", "same", 12), _xml("feedsync", "same", 1, items=100_000)])
    assert _wall(results, "no change: cost of an item") == 1.2


def test_memory_is_the_worst_of_the_later_syncs() -> None:
    later = [_xml("feedsync", "same", 1, peak_mb=80), _xml("feedsync", "next-shuffled", 1, peak_mb=120)]
    results = Results([_xml("feedsync", "first", 1, peak_mb=300), *later])
    assert _wall(results, "first sync: peak MB") == 300
    assert _wall(results, "any other sync: peak MB") == 120


def test_what_was_not_measured_is_none() -> None:
    assert {check.wall for check in checks(Results([]))} == {None}


def test_a_peer_that_did_not_finish_took_at_least_that_long() -> None:
    own = Measured("feedsync", "next", 2, 2, 1e8, stages={"push": [0.5, 0.5, 0]}, form="csv", items=10_000)
    peer = Measured("dlt", "next", 600, 590, 1e9, finished=False, form="csv", items=10_000)
    found = [one for one in checks(Results([own, peer])) if "dlt" in one.what]
    assert [one.wall for one in found] == [2 / 600, 1.5 / 600]
    assert [one.cpu for one in found] == [None, None]
