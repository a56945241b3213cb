"""Feeds behind ``sftp://``: one file of an SSH server whose host key is known.

It speaks through paramiko itself and not through fsspec, which trusts any host key and connects to a name. A key that
``~/.ssh/known_hosts`` (or the machine's own list) does not hold is refused, and the message tells its fingerprint:
nothing is ever added there by a program. A path counts from the server's root; ``/~/`` in front means from the
home folder.
"""

from __future__ import annotations

import io
import logging
import socket
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from feedsync.errors import Fatal, FeedsyncError
from feedsync.sources.extras import needed
from feedsync.sources.network import connect, ended_at
from feedsync.sources.remotefile import Asked, Stat, stopped, unanswered

if TYPE_CHECKING:
    import paramiko

_PORT: Final = 22

#: What every SFTP server gives at once (draft-ietf-secsh-filexfer-02, 3).
_READ_BYTES: Final = 32 * 1024

#: How much is asked for at once. A server may answer each request with 16 MiB, so it is not more.
_WINDOW_BYTES: Final = 32 * _READ_BYTES

_CLOSE_S: Final = 5.0

#: Without a handler paramiko writes tracebacks to stderr. One for all: a logger keeps each handler it is given.
_SILENT: Final = logging.NullHandler()

#: The machine's own list of host keys, beside the user's.
_MACHINE_HOSTS: Final = Path("/etc/ssh/ssh_known_hosts")


class _UnknownHostError(Exception):
    """The server's host key is in no list; it carries the key's kind and fingerprint."""


class _Refuse:
    """The policy for a host key that is in no list (paramiko's MissingHostKeyPolicy)."""

    def missing_host_key(self, _client: object, _hostname: str, key: paramiko.PKey) -> None:
        raise _UnknownHostError(f"{key.get_name()} {key.fingerprint}")


@contextmanager
def open_sftp(asked: Asked) -> Iterator[SftpFile]:
    """Log in and open the file. Errors as of :func:`feedsync.sources.remote.fetch_remote`.

    The login is the user and the password, else the private key of the credentials, else what ``ssh`` would use: the
    agent and the keys in ``~/.ssh``. Where both a key and a password are given, the server may ask for both.
    """
    ssh = needed("paramiko", extra="sftp", location=asked.shown)
    logging.getLogger("paramiko").addHandler(_SILENT)
    if not asked.user:
        raise Fatal("FS-205", location=asked.shown, reason="it needs a user: sftp://USER@HOST/PATH, or auth")
    port = asked.port or _PORT
    key = _private_key(ssh, asked)
    with ExitStack() as stack:
        connection = stack.enter_context(
            connect(
                asked.host,
                port,
                location=asked.shown,
                allow=asked.allow,
                limits=asked.limits,
                network=asked.network,
            )
        )
        stack.enter_context(ended_at(asked.deadline, connection))
        client = ssh.SSHClient()
        stack.callback(_close, client, connection)
        _load_known_hosts(client, asked)
        client.set_missing_host_key_policy(_Refuse())
        given = bool(asked.password or key)
        with _translated(ssh, client, asked):
            try:
                client.connect(
                    asked.host,
                    port,
                    sock=connection,
                    username=asked.user,
                    password=asked.password or None,
                    pkey=key,
                    allow_agent=not given,
                    look_for_keys=not given,
                    timeout=asked.limits.read_timeout_s,
                    banner_timeout=asked.limits.read_timeout_s,
                    auth_timeout=asked.limits.read_timeout_s,
                    channel_timeout=asked.limits.read_timeout_s,
                )
            except ssh.SSHException as failure:
                # What paramiko says when it has no login to try is no error of its kind for logins.
                transport = client.get_transport()
                if type(failure) is ssh.SSHException and transport.is_active() and transport.initial_kex_done:
                    raise ssh.AuthenticationException from None
                raise
            channel = client.open_sftp()
            channel.get_channel().settimeout(asked.limits.read_timeout_s)
            file = channel.open(_path(asked), "rb")
            file._start_prefetch = partial(_ask_at_once, file)
        yield SftpFile(ssh, client, file, asked)


def _close(client: paramiko.SSHClient, connection: socket.socket) -> None:
    """Close the connection and see paramiko's thread end, which would find out by itself a little later."""
    transport = client.get_transport()
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    client.close()
    if transport is not None:
        transport.join(_CLOSE_S)


