"""The requests behind pages: retries, limits, redirects, and where credentials go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import stamina

from feedsync.errors import ConfigError, Fatal, Retryable, Unsafe
from feedsync.sources import Credentials
from feedsync.sources import pages as module
from tests.sources.pages_server import (
    QUICK,
    Api,
    Reply,
    Request,
    break_disk,
    fetched,
    ids_of,
    items,
    page_of,
    paged_api,
    running_api,
)

api = running_api
FIVE = items(1, 2, 3, 4, 5)
PAGED = {"style": "page"}
SECRET = Credentials(basic=("user", "word"), headers=(("X-Key", "word"),))


@pytest.fixture
def other() -> Iterator[Api]:
    with paged_api() as other:
        yield other


@pytest.fixture
def without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def five(request: Request) -> Reply:
    return Reply(page_of(FIVE, request.page, 2))


def passing(api: Api, *faults: Reply) -> None:
    """Answer the second page with faults first."""
    left = list(faults)
    api.serves(lambda request: left.pop(0) if request.page == 2 and left else five(request))


@pytest.mark.usefixtures("without_pauses")
@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=429, headers={"Retry-After": "7"}),
        Reply(status=429),
        Reply(status=503, headers={"Retry-After": "7"}),
        Reply(status=500),
        Reply([], cut=True),
        Reply(b"<html>one moment</html>"),
        Reply(b'[{"id": 3}'),
    ],
    ids=lambda reply: f"{reply.status} {reply.headers} {reply.value}",
)
def test_a_fault_that_passes(api: Api, tmp_path: Path, fault: Reply) -> None:
    passing(api, fault, fault)
    document = fetched(api.url, tmp_path, PAGED)
    assert (document.short, ids_of(document)) == (None, [1, 2, 3, 4, 5])
    assert api.pages == [1, 2, 2, 2, 3, 4]


def test_a_pause_that_is_longer_than_there_is_time(api: Api, tmp_path: Path) -> None:
    passing(api, Reply(status=429, headers={"Retry-After": "3600"}))
    document = fetched(api.url, tmp_path, PAGED)
    assert document.short == "page 2 failed: the server answered 429"
    assert api.pages == [1, 2]


def test_no_time_left(api: Api, tmp_path: Path) -> None:
    api.serves(five)
    with pytest.raises(Retryable, match="it took longer than"):
        fetched(api.url, tmp_path, PAGED, limits=msgspec.structs.replace(QUICK, total_timeout_s=-1.0))
    assert api.requests == []


def test_the_bytes_of_all_pages_are_counted_together(api: Api, tmp_path: Path) -> None:
    api.serves(lambda request: Reply(items(request.page)))
    document = fetched(api.url, tmp_path, PAGED, limits=msgspec.structs.replace(QUICK, wire_bytes=100))
    assert str(document.short).endswith("failed: too large: more than 10 bytes are sent")
    assert ids_of(document) == [1, 2, 3]
    exactly = document.size_bytes + 2 * 3 - 3
    document = fetched(api.url, tmp_path, PAGED, limits=msgspec.structs.replace(QUICK, wire_bytes=exactly))
    assert str(document.short) == f"page 4 failed: too large: more than {exactly} bytes are sent"


def test_a_page_that_is_too_large(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_BYTES", 40)
    api.serves(five)
    with pytest.raises(Unsafe, match="more than 40 bytes are sent"):
        fetched(api.url, tmp_path, PAGED)


def test_pages_are_only_fetched_from_where_it_is_allowed(api: Api, tmp_path: Path) -> None:
    api.serves(five)
    with pytest.raises(Fatal, match="a loopback address"):
        fetched(api.url, tmp_path, PAGED, allow_private_hosts=())


def test_a_redirect_to_another_host_gets_no_credentials(api: Api, other: Api, tmp_path: Path) -> None:
    other.serves(five)
    api.serves(lambda request: Reply(status=302, headers={"Location": f"{other.url}/items?page={request.page}"}))
    document = fetched(api.url, tmp_path, PAGED, credentials=SECRET)
    assert (document.short, ids_of(document)) == (None, [1, 2, 3, 4, 5])
    assert all("authorization" in request.headers and "x-key" in request.headers for request in api.requests)
    assert not any("authorization" in request.headers or "x-key" in request.headers for request in other.requests)
    assert other.connections == 1


@pytest.mark.parametrize(
    "target",
    ["http://localhost/items", "//localhost/", "ftp://127.0.0.1/", "http://[bad", "https://127.0.0.1@localhost/"],
)
def test_a_next_page_on_another_host_is_not_asked_for(api: Api, tmp_path: Path, target: str) -> None:
    api.serves(lambda _: Reply(FIVE, {"Link": f'<{target}>; rel="next"'}))
    document = fetched(api.url, tmp_path, {"style": "link"}, credentials=SECRET)
    assert document.short == "page 1: its next page is on another host, where no credentials may go"
    assert (ids_of(document), len(api.requests)) == ([1, 2, 3, 4, 5], 1)


@pytest.mark.parametrize(
    "target", ["?page=2", "/items?page=2", "items?page=2", "https://127.0.0.1:1/items?page=2", " ?page=2"]
)
def test_other_ways_to_name_the_same_host(api: Api, tmp_path: Path, target: str) -> None:
    """All go to the feed's own scheme and port: a server behind a proxy does not know its own address."""
    api.serves(lambda r: Reply(page_of(FIVE, r.page, 3), {"Link": f'<{target}>; rel="next"' if r.page == 1 else "<a>"}))
    document = fetched(f"{api.url}/items", tmp_path, {"style": "link"})
    assert (document.short, ids_of(document)) == (None, [1, 2, 3, 4, 5])
    assert api.requests[1].path == "/items"


