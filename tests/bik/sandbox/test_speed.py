"""A whole shop goes in within seconds, so that tests and the demo are not slowed down by the sandbox."""

from __future__ import annotations

import time

from .support import Api, product


def test_twenty_thousand_products(api: Api) -> None:
    begin = time.perf_counter()
    for start in range(0, 20_000, 50):
        api.put(*(product(f"{number:05}") for number in range(start, start + 50)))
    assert time.perf_counter() - begin < 10
    assert len(api.sandbox.products()) == 20_000