class SftpFile:
    """One opened file of an SFTP server; see :class:`feedsync.sources.remotefile.RemoteFile`."""

    def __init__(self, ssh: Any, client: paramiko.SSHClient, file: paramiko.SFTPFile, asked: Asked) -> None:
        self._ssh = ssh
        self._client = client
        self._file = file
        self._asked = asked

    def stat(self) -> Stat:
        """Ask for the open file's state: it is the file that is read, also when another one has taken its name."""
        with _translated(self._ssh, self._client, self._asked):
            found = self._file.stat()
        return Stat(found.st_size, found.st_mtime)

    def chunks(self) -> Generator[bytes]:
        """Give the bytes as they come: up to the size that is stated with many requests at once, then to the end."""
        asked = self._asked
        try:
            yield from self._at_once(self.stat().size_bytes or 0)
            while chunk := self._file.read(_READ_BYTES):
                yield chunk
        except TimeoutError:
            raise stopped(asked, f"nothing came for {asked.limits.read_timeout_s:g} s") from None
        except (OSError, self._ssh.SSHException):
            raise stopped(asked, "the connection was closed before the end") from None

    def _at_once(self, size_bytes: int) -> Iterator[bytes]:
        """Read without a round trip for each piece; it may end before ``size_bytes``, but leaves nothing out."""
        file: Any = self._file
        for begin in range(0, size_bytes, _WINDOW_BYTES):
            end = min(begin + _WINDOW_BYTES, size_bytes)
            wanted = [(offset, min(_READ_BYTES, end - offset)) for offset in range(begin, end, _READ_BYTES)]
            for (_, length), chunk in zip(wanted, file.readv(wanted), strict=True):
                yield chunk
                if len(chunk) < length:
                    # The file has become shorter, and paramiko would wait for the rest of it.
                    file._prefetching = False
                    return
            if file._prefetch_data:
                # It gives less than it is asked for, which is its right; paramiko keeps what then comes twice.
                file._prefetch_data.clear()
                return


def _ask_at_once(file: Any, pieces: list[tuple[int, int]], _most: int | None = None) -> None:
    """Send the requests in this thread; paramiko's own thread for it cannot be stopped, nor its errors be caught."""
    file._prefetching = True
    file._prefetch_done = False
    file._prefetch_thread(pieces, None)


def _load_known_hosts(client: Any, asked: Asked) -> None:
    for path, shown in ((Path("~/.ssh/known_hosts").expanduser(), "~/.ssh/known_hosts"), (_MACHINE_HOSTS, "")):
        try:
            client.load_system_host_keys(str(path))
        except OSError:
            continue
        except Exception:  # paramiko lets through whatever a broken line makes its parsers raise
            reason = f"{shown or path} cannot be read: one of its lines is broken"
            raise Fatal("FS-205", location=asked.shown, reason=reason) from None


def _path(asked: Asked) -> str:
    return asked.path[2:] if asked.path.startswith("~/") else f"/{asked.path}"


def _private_key(ssh: Any, asked: Asked) -> Any:
    text = asked.credentials.private_key
    if text is None:
        return None
    for kind in (ssh.Ed25519Key, ssh.ECDSAKey, ssh.RSAKey):
        with suppress(ssh.SSHException, ValueError):
            return kind.from_private_key(io.StringIO(text), asked.credentials.passphrase)
    reason = "the private key cannot be read: it is none that OpenSSH writes, or its passphrase is missing or wrong"
    raise Fatal("FS-205", location=asked.shown, reason=reason)


@contextmanager
def _translated(ssh: Any, client: paramiko.SSHClient, asked: Asked) -> Iterator[None]:
    """Turn what paramiko raises into errors of ours; none is chained, because their texts are the server's."""
    shown = asked.shown
    error: FeedsyncError
    try:
        yield
        return
    except _UnknownHostError as unknown:
        at = asked.host if asked.port in (None, _PORT) else f"-p {asked.port} {asked.host}"
        reason = (
            f"its host key {unknown} is not in ~/.ssh/known_hosts; when whoever runs the server confirms this "
            f"fingerprint, add the key with: ssh-keyscan {at} >> ~/.ssh/known_hosts"
        )
        error = Fatal("FS-205", location=shown, reason=reason)
    except ssh.BadHostKeyException as changed:
        reason = (
            f"its host key {changed.key.get_name()} {changed.key.fingerprint} is another one than ~/.ssh/known_hosts "
            "has for it; ask whoever runs the server whether that is right before you replace it there"
        )
        error = Fatal("FS-205", location=shown, reason=reason)
    except ssh.AuthenticationException:
        error = Fatal("FS-202", location=shown, status="that it refuses the login (user, password or key)")
    except FileNotFoundError:
        error = Fatal("FS-201", location=shown, reason="there is no such file")
    except PermissionError:
        error = Fatal("FS-201", location=shown, reason="it may not be read (permission denied)")
    except TimeoutError:
        error = unanswered(asked, f"no answer within {asked.limits.read_timeout_s:g} s")
    except (OSError, ssh.SSHException, EOFError) as failure:
        transport = client.get_transport()
        if isinstance(failure, OSError) and transport is not None and transport.is_active():
            # An SFTP status that has no meaning of its own.
            error = Fatal("FS-201", location=shown, reason="the server says that it cannot be read")
        else:
            error = unanswered(asked, "the connection was closed, or what came is not SSH")
    raise error from None
