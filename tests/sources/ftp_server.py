"""An FTP server on loopback: pyftpdlib over a real folder, with TLS when a test asks for it."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path
from typing import Any

from tests.sources.conftest import CERTIFICATE

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it is built on asyncore
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer


class ImplicitHandler(TLS_FTPHandler):  # type: ignore[misc]
    """Speaks TLS from the first byte; the welcome comes when that stands."""

    def handle(self) -> None:
        self.secure_connection(self.ssl_context)

    def handle_ssl_established(self) -> None:
        super().handle()


class FtpServer:
    """Serves ``folder`` to ``us@er`` and to anonymous. ``settings`` are attributes of pyftpdlib's handler."""

    def __init__(self, folder: Path, *, tls: bool = False, implicit: bool = False, **settings: Any) -> None:
        authorizer = DummyAuthorizer()
        authorizer.add_user("us@er", "wo:rd", str(folder), perm="elr")
        authorizer.add_anonymous(str(folder))
        self.commands: list[str] = []
        self.sent_to: list[str] = []
        told = self.commands

        def log_cmd(_self: Any, cmd: str, arg: str, code: int, _said: str) -> None:
            told.append(f"{cmd} {arg} {code}")

        attributes = {
            "authorizer": authorizer,
            "log_cmd": log_cmd,
            "log": lambda *_, **__: None,
            "auth_failed_timeout": 0,
        }
        if tls:
            attributes |= {"certfile": str(CERTIFICATE), "tls_control_required": True, "tls_data_required": True}
        handler = type(
            "Handler", (ImplicitHandler if implicit else TLS_FTPHandler if tls else FTPHandler,), attributes | settings
        )
        self._loop = IOLoop()
        self._server = FTPServer(("127.0.0.1", 0), handler, ioloop=self._loop)
        self.port: int = self._server.address[1]
        self.address = f"127.0.0.1:{self.port}"
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._is_closed:
            self._server.serve_forever(timeout=0.01, blocking=False)

    def close(self) -> None:
        """End the thread and close every connection."""
        self._is_closed = True
        self._thread.join()
        self._server.close_all()
        self._loop.close()
