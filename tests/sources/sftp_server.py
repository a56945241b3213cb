"""An SFTP server on loopback: paramiko's server side, over a real folder, with the faults a test asks for."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED

CSV = b"id,price\n" + b"1,2\n" * 30_000

#: Keys that guard nothing; made once, because making one costs more than a test.
HOST_KEY = paramiko.ECDSAKey.generate()
OTHER_KEY = paramiko.ECDSAKey.generate()

Hook = Callable[["SftpServer", int], int | None]


class _Login(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def check_auth_password(self, username: str, password: str) -> int:
        self._server.logins.append((username, password))
        is_right = (username, password) == ("us@er", "wo:rd")
        return AUTH_SUCCESSFUL if is_right else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._server.logins.append((username, key.get_name()))
        return AUTH_SUCCESSFUL if key == self._server.client_key else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    def __init__(self, server: SftpServer, path: Path) -> None:
        super().__init__(os.O_RDONLY)
        self._server = server
        self._path = path
        self.readfile = path.open("rb")

    def read(self, offset: int, length: int) -> bytes | int:
        fault = self._server.on_read(self._server, offset)
        return super().read(offset, min(length, self._server.most_bytes)) if fault is None else fault

    def stat(self) -> paramiko.SFTPAttributes:
        found = paramiko.SFTPAttributes.from_stat(self._path.stat())
        if self._server.stated_bytes is not None:
            found.st_size = self._server.stated_bytes
        return found


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, login: _Login, *_: object) -> None:
        super().__init__(login)
        self._server = login._server

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        self._server.opened.append(path)
        self._server.on_open(self._server)
        if self._server.refusal is not None:
            return self._server.refusal
        try:
            return _Handle(self._server, self._server.folder / path.lstrip("/"))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)


class SftpServer:
    """Serves ``folder``; one connection at a time. ``on_read`` may return an SFTP status in place of the bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logins: list[tuple[str, str]] = []
        self.opened: list[str] = []
        self.on_read: Hook = lambda _server, _offset: None
        self.on_open: Callable[[SftpServer], None] = lambda _server: None
        self.stated_bytes: int | None = None
        self.most_bytes = 32_768
        self.refusal: int | None = None
        #: is set when the server is closed: who waits for it is silent
        self.silence = threading.Event()
        self.client_key: paramiko.PKey | None = None
        self.transport: paramiko.Transport | None = None
        self._is_closed = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def known_hosts_line(self, key: paramiko.PKey = HOST_KEY) -> str:
        """Return the line that makes this server known."""
        return f"[127.0.0.1]:{self.port} {key.get_name()} {key.get_base64()}\n"

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._is_closed.is_set():
                connection.close()
                return
            self.transport = paramiko.Transport(connection)
            self.transport.add_server_key(HOST_KEY)
            self.transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files)
            with suppress(paramiko.SSHException, EOFError, OSError):
                self.transport.start_server(server=_Login(self))
            self.transport.join()
            self.transport.close()

    def close(self) -> None:
        """End the thread: the last connection is our own."""
        self._is_closed.set()
        self.silence.set()
        if self.transport is not None:
            self.transport.close()
        socket.create_connection(self._socket.getsockname()[:2]).close()
        self._thread.join()
        self._socket.close()
