"""Several clients and the test itself may use one sandbox at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from .support import Api, product


def test_many_writers_and_readers(api: Api) -> None:
    def work(number: int) -> int:
        api.put(*(product(f"{number}-{each}") for each in range(10)))
        api.sandbox.put_products(product(f"{number}-by-hand"))
        return len(api.sandbox.products())

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(work, range(24)))
    assert max(counts) == len(api.sandbox.products()) == 24 * 11
    assert [record.number for record in api.sandbox.requests()] == list(range(1, 25))
