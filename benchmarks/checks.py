"""What the speed of a sync must show, beside what was measured. Nothing is enforced: a busy machine measures what it can."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from benchmarks.results import Measured, Results

_XML = "google-xml"
_MEGA = 1e6
_LARGE, _MIDDLE, _SMALL = 1_000_000, 100_000, 10_000


class Check(msgspec.Struct):
    """A ratio or a number of megabytes that must not be above ``bound``; None where it was not measured."""

    what: str
    bound: float
    wall: float | None = None
    cpu: float | None = None
    style: str = ".2f"


def checks(results: Results) -> list[Check]:
    """All of them; where the stated size was not measured, with the largest one that was, which is named."""
    return [
        *_beside_the_limit(results),
        *_memory(results),
        *_beside_peers(results),
        *_flatness(results),
    ]


def _largest(results: Results, form: str) -> int:
    return max((items for items in results.sizes if form in results.forms(items)), default=0)


def _ratio(what: str, bound: float, one: Measured | None, other: Measured | None, *, calls: bool = True) -> Check:
    check = Check(what, bound)
    if one and other and one.finished:
        wall_s, cpu_s = one.without() if calls else one.without("push", "verify")
        check.wall = wall_s / other.wall_s
        check.cpu = cpu_s / other.cpu_s if other.finished else None
    return check


def _beside_the_limit(results: Results) -> Iterator[Check]:
    items = _largest(results, _XML)
    limit = results.median(_XML, items, "xmllint", "read")
    for operation, words, bound in (
        ("same", "no change", 0.4),
        ("next", "next day, without the calls", 0.8),
        ("first", "first sync, without the calls", 3.5),
    ):
        one = results.median(_XML, items, "feedsync", operation)
        yield _ratio(f"{words}: times xmllint ({items:,} XML items)", bound, one, limit, calls=operation == "same")


def _memory(results: Results) -> Iterator[Check]:
    items = _largest(results, _XML)
    first = results.median(_XML, items, "feedsync", "first")
    others = [results.median(_XML, items, "feedsync", o) for o in ("same", "next", "shuffled", "next-shuffled")]
    peaks = [one.peak_bytes / _MEGA for one in others if one]
    yield Check(
        f"first sync: peak MB ({items:,} XML items)", 350, first.peak_bytes / _MEGA if first else None, style=".0f"
    )
    yield Check(f"any other sync: peak MB ({items:,} XML items)", 250, max(peaks, default=None), style=".0f")
    for form in ("csv", "json", "jsonl"):
        items = _largest(results, form)
        for operation, words in (("first", "first sync"), ("next", "next day")):
            own = results.median(form, items, "feedsync", operation)
            for name in ("duckdb", "polars"):
                peer = results.median(form, items, name, operation)
                share = own.peak_bytes / peer.peak_bytes if own and peer else None
                yield Check(f"{words}, {form}: peak memory, times {name} ({items:,} items)", 0.2, share)


def _beside_peers(results: Results) -> Iterator[Check]:
    for name, form, bound in (
        ("pandas", "csv", 1.0),
        ("pandas", _XML, 1.0),
        ("sqlite-utils", "csv", 0.1),
        ("dlt", "csv", 0.1),
    ):
        items = _SMALL if name == "dlt" else _MIDDLE
        peer = results.median(form, items, name, "next")
        own = results.median(form, items, "feedsync", "next")
        yield _ratio(f"next day, {form}: times {name} ({items:,} items)", bound, own, peer)
        # none of them makes a call
        words = f"next day, {form}, without the calls: times {name} ({items:,} items)"
        yield _ratio(words, bound, own, peer, calls=False)


def _flatness(results: Results) -> Iterator[Check]:
    for operation, words in (("first", "first sync"), ("same", "no change"), ("next", "next day")):
        large, middle = (results.median(_XML, items, "feedsync", operation) for items in (_LARGE, _MIDDLE))
        check = _ratio(f"{words}: cost of an item at {_LARGE:,}, times that at {_MIDDLE:,}", 1.3, large, middle)
        for name in ("wall", "cpu"):
            if (times := getattr(check, name)) is not None:
                setattr(check, name, times * _MIDDLE / _LARGE)
        yield check
    for operation, words, other in (("same", "no change", "shuffled"), ("next", "next day", "next-shuffled")):
        sizes = [items for items in results.sizes if results.rounds(_XML, items, "feedsync", other)]
        items = max(sizes, default=0)
        plain, one = (results.median(_XML, items, "feedsync", name) for name in (operation, other))
        yield _ratio(f"{words}, items shuffled: times in order ({items:,} XML items)", 1.5, one, plain)
