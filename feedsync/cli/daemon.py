"""``daemon``: all schedules on their own clocks, until a signal ends it."""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from feedsync.cli.common import Context
from feedsync.config import schedule_files
from feedsync.daemon import Daemon, daemon_lock
from feedsync.errors import ConfigError
from feedsync.health import Health, look
from feedsync.vitals import health_app
from feedsync.web.app import listen, server_of

#: How often the files are looked at (seconds).
LOOK_EVERY_S = 5.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_log = logging.getLogger("feedsync.daemon")
#: Signals as they come, and None when the daemon has come to rest. A handler may put into it at any instant.
Inbox = queue.SimpleQueue[int | None]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("daemon")(daemon)


def daemon(
    context: typer.Context,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="How many schedules run at the same time.")] = 4,
    grace: Annotated[
        int, typer.Option(min=0, metavar="SECONDS", help="How long SIGTERM waits for what is on its way to Bik.")
    ] = 30,
    address: Annotated[
        str,
        typer.Option(
            "--listen", metavar="HOST:PORT", envvar="FEEDSYNC_LISTEN",
            help="Where /healthz, /livez and /metrics are answered; port 0 takes any free one; off: nowhere.",
        ),
    ] = "127.0.0.1:8738",
) -> None:  # fmt: skip
    """Run every schedule when it is due, until SIGTERM. SIGHUP reads all files anew."""
    where: Context = context.obj
    place = _place(address)
    with daemon_lock(where.state):
        inbox: Inbox = queue.SimpleQueue()
        handlers = {number: signal.signal(number, lambda number, _: inbox.put(number)) for number in _SIGNALS}
        try:
            service = Daemon(lambda: schedule_files(where.schedules), where.schedule, where.state, jobs=jobs)
            with watched(service, where, place) as url:
                service.start()
                _log.info(
                    "daemon started",
                    extra={"schedules": str(where.schedules), "state": str(where.state), "listening": url},
                )
                number = serve(service, inbox)
            _log.info("daemon ends", extra={"signal": signal.Signals(number).name, "running": service.running()})
            rested = come_to_rest(service, inbox, grace)
        finally:
            for number_, handler in handlers.items():
                signal.signal(number_, handler)
        if not rested:  # its threads would hold the process; what they were at is derived anew by the next run
            _log.warning("daemon leaves at once", extra={"running": service.running()})
            _leave(128 + number)
    raise typer.Exit(128 + number)


def _place(address: str) -> tuple[str, int] | None:
    """Host and port; None: nowhere.

    Raises:
        ConfigError: FS-106, it is no address.
    """
    host, colon, port = address.rpartition(":")
    if address == "off":
        return None
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ConfigError("FS-106", reason=f"--listen {address}: write HOST:PORT, such as 127.0.0.1:8738, or off")
    return host.strip("[]"), int(port)


@contextmanager
def watched(service: Daemon, where: Context, place: tuple[str, int] | None) -> Iterator[str | None]:
    """Answer those who watch the daemon while the block runs; gives the address.

    Raises:
        ConfigError: FS-106, the port is taken.
    """
    if place is None:
        yield None
        return

    def views() -> list[Health]:
        names = [path.stem for path in schedule_files(where.schedules)]
        return [look(where.state, name, where.schedule, time.time()) for name in names]

    host, port = place
    with listen(host, port) as listener:
        server = server_of(health_app(views, service.heartbeat_age_s), host, port)
        thread = threading.Thread(target=server.run, args=([listener],), name="feedsync-http")
        thread.start()
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def _leave(code: int) -> None:
    sys.stderr.flush()
    os._exit(code)


def serve(service: Daemon, inbox: Inbox, *, every_s: float = LOOK_EVERY_S) -> int:
    """Look at the files now and then, until a signal ends the daemon; its number."""
    while True:
        try:
            number = inbox.get(timeout=every_s)
        except queue.Empty:
            number = None
        if number is not None and number != signal.SIGHUP:
            return number
        try:
            service.look(anew=number == signal.SIGHUP)
        except Exception:  # what goes on must not end with a look that failed; without looks /livez says so
            _log.exception("the files could not be looked at")


def come_to_rest(service: Daemon, inbox: Inbox, grace_s: float) -> bool:
    """Stop, and wait for it; False: it took too long, or a second signal came."""

    def stop() -> None:
        service.stop()
        inbox.put(None)

    threading.Thread(target=stop, name="feedsync-stop", daemon=True).start()
    until = time.monotonic() + grace_s
    while True:
        try:
            number = inbox.get(timeout=max(until - time.monotonic(), 0))
        except queue.Empty:
            return False
        if number != signal.SIGHUP:  # a terminal that closes, or a reload, is no second signal to end
            return number is None
