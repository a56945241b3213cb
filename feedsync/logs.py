"""Logs for machines and for people: JSON lines, or text on a terminal, of ours and of every library.

A line carries the schedule, the run and the request that it is about, where these are bound (:mod:`feedsync.logcontext`).
Before it is written, secrets that this process knows, userinfo and secret parameters of addresses are hidden in all of it,
tracebacks included, and characters that steer a terminal or fake a line are replaced (:mod:`feedsync.loglines`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Literal, TextIO

Form = Literal["auto", "json", "text"]
Level = Literal["debug", "info", "warning", "error"]
#: These quote addresses, with what is secret in them, below warnings: httpx and urllib3 each request that they make.
_CHATTY = ("httpx", "httpcore", "urllib3", "asyncio", "botocore", "s3fs", "fsspec", "paramiko")

_json_asked_for = False
#: Where logs go now, None where nobody said so.
_current: _Handler | None = None


def configure(stream: TextIO, *, form: Form, level: Level) -> Callable[[], None]:
    """Write all logs of this process to ``stream`` from now on; gives what puts everything back as it was.

    ``auto`` is text on a terminal and JSON elsewhere.
    """
    global _json_asked_for, _current
    root, ours = logging.getLogger(), logging.getLogger("feedsync")
    before = (root.handlers[:], root.level, ours.level, [logging.getLogger(name).level for name in _CHATTY])
    handler = _Handler(stream, as_json=form == "json" or (form == "auto" and not stream.isatty()))
    root.handlers = [handler]
    root.setLevel(logging.INFO if level == "debug" else max(logging.WARNING, logging.getLevelName(level.upper())))
    ours.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    _json_asked_for, _current = form == "json", handler

    def restore() -> None:
        global _json_asked_for, _current
        _json_asked_for, _current = False, None
        root.handlers = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])
        for name, old in zip(_CHATTY, before[3], strict=True):
            logging.getLogger(name).setLevel(old)
        logging.captureWarnings(False)
        handler.forget()

    return restore


def json_asked_for() -> bool:
    """Whether everything on stderr shall be JSON, what a command says to people included."""
    return _json_asked_for


def be_ready() -> None:
    """Get ready for what logs with structlog itself, as a stranger's package may: it would print to stdout."""
    if _current is not None:
        _current.be_ready()


class _Handler(logging.StreamHandler[TextIO]):
    """Loads what makes the lines with the first one: most runs write none."""

    def __init__(self, stream: TextIO, *, as_json: bool) -> None:
        super().__init__(stream)
        self._as_json = as_json

    def be_ready(self) -> None:
        """Load it now."""
        from feedsync.loglines import formatter

        if self.formatter is None:
            colors = self.stream.isatty() and not os.environ.get("NO_COLOR")
            self.setFormatter(formatter(as_json=self._as_json, colors=colors))

    def forget(self) -> None:
        """No more lines come."""
        if self.formatter is not None:
            from feedsync.loglines import forget

            forget()

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        self.be_ready()
        return super().format(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name is logging's
        """A log that is full, or that nobody reads any more, stops no sync; there is no other place to tell it."""
