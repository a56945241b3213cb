"""A store that is the sandbox, but for answers that a test twists: what no good Bik would say, in the midst of what it would."""

from __future__ import annotations

import http.server
from collections.abc import Callable

import httpx

from .scripted import Answer, send

#: From the body of a request and the sandbox's answer to it: the answer in its place, or None for that one.
Twist = Callable[[bytes, bytes], Answer | None]


class Twisted(http.server.ThreadingHTTPServer):
    """Hands everything on to a sandbox; the answers of the calls in ``twists`` go through these first."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.twists: dict[str, Twist] = {}
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}/integrations"
        self.client = httpx.Client(trust_env=False)

    def server_close(self) -> None:
        """Let go of the sandbox, too."""
        super().server_close()
        self.client.close()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Twisted

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        kept = ("Authorization", "Content-Type")
        path = self.path.removeprefix("/integrations")
        headers = {name: self.headers[name] for name in kept}
        answered = self.server.client.post(f"{self.server.target}{path}", content=asked, headers=headers)
        twist = self.server.twists.get(path.removeprefix("/bikPlatformFunctions-"))
        answer = twist(asked, answered.content) if twist else None
        send(self, answer or Answer(answered.content, answered.status_code))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
