"""Each kind of fault does what it says."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from feedsync.bik.sandbox import Fault, build_app

from .support import Api, product

PUT = "products/createOrUpdate"


def body(*ids: str) -> dict[str, Any]:
    return {"products": [product(id_) for id_ in ids]}


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        (Fault("429"), 429, "Too many requests."),
        (Fault("500"), 500, "Something went wrong. Try again later."),
        (Fault("unauthorized"), 401, "The app key or the app secret is wrong."),
        (Fault("forbidden"), 403, "This application must not do that."),
    ],
)
def test_a_status(api: Api, fault: Fault, status: int, message: str) -> None:
    api.sandbox.add_fault(fault)
    assert api.refused(PUT, body("A"), status=status) == [message]
    assert api.sandbox.products() == {}


@pytest.mark.parametrize(("seconds", "header"), [(None, None), (0, "0"), (7, "7")])
def test_retry_after(api: Api, seconds: int | None, header: str | None) -> None:
    api.sandbox.add_fault(Fault("429", retry_after=seconds))
    assert api.send(PUT, body("A")).headers.get("Retry-After") == header


@pytest.mark.parametrize(("status", "inner"), [(None, 500), (400, 400), ("500", "500")])
def test_an_inner_status(api: Api, status: int | str | None, inner: int | str) -> None:
    api.sandbox.add_fault(Fault("inner", status=status))
    response = api.send(PUT, body("A"))
    assert response.status_code == 200
    assert response.json() == {
        "status": inner,
        "errors": [{"message": "Something went wrong. Try again later."}],
    }
    assert api.sandbox.products() == {}


def test_garbage(api: Api) -> None:
    api.sandbox.add_fault(Fault("garbage"))
    response = api.send(PUT, body("A"))
    assert response.status_code == 200
    assert response.text == "<html><body>It works!</body></html>"
    assert api.sandbox.products() == {}


@pytest.mark.parametrize(("kind", "stored"), [("cut_before", []), ("cut_after", ["A"])])
def test_a_cut_connection(api: Api, kind: Any, stored: list[str]) -> None:
    api.sandbox.add_fault(Fault(kind, count=1))
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending a response"):
        api.send(PUT, body("A"))
    assert list(api.sandbox.products()) == stored
    assert [found["id"] for found in api.get("A")] == stored


def test_cut_after_a_bad_request_is_cut_too(api: Api) -> None:
    api.sandbox.add_fault(Fault("cut_after"))
    with pytest.raises(httpx.RemoteProtocolError):
        api.send(PUT, {})


def test_slow(api: Api) -> None:
    api.sandbox.add_fault(Fault("slow", seconds=0.05))
    assert api.send(PUT, body("A")).elapsed.total_seconds() >= 0.05
    assert list(api.sandbox.products()) == ["A"]


def test_slower_than_the_client_waits(api: Api) -> None:
    api.sandbox.add_fault(Fault("slow", seconds=3600, count=1))
    with pytest.raises(httpx.ReadTimeout):
        api.client.post(api.url(PUT), json=body("A"), timeout=httpx.Timeout(10, read=0.05))
    assert api.get("A") == []


def test_poison(api: Api) -> None:
    api.sandbox.add_fault(Fault("poison", id="B"))
    assert api.refused(PUT, body("A", "B")) == ["'products[1]' is invalid: the product 'B'."]
    assert api.sandbox.products() == {}
    assert [answered["id"] for answered in api.put(product("A"))] == ["A"]
    assert api.data("products/delete", {"productIds": ["B"]}) == {}


def test_lose(api: Api) -> None:
    for id_ in ("A", "C"):
        api.sandbox.add_fault(Fault("lose", id=id_))
    assert len(api.data(PUT, body("A", "B", "C"))["products"]) == 3
    assert list(api.sandbox.products()) == ["B"]


def test_a_cut_needs_a_server_that_can_cut() -> None:
    async def call() -> None:
        transport = httpx.ASGITransport(build_app(faults=[Fault("cut_before")]))
        auth = ("sandbox", "sandbox")
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", auth=auth) as client:
            await client.post("/integrations/bikPlatformFunctions-products/list")

    with pytest.raises(ConnectionAbortedError, match="was asked to cut this connection"):
        asyncio.run(call())
