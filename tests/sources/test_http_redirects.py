"""Redirects are followed by rules of our own."""

from __future__ import annotations

import pytest

from feedsync.errors import Fatal
from feedsync.sources import Credentials
from tests.sources.conftest import Get, Serve, reply

SECRET = Credentials(basic=("user", "word"), headers=(("X-Key", "word"),))


def moved(target: str, status: str = "302 Found") -> bytes:
    return reply(b"", f"Location: {target}", status=status)


def refusal(get: Get, url: str) -> str:
    with pytest.raises(Fatal) as caught:
        get(url)
    assert caught.value.code == "FS-205"
    return str(caught.value.parts["reason"])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_on_the_same_server_credentials_stay(serve: Serve, get: Get, status: int) -> None:
    server = serve(lambda request: reply() if b"/new" in request else moved("/new?x=1", f"{status} Moved"))
    assert get(f"{server.url}/old", credentials=SECRET).path.read_bytes() == b"<rss/>"
    assert server.requests[1].startswith(b"GET /new?x=1 ")
    assert all(b"X-Key: word" in request and b"Authorization" in request for request in server.requests)


def test_on_another_server_they_are_dropped(serve: Serve, get: Get) -> None:
    target = serve(reply())
    server = serve(moved(target.url))
    document = get(server.url, credentials=SECRET)
    assert document.location == server.url
    assert b"X-Key" not in target.requests[0]
    assert b"Authorization" not in target.requests[0]


def test_and_stay_dropped_on_the_way_back(serve: Serve, get: Get) -> None:
    away = serve(lambda _: moved(f"{home.url}/back"))
    home = serve(lambda request: reply() if b"/back" in request else moved(away.url))
    get(home.url, credentials=SECRET)
    assert b"X-Key" in home.requests[0]
    assert b"X-Key" not in home.requests[1]


def test_credentials_that_the_redirect_brings(serve: Serve, get: Get) -> None:
    server = serve(lambda request: reply() if b"/new" in request else moved(f"http://a:b@{host}/new"))
    host = server.url.removeprefix("http://")
    get(server.url)
    assert b"Authorization: Basic YTpi" in server.requests[1]


def test_every_hop_is_checked(serve: Serve, get: Get) -> None:
    target = serve(reply(), "127.0.0.2")
    server = serve(moved(target.url))
    with pytest.raises(Fatal, match=r"127\.0\.0\.2 is a loopback address"):
        get(server.url, allow=("127.0.0.1",))
    assert target.requests == []


def test_not_for_ever(serve: Serve, get: Get) -> None:
    server = serve(lambda _: moved("/again"))
    assert refusal(get, server.url) == "it redirects more than 5 times"
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://[bad", "this is no web address"),
        ("http://host:port", "it redirects to what is no web address"),
        ("file:///etc/passwd", "this is no http:// or https:// address of a host"),
    ],
)
def test_to_nowhere(serve: Serve, get: Get, target: str, reason: str) -> None:
    assert refusal(get, serve(moved(target)).url) == reason
