"""Each style of paging, read to its end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedsync.sources.document import Credentials
from tests.sources.pages_server import Api, Reply, Request, fetched, ids_of, items, page_of, records_of, running_api

api = running_api

SEVEN = items(1, 2, 3, 4, 5, 6, 7)
ALL = [1, 2, 3, 4, 5, 6, 7]


def numbered(request: Request) -> Reply:
    return Reply({"items": page_of(SEVEN, request.page, 3)})


def test_by_number_until_a_page_is_empty(api: Api, tmp_path: Path) -> None:
    api.serves(numbered)
    document = fetched(f"{api.url}/v2/items?colour=red", tmp_path, {"style": "page", "query": {"status": "active"}})
    assert (ids_of(document), document.short, document.partial) == (ALL, None, False)
    assert api.pages == [1, 2, 3, 4]
    assert {request.query["status"] + request.query["colour"] for request in api.requests} == {"activered"}
    assert document.charset == "utf-8"
    assert document.size_bytes == document.path.stat().st_size


def test_a_stated_total_spares_the_empty_page(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"items": page_of(SEVEN, request.page, 3), "meta": {"total": "7"}}))
    document = fetched(api.url, tmp_path, {"style": "page", "total": "meta.total"})
    assert (ids_of(document), document.short, api.pages) == (ALL, None, [1, 2, 3])


def test_a_total_in_a_header(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply(page_of(SEVEN, request.page, 3), {"X-Count": "7"}))
    settings = {"style": "page", "total_header": "x-count", "size": 3, "size_parameter": "n"}
    document = fetched(api.url, tmp_path, settings)
    assert (ids_of(document), document.short, api.pages) == (ALL, None, [1, 2, 3])
    assert api.requests[0].query == {"n": "3", "page": "1"}


def test_pages_that_count_from_0_under_another_name(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply(page_of(SEVEN, int(request.query["p"]) + 1, 3)))
    document = fetched(api.url, tmp_path, {"style": "page", "page_parameter": "p", "first_page": 0})
    assert (ids_of(document), document.short) == (ALL, None)


def test_a_server_that_gives_fewer_than_asked_for(api: Api, tmp_path: Path) -> None:
    """A short page is no end: many servers cut what is asked for to a limit of their own."""
    api.serves(numbered)
    document = fetched(api.url, tmp_path, {"style": "page", "size": 100, "size_parameter": "limit"})
    assert (ids_of(document), document.short) == (ALL, None)


@pytest.mark.parametrize("asked", [3, 5])
def test_by_offset(api: Api, tmp_path: Path, asked: int) -> None:
    def answer(request: Request) -> Reply:
        start = int(request.query["skip"])
        return Reply({"items": SEVEN[start : start + 3]})

    api.serves(answer)
    settings = {"style": "offset", "offset_parameter": "skip", "size": asked, "size_parameter": "take"}
    document = fetched(api.url, tmp_path, settings)
    assert (ids_of(document), document.short) == (ALL, None)
    assert [request.query["skip"] for request in api.requests] == ["0", "3", "6", "7"]


@pytest.mark.parametrize("last", [{"next": None}, {"next": ""}, {"next": False}, {}])
def test_by_cursor(api: Api, tmp_path: Path, last: dict[str, Any]) -> None:
    def answer(request: Request) -> Reply:
        start = int(request.query.get("after", "0"))
        meta = {"next": start + 3} if start + 3 < 7 else last
        return Reply({"data": {"items": SEVEN[start : start + 3]}, "other": [], "meta": meta})

    api.serves(answer)
    settings = {"style": "cursor", "records": "data.items", "cursor": "meta.next", "cursor_parameter": "after"}
    document = fetched(api.url, tmp_path, settings)
    assert (ids_of(document), document.short) == (ALL, None)
    assert [request.query.get("after") for request in api.requests] == [None, "3", "6"]


def test_a_cursor_that_leads_to_an_empty_last_page(api: Api, tmp_path: Path) -> None:
    """Some servers give a cursor always: that of an empty page is the one that was asked for."""

    def answer(request: Request) -> Reply:
        start = int(request.query.get("after", "0"))
        return Reply({"items": SEVEN[start : start + 3], "next": str(min(start + 3, 7))})

    api.serves(answer)
    document = fetched(api.url, tmp_path, {"style": "cursor", "cursor": "next", "cursor_parameter": "after"})
    assert (ids_of(document), document.short) == (ALL, None)


def test_by_a_link_in_the_answer(api: Api, tmp_path: Path) -> None:
    """As Django's REST framework does: behind a proxy its addresses often are http:// and without the port."""

    def answer(request: Request) -> Reply:
        following = f"http://127.0.0.1/v2?page={request.page + 1}" if request.page < 3 else None
        return Reply({"count": 7, "next": following, "results": page_of(SEVEN, request.page, 3)})

    api.serves(answer)
    settings = {"style": "link", "next": "next", "total": "count", "query": {"key": {"env": "HOME"}, "a": "b"}}
    document = fetched(f"{api.url}/v2", tmp_path, settings, query={"key": "secret", "a": "b"})
    assert (ids_of(document), document.short) == (ALL, None)
    assert [request.query for request in api.requests] == [
        {"key": "secret", "a": "b"}, {"page": "2", "key": "secret"}, {"page": "3", "key": "secret"},
    ]  # fmt: skip