@pytest.mark.parametrize("location", ["http://[bad/", "ftp://shop.example/", "shop.example", "https://"])
def test_what_is_no_web_address(tmp_path: Path, location: str) -> None:
    with pytest.raises(Fatal) as caught:
        fetched(location, tmp_path, PAGED)
    assert caught.value.code == "FS-205"


def test_secrets_of_the_query(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_WORD", "hidden word")
    api.serves(lambda request: five(request) if request.page < 2 else Reply(status=403))
    settings = {"style": "page", "query": {"q": {"env": "ACME_WORD"}}}
    document = fetched(api.url, tmp_path, settings)
    assert api.requests[0].query["q"] == "hidden word"
    assert "word" not in f"{document}"
    monkeypatch.delenv("ACME_WORD")
    with pytest.raises(ConfigError, match=r"query\.q needs the environment variable ACME_WORD"):
        fetched(api.url, tmp_path, settings)


def test_no_secret_in_what_goes_wrong(api: Api, tmp_path: Path) -> None:
    api.serves(lambda _: Reply(status=401))
    with pytest.raises(Fatal) as caught:
        fetched(f"{api.url.replace('://', '://user:hidden@')}/?token=hidden", tmp_path, PAGED, query={"key": "hidden"})
    assert "hidden" not in repr(caught.value)
    assert api.requests[0].query["key"] == "hidden"


@pytest.mark.parametrize("breaks_at", [0, 2, 4])
def test_a_disk_that_breaks_ends_the_run(api: Api, tmp_path: Path, breaks_at: int) -> None:
    """At once, in the middle, or in a second reading; it is no fault of a page."""
    spool = tmp_path / "spool"

    def answer(request: Request) -> Reply:
        if len(api.requests) >= breaks_at:
            break_disk(spool)
        return Reply(FIVE[:2] if request.page > 1 else FIVE)

    api.serves(answer)
    with pytest.raises(Fatal, match="it cannot be spooled"):
        fetched(api.url, spool, PAGED)
