"""What an update leaves alone, where the reference does not say it."""

from __future__ import annotations

from feedsync.bik.sandbox import SandboxSettings

from .support import Start, combination, product

SMALL = combination("S", options={"Size": "S"})
LARGE = combination("L", options={"Size": "L"})


def test_a_combination_left_out_stays(start: Start) -> None:
    api = start(SandboxSettings(combinations="merge"))
    api.put(product(description="soft", combinations=[SMALL, LARGE]))
    changed = combination("L", quantity=0)
    assert api.put(product(combinations=[changed])) == [product(combinations=[changed, SMALL])]


def test_an_omitted_field_keeps_its_value(start: Start) -> None:
    api = start(SandboxSettings(fields="merge"))
    api.put(product(description="soft", combinations=[SMALL, LARGE]))
    api.put(product(combinations=[combination("S", quantity=0)]))
    merged = combination("S", options={"Size": "S"}, quantity=0)
    assert api.sandbox.products() == {"SKU-1": product(description="soft", combinations=[merged])}


def test_both(start: Start) -> None:
    api = start(SandboxSettings(fields="merge", combinations="merge"))
    api.put(product(tags="a", combinations=[SMALL]))
    api.put(product(combinations=[LARGE]))
    assert api.get("SKU-1") == [product(tags="a", combinations=[LARGE, SMALL])]


def test_one_product_twice_in_a_request(start: Start) -> None:
    api = start(SandboxSettings(combinations="merge"))
    assert api.put(product(combinations=[SMALL]), product(combinations=[LARGE])) == [
        product(combinations=[LARGE, SMALL])
    ]
