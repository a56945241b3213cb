"""A paged API as a feed: whatever its server gets wrong, nothing is taken for gone; what it gets right counts."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.sources.pages_server import Api, Reply, Request, running_api
from tests.sync.shop import HOUR, Shop

api = running_api
SIZE = 5
Answer = Callable[[Request], Reply]


def record(number: int, price: str = "100.00 INR", **more: str) -> dict[str, str]:
    """A product as an API with Google's names has it."""
    link = f"https://shop.example/{number}"
    fields = {"id": f"P{number:02}", "title": f"T{number}", "link": link, "image_link": f"{link}.jpg"}
    return {**fields, "price": price, "availability": "in_stock", **more}


def pages(records: list[dict[str, str]], total: int | None = None) -> Answer:
    """A server that gives them, five a page, and says how many there are."""

    def answer(request: Request) -> Reply:
        at = (request.page - 1) * SIZE
        return Reply({"items": records[at : at + SIZE], "total": len(records) if total is None else total})

    return answer


RECORDS = [record(number) for number in range(12)]


@pytest.fixture
def paged(shop: Shop, api: Api) -> Shop:
    shop.location = f"{api.url}/items"
    shop.settings = 'allow_private_hosts = ["127.0.0.1"]\npages = { style = "page", total = "total" }\n'
    api.serves(pages(RECORDS))
    return shop


def test_all_of_it_is_in_the_store(paged: Shop) -> None:
    summary = paged.run()
    assert (summary.outcome, summary.documents[0].verdict) == ("done", "complete")
    assert len(paged.sandbox.products()) == 12


def test_what_left_is_gone(paged: Shop, api: Api) -> None:
    paged.run()
    api.serves(pages(RECORDS[:11]))
    assert paged.run().changes == {"out_of_stock": 1}


def repeats(request: Request) -> Reply:
    return Reply({"items": RECORDS[:SIZE], "total": 12})


def drops(request: Request) -> Reply:
    return pages([*RECORDS[:SIZE], *RECORDS[2 * SIZE :]], total=12)(request)


def fails(request: Request) -> Reply:
    return Reply(status=500) if request.page == 2 else pages(RECORDS)(request)


def cuts(request: Request) -> Reply:
    return Reply(pages(RECORDS)(request).value, cut=request.page == 3)


def answers_with_a_page_of_the_web(request: Request) -> Reply:
    return Reply(b"<html>busy</html>", kind="text/html") if request.page == 2 else pages(RECORDS)(request)


def shuffles(request: Request) -> Reply:
    """Between two pages the order changes, as WooCommerce does it."""
    mixed = [*RECORDS]
    random.Random(request.page).shuffle(mixed)
    return pages(mixed)(request)


@pytest.mark.parametrize("fault", [repeats, drops, fails, cuts, shuffles, answers_with_a_page_of_the_web])
def test_a_server_that_is_wrong_removes_nothing(paged: Shop, api: Api, fault: Answer) -> None:
    paged.run()
    for _ in range(3):
        paged.now += HOUR
        api.serves(fault)
        summary = paged.run()
        assert not {"out_of_stock", "product_removed", "variant_removed"} & summary.changes.keys()
        assert {p["combinations"][0]["quantity"] for p in paged.sandbox.products().values()} == {100}
        assert len(paged.sandbox.products()) == 12
        assert summary.outcome != "done"
    api.serves(pages(RECORDS))
    assert paged.run().outcome == "done"


def test_an_empty_list_holds_what_it_would_remove(paged: Shop, api: Api) -> None:
    paged.run()
    api.serves(pages([]))
    summary = paged.run()
    assert summary.outcome == "held"
    assert next(gate.gate for gate in summary.gates if gate.verdict == "held") == "empty"
    assert {p["combinations"][0]["quantity"] for p in paged.sandbox.products().values()} == {100}


def test_a_first_pull_may_be_empty(paged: Shop, api: Api) -> None:
    api.serves(pages([]))
    assert paged.run().outcome == "done"


def test_a_full_pull_that_equals_the_last_partial_one_shows_what_is_gone(paged: Shop, api: Api) -> None:
    paged.settings = paged.settings.replace(
        "total = ", 'incremental = { parameter = "since", full_every = "24h" }, total = '
    )
    paged.run()
    api.serves(pages([record(3, "50.00 INR")]))
    paged.now += HOUR
    paged.run()
    paged.now += 24 * HOUR
    assert paged.run().held == 11


def test_what_a_broken_pull_brings_counts(paged: Shop, api: Api) -> None:
    paged.run()
    cheaper = [record(0, "50.00 INR"), *RECORDS[1:]]
    api.serves(lambda request: Reply(status=500) if request.page == 2 else pages(cheaper)(request))
    paged.run()
    assert paged.prices()["P00"] == 50


def test_changes_alone_are_asked_for_between_full_pulls(paged: Shop, api: Api) -> None:
    paged.settings = paged.settings.replace(
        "total = ", 'incremental = { parameter = "since", full_every = "24h" }, total = '
    )
    paged.run()
    assert "since" not in api.requests[0].query
    paged.now += HOUR
    api.serves(pages([record(3, "50.00 INR")]))
    summary = paged.run()
    assert "since" in api.requests[0].query
    assert (summary.outcome, summary.documents[0].verdict, summary.changes) == ("done", "partial", {"price_down": 1})
    api.serves(pages([]))
    paged.now += HOUR
    summary = paged.run()
    assert (summary.outcome, summary.changes) == ("done", {}), "that nothing changed does not mean that nothing is left"
    paged.now += 24 * HOUR
    api.serves(pages(RECORDS[:11]))
    summary = paged.run()
    assert "since" not in api.requests[0].query
    assert summary.changes == {"out_of_stock": 1, "price_up": 1}
    assert summary.documents[0].parsed == 1


def test_other_settings_ask_for_everything(paged: Shop, api: Api) -> None:
    paged.settings = paged.settings.replace(
        "total = ", 'incremental = { parameter = "since", full_every = "24h" }, total = '
    )
    paged.run()
    paged.settings += '[map]\nbrand = { value = "x" }\n'
    api.serves(pages(RECORDS))
    paged.run()
    assert "since" not in api.requests[0].query
    assert {p["tags"] for p in paged.sandbox.products().values()} == {"x"}
