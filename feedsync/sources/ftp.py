"""Feeds behind ``ftp://``, ``ftps://`` and ``ftpes://``: one binary, passive transfer.

It speaks through the standard library and not through fsspec, which checks no certificate and fetches a file once a
block. ``ftpes`` and ``ftps`` begin in the clear and go over to TLS before the login (RFC 4217); at port 990 ``ftps``
is TLS from the first byte. A path counts from the folder that the login leads to; a second slash in front
(``ftp://host//pub/x``) means from the server's root (RFC 1738, 3.2.2).

The data connection goes to the host that was checked, whatever address the server names (a server could otherwise
have any port of any machine connected to).
"""

from __future__ import annotations

import ftplib
import socket
import ssl
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from feedsync.errors import Fatal, FeedsyncError, Retryable
from feedsync.sources.network import connect, ended_at, trusted
from feedsync.sources.remotefile import Asked, Stat, stopped, unanswered

_PORT: Final = 21
_IMPLICIT_PORTS: Final = {990}
_READ_BYTES: Final = 64 * 1024

#: The most that a server may say on the control connection; ftplib collects a reply of many lines without a bound.
_SPOKEN_BYTES: Final = 256 * 1024


class _Control(ftplib.FTP_TLS):
    """A control connection over a socket that somebody else made."""

    def __init__(self, context: ssl.SSLContext, timeout_s: float) -> None:
        super().__init__(context=context, timeout=timeout_s)
        self._spoken_bytes = 0

    def start(self, connection: socket.socket, host: str) -> None:
        """Take the connection over and hear the welcome. ``host`` is the name that certificates are checked for."""
        self.host, self.sock, self.af = host, connection, connection.family
        self.file = connection.makefile("r", encoding=self.encoding, errors="replace")
        self.welcome = self.getresp()

    def getline(self) -> str:
        line = super().getline()
        self._spoken_bytes += len(line)
        if self._spoken_bytes > _SPOKEN_BYTES:
            raise ftplib.error_proto("the server says too much")  # noqa: S321 (an error)
        return line

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 (what the other side offers)
        if self._prot_p:  # type: ignore[attr-defined]
            # Many servers want proof that both connections have the same client: the control connection's session.
            session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
            connection = self.context.wrap_socket(connection, server_hostname=self.host, session=session)
        return connection, size


@contextmanager
def open_ftp(asked: Asked) -> Iterator[FtpFile]:
    """Log in (as ``anonymous`` when nothing is given). Errors as of :func:`feedsync.sources.remote.fetch_remote`."""
    is_implicit = asked.scheme == "ftps" and asked.port in _IMPLICIT_PORTS
    context = asked.network.tls or trusted("ftp")
    with ExitStack() as stack:
        connection = stack.enter_context(
            connect(
                asked.host,
                asked.port or _PORT,
                location=asked.shown,
                allow=asked.allow,
                limits=asked.limits,
                network=asked.network,
            )
        )
        stack.enter_context(ended_at(asked.deadline, connection))
        control = _Control(context, asked.limits.read_timeout_s)
        stack.callback(control.close)
        with _translated(asked):
            if is_implicit:
                connection = stack.enter_context(context.wrap_socket(connection, server_hostname=asked.host))
            control.start(connection, asked.host)
            if asked.scheme != "ftp" and not is_implicit:
                control.auth()
            ftplib.FTP.login(control, asked.user, asked.password)  # noqa: S321 (what the other side offers)
            if asked.scheme != "ftp":
                control.prot_p()
            control.voidcmd("TYPE I")
        yield FtpFile(control, asked)
        with suppress(OSError, EOFError, ftplib.Error):
            control.quit()


class FtpFile:
    """One file of an FTP server; see :class:`feedsync.sources.remotefile.RemoteFile`."""

    def __init__(self, control: _Control, asked: Asked) -> None:
        self._control = control
        self._asked = asked

    def stat(self) -> Stat:
        """Ask for size and time of change (RFC 3659, 3 and 4), which not every server tells."""
        size = self._told("SIZE")
        modified = self._told("MDTM")
        modified_s = None
        with suppress(ValueError):
            # Fractions of a second may follow. The time is UTC.
            moment = datetime.strptime((modified or "")[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            modified_s = int(moment.timestamp())
        is_number = size is not None and size.isascii() and size.isdecimal() and len(size) < 20
        return Stat(int(size) if size is not None and is_number else None, modified_s)

    def _told(self, command: str) -> str | None:
        with _translated(self._asked), suppress(ftplib.error_perm):
            reply = self._control.sendcmd(f"{command} {self._asked.path}")
            return reply[4:].strip() if reply.startswith("213") else None
        return None

    def chunks(self) -> Generator[bytes]:
        """Give the bytes as they come; the server's word that this was all ends them."""
        asked = self._asked
        with _translated(asked, is_file=True):
            connection = self._control.transfercmd(f"RETR {asked.path}")
        with connection:
            try:
                while chunk := connection.recv(_READ_BYTES):
                    yield chunk
            except TimeoutError:
                raise stopped(asked, f"nothing came for {asked.limits.read_timeout_s:g} s") from None
            except OSError:
                raise stopped(asked, "the connection was closed before the end") from None
        try:
            self._control.voidresp()
        except (OSError, EOFError, ftplib.Error):
            raise stopped(asked, "the server did not say that this was all") from None


@contextmanager
def _translated(asked: Asked, *, is_file: bool = False) -> Iterator[None]:
    """Turn what ftplib raises into errors of ours; none is chained, because their texts are the server's.

    ``is_file``: it is the file that was asked for, and no other command.
    """
    shown = asked.shown
    error: FeedsyncError
    try:
        yield
        return
    except ftplib.error_perm as refused:
        error = _refusal(str(refused)[:3], shown, is_file=is_file)
    except (ftplib.error_temp, ftplib.error_reply) as refused:
        error = Retryable("FS-202", location=shown, status=str(refused)[:3])
    except ssl.SSLCertVerificationError as failure:
        reason = f"its certificate is not trusted: {failure.verify_message}"
        error = Fatal("FS-205", location=shown, reason=reason)
    except TimeoutError:
        error = unanswered(asked, f"no answer within {asked.limits.read_timeout_s:g} s")
    except (OSError, EOFError, ftplib.error_proto):
        error = unanswered(asked, "the connection was closed, or what came is not FTP")
    raise error from None


def _refusal(code: str, shown: str, *, is_file: bool) -> Fatal:
    """Say what a 5xx reply means (RFC 959, 4.2.2)."""
    if code == "530":
        return Fatal("FS-202", location=shown, status="530, the login is refused")
    if code == "550" and is_file:
        return Fatal("FS-201", location=shown, reason="there is no such file, or it may not be read")
    if code in ("500", "502", "504", "534"):
        return Fatal(
            "FS-205", location=shown, reason=f"the server cannot do what was asked ({code}); does it speak TLS?"
        )
    return Fatal("FS-202", location=shown, status=code)
