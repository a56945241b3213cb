"""A server on loopback that speaks the three S3 calls that reading an object needs, and checks who asks."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

_LISTING = (
    b'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>feeds</Name>'
    b"<KeyCount>%d</KeyCount><IsTruncated>false</IsTruncated>%s</ListBucketResult>"
)
_ENTRY = b"<CommonPrefixes><Prefix>folder/x/</Prefix></CommonPrefixes>"


class S3Server:
    """Serves ``objects`` ("bucket/key" to bytes) to the key id ``AKIA``; ``status`` stands in place of every answer.

    ``on_request`` runs before each answer, with the method. A bucket is named in the path or in front of ``s3.test``.
    """

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.requests: list[str] = []
        self.status = 0
        self.on_request: Callable[[str], None] = lambda _method: None
        #: after how many bytes a body ends, and what happens then
        self.cut_at: int | None = None
        self.on_cut: Callable[[], object] = lambda: None
        #: is set when the server is closed: who waits for it is silent
        self.silence = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

            def do_HEAD(self) -> None:
                self._answer(is_head=True)

            def do_GET(self) -> None:
                self._answer(is_head=False)

            def _answer(self, *, is_head: bool) -> None:
                outer.requests.append(f"{self.command} {self.path}")
                outer.on_request(self.command)
                parts = urlsplit(self.path)
                bucket = self.headers["Host"].partition(".s3.test")[0] if ".s3.test" in self.headers["Host"] else ""
                name = f"{bucket}{unquote(parts.path)}".lstrip("/")
                data = outer.objects.get(name)
                if outer.status:
                    self._send(outer.status, b"<Error><Message>word-1</Message></Error>", is_head=is_head)
                elif "Credential=AKIA/" not in self.headers.get("Authorization", ""):
                    self._send(403, b"<Error><Code>AccessDenied</Code></Error>", is_head=is_head)
                elif "list-type" in parts.query:
                    is_folder = "folder" in parts.query
                    self._send(200, _LISTING % (is_folder, _ENTRY if is_folder else b""))
                elif data is None:
                    self._send(404, b"<Error><Code>NoSuchKey</Code></Error>", is_head=is_head)
                elif is_head:
                    self._send(200, data, is_head=True)
                else:
                    self._send(200, data)

            def _send(self, status: int, body: bytes, *, is_head: bool = False) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", f'"{hashlib.md5(body).hexdigest()}"')
                self.send_header("Last-Modified", formatdate(1_700_000_000, usegmt=True))
                self.end_headers()
                if not is_head:
                    self.wfile.write(body[: outer.cut_at])
                if outer.cut_at is not None and not is_head:
                    self.wfile.flush()
                    outer.on_cut()
                    self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self.silence.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
