"""Whatever a paged server does: the document holds everything, or it says that it may not.

One fault an example, beside attempts that fail in passing. What no reader could notice is left out: a list whose total
is not stated, from which the server leaves something out in silence.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.errors import FeedsyncError
from tests.sources.pages_server import QUICK, Api, Reply, Request, fetched, ids_of, items, records_of, running_api

api = running_api
ENDLESS = 30
ONCE = msgspec.structs.replace(QUICK, attempts=1)
STYLES: dict[str, dict[str, Any]] = {
    "page": {"style": "page"},
    "offset": {"style": "offset"},
    "cursor": {"style": "cursor", "cursor": "next", "cursor_parameter": "after"},
    "link": {"style": "link", "next": "next"},
    "header": {"style": "link"},
    "woocommerce": {"style": "woocommerce"},
}
PASSING = ("500", "429", "cut", "html", "not JSON")
#: what is noticed without a total, and what is not
FAULTS = ("none", "fails", "gone", "html", "ignores", "shuffles", "inserts", "wrong shape", "endless", "null", "error")
FAULTS_OF_TOTALS = ("deletes", "leaves out", "empty", "too high", "too low")


class World:
    """A server with a list, one fault, and faults that pass."""

    def __init__(self, style: str, count: int, size: int, fault: str, at: int, passing: list[str | None]) -> None:
        self.style, self.size, self.fault, self.at, self.passing = style, size, fault, at, list(passing)
        self.now = list(range(1, count + 1))
        self.ever, self.always = set(self.now), set(self.now)
        self.served = 0
        self.random = random.Random(count * 31 + at)
        self.states_total = False

    def __call__(self, request: Request) -> Reply:
        passing = self.passing.pop(0) if self.passing else None
        if passing is not None:
            return bad(passing)
        self.served += 1
        if self.served == self.at + 1:
            self.change()
        start = self.start(request)
        hit = start // self.size == self.at
        if self.fault in ("fails", "gone", "html", "wrong shape", "null", "error") and hit:
            return bad({"fails": "500", "gone": "404"}.get(self.fault, self.fault))
        return self.page(start, hit)

    def start(self, request: Request) -> int:
        if self.fault == "ignores":
            return 0
        if self.style == "offset":
            return int(request.query["offset"])
        if self.style == "cursor":  # stands for the last record's id, so a changed list does not move it
            after = int(request.query.get("after", "0"))
            return sum(1 for number in self.now if number <= after)
        return (request.page - 1) * self.size

    def change(self) -> None:
        if self.fault == "inserts":
            self.now.insert(0, 0)
            self.ever.add(0)
        if self.fault == "deletes" and self.now:
            self.always.discard(self.now.pop(0))

    def page(self, start: int, hit: bool) -> Reply:
        listed = list(self.now)
        if self.fault == "shuffles":
            self.random.shuffle(listed)
        if self.fault == "endless":
            listed = list(range(1, start + self.size + 2))
            self.ever |= set(listed)
        part = listed[start : start + self.size]
        ends = start + self.size >= len(listed)
        last = part[-1] if part else 0
        if hit and self.fault == "leaves out":
            part = part[1:]
        if hit and self.fault == "empty":
            part = []
        total = len(self.now) + {"too high": 1, "too low": -1}.get(self.fault, 0)
        answer: dict[str, Any] = {"items": items(*part), "next": None}
        headers = {"X-WP-Total": str(total)} if self.style == "woocommerce" and self.states_total else {}
        if self.states_total:
            answer["total"] = total
        if not ends:
            address = f"/items?page={start // self.size + 2}"
            answer["next"] = {"cursor": last, "link": address}.get(self.style)
            headers |= {"Link": f'<{address}>; rel="next"'} if self.style == "header" else {}
        elif self.style == "header":
            headers["Link"] = '</items?page=1>; rel="first"'
        return Reply(answer, headers)


def bad(kind: str) -> Reply:
    return {
        "500": Reply(status=500),
        "404": Reply(status=404),
        "429": Reply(status=429, headers={"Retry-After": "0"}),
        "cut": Reply([], cut=True),
        "html": Reply(b"<html>Just a moment...</html>", kind="text/html"),
        "not JSON": Reply(b'{"items": [{"id": 1}'),
        "wrong shape": Reply({"message": "busy"}),
        "null": Reply({"items": None}),
        "error": Reply({"items": [], "error": "busy"}),
    }[kind]


@settings(max_examples=100, deadline=None)
@given(
    style=st.sampled_from(sorted(STYLES)),
    count=st.integers(0, 9),
    size=st.integers(1, 4),
    states_total=st.booleans(),
    fault=st.sampled_from(FAULTS + FAULTS_OF_TOTALS),
    at=st.integers(0, 4),
    passing=st.lists(st.none() | st.sampled_from(PASSING), max_size=4),
)
def test_nothing_is_missing_in_silence(
    api: Api, style: str, count: int, size: int, states_total: bool, fault: str, at: int, passing: list[str | None]
) -> None:
    world = World(style, count, size, fault, at, passing)
    blind = fault in FAULTS_OF_TOTALS or (style, fault) == ("cursor", "shuffles")
    world.states_total = states_total or blind
    api.serves(world)
    described = dict(STYLES[style], most_pages=ENDLESS)
    if world.states_total and style != "woocommerce":
        described["total"] = "total"
    if style == "woocommerce":
        described["records"] = "items"
    with tempfile.TemporaryDirectory() as spool:
        try:
            document = fetched(
                f"{api.url}/items", Path(spool), described, limits=msgspec.structs.replace(QUICK, attempts=5)
            )
        except FeedsyncError:
            assert [path.name for path in Path(spool).iterdir()] == []
            assert at == 0 or fault == "none" or passing
            return
        came = ids_of(document)
    assert set(came) <= world.ever
    assert len(came) == len(set(came))
    if document.short is None:
        assert world.always <= set(came)
    if fault == "none":
        assert document.short is None


@settings(max_examples=60, deadline=None)
@given(
    shop=st.dictionaries(st.integers(1, 9), st.integers(0, 5), max_size=6),
    faults=st.dictionaries(st.integers(0, 20), st.sampled_from(["404", "html", "null", "short", "empty"]), max_size=3),
    states_total=st.booleans(),
)
def test_a_product_has_all_its_variations_or_none(
    api: Api, shop: dict[int, int], faults: dict[int, str], states_total: bool
) -> None:
    """Faults hit single requests, in the list of products and in those of variations."""

    def listed(request: Request) -> list[Any]:
        parts = request.path.split("/")
        if parts[-1] == "variations":
            return items(*range(int(parts[-2]) * 10, int(parts[-2]) * 10 + shop[int(parts[-2])]))
        return [
            {"id": number, "type": "variable", "variations": list(range(number * 10, number * 10 + count))}
            for number, count in sorted(shop.items())
        ]

    def answer(request: Request) -> Reply:
        fault = faults.get(len(api.requests) - 1)
        if fault in ("404", "html", "null"):
            return bad(fault)
        everything = listed(request)
        page = everything[(request.page - 1) * 2 : request.page * 2]
        page = {"short": page[1:], "empty": []}.get(fault or "", page)
        # Without a total a page that lacks records is noticed by the ids that the product lists; the products are not.
        is_stated = states_total or not request.path.endswith("variations")
        return Reply(page, {"X-WP-Total": str(len(everything))} if is_stated else {})

    api.serves(answer)
    with tempfile.TemporaryDirectory() as spool:
        try:
            document = fetched(api.url, Path(spool), {"style": "woocommerce", "size": 2}, limits=ONCE)
        except FeedsyncError:
            return
        came = records_of(document)
    for product in came:
        number, count = product["id"], shop[product["id"]]
        whole = items(*range(number * 10, number * 10 + count))
        assert sorted(product["variations"], key=str) in (whole, [item["id"] for item in whole])
        assert document.short or product["variations"] == [] or product["variations"][0] != number * 10
    assert document.short or {product["id"] for product in came} == set(shop)
