"""What a paged server does wrong makes the document short, with the reason in words, and what came is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feedsync.errors import Fatal, Retryable
from tests.sources.pages_server import Api, Reply, Request, fetched, ids_of, items, page_of, running_api

api = running_api
SEVEN = items(1, 2, 3, 4, 5, 6, 7)
ALL = [1, 2, 3, 4, 5, 6, 7]
CURSOR = {"style": "cursor", "cursor": "next", "cursor_parameter": "after"}


def but(number: int, reply: Reply) -> Callable[[Request], Reply]:
    """Seven records in pages of three; one of the pages is another answer."""
    return lambda request: reply if request.page == number else Reply(page_of(SEVEN, request.page, 3))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=503), "page 2 failed: the server answered 503"),
        (Reply(status=403), "page 2 failed: the server answered 403"),
        (Reply(status=404), "page 2 failed: the server answered 404"),
        (Reply(b"<html>busy</html>"), "page 2 is HTML or XML, not JSON"),
        (Reply({"items": []}), "page 2 is no list"),
        (Reply([1, 2]), "page 2 holds something that is no record"),
        (Reply(None), "page 2 is no list"),
        (Reply([], cut=True), "page 2 failed: the transfer was short: the connection was closed before the end"),
        (Reply(status=302, headers={"Location": "http://192.0.2.1/"}), "page 2 failed: refused: 192.0.2.1 is"),
        (Reply(b"\x1f\x8b\x08" + b"\0" * 9), "page 2 failed: the transfer was short: the gzip data ends too soon"),
        (Reply({"other": []}), "page 2 is no list"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_page_that_fails(api: Api, tmp_path: Path, reply: Reply, reason: str) -> None:
    api.serves(but(2, reply))
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert reason in str(document.short)
    assert ids_of(document) == [1, 2, 3]
    assert [path for path in tmp_path.iterdir() if path != document.path] == []


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(status=500), Retryable, "FS-202"),
        (Reply(status=401), Fatal, "FS-202"),
        (Reply(b"<html>"), Retryable, "FS-208"),
        (Reply([], cut=True), Retryable, "FS-203"),
    ],
)
def test_without_a_first_page_there_is_no_document(
    api: Api, tmp_path: Path, reply: Reply, kind: type[Exception], code: str
) -> None:
    api.serves(lambda _: reply)
    with pytest.raises(kind) as caught:
        fetched(api.url, tmp_path, {"style": "page"})
    assert getattr(caught.value, "code", "") == code
    assert list(tmp_path.iterdir()) == []


def test_the_number_of_the_page_is_ignored(api: Api, tmp_path: Path) -> None:
    api.serves(lambda _: Reply({"items": SEVEN}))
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert document.short == "page 2 repeats records of the pages before it; read once more, the same"
    assert ids_of(document) == ALL


def test_the_number_is_ignored_but_all_of_a_stated_total_came(api: Api, tmp_path: Path) -> None:
    api.serves(lambda _: Reply({"items": SEVEN, "total": 7}))
    document = fetched(api.url, tmp_path, {"style": "page", "total": "total"})
    assert (document.short, ids_of(document)) == (None, ALL)


def test_records_that_move_between_pages_are_kept_once(api: Api, tmp_path: Path) -> None:
    """The first reading meets a changing order, the second a quiet one (woocommerce issue 33386)."""

    def answer(request: Request) -> Reply:
        listed = SEVEN[::-1] if len(api.requests) == 2 else SEVEN
        return Reply({"items": page_of(listed, request.page, 3)})

    api.serves(answer)
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert (document.short, sorted(ids_of(document))) == (None, ALL)
    assert api.pages == [1, 2, 3, 4, 1, 2, 3, 4]


def test_two_readings_that_miss_different_records_make_a_whole(api: Api, tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        missing = 2 if len(api.requests) <= 3 else 5
        page = [item for item in page_of(SEVEN, request.page, 3) if item["id"] != missing]
        return Reply({"items": page, "total": 7})

    api.serves(answer)
    document = fetched(api.url, tmp_path, {"style": "page", "total": "total"})
    assert (document.short, sorted(ids_of(document))) == (None, ALL)


def test_fewer_records_than_stated(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"items": page_of(SEVEN, request.page, 3), "total": 9}))
    document = fetched(api.url, tmp_path, {"style": "page", "total": "total"})
    assert document.short == "7 different records came, and the server states 9; read once more, the same"
    assert ids_of(document) == ALL


def test_more_records_than_stated_are_all_taken(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"items": page_of(SEVEN, request.page, 3), "total": 5}))
    document = fetched(api.url, tmp_path, {"style": "page", "total": "total"})
    assert (document.short, ids_of(document)) == (None, ALL)


def test_a_list_that_changes_while_it_is_read_is_read_again(api: Api, tmp_path: Path) -> None:
    """Without the first record the fourth moves to the page that was read already."""

    def answer(request: Request) -> Reply:
        listed = SEVEN if len(api.requests) == 1 else SEVEN[1:]
        return Reply({"items": page_of(listed, request.page, 3), "total": len(listed)})

    api.serves(answer)
    document = fetched(api.url, tmp_path, {"style": "page", "total": "total"})
    assert (document.short, ids_of(document)) == (None, ALL[1:])


def test_a_list_that_never_stops_changing(api: Api, tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        return Reply({"items": page_of(SEVEN, request.page, 3), "total": 7 + len(api.requests) % 2})

    api.serves(answer)
    document = fetched(api.url, tmp_path, {"style": "page", "total": "total"})
    assert str(document.short).startswith("the server stated 8 records first and 7 later; read once more, ")


def test_the_second_reading_fails(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply(SEVEN) if len(api.requests) < 3 else Reply(status=403))
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert document.short == "page 2 repeats records of the pages before it; read once more, it failed (FS-202)"
    assert ids_of(document) == ALL


def test_a_total_that_is_not_where_the_settings_say(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"items": page_of(SEVEN, request.page, 3), "total": "many"}))
    document = fetched(api.url, tmp_path, {"style": "page", "total": "total"})
    assert document.short == "the server does not state a total where the settings say it is"


@pytest.mark.parametrize(("lost", "short"), [(2, "page 2 is empty, and the page behind it is not"), (3, None)])
def test_an_empty_page(api: Api, tmp_path: Path, lost: int, short: str | None) -> None:
    api.serves(but(lost, Reply([])))
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert document.short == short


def test_an_empty_page_that_is_not_empty_a_moment_later(api: Api, tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        return Reply([] if api.pages == [1, 2] else page_of(SEVEN, request.page, 3))

    api.serves(answer)
    document = fetched(api.url, tmp_path, {"style": "page"})
    assert (document.short, ids_of(document)) == (None, ALL)


def test_an_empty_page_before_the_stated_end_is_asked_for_again_at_once(api: Api, tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        return Reply({"items": [] if api.pages == [1, 2] else page_of(SEVEN, request.page, 3), "total": 7})

    api.serves(answer)
    assert fetched(api.url, tmp_path, {"style": "page", "total": "total"}).short is None
    assert api.pages == [1, 2, 2, 3]


def test_an_empty_page_that_is_not_even_there_a_moment_later(api: Api, tmp_path: Path) -> None:
    api.serves(lambda r: Reply(page_of(SEVEN[:6], r.page, 3)) if len(api.requests) < 4 else Reply(status=404))
    assert fetched(api.url, tmp_path, {"style": "page"}).short == "page 3 failed: the server answered 404"


def test_nothing_behind_the_last_page(api: Api, tmp_path: Path) -> None:
    """404 instead of an empty page is the end where there is another sign of it."""
    api.serves(lambda request: Reply(page_of(SEVEN, request.page, 3)) if request.page < 4 else Reply(status=404))
    assert fetched(api.url, tmp_path, {"style": "page"}).short is None
    api.serves(lambda request: Reply(page_of(SEVEN[:6], request.page, 3)) if request.page < 4 else Reply(status=404))
    assert fetched(api.url, tmp_path, {"style": "page"}).short is None


def test_a_list_without_an_end(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply(items(request.page)))
    document = fetched(api.url, tmp_path, {"style": "page", "most_pages": 5})
    assert (document.short, ids_of(document)) == ("the list did not end within 5 pages", [1, 2, 3, 4, 5])


def test_a_shop_of_which_only_25000_products_are_public(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"products": items(request.page)}))
    document = fetched(api.url, tmp_path, {"style": "shopify-storefront"})
    assert len(ids_of(document)) == len(api.requests) == 100
    assert str(document.short).startswith("the server gives no more than 25000 records")


def test_and_one_that_has_exactly_as_many(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"products": items(request.page) if request.page < 100 else []}))
    document = fetched(api.url, tmp_path, {"style": "shopify-storefront"})
    assert (document.short, len(ids_of(document))) == (None, 99)


def test_html_instead_of_a_shops_products(api: Api, tmp_path: Path) -> None:
    api.serves(lambda _: Reply({"products": []}, kind="text/html; charset=utf-8"))
    with pytest.raises(Retryable, match="page 1 is HTML, not JSON"):
        fetched(api.url, tmp_path, {"style": "shopify-storefront"})


@pytest.mark.parametrize(
    ("answers", "short", "count"),
    [
        ([(1, "a"), (2, "b"), (3, "a")], "page 3 leads back to a page that was read", 3),
        ([(1, "a"), (1, "b"), (2, None)], "page 2 repeats records of the pages before it; read once more, the same", 1),
        ([(1, "a"), (None, "b"), (2, None)], None, 2),
        ([(1, "a"), (None, "b"), (None, "b")], None, 1),
        ([(1, "")], None, 1),
        ([(1, {})], None, 1),
    ],
)
def test_cursors(
    api: Api, tmp_path: Path, answers: list[tuple[int | None, Any]], short: str | None, count: int
) -> None:
    cursors: list[Any] = [None, *(cursor for _, cursor in answers)]

    def answer(request: Request) -> Reply:
        number, following = answers[cursors.index(request.query.get("after"))]
        return Reply({"items": items(number) if number else [], "next": following})

    api.serves(answer)
    document = fetched(api.url, tmp_path, CURSOR)
    assert (document.short, len(ids_of(document))) == (short, count)


def test_cursors_that_lead_from_one_empty_page_to_the_next(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"items": [], "next": int(request.query.get("after", "0")) + 1}))
    assert fetched(api.url, tmp_path, CURSOR).short == "11 empty pages came in a row"


def test_cursors_without_an_end(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply({"items": items(len(api.requests)), "next": len(api.requests)}))
    short = fetched(api.url, tmp_path, {**CURSOR, "most_pages": 4}).short
    assert short == "the list did not end within 4 pages"


@pytest.mark.parametrize("more", [{"size": 3, "size_parameter": "n"}, {}])
def test_a_page_that_does_not_say_whether_it_is_the_last(api: Api, tmp_path: Path, more: dict[str, Any]) -> None:
    """A wrong ``cursor`` in the settings must not end the list after its first page."""
    api.serves(lambda _: Reply({"items": items(1, 2, 3), "meta": {"cursor": 4}}))
    assert fetched(api.url, tmp_path, {**CURSOR, **more}).short == "page 1 does not say whether there is a next one"


def test_unless_it_is_not_full(api: Api, tmp_path: Path) -> None:
    """A short list of Shopify's comes without a Link header."""
    api.serves(lambda _: Reply({"products": items(1, 2, 3)}))
    assert fetched(f"{api.url}/admin/api/2026-10/products.json", tmp_path, {"style": "shopify-admin"}).short is None


def test_a_page_by_cursor_that_fails(api: Api, tmp_path: Path) -> None:
    api.serves(lambda r: Reply(status=404) if "after" in r.query else Reply({"items": items(1), "next": 1}))
    document = fetched(api.url, tmp_path, CURSOR)
    assert (document.short, ids_of(document)) == ("page 2 failed: the server answered 404", [1])
