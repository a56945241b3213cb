"""WooCommerce: products by id, their variations, and changes alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from feedsync.errors import Fatal
from feedsync.sources import Credentials, Document
from feedsync.sources import pages_variations as module
from tests.sources.pages_server import Api, Reply, Request, break_disk, fetched, page_of, records_of, running_api

api = running_api
SIMPLE = {"id": 1, "type": "simple", "variations": []}
VARIABLE = {"id": 2, "type": "variable", "variations": [21, 22, 23], "price": "1.10"}
LAST = {"id": 3, "type": "variable-subscription", "variations": [31]}
WOO = {"style": "woocommerce", "size": 2}
Variations = Callable[[Request], Reply]


def variation(number: int) -> dict[str, Any]:
    return {"id": number, "regular_price": f"{number}.50"}


def listed(values: list[Any], request: Request, stated: int | None = None) -> Reply:
    return Reply(page_of(values, request.page, 2), {"X-WP-Total": str(len(values) if stated is None else stated)})


def all_variations(request: Request) -> Reply:
    return listed([variation(number) for number in ([21, 22, 23] if "/2/" in request.path else [31])], request)


def shop(
    variations: Variations = all_variations, products: list[Any] | bytes | None = None
) -> Callable[[Request], Reply]:
    """Three products in pages of two."""

    def answer(request: Request) -> Reply:
        if request.path.endswith("/variations"):
            return variations(request)
        if isinstance(products, bytes):
            return Reply(products if request.page == 1 else [])
        return listed([SIMPLE, VARIABLE, LAST] if products is None else products, request)

    return answer


def pull(api: Api, tmp_path: Path, **options: Any) -> Document:
    return fetched(api.url, tmp_path, {**WOO, **options.pop("settings", {})}, **options)


def test_variations_stand_in_their_products(api: Api, tmp_path: Path) -> None:
    api.serves(shop())
    document = pull(api, tmp_path, credentials=Credentials(basic=("ck_1", "cs_1")))
    assert document.short is None
    assert records_of(document) == [
        SIMPLE,
        {**VARIABLE, "variations": [variation(21), variation(22), variation(23)]},
        {**LAST, "variations": [variation(31)]},
    ]
    assert b'"price": "1.10"' in document.path.read_bytes().replace(b'":"', b'": "')
    assert [(request.path, request.page) for request in api.requests] == [
        ("/wp-json/wc/v3/products", 1), ("/wp-json/wc/v3/products", 2),
        ("/wp-json/wc/v3/products/2/variations", 1), ("/wp-json/wc/v3/products/2/variations", 2),
        ("/wp-json/wc/v3/products/3/variations", 1),
    ]  # fmt: skip
    assert api.requests[0].query == {"orderby": "id", "order": "asc", "per_page": "2", "page": "1"}
    assert all("authorization" in request.headers for request in api.requests)
    assert api.connections == 1


@pytest.mark.parametrize(
    ("variations", "reason"),
    [
        (lambda _: Reply(status=403), "product 2: the server answered 403"),
        (lambda request: listed([variation(21)], request, 3), "product 2: 1 different records came, and the server "),
        (lambda request: Reply(page_of([variation(21)], request.page, 2)), "product 2: 1 different records came"),
        (lambda request: all_variations(request) if request.page == 1 else Reply({}), "product 2: page 2 is no list"),
        (lambda _: Reply(b"<html>"), "product 2: the pages are not the whole list: page 1 is HTML"),
    ],
)
def test_without_all_its_variations_a_product_keeps_their_ids(
    api: Api, tmp_path: Path, variations: Variations, reason: str
) -> None:
    api.serves(shop(lambda request: variations(request) if "/2/" in request.path else all_variations(request)))
    document = pull(api, tmp_path)
    assert str(document.short).startswith(f"the variations of 1 products could not be read ({reason}")
    assert records_of(document) == [SIMPLE, VARIABLE, {**LAST, "variations": [variation(31)]}]


def test_a_list_of_products_that_is_short_as_well(api: Api, tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        return Reply(status=403) if request.path.endswith("variations") else listed([VARIABLE], request, 2)

    api.serves(answer)
    first, second = str(pull(api, tmp_path).short).split("; the variations of ")
    assert first.startswith("1 different records came, and the server states 2")
    assert second.startswith("1 products could not be read")


def test_a_server_that_is_down_is_not_asked_for_ever(api: Api, tmp_path: Path) -> None:
    products = [{"id": number, "type": "variable", "variations": [1]} for number in range(1, 21)]
    api.serves(shop(lambda _: Reply(status=403), products))
    document = pull(api, tmp_path, settings={"size": 2})
    assert str(document.short).startswith("the variations of 20 products could not be read (product 1: the server")
    assert len({request.path for request in api.requests}) == 1 + 5


def test_failures_that_are_not_in_a_row_end_nothing(api: Api, tmp_path: Path) -> None:
    products = [{"id": number, "type": "variable", "variations": [31]} for number in range(1, 14)]
    api.serves(shop(lambda r: all_variations(r) if int(r.path.split("/")[-2]) % 2 else Reply(status=403), products))
    document = pull(api, tmp_path)
    assert len({request.path for request in api.requests}) == 1 + 13
    assert str(document.short).startswith("the variations of 6 products")


@pytest.mark.parametrize("product_id", ["1/../../users", "1\n2", "", None, "²", True, 1.5])
def test_an_id_becomes_no_other_address(api: Api, tmp_path: Path, product_id: Any) -> None:
    product = {"id": product_id, "type": "variable", "variations": [1]}
    api.serves(shop(products=[product]))
    document = pull(api, tmp_path)
    assert "its id is no number" in str(document.short)
    assert str(document.short).isprintable()
    assert {request.path for request in api.requests} == {"/wp-json/wc/v3/products"}


@pytest.mark.parametrize(
    ("product", "asked"),
    [
        ({"id": 2, "type": "variable", "variations": [variation(21)]}, False),
        ({"id": 2, "type": "variable", "variations": []}, False),
        ({"id": 2, "type": "grouped", "variations": [21]}, False),
        ({"id": 2, "type": None, "variations": [21]}, False),
        ({"id": 2, "type": "variable"}, True),
        ({"id": 2, "type": "variable", "variations": {"1": 21}}, True),
    ],
)
def test_when_variations_are_asked_for(api: Api, tmp_path: Path, product: Any, asked: bool) -> None:
    api.serves(shop(products=[product]))
    document = pull(api, tmp_path)
    assert any(request.path.endswith("/2/variations") for request in api.requests) is asked
    assert document.short is None
    assert (records_of(document) == [product]) is not asked


def test_a_product_that_is_no_utf_8_costs_itself_alone(api: Api, tmp_path: Path) -> None:
    api.serves(shop(products=b'[{"id":1,"\xff":2}]'))
    document = pull(api, tmp_path, settings={"size": 100})
    assert document.path.read_bytes() == b'{"id":1,"\xff":2}\n'


def test_more_than_an_item_can_be(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LONGEST_BYTES", 50)
    api.serves(shop())
    document = pull(api, tmp_path)
    assert document.short == "the variations of 1 products could not be read (product 2: they are larger than 50 bytes)"


def test_a_disk_that_breaks_ends_the_run(api: Api, tmp_path: Path) -> None:
    spool = tmp_path / "spool"

    def variations(request: Request) -> Reply:
        break_disk(spool)
        return all_variations(request)

    api.serves(shop(variations))
    with pytest.raises(Fatal, match="it cannot be spooled"):
        pull(api, spool)


def test_changes_alone(api: Api, tmp_path: Path) -> None:
    """The time has no offset: WordPress would turn one with an offset into the site's own time."""
    api.serves(shop())
    since = datetime(2026, 11, 24, 8, 45, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    document = pull(
        api, tmp_path, settings={"incremental": {}, "query": {"status": "publish", "lang": "en"}}, since=since
    )
    assert (document.partial, document.short) == (True, None)
    first, variations = api.requests[0].query, api.requests[-1].query
    assert (first["modified_after"], first["dates_are_gmt"]) == ("2026-11-24T03:15:30", "true")
    assert variations == {"lang": "en", "orderby": "id", "order": "asc", "per_page": "2", "page": "1"}


def test_everything_although_changes_could_be_asked_for(api: Api, tmp_path: Path) -> None:
    api.serves(shop())
    assert not pull(api, tmp_path, settings={"incremental": {}}).partial
    assert not pull(api, tmp_path, since=datetime.now(UTC)).partial
    assert "modified_after" not in api.requests[0].query


def test_a_shop_without_pretty_addresses(api: Api, tmp_path: Path) -> None:
    """``?rest_route=``, which WordPress has where the web server rewrites nothing."""

    def answer(request: Request) -> Reply:
        is_list = request.query["rest_route"] == "/wc/v3/products"
        return listed([SIMPLE, VARIABLE], request) if is_list else listed([variation(n) for n in (21, 22, 23)], request)

    api.serves(answer)
    document = fetched(f"{api.url}/?rest_route=%2Fwc%2Fv3%2Fproducts", tmp_path, WOO)
    assert document.short is None
    assert api.requests[-1].query["rest_route"] == "/wc/v3/products/2/variations"
    assert api.requests[-1].path == "/"


def test_a_host_that_wraps_its_lists(api: Api, tmp_path: Path) -> None:
    """WordPress.com answers {"data": [...]}."""
    api.serves(lambda request: Reply({"data": page_of([SIMPLE], request.page, 2)}, {"X-WP-Total": "1"}))
    assert records_of(pull(api, tmp_path)) == [SIMPLE]


def test_wrong_credentials(api: Api, tmp_path: Path) -> None:
    api.serves(lambda _: Reply({"code": "woocommerce_rest_cannot_view"}, status=401))
    with pytest.raises(Fatal, match="the server answered 401"):
        pull(api, tmp_path, credentials=Credentials(basic=("ck", "wrong")))
