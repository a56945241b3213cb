"""A transfer over HTTP that stopped goes on where it stopped, or begins once more; never are two files joined."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from feedsync.errors import Unsafe
from feedsync.sources import Credentials, Limits, open_stream
from feedsync.sources.http import Connections, get_one
from tests.sources.conftest import QUICK, Get, Serve, Server, reply

FEED = b"<rss>" + b"<item/>" * 2000 + b"</rss>"
CUT = 5000
TOTAL = f"Content-Length: {len(FEED)}"
REST = f"Content-Range: bytes {CUT}-{len(FEED) - 1}/{len(FEED)}"


def cut(*headers: str) -> bytes:
    return reply(FEED[:CUT], TOTAL, *headers)


def rest(*headers: str, body: bytes = FEED[CUT:]) -> bytes:
    return reply(body, *headers, status="206 Partial Content")


def answers(*bodies: bytes) -> Callable[[bytes], bytes]:
    queue = list(bodies)
    return lambda _request: queue.pop(0)


@pytest.fixture
def after(serve: Serve) -> Callable[..., Server]:
    return lambda *bodies: serve(answers(*bodies))


After = Callable[..., Server]


def test_the_rest_is_asked_for_on_condition(after: After, get: Get) -> None:
    server = after(cut('ETag: "1"'), rest(REST))
    came: list[tuple[int, int | None]] = []
    document = get(server.url, progress=lambda done, total: came.append((done, total)))
    assert f'Range: bytes={CUT}-\r\nIf-Range: "1"\r\n'.encode() in server.requests[1]
    assert document.path.read_bytes() == FEED
    assert document.digest == hashlib.sha256(FEED).hexdigest()
    assert (document.size_bytes, document.short, document.etag) == (len(FEED), None, '"1"')
    assert came[-1] == (len(FEED), len(FEED))


def test_the_time_of_change_is_a_condition_when_it_is_sure(after: After, get: Get) -> None:
    modified = "Tue, 14 Nov 2023 22:13:20 GMT"
    server = after(cut(f"Last-Modified: {modified}", "Date: Tue, 14 Nov 2023 22:13:21 GMT"), rest(REST))
    assert get(server.url).short is None
    assert f"If-Range: {modified}\r\n".encode() in server.requests[1]


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ('ETag: W/"1"', "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT", "Date: Wed, 15 Nov 2023 22:13:20 GMT"),
        ("Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT", "Date: Tue, 14 Nov 2023 22:13:20 GMT"),
        ("Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT",),
        ("Last-Modified: Tue, 14 Nov 2023 22:13:20", "Date: Wed, 15 Nov 2023 22:13:20 GMT"),
        ('ETag: "1"', "Accept-Ranges: none"),
        ('ETag: "\xe9"',),
    ],
)
def test_without_a_strong_validator_what_came_is_kept(after: After, get: Get, headers: tuple[str, ...]) -> None:
    server = after(cut(*headers))
    assert get(server.url).short == f"the connection was closed before the end, {CUT} of {len(FEED)} bytes came"
    assert len(server.requests) == 1


def test_a_file_that_changed_is_taken_anew(after: After, get: Get) -> None:
    new = b"<rss>new</rss>"
    server = after(cut('ETag: "1"'), reply(new, 'ETag: "2"', "Content-Type: text/xml; charset=UTF-16"))
    document = get(server.url)
    assert document.path.read_bytes() == new
    assert document.digest == hashlib.sha256(new).hexdigest()
    assert (document.size_bytes, document.short, document.etag) == (len(new), None, '"2"')
    assert document.charset == "utf-16"


@pytest.mark.parametrize(
    "wrong",
    [
        rest(f"Content-Range: bytes 0-{len(FEED) - 1}/{len(FEED)}"),
        rest(f"Content-Range: bytes {CUT}-{len(FEED)}/{len(FEED) + 1}"),
        rest(f"Content-Range: bytes {CUT}-{len(FEED) - 2}/{len(FEED)}"),
        rest("Content-Range: items 1-2/3"),
        rest("Content-Type: multipart/byteranges; boundary=x"),
        rest(REST, 'ETag: "2"'),
        rest(REST, "Content-Encoding: gzip"),
        reply(b"", f"Content-Range: bytes */{CUT}", status="416 Range Not Satisfiable"),
        reply(b"gone", status="404 Not Found"),
    ],
)
def test_what_is_not_the_rest_is_never_joined(after: After, get: Get, wrong: bytes) -> None:
    server = after(cut('ETag: "1"'), wrong, reply(FEED, 'ETag: "1"'))
    document = get(server.url)
    assert document.path.read_bytes() == FEED
    assert document.short is None
    assert b"Range:" not in server.requests[2]


def test_a_rest_that_nobody_asked_for(after: After, get: Get) -> None:
    server = after(cut('ETag: "1"'), rest(REST, 'ETag: "2"'), rest(REST))
    document = get(server.url)
    assert document.short == f"the connection was closed before the end, {CUT} of {len(FEED)} bytes came"
    assert document.path.read_bytes() == FEED[:CUT]


def test_a_rest_that_stops_too(after: After, get: Get) -> None:
    more = rest(REST, f"Content-Length: {len(FEED) - CUT}", body=FEED[CUT:6000])
    last = f"Content-Range: bytes 6000-{len(FEED) - 1}/*"
    server = after(cut('ETag: "1"'), more, rest(last, body=FEED[6000:]))
    assert get(server.url).path.read_bytes() == FEED
    assert b"Range: bytes=6000-\r\n" in server.requests[2]


def test_a_rest_that_is_shorter_than_it_says(after: After, get: Get) -> None:
    server = after(cut('ETag: "1"'), rest(REST, body=FEED[CUT:6000]), rest(REST, body=FEED[CUT:]))
    document = get(server.url)
    # What the third answer is the rest of is not what was asked for, and then the attempts are used up.
    assert document.short == f"other bytes came than were announced, 6000 of {len(FEED)} bytes came"


def test_the_attempts_are_counted_in_all(after: After, get: Get) -> None:
    server = after(*[cut('ETag: "1"'), reply(b"", status="503 Busy"), reply(b"", status="500 Oh")])
    assert get(server.url, limits=msgspec.structs.replace(QUICK, attempts=3)).short is not None
    assert len(server.requests) == 3


def test_a_server_that_answers_again_later(after: After, get: Get) -> None:
    server = after(cut('ETag: "1"'), reply(b"", "Retry-After: 9", status="503 Busy"), rest(REST))
    assert get(server.url).short is None


def test_no_time_left(serve: Serve, get: Get) -> None:
    server = serve(cut('ETag: "1"'), hold=True)
    limits = msgspec.structs.replace(QUICK, read_timeout_s=0.1, total_timeout_s=0.05)
    assert get(server.url, limits=limits).short == f"nothing came for 0.1 s, {CUT} of {len(FEED)} bytes came"
    assert len(server.requests) == 1


def test_nothing_came_at_all(after: After, get: Get) -> None:
    assert get(after(reply(b"", TOTAL, 'ETag: "1"')).url).short is not None


def test_a_body_of_unknown_length(after: After, get: Get) -> None:
    chunked = reply(b"1388\r\n" + FEED[:CUT] + b"\r\n", "Transfer-Encoding: chunked", 'ETag: "1"')
    assert get(after(chunked, rest(REST)).url).path.read_bytes() == FEED
    unsure = rest(f"Content-Range: bytes {CUT}-{len(FEED) - 1}/*")
    assert get(after(chunked, unsure, reply(FEED)).url).path.read_bytes() == FEED


def test_a_coded_body_goes_on_as_it_was_coded(after: After, get: Get) -> None:
    coded = gzip.compress(FEED, mtime=0)
    headers = ('ETag: "1"', "Content-Encoding: gzip")
    whole = f"Content-Range: bytes 50-{len(coded) - 1}/{len(coded)}"
    server = after(reply(coded[:50], f"Content-Length: {len(coded)}", *headers), rest(whole, *headers, body=coded[50:]))
    with open_stream(get(server.url)) as stream:
        assert stream.read() == FEED


def test_a_new_file_that_is_too_large(after: After, get: Get) -> None:
    server = after(cut('ETag: "1"'), reply(b"", "Content-Length: 99999"))
    with pytest.raises(Unsafe, match="more than 20000 bytes are sent"):
        get(server.url, limits=msgspec.structs.replace(QUICK, wire_bytes=20_000))


def test_credentials_are_shown_again(after: After, get: Get) -> None:
    server = after(cut('ETag: "1"'), rest(REST))
    get(server.url.replace("//", "//user:word@"))
    assert all(b"Authorization: Basic " in request for request in server.requests)


def test_one_request_of_many_is_made_once(after: After, spool_dir: Path) -> None:
    server = after(cut('ETag: "1"'))
    with Connections() as connections:
        document, _ = get_one(
            server.url,
            shown="x",
            spool_dir=spool_dir,
            credentials=Credentials(),
            limits=Limits(),
            allow_private_hosts=("127.0.0.1",),
            connections=connections,
            deadline=float("inf"),
        )
    assert document.short is not None
