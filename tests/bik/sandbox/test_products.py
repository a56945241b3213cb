"""Products are created, updated, read and deleted."""

from __future__ import annotations

import json

from .support import Api, combination, product


def test_a_new_product(api: Api) -> None:
    assert api.put(product()) == [product()]
    assert api.get("SKU-1") == [product()]
    assert api.sandbox.products() == {"SKU-1": product()}


def test_an_update_replaces(api: Api) -> None:
    api.put(product(description="soft", tags="a,b"))
    api.put(product(name="Shirt 2"))
    assert api.get("SKU-1") == [product(name="Shirt 2")]


def test_no_products_at_all(api: Api) -> None:
    assert api.put() == []


def test_one_product_twice_in_a_request(api: Api) -> None:
    assert api.put(product(name="first"), product(name="second")) == [product(name="second")]


def test_get_leaves_unknown_ids_out_and_keeps_the_order(api: Api) -> None:
    api.put(product("A"), product("B"))
    assert [found["id"] for found in api.get("B", "X", "A", "B")] == ["B", "A"]


def test_delete(api: Api) -> None:
    api.put(product("A"), product("B"))
    assert api.data("products/delete", {"productIds": ["A", "unknown"]}) == {}
    assert list(api.sandbox.products()) == ["B"]


def test_an_unknown_catalog_fails_the_whole_request(api: Api) -> None:
    api.sandbox.put_catalogs({"id": "C", "name": "c"})
    body = {"products": [product("A", catalogIds=["C"]), product("B", catalogIds=["C", "D"]), product("E")]}
    assert api.refused("products/createOrUpdate", body) == ["'products[1].catalogIds[1]': there is no catalog 'D'."]
    assert api.sandbox.products() == {}


def test_a_known_catalog(api: Api) -> None:
    api.data("catalogs/createOrUpdate", {"catalogs": [{"id": "C", "name": "c"}]})
    api.put(product(catalogIds=["C"]))
    assert api.get("SKU-1") == [product(catalogIds=["C"])]


def test_a_price_is_given_back_digit_by_digit(api: Api) -> None:
    content = json.dumps({"products": [product(combinations=[combination(price=1)])]})
    content = content.replace('"price": 1,', '"price": 49999.90,')
    headers = {"Content-Type": "application/json"}
    put = api.client.post(api.url("products/createOrUpdate"), content=content, headers=headers)
    for response in (put, api.send("products/list"), api.client.get(api.control("state"))):
        assert '"price":49999.90,' in response.text
        assert '"discountedPrice":499,' in response.text


def test_an_id_of_any_characters(api: Api) -> None:
    ids = ["a\x00b", "ключ", "💡", "'; DROP TABLE written; --"]
    api.put(*(product(id_) for id_ in ids))
    assert [found["id"] for found in api.get(*ids)] == ids


def test_a_person_may_store_what_the_api_would_refuse(api: Api) -> None:
    api.sandbox.put_products({"id": "OLD", "vendor": "Acme"}, product())
    assert api.get("OLD") == [{"id": "OLD", "vendor": "Acme"}]
    assert api.sandbox.requests()[0].number == 1
