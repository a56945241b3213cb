"""What a log line looks like: JSON, or text on a terminal; nothing secret and nothing that steers a terminal is in it.

structlog makes the lines. It takes longer to load than most runs have to say, so :mod:`feedsync.logs` loads this module
with the first line that is written.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from feedsync.logcontext import about
from feedsync.secrecy import hide
from feedsync.sources.redact import redact

_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//\S+")
#: Values that are several lines.
_LINES = ("exception", "stack")


def formatter(*, as_json: bool, colors: bool) -> logging.Formatter:
    """Makes the lines; what libraries log with structlog itself goes the same way from now on."""
    renderer: Processor = structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    if not as_json:
        renderer = structlog.dev.ConsoleRenderer(
            colors=colors, pad_event_to=0,
            exception_formatter=structlog.dev.plain_traceback,  # the others show what variables hold
        )  # fmt: skip
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars, _about, structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(), structlog.processors.StackInfoRenderer(),
    ]  # fmt: skip
    last: list[Processor] = [
        _level, structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, clean,
        structlog.processors.TimeStamper(fmt="iso"), _in_order, renderer,
    ]  # fmt: skip
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*first, structlog.stdlib.ExtraAdder()], processors=last
    )


def forget() -> None:
    """What libraries log with structlog goes its own way again."""
    structlog.reset_defaults()


def _about(logger: Any, method: str, event: EventDict) -> EventDict:
    return {**about(), **event}


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
