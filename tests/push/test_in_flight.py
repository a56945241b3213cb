"""Several requests at once, and never more than the settings say."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from feedsync.progress import Progress, Stopped
from feedsync.sync import run_schedule
from tests.serving import serving
from tests.sync.shop import Shop, items

TOGETHER = 3
PATIENCE_S = 10


class Meeting(http.server.ThreadingHTTPServer):
    """A store whose updates are answered only when so many of them have come together."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.barrier = threading.Barrier(TOGETHER)
        self.lock = threading.Lock()
        self.open = self.most = 0

    def enter(self, by: int) -> None:
        with self.lock:
            self.open += by
            self.most = max(self.most, self.open)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Meeting
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"status": 200, "success": true, "data": {"products": []}}'
        if self.path.endswith("createOrUpdate"):
            self.server.enter(1)
            self.server.barrier.wait(PATIENCE_S)
            self.server.enter(-1)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def meeting() -> Iterator[Meeting]:
    with serving(Meeting()) as server:
        yield server


def prepared(shop: Shop, meeting: Meeting) -> None:
    shop.bik |= {
        "base_url": f'"http://127.0.0.1:{meeting.server_address[1]}"',
        "batch_size": "1",
        "in_flight": str(TOGETHER),
    }
    shop.publish(*items(2 * TOGETHER))


def test_requests_are_in_flight_together_up_to_the_limit(shop: Shop, meeting: Meeting) -> None:
    prepared(shop, meeting)
    assert shop.run().pushed.products == 2 * TOGETHER
    assert meeting.most == TOGETHER


class Stop(Progress):
    """Somebody ends the run, who is asked again and again."""

    def pushed(self, products: int, total: int) -> None:
        raise Stopped


def test_all_that_is_in_flight_when_somebody_ends_the_run_is_recorded(shop: Shop, meeting: Meeting) -> None:
    prepared(shop, meeting)
    with pytest.raises(Stopped):
        run_schedule(shop.schedule(), shop.state, trigger="hand", progress=Stop(), clock=lambda: shop.now)
    assert sorted(filter(None, shop.outcomes().values())) == ["acknowledged"] * TOGETHER


def test_what_is_just_being_recorded_when_a_signal_comes_is_recorded_with_the_rest(
    shop: Shop, meeting: Meeting
) -> None:
    prepared(shop, meeting)
    signals = [Stopped()]

    def clock() -> float:
        if meeting.most and signals:  # requests were made, so an answer is being recorded
            raise signals.pop()
        return shop.now

    with pytest.raises(Stopped):
        run_schedule(shop.schedule(), shop.state, trigger="hand", clock=clock)
    assert sorted(filter(None, shop.outcomes().values())) == ["acknowledged"] * TOGETHER
    assert shop.rows("select count(*) from calls") == [(TOGETHER,)]
