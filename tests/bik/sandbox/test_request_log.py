"""Every request to the API is logged, whatever became of it."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from feedsync.bik.sandbox import Fault
from feedsync.bik.sandbox.service import REMEMBERED, Service

from .support import Api, product


def test_what_became_of_requests(api: Api) -> None:
    api.put(product("A"), product("B"))
    api.send("products/createOrUpdate", {"products": [{"id": 7}, "x", product("C")]})
    api.send("products/list", {"afterProductId": "A"})
    httpx.post(api.url("products/delete"), json={"productIds": ["A"]})
    api.client.get(f"{api.sandbox.base_url}/nothing")
    assert [
        (r.number, r.path.removeprefix("bikPlatformFunctions-"), r.status, r.inner, r.count, r.ids)
        for r in api.sandbox.requests()
    ] == [
        (1, "products/createOrUpdate", 200, 200, 2, ("A", "B")),
        (2, "products/createOrUpdate", 400, 400, 3, ("x", "C")),
        (3, "products/list", 200, 200, 0, ()),
        (4, "products/delete", 401, 401, 1, ("A",)),
        (5, "nothing", 404, 404, 0, ()),
    ]


@pytest.mark.parametrize(
    ("fault", "status", "inner"),
    [
        (Fault("inner", status="500"), 200, "500"),
        (Fault("garbage"), 200, None),
        (Fault("cut_after"), None, None),
    ],
)
def test_what_became_of_it_by_a_fault(api: Api, fault: Fault, status: int | None, inner: Any) -> None:
    api.sandbox.add_fault(fault)
    try:
        api.send("products/list")
    except httpx.RemoteProtocolError:
        assert fault.kind == "cut_after"
    (record,) = api.sandbox.requests()
    assert (record.status, record.inner) == (status, inner)


def test_the_time(api: Api) -> None:
    before = time.time()
    api.send("products/list")
    (record,) = api.sandbox.requests()
    assert before <= record.time <= time.time()


def test_clearing(api: Api) -> None:
    api.send("products/list")
    api.sandbox.clear_requests()
    api.send("catalogs/list")
    assert [(r.number, r.path) for r in api.sandbox.requests()] == [(1, "bikPlatformFunctions-catalogs/list")]


def test_only_the_newest_are_remembered() -> None:
    service = Service()
    for _ in range(REMEMBERED + 1):
        service.remember("x", 200, 200, 0, ())
    numbers = [record.number for record in service.requests()]
    service.store.close()
    assert (numbers[0], numbers[-1]) == (2, REMEMBERED + 1)
