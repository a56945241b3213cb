"""Servers that stop a process under test at an exact instant: a gate in front of the sandbox, and a feed that stalls."""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

#: Longer than anything takes; who waits this long has found a bug.
DEADLINE_S = 60.0
When = Literal["before", "after"]


class Stuck(AssertionError):
    """What a test waits for did not come."""


def until(holds: Callable[[], bool]) -> None:
    """Return as soon as something holds that nobody can announce, such as what stands on the disk."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        if time.monotonic() > deadline:
            raise Stuck("it never came to hold")
        os.sched_yield()


@dataclass
class _Held:
    call: str
    go_on: threading.Event = field(default_factory=threading.Event)
    forward: bool = True
    done: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Rule:
    call: str
    when: When
    passing: int

    def meets(self, path: str, when: When) -> bool:
        if self.call not in path or self.when != when:
            return False
        self.passing -= 1
        return self.passing < 0


@dataclass(frozen=True)
class _Answer:
    """What the store answered; status 0: the call was lost on its way."""

    status: int = 0
    retry_after: str | None = None
    content: bytes = b""


class Gate:
    """A proxy that holds calls back, before the store sees them or after it has applied them."""

    def __init__(self, store_url: str) -> None:
        self._store = urlsplit(store_url)
        self._changed = threading.Condition()
        self._rules: list[_Rule] = []
        self._held: list[_Held] = []
        self._server = _serve(_gate_handler(self))
        host, port = self._server.server_address[:2]
        self.base_url = f"http://{host!s}:{port}{self._store.path}"

    def close(self) -> None:
        """Let everything go that is held, without forwarding it, and stop."""
        self.drop()
        _stop(self._server)

    def hold(self, call: str, when: When, *, passing: int = 0) -> None:
        """Hold every call whose path holds this text but the first ``passing`` ones, until :meth:`release` or :meth:`drop`."""
        with self._changed:
            self._rules.append(_Rule(call, when, passing))

    def wait(self, number: int = 1) -> None:
        """Until so many calls are held."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._held) >= number, DEADLINE_S):
                raise Stuck(f"{len(self._held)} calls are held, not {number}")

    def release(self) -> None:
        """Hold nothing any more, and let what is held go on; it has been answered when this returns."""
        self._let_go(forward=True)

    def drop(self) -> None:
        """Hold nothing any more, and lose what is held: the store never sees what it has not seen yet."""
        self._let_go(forward=False)

    def set_aside(self) -> _Held:
        """Hold nothing any more but the one call that is held, which lands when :meth:`land` says so."""
        with self._changed:
            (late,), self._held, self._rules = self._held, [], []
        return late

    @staticmethod
    def land(late: _Held) -> None:
        """Let a call that was set aside reach the store now."""
        late.go_on.set()
        if not late.done.wait(DEADLINE_S):
            raise Stuck("the late call did not land")

    def _let_go(self, *, forward: bool) -> None:
        with self._changed:
            held, self._held, self._rules = self._held, [], []
        for one in held:
            one.forward = forward
            one.go_on.set()
        for one in held:
            if not one.done.wait(DEADLINE_S):
                raise Stuck(f"{one.call} was not answered")

    def _held_at(self, path: str, when: When) -> _Held | None:
        with self._changed:
            if not any(rule.meets(path, when) for rule in self._rules):
                return None
            held = _Held(path)
            self._held.append(held)
            self._changed.notify_all()
        held.go_on.wait()
        return held

    def through(self, path: str, headers: dict[str, str], body: bytes) -> tuple[_Answer, list[_Held]]:
        """Take one call through the gate. The caller marks the held ones done."""
        held = [one for one in (self._held_at(path, "before"),) if one]
        if held and not held[0].forward:
            return _Answer(), held
        connection = http.client.HTTPConnection(self._store.netloc)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            answer = _Answer(response.status, response.getheader("Retry-After"), response.read())
        finally:
            connection.close()
        held += [one for one in (self._held_at(path, "after"),) if one]
        return answer, held


class StallingFeed:
    """A feed over HTTP that stops in its middle until it is told to go on."""

    def __init__(self) -> None:
        self.content = b""
        self.stalls = False
        self._half_sent = threading.Event()
        self._go_on = threading.Event()
        self._server = _serve(_feed_handler(self))
        host, port = self._server.server_address[:2]
        self.url = f"http://{host!s}:{port}/feed.xml"

    def wait(self) -> None:
        """Until one half of the feed is on its way."""
        if not self._half_sent.wait(DEADLINE_S):
            raise Stuck("nobody asked for the feed")

    def go_on(self) -> None:
        """Stall no more."""
        self.stalls = False
        self._go_on.set()

    def close(self) -> None:
        """Stop the server."""
        self.go_on()
        _stop(self._server)

    def parts(self) -> Iterator[bytes]:
        """The body, with the stall in it."""
        middle = len(self.content) // 2
        yield self.content[:middle]
        if self.stalls:
            self._half_sent.set()
            self._go_on.wait()
        yield self.content[middle:]


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def _gate_handler(gate: Gate) -> type[BaseHTTPRequestHandler]:
    class Handler(_Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
            answer, held = gate.through(self.path, headers, body)
            try:
                if answer.status:
                    self.send_response(answer.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer.content)))
                    if answer.retry_after is not None:
                        self.send_header("Retry-After", answer.retry_after)
                    self.end_headers()
                    self.wfile.write(answer.content)
            except OSError:
                pass  # who asked is dead
            finally:
                for one in held:
                    one.done.set()

    return Handler


def _feed_handler(feed: StallingFeed) -> type[BaseHTTPRequestHandler]:
    class Handler(_Quiet):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(feed.content)))
            self.end_headers()
            try:
                for part in feed.parts():
                    self.wfile.write(part)
            except OSError:
                pass  # who asked is dead

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64


def _serve(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = _Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    return server


def _stop(server: ThreadingHTTPServer) -> None:
    server.shutdown()
    server.server_close()
