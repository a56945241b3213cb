"""What is refused, where the reference does not say it."""

from __future__ import annotations

from typing import Any

import pytest

from feedsync.bik.sandbox import SandboxSettings

from .support import Start, product


def test_deleting_an_unknown_id_is_an_error(start: Start) -> None:
    api = start(SandboxSettings(delete_unknown="error"))
    api.put(product("A"))
    body = {"productIds": ["A", "B"]}
    assert api.refused("products/delete", body) == ["'productIds[1]': there is no 'B'."]
    assert list(api.sandbox.products()) == ["A"]
    assert api.data("products/delete", {"productIds": ["A"]}) == {}


def test_the_good_products_of_a_refused_request(start: Start) -> None:
    api = start(SandboxSettings(bad_product="partial"))
    body = {"products": [product("A"), product("B", foo=1), product("C", catalogIds=["X"]), product("D")]}
    assert api.refused("products/createOrUpdate", body) == [
        "'products[1].foo' is not allowed.",
        "'products[2].catalogIds[0]': there is no catalog 'X'.",
    ]
    assert list(api.sandbox.products()) == ["A", "D"]


def test_a_whole_body_that_is_bad_has_no_good_products(start: Start) -> None:
    api = start(SandboxSettings(bad_product="partial"))
    api.refused("products/createOrUpdate", {"products": [product()], "foo": 1})
    assert api.sandbox.products() == {}


def test_the_largest_batch(start: Start) -> None:
    api = start(SandboxSettings(max_batch=2))
    api.put(product("A"), product("B"))
    body = {"products": [product("C"), product("D"), product("E")]}
    assert api.refused("products/createOrUpdate", body) == ["'products' must not hold more than 2 products."]
    assert list(api.sandbox.products()) == ["A", "B"]


@pytest.mark.parametrize("numbers", [{"read_delay_s": -1}, {"max_batch": 0}, {"page_size": 0}])
def test_numbers_that_make_no_sense(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(numbers))):
        SandboxSettings(**numbers)
