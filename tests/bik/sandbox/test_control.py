"""The control endpoints: faults, state, requests and reset, without credentials and on this machine only."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from feedsync.bik.sandbox import SandboxSettings, build_app

from .support import Api, product


def test_faults_are_set_shown_and_removed(api: Api) -> None:
    url = api.control("faults")
    poison = {"kind": "poison", "id": "A"}
    assert httpx.get(url).json() == {"faults": []}
    httpx.put(url, json=[poison, "429:count=1"])
    assert httpx.post(url, json={"kind": "500"}).json() == {
        "faults": [{"fault": fault, "hits": 0} for fault in (poison, {"kind": "429", "count": 1}, {"kind": "500"})]
    }
    assert [api.send("products/list").status_code for _ in range(3)] == [429, 500, 500]
    assert [fault["hits"] for fault in httpx.get(url).json()["faults"]] == [0, 1, 2]
    assert httpx.post(url, json="inner:status='500'").json()["faults"][-1]["fault"] == {
        "kind": "inner",
        "status": "500",
    }
    assert httpx.put(url, json=["500"]).json() == {"faults": [{"fault": {"kind": "500"}, "hits": 0}]}
    assert httpx.delete(url).json() == {"faults": []}
    assert api.send("products/list").status_code == 200


@pytest.mark.parametrize(
    ("method", "body", "reason"),
    [
        ("POST", "teapot", "unknown fault 'teapot'"),
        ("POST", {"kind": "teapot"}, "Invalid enum value 'teapot'"),
        ("POST", {"kind": "slow"}, "needs a time"),
        ("POST", {"kind": "500", "often": 1}, "unknown field `often`"),
        ("PUT", {"kind": "500"}, "Expected `array`"),
    ],
)
def test_a_bad_fault_changes_nothing(api: Api, method: str, body: object, reason: str) -> None:
    httpx.post(api.control("faults"), json="500:path=x")
    response = httpx.request(method, api.control("faults"), json=body)
    assert response.status_code == 400
    assert reason in response.json()["error"]
    assert len(httpx.get(api.control("faults")).json()["faults"]) == 1


def test_state(api: Api) -> None:
    api.sandbox.put_catalogs({"id": "C", "name": "c"})
    api.put(product("A"))
    assert httpx.get(api.control("state")).json() == {
        "products": {"A": product("A")},
        "catalogs": {"C": {"id": "C", "name": "c"}},
    }


def test_requests(api: Api) -> None:
    api.get("A")
    (record,) = httpx.get(api.control("requests")).json()["requests"]
    assert record.pop("time") > 0
    assert record == {
        "number": 1,
        "path": "bikPlatformFunctions-products/get",
        "status": 200,
        "inner": 200,
        "count": 1,
        "ids": ["A"],
    }


def test_reset(api: Api) -> None:
    api.put(product("A"))
    httpx.post(api.control("faults"), json="500")
    assert httpx.post(api.control("reset")).status_code == 204
    assert (api.sandbox.products(), api.sandbox.requests()) == ({}, [])
    assert httpx.get(api.control("faults")).json() == {"faults": []}


@pytest.mark.parametrize(
    ("control", "address", "status"),
    [
        ("loopback", "127.0.0.1", 200),
        ("loopback", "::1", 200),
        ("loopback", "in-process", 200),
        ("loopback", "203.0.113.9", 403),
        ("anywhere", "203.0.113.9", 200),
    ],
)
def test_who_may_control(control: Any, address: str, status: int) -> None:
    async def call() -> int:
        app = build_app(settings=SandboxSettings(control=control))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1))) as client:
            return (await client.get("http://sandbox/_sandbox/state")).status_code

    assert asyncio.run(call()) == status
