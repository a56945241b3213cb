"""A feed over HTTP: asked for with its credentials, not fetched again while it is the same, and not left on the disk."""

from __future__ import annotations

import base64
import http.server
from collections.abc import Iterator

import pytest

from feedsync.errors import ConfigError
from tests.serving import serving

from .shop import Shop, items


class FeedServer(http.server.ThreadingHTTPServer):
    """Serves one document with an ETag, and keeps the headers of every request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body = b""
        self.asked: list[dict[str, str]] = []


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        self.server.asked.append({name.lower(): value for name, value in self.headers.items()})
        etag = f'"{hash(self.server.body)}"'
        same = self.headers["If-None-Match"] == etag
        body = b"" if same else self.server.body
        self.send_response(304 if same else 200)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shared_server() -> Iterator[FeedServer]:
    with serving(FeedServer()) as server:
        yield server


@pytest.fixture
def server(shared_server: FeedServer, shop: Shop) -> FeedServer:
    """The shop's feed is on this server."""
    shop.location = f"http://127.0.0.1:{shared_server.server_address[1]}/feed.xml?token=hidden"
    shop.settings = 'allow_private_hosts = ["127.0.0.0/8"]\n'
    shop.publish(*items(2))
    shared_server.body = (shop.folder / "feed.xml").read_bytes()
    shared_server.asked = []
    return shared_server


def test_a_document_that_did_not_change_is_not_fetched_again(shop: Shop, server: FeedServer) -> None:
    assert shop.run().pushed.products == 2
    summary = shop.run()
    assert "if-none-match" not in server.asked[0]
    assert "if-none-match" in server.asked[1]
    assert (summary.documents[0].fresh, summary.documents[0].items, shop.calls()) == (False, 2, [])


def test_a_document_is_fetched_again_when_the_settings_changed(shop: Shop, server: FeedServer) -> None:
    shop.run()
    shop.settings += '[products]\nmetafields = ["brand"]\n'
    assert shop.run().documents[0].fresh
    assert "if-none-match" not in server.asked[1]


def test_nothing_is_left_on_the_disk(shop: Shop, server: FeedServer) -> None:
    shop.run()
    assert [path for path in (shop.state / "spool").rglob("*") if path.is_file()] == []


def test_a_secret_in_the_address_is_not_told(shop: Shop, server: FeedServer) -> None:
    assert "hidden" not in str(shop.run())
    assert all("hidden" not in str(row) for row in shop.rows("select * from feeds"))


def test_a_user_name_and_a_password_are_sent(shop: Shop, server: FeedServer) -> None:
    (shop.folder / "password").write_text("sesame")
    shop.settings += f'auth = {{ username = "ali", password = {{ file = "{shop.folder / "password"}" }} }}\n'
    assert shop.run().outcome == "done"
    assert server.asked[0]["authorization"] == "Basic " + base64.b64encode(b"ali:sesame").decode()


def test_a_bearer_token_and_further_headers_are_sent(shop: Shop, server: FeedServer) -> None:
    (shop.folder / "token").write_text("sesame")
    reference = f'{{ file = "{shop.folder / "token"}" }}'
    shop.settings += f"auth = {{ bearer = {reference} }}\nheaders = {{ X-Shop = {reference} }}\n"
    assert shop.run().outcome == "done"
    assert (server.asked[0]["authorization"], server.asked[0]["x-shop"]) == ("Bearer sesame", "sesame")


def test_a_missing_feed_secret_is_a_mistake_in_the_settings(shop: Shop, server: FeedServer) -> None:
    shop.settings += f'auth = {{ bearer = {{ file = "{shop.folder / "nowhere"}" }} }}\n'
    with pytest.raises(ConfigError) as caught:
        shop.run()
    assert caught.value.code == "FS-105"
    assert server.asked == []
