"""How often a fault hits, which requests it hits, and which of several does."""

from __future__ import annotations

import httpx

from feedsync.bik.sandbox import Fault, Sandbox

from .support import Api, product


def statuses(api: Api, *calls: str) -> list[int]:
    bodies: dict[str, object] = {"products/list": {}, "catalogs/list": {}, "products/get": {"productIds": []}}
    return [api.send(call, bodies[call]).status_code for call in calls]


def test_without_a_count_it_hits_for_good(api: Api) -> None:
    api.sandbox.add_fault(Fault("500"))
    assert statuses(api, *["products/list"] * 3) == [500, 500, 500]
    api.sandbox.clear_faults()
    assert statuses(api, "products/list") == [200]


def test_count_and_skip(api: Api) -> None:
    api.sandbox.add_fault(Fault("500", count=2, skip=1))
    assert statuses(api, *["products/list"] * 5) == [200, 500, 500, 200, 200]


def test_path(api: Api) -> None:
    api.sandbox.add_fault(Fault("500", path="products/", count=1, skip=1))
    calls = ["catalogs/list", "products/get", "catalogs/list", "products/list", "products/list"]
    assert statuses(api, *calls) == [200, 200, 200, 500, 200]


def test_requests_without_the_id_do_not_count(api: Api) -> None:
    api.sandbox.add_fault(Fault("poison", id="B", count=1))
    api.put(product("A"))
    body = {"products": [product("B")]}
    assert [api.send("products/createOrUpdate", body).status_code for _ in range(2)] == [400, 200]


def test_the_first_that_decides_ends_the_search(api: Api) -> None:
    api.sandbox.add_fault(Fault("slow", seconds=0.001))
    api.sandbox.add_fault(Fault("429", count=1))
    api.sandbox.add_fault(Fault("500", count=1))
    assert statuses(api, *["products/list"] * 3) == [429, 500, 200]


def test_faults_after_bad_credentials_do_not_count(api: Api) -> None:
    api.sandbox.add_fault(Fault("500", count=1))
    assert httpx.post(api.url("products/list")).status_code == 401
    assert statuses(api, "products/list") == [500]


def test_faults_from_the_start_come_back_with_a_reset() -> None:
    with Sandbox(faults=[Fault("500", count=1)]) as sandbox, httpx.Client(auth=("sandbox", "sandbox")) as client:
        api = Api(sandbox, client)
        assert statuses(api, *["products/list"] * 2) == [500, 200]
        sandbox.reset()
        assert statuses(api, *["products/list"] * 2) == [500, 200]
