"""When a schedule is to run, by its ``cron`` or ``every``: pure, with the time as an argument.

Cron is what Debian's cron makes of it, read by cronsim: Sunday is ``0``, ``7`` and ``sun``; a day of the month beside a
weekday means either of them, unless one begins with ``*``; a fixed hour that a change of the clocks skips or repeats comes
once, and ``*`` in the minutes or hours follows the time that really passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

import xxhash
from cronsim import CronSim, CronSimError

_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS = (("minute", 60), ("hour", 24), ("day of the month", 31), ("month", 12), ("weekday", 7))
#: What other readers of cron know and cron does not: the last day, the second Monday, the nearest workday.
_EXTENSIONS = re.compile(r"[LW#?]", re.IGNORECASE)
_NAMES = re.compile(r"\b(sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b", re.IGNORECASE)


def cron_fields(expression: str) -> str:
    """The five fields of a cron expression, aliases such as ``@daily`` resolved and Sunday at a range's end as 7.

    Raises:
        ValueError: it is none, or its time never comes; says which field, and what to write.
    """
    text = expression.strip()
    if text.startswith("@"):
        if (known := _ALIASES.get(text.lower())) is None:
            raise ValueError(f"{expression!r} is not known; there are {', '.join(_ALIASES)}")
        return known
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(
            f"{expression!r} has {len(fields)} fields; a cron expression has five: minute hour day month weekday"
        )
    fields[4] = re.sub(r"-(sun|0)\b", "-7", fields[4], flags=re.IGNORECASE)
    for field, (name, size) in zip(fields, _FIELDS, strict=True):
        _check(expression, field, name, size)
    normal = " ".join(fields)
    try:
        CronSim(normal, datetime(2024, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise ValueError(f"{expression!r}: {str(error).lower()}, or one that never comes") from None
    return normal


def _check(expression: str, field: str, name: str, size: int) -> None:
    """What cronsim would take, but nobody means; and words for what it refuses without any."""
    if _EXTENSIONS.search(_NAMES.sub("", field)):
        raise ValueError(f"{expression!r}: {field!r} in the {name} is no cron; write numbers, names, ranges and steps")
    for step in re.findall(r"/(\d+)", field):
        if int(step) >= size:
            raise ValueError(
                f"{expression!r}: a step of {step} is longer than the {name} goes; "
                f'for an interval that fits no clock write every = "…" instead of cron'
            )
    for first, last in re.findall(r"\b(\d+)-(\d+)\b", field):
        if int(first) > int(last):
            raise ValueError(f"{expression!r}: the range {first}-{last} in the {name} goes backwards; write two ranges")


def ticks(fields: str, zone: tzinfo, after: int) -> Iterator[int]:
    """The moments of a cron expression (:func:`cron_fields`) after ``after``, in Unix seconds, each once."""
    last = after
    moments = CronSim(fields, datetime.fromtimestamp(after, zone))
    while True:
        at = int(next(moments).timestamp())
        if at > last:  # the search begins at a wall clock, which an hour that is lived twice shows twice
            yield at
            last = at


def next_times(cron: str | None, every: int | None, zone: tzinfo, *, after: int, offset: int = 0) -> Iterator[int]:
    """When a schedule is to run after it last did (``after``), in Unix seconds; nothing for one that runs by hand only.

    ``every`` is counted in seconds from there. ``offset`` (:func:`offset_of`) is by how much it runs later than its clock.
    """
    if every is not None:
        at = after
        while True:
            at += every
            yield at
    if cron is not None:
        yield from (at + offset for at in ticks(cron_fields(cron), zone, after - offset))


def next_time(cron: str | None, every: int | None, zone: tzinfo, *, after: int, offset: int = 0) -> int | None:
    """The first of :func:`next_times`, None where there is none."""
    return next(next_times(cron, every, zone, after=after, offset=offset), None)


def offset_of(name: str, jitter: int) -> int:
    """By how many seconds, 0 to ``jitter``, this schedule runs later than its clock says: always the same.

    So that the schedules of one hour do not all begin in the same second, and none wanders.
    """
    return xxhash.xxh32_intdigest(name.encode()) % (jitter + 1)


def in_words(cron: str) -> str:
    """A cron expression in English."""
    words: str = CronSim(cron_fields(cron), datetime(2024, 1, 1, tzinfo=UTC)).explain()
    return words