def test_a_shop_of_shopify_over_its_admin_api(api: Api, tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        start = int(request.query.get("page_info", "0"))
        address = f"{api.url}/admin/api/2026-10/products.json?limit=250&page_info="
        links = [f'<{address}{start - 3}>; rel="previous"'] if start else []
        links += [f'<{address}{start + 3}>; rel="next"'] if start + 3 < 7 else []
        return Reply({"products": SEVEN[start : start + 3]}, {"Link": ", ".join(links)})

    api.serves(answer)
    document = fetched(
        f"{api.url}/admin/api/2026-10/products.json",
        tmp_path,
        {"style": "shopify-admin", "query": {"status": "active"}, "incremental": {}},
        credentials=Credentials(headers=(("X-Shopify-Access-Token", "word"),)),
        since=datetime(2026, 11, 24, 3, 15, tzinfo=UTC),
    )
    assert (ids_of(document), document.short, document.partial) == (ALL, None, True)
    first, second, _ = api.requests
    assert first.query == {"status": "active", "limit": "250", "updated_at_min": "2026-11-24T03:15:00Z"}
    assert second.query == {"limit": "250", "page_info": "3"}
    assert second.headers["x-shopify-access-token"] == "word"
    assert api.connections == 1


def test_a_shop_of_shopify_from_outside(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"products": page_of(SEVEN, request.page, 3)}))
    document = fetched(api.url, tmp_path, {"style": "shopify-storefront"})
    assert (ids_of(document), document.short) == (ALL, None)
    assert {request.path for request in api.requests} == {"/products.json"}
    assert api.requests[0].query == {"limit": "250", "page": "1"}


def test_records_stay_as_they_were_sent(api: Api, tmp_path: Path) -> None:
    """Digits, order and spaces; a record that was sent on several lines becomes one."""
    sent = b'[ {"price" : 1.10, "n": 12345678901234567890, "b":1e2,"a":"\\u00e9\\n"},\r\n{\n "id":\t"x"\n}]'
    api.serves(lambda request: Reply(sent if request.page == 1 else b"[]"))
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert document.path.read_bytes().split(b"\n") == [
        b'{"price" : 1.10, "n": 12345678901234567890, "b":1e2,"a":"\\u00e9\\n"}', b'{"id":"x"}', b"",
    ]  # fmt: skip


def test_one_connection_for_all_pages_and_their_bytes_told(api: Api, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    api.serves(numbered)
    fetched(api.url, tmp_path, {"style": "page"}, progress=lambda done, total: told.append((done, total)))
    assert api.connections == 1
    assert [total for _, total in told] == [None] * 4
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_the_same_records_have_the_same_sha256(api: Api, tmp_path: Path) -> None:
    api.serves(numbered)
    one, two = (fetched(api.url, tmp_path, {"style": "page"}) for _ in range(2))
    assert (one.digest, len(one.digest)) == (two.digest, 64)
    assert one.path != two.path


def test_an_empty_list(api: Api, tmp_path: Path) -> None:
    api.serves(lambda _: Reply([]))
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert (records_of(document), document.short) == ([], None)
    assert api.pages == [1, 1, 2]


def test_nothing_but_the_document_stays_in_the_spool(api: Api, tmp_path: Path) -> None:
    api.serves(numbered)
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert list(tmp_path.iterdir()) == [document.path]


def test_a_larger_list_than_memory_should_hold(api: Api, tmp_path: Path) -> None:
    large = [{"id": number, "text": "x" * 400_000} for number in range(7)]
    api.serves(lambda request: Reply(page_of(large, request.page, 3)))
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert ids_of(document) == list(range(7))
