"""What is not documented is refused, in Bik's kind of sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .support import Api, combination, product


def without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "'products' is required."),
        ([], "The body must be an object."),
        ({"products": {}}, "'products' must be an array."),
        ({"products": [], "foo": 1}, "'foo' is not allowed."),
        ({"products": ["SKU-1"]}, "'products[0]' must be an object."),
        ({"products": [without(product(), "name")]}, "'products[0].name' is required."),
        ({"products": [product(foo=1)]}, "'products[0].foo' is not allowed."),
        ({"products": [product(name=None)]}, "'products[0].name' must be a string."),
        ({"products": [product(id=7)]}, "'products[0].id' must be a string."),
        ({"products": [product(id="")]}, "'products[0].id' must not be empty."),
        ({"products": [product(addToCartDisabled=1)]}, "'products[0].addToCartDisabled' must be a boolean."),
        ({"products": [product(photos=[{}])]}, "'products[0].photos[0].photoUrl' is required."),
        ({"products": [product(metafields=[{"id": "1"}])]}, "'products[0].metafields[0].namespace' is required."),
        ({"products": [product(catalogIds=[1])]}, "'products[0].catalogIds[0]' must be a string."),
        (
            {"products": [product(combinations=[combination(options={"Size": 1})])]},
            "'products[0].combinations[0].options.Size' must be a string.",
        ),
    ],
)
def test_a_bad_product(api: Api, body: object, message: str) -> None:
    assert api.refused("products/createOrUpdate", body) == [message]
    assert api.sandbox.products() == {}


@pytest.mark.parametrize("price", ["499", True, None, [499], {"amount": 499}])
def test_a_price_that_is_no_number(api: Api, price: object) -> None:
    body = {"products": [product(combinations=[combination(price=price)])]}
    message = "'products[0].combinations[0].price' must be a number."
    assert api.refused("products/createOrUpdate", body) == [message]


@pytest.mark.parametrize("price", ["1e400", "1" + "0" * 400])
def test_a_price_that_no_client_could_read(api: Api, price: str) -> None:
    body = json.dumps({"products": [product(combinations=[combination(price=1)])]})
    content = body.replace('"price": 1,', f'"price": {price},')
    headers = {"Content-Type": "application/json"}
    response = api.client.post(api.url("products/createOrUpdate"), content=content, headers=headers)
    assert response.json()["errors"] == [{"message": "'products[0].combinations[0].price' must be a number."}]


def test_every_bad_product_is_named(api: Api) -> None:
    body = {"products": [product("A", foo=1), product("B"), without(product("C"), "url")]}
    assert api.refused("products/createOrUpdate", body) == [
        "'products[0].foo' is not allowed.",
        "'products[2].url' is required.",
    ]


@pytest.mark.parametrize(
    ("call", "body", "message"),
    [
        ("catalogs/createOrUpdate", {"catalogs": [{"id": "C"}]}, "'catalogs[0].name' is required."),
        (
            "catalogs/createOrUpdate",
            {"catalogs": [{"id": "C", "name": "c", "x": 1}]},
            "'catalogs[0].x' is not allowed.",
        ),
        ("products/get", {"productIds": [1]}, "'productIds[0]' must be a string."),
        ("products/get", {"catalogIds": []}, "'productIds' is required."),
        ("products/delete", {}, "'productIds' is required."),
        ("catalogs/get", {"catalogIds": "C"}, "'catalogIds' must be an array."),
        ("products/list", {"afterProductId": 1}, "'afterProductId' must be a string."),
        ("catalogs/list", {"afterProductId": "C"}, "'afterProductId' is not allowed."),
    ],
)
def test_the_other_calls(api: Api, call: str, body: object, message: str) -> None:
    assert api.refused(call, body) == [message]


def test_optional_fields_may_be_cleared(api: Api) -> None:
    cleared = product(description="", image="", currency="", tags="", catalogIds=[], metafields=[], photos=[])
    api.put(cleared)
    assert api.sandbox.products() == {"SKU-1": cleared}
