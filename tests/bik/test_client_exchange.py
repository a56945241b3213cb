"""What a client tells of a request, however it ends: both statuses, its number, its tries, its time on the wire."""

from __future__ import annotations

from contextlib import suppress

import pytest

from feedsync.bik.client import Exchange
from feedsync.errors import FeedsyncError

from .conftest import Connect, Script
from .scripted import Answer


def heard(connect: Connect, script: Script, *answers: Answer) -> Exchange:
    """What is heard of a deletion that is answered like this."""
    exchange = Exchange()
    with suppress(FeedsyncError):
        connect(script(*answers).base_url).delete_products(["A"], 0, exchange)
    assert exchange.duration_ms is not None
    return exchange


@pytest.mark.parametrize(
    ("body", "inner"),
    [
        (b'{"status": 200}', 200),
        (b'{"status": "400"}', 400),
        (b'{"status": 500.0}', 500),
        (b'{"status": 200.5}', None),
        (b'{"status": -1}', None),
        (b'{"status": 1e12}', None),
        (b'{"status": "99999999999999999999"}', None),
        (b'{"status": "well"}', None),
        (b'{"success": true}', None),
        (b"<html>", None),
    ],
)
def test_both_statuses(connect: Connect, script: Script, body: bytes, inner: int | None) -> None:
    exchange = heard(connect, script, Answer(body))
    assert (exchange.status, exchange.inner_status) == (200, inner)


@pytest.mark.parametrize("status", ["99999999999999999999", '"99999999999999999999"', "1e12"])
def test_a_status_that_is_none_leaves_it_open(connect: Connect, script: Script, status: str) -> None:
    with pytest.raises(FeedsyncError) as caught:
        connect(script(Answer(f'{{"status": {status}}}'.encode())).base_url).delete_products(["A"], 0)
    assert caught.value.code == "FS-706"


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ({}, None),
        ({"X-Request-Id": "abc"}, "abc"),
        ({"x-request-id": " ", "Function-Execution-Id": "f-1"}, "f-1"),
        ({"X-Cloud-Trace-Context": "a\tb" + "c" * 200}, "a b" + "c" * 97),
    ],
)
def test_the_servers_number(connect: Connect, script: Script, headers: dict[str, str], number: str | None) -> None:
    assert heard(connect, script, Answer(b'{"status": 200}', 200, headers)).request_id == number


def test_the_last_try_counts(connect: Connect, script: Script) -> None:
    busy = Answer(b'{"status": 503}', 503, {"X-Request-Id": "first"})
    exchange = heard(connect, script, busy, Answer(b'{"status": 200}'))
    assert (exchange.status, exchange.tries, exchange.request_id) == (200, 2, None)


def test_no_answer_has_no_status(connect: Connect) -> None:
    exchange = Exchange()
    with pytest.raises(FeedsyncError):
        connect("http://127.0.0.1:1").delete_products(["A"], 0, exchange)
    assert (exchange.status, exchange.inner_status, exchange.request_id) == (None, None, None)
    assert exchange.tries == 3


def test_the_clock_of_the_store_is_heard_where_it_says_it(connect: Connect, script: Script) -> None:
    dates = ("nonsense", "Sat, 28 Nov 2026 10:00:00 GMT", "nonsense")
    bik = connect(script(*(Answer(b'{"status": 200}', headers={"Date": date}) for date in dates)).base_url)
    told = []
    for _ in dates:
        bik.delete_products(["A"], 0)
        told.append(bik.server_time)
    assert told == [None, 1795860000.0, 1795860000.0]


def test_what_makes_no_request_needs_no_connection(connect: Connect) -> None:
    bik = connect("http://127.0.0.1:9")
    bik.stop()
    with pytest.raises(FeedsyncError) as caught:
        bik.delete_products(["A"], 0)
    assert (caught.value.code, bik.requests) == ("FS-709", 0)
