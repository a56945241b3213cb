"""A server whose answers a test writes: for what the sandbox, which is a good Bik, would never say."""

from __future__ import annotations

import http.server

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """One answer, byte by byte."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = {}


class Scripted(http.server.ThreadingHTTPServer):
    """Gives its answers in turn and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, bytes]] = []
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}"

    def next(self) -> Answer:
        """The answer whose turn it is."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def send(handler: http.server.BaseHTTPRequestHandler, answer: Answer) -> None:
    """Answer the request that a handler holds."""
    if "Date" in answer.headers:
        handler.send_response_only(answer.status)
    else:
        handler.send_response(answer.status)
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(answer.body)))
    handler.end_headers()
    handler.wfile.write(answer.body)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Scripted

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, body))
        send(self, self.server.next())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
