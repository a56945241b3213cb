"""Logs for machines and for people: JSON lines, or text on a terminal, of ours and of every library.

A line carries the schedule, the run and the request that it is about, where these are bound (``structlog.contextvars``).
Before it is written, secrets that this process knows, userinfo and secret parameters of addresses are hidden in all of it,
tracebacks included, and characters that steer a terminal or fake a line are replaced.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

from feedsync.secrecy import hide
from feedsync.sources.redact import redact

Form = Literal["auto", "json", "text"]
Level = Literal["debug", "info", "warning", "error"]
#: These quote addresses, with what is secret in them, below warnings: httpx and urllib3 each request that they make.
_CHATTY = ("httpx", "httpcore", "urllib3", "asyncio", "botocore", "s3fs", "fsspec", "paramiko")
_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//\S+")
#: Values that are several lines.
_LINES = ("exception", "stack")

_json_asked_for = False


def configure(stream: TextIO, *, form: Form, level: Level) -> Callable[[], None]:
    """Write all logs of this process to ``stream`` from now on; gives what puts everything back as it was.

    ``auto`` is text on a terminal and JSON elsewhere.
    """
    global _json_asked_for
    root, ours = logging.getLogger(), logging.getLogger("feedsync")
    before = (root.handlers[:], root.level, ours.level, [logging.getLogger(name).level for name in _CHATTY])
    as_json = form == "json" or (form == "auto" and not stream.isatty())
    renderer: Processor = structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    if not as_json:
        renderer = structlog.dev.ConsoleRenderer(
            colors=stream.isatty() and not os.environ.get("NO_COLOR"), pad_event_to=0,
            exception_formatter=structlog.dev.plain_traceback,  # the others show what variables hold
        )  # fmt: skip
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars, structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(), structlog.processors.StackInfoRenderer(),
    ]  # fmt: skip
    last: list[Processor] = [
        _level, structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, clean,
        structlog.processors.TimeStamper(fmt="iso"), _in_order, renderer,
    ]  # fmt: skip
    handler = _Handler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[*first, structlog.stdlib.ExtraAdder()], processors=last)
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    root.handlers = [handler]
    root.setLevel(logging.INFO if level == "debug" else max(logging.WARNING, logging.getLevelName(level.upper())))
    ours.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    _json_asked_for = form == "json"

    def restore() -> None:
        global _json_asked_for
        _json_asked_for = False
        root.handlers = before[0]
        root.setLevel(before[1])
        ours.setLevel(before[2])
        for name, old in zip(_CHATTY, before[3], strict=True):
            logging.getLogger(name).setLevel(old)
        logging.captureWarnings(False)
        structlog.reset_defaults()

    return restore


def json_asked_for() -> bool:
    """Whether everything on stderr shall be JSON, what a command says to people included."""
    return _json_asked_for


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name is logging's
        """A log that is full, or that nobody reads any more, stops no sync; there is no other place to tell it."""


def _level(logger: Any, method: str, event: EventDict) -> EventDict:
    event["level"] = event["_record"].levelname.lower()
    return event


def _in_order(logger: Any, method: str, event: EventDict) -> EventDict:
    return {**{name: event[name] for name in ("timestamp", "level", "logger", "event")}, **event}


def clean(logger: Any, method: str, event: EventDict) -> EventDict:
    """A processor: nothing secret and nothing that steers a terminal stays in the event, wherever in it it stood."""
    return {_text(key): _value(value, lines=key in _LINES) for key, value in event.items()}


def _value(value: Any, *, lines: bool = False) -> Any:
    if isinstance(value, str):
        return _text(value, lines=lines)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {_text(str(key)): _value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(inner) for inner in value]
    shown = _text(str(value))
    return value if isinstance(value, int | float) and shown == str(value) else shown


def _text(text: str, *, lines: bool = False) -> str:
    hidden = hide(_ADDRESS.sub(lambda found: redact(found[0]), hide(text)))
    return "".join(c if c.isprintable() or (lines and c == "\n") else "?" for c in hidden)
