"""Catalogs are created, updated and read."""

from __future__ import annotations

from typing import Any

from feedsync.bik.sandbox import SandboxSettings

from .support import Api, Start

SHIRTS: dict[str, Any] = {"id": "C1", "name": "Shirts", "description": "All of them"}


def test_a_new_catalog(api: Api) -> None:
    assert api.data("catalogs/createOrUpdate", {"catalogs": [SHIRTS]}) == {"catalogs": [SHIRTS]}
    assert api.data("catalogs/get", {"catalogIds": ["C1", "C2"]}) == {"catalogs": [SHIRTS]}
    assert api.sandbox.catalogs() == {"C1": SHIRTS}


def test_one_bad_catalog_fails_the_whole_request(start: Start) -> None:
    api = start(SandboxSettings(bad_product="partial"))
    api.refused("catalogs/createOrUpdate", {"catalogs": [SHIRTS, {"id": "C2"}]})
    assert api.sandbox.catalogs() == {}


def test_an_update_that_merges_fields(start: Start) -> None:
    api = start(SandboxSettings(fields="merge"))
    api.data("catalogs/createOrUpdate", {"catalogs": [SHIRTS]})
    api.data("catalogs/createOrUpdate", {"catalogs": [{"id": "C1", "name": "Tops"}]})
    assert api.sandbox.catalogs() == {"C1": {**SHIRTS, "name": "Tops"}}


def test_a_product_and_a_catalog_may_have_one_id(api: Api) -> None:
    api.sandbox.put_catalogs({"id": "X", "name": "x"})
    assert api.get("X") == []
