"""What tells one record from another: a named place, a guessed ``id``, or the whole record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.sources.pages_server import Api, Reply, fetched, page_of, records_of, running_api

api = running_api
PAGED: dict[str, Any] = {"style": "page"}
TWICE = "1 records came on two pages, so others may have come on none; read once more, the same"


def rows(*values: tuple[Any, int]) -> list[dict[str, Any]]:
    return [{"id": number, "stock": stock} for number, stock in values]


def served(api: Api, listed: list[Any], **more: Any) -> None:
    api.serves(lambda request: Reply({"items": page_of(listed, request.page, 2), **more}))


def test_a_guessed_id_never_drops_a_record(api: Api, tmp_path: Path) -> None:
    """It may be the id of a group; whoever reads the document decides."""
    listed = rows((1, 5), (2, 5), (3, 5), (2, 6))
    served(api, listed)
    document = fetched(api.url, tmp_path, PAGED)
    assert (records_of(document), document.short) == (listed, TWICE)


def test_an_id_that_is_named_keeps_the_first_of_a_record(api: Api, tmp_path: Path) -> None:
    served(api, rows((1, 5), (2, 5), (3, 5), (2, 6)))
    document = fetched(api.url, tmp_path, {**PAGED, "id": "id"})
    assert (records_of(document), document.short) == (rows((1, 5), (2, 5), (3, 5)), TWICE)


def test_the_same_record_on_two_pages_is_kept_once(api: Api, tmp_path: Path) -> None:
    served(api, rows((1, 5), (2, 5), (2, 5), (3, 5)))
    document = fetched(api.url, tmp_path, PAGED)
    assert (records_of(document), document.short) == (rows((1, 5), (2, 5), (3, 5)), TWICE)


def test_an_id_that_several_records_of_a_page_share_tells_nothing(api: Api, tmp_path: Path) -> None:
    """Rows of variants with their product's id: the whole row counts."""
    listed = rows((1, 5), (1, 6), (1, 7), (2, 5), (2, 6))
    served(api, listed, total=5)
    document = fetched(api.url, tmp_path, {**PAGED, "total": "total"})
    assert (records_of(document), document.short) == (listed, None)


def test_records_without_ids(api: Api, tmp_path: Path) -> None:
    listed = rows((1, 5), (None, 6), (None, 7))
    served(api, listed, total=3)
    document = fetched(api.url, tmp_path, {**PAGED, "total": "total"})
    assert (records_of(document), document.short) == (listed, None)


def test_an_id_elsewhere(api: Api, tmp_path: Path) -> None:
    listed = [{"node": {"sku": sku}, "id": 1} for sku in "abc"]
    served(api, listed, total=3)
    document = fetched(api.url, tmp_path, {**PAGED, "total": "total", "id": "node.sku"})
    assert (records_of(document), document.short) == (listed, None)


def test_a_record_that_changed_between_two_readings_is_taken_from_the_second(api: Api, tmp_path: Path) -> None:
    def answer(request: Any) -> Reply:
        again = len(api.requests) > 3
        listed = rows((1, 9), (3, 5)) if again else rows((1, 5), (2, 5))
        return Reply({"items": page_of(listed, request.page, 2), "total": 3})

    api.serves(answer)
    document = fetched(api.url, tmp_path, {**PAGED, "total": "total", "id": "id"})
    assert records_of(document) == rows((1, 9), (3, 5), (2, 5))
    assert document.short is None
