"""``list`` gives pages in the order of the ids, after an id."""

from __future__ import annotations

from feedsync.bik.sandbox import SandboxSettings

from .support import Api, Start, product


def ids_after(api: Api, after: str | None) -> list[str]:
    body = None if after is None else {"afterProductId": after}
    return [found["id"] for found in api.data("products/list", body)["products"]]


def test_page_after_page(start: Start) -> None:
    api = start(SandboxSettings(page_size=2))
    api.put(*(product(id_) for id_ in "CABED"))
    assert [ids_after(api, after) for after in (None, "B", "D", "E")] == [["A", "B"], ["C", "D"], ["E"], []]


def test_an_empty_object_begins_at_the_start(api: Api) -> None:
    api.put(product("A"))
    assert api.data("products/list", {}) == {"products": [product("A")]}


def test_after_an_id_that_does_not_exist(api: Api) -> None:
    api.put(product("A"), product("C"))
    assert ids_after(api, "B") == ["C"]


def test_a_page_has_fifty(api: Api) -> None:
    api.put(*(product(f"{number:03}") for number in range(60)))
    assert len(ids_after(api, None)) == 50
    assert ids_after(api, "049")[0] == "050"


def test_catalogs(start: Start) -> None:
    api = start(SandboxSettings(page_size=1))
    api.sandbox.put_catalogs({"id": "B", "name": "b"}, {"id": "A", "name": "a"})
    assert api.data("catalogs/list") == {"catalogs": [{"id": "A", "name": "a"}]}
    assert api.data("catalogs/list", {"afterCatalogId": "A"}) == {"catalogs": [{"id": "B", "name": "b"}]}
