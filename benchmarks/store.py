"""A store that costs next to nothing: it takes every request, keeps nothing and has nothing.

The sandbox checks and keeps what it is sent, which is work that a real store does elsewhere. This one is a process of its
own that answers from fixed bytes, so that what is left of a push is feedsync's part of it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TAKEN = b'{"status":200,"success":true,"data":{}}'
#: What calls that read give: the store is empty.
_EMPTY = b'{"status":200,"success":true,"data":{"products":[],"catalogs":[]}}'


@contextmanager
def free_store() -> Iterator[str]:
    """The base URL of such a store, while it runs."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.store"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All requests of one connection; of HTTP/1.1 no more is understood than what feedsync's client writes."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            await reader.readexactly(size)
            body = _EMPTY if b"-products/get " in head or b"/list " in head.partition(b"\r\n")[0] + b" " else _TAKEN
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
            writer.write(body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
