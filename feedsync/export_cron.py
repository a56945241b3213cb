"""A crontab with a line for each schedule, for crons in the line of Vixie's (Debian, cronie, macOS).

A line writes nothing unless the run failed, since cron makes a mail of what is written: 3 (something was rejected) and 4
(something is held) are no failures.
"""

from __future__ import annotations

import re
import shlex
from itertools import groupby

import msgspec

from feedsync.export_place import Place, secrets_of, writable
from feedsync.settings import Schedule
from feedsync.timing import cron_fields, offset_of

_HEAD = """\
# Written by feedsync schedule export --cron. crontab FILE installs it in the place of the account's crontab.
#
# CRON_TZ says in which time zone the lines below it are meant. cronie (Fedora, RHEL, Arch) follows it. Debian's and
# Ubuntu's cron does not: there all times are those of the machine's zone. Where that is another one, use this line
# in the place of all the others: it runs what is due by each schedule's own clock, and what only time changes.
# * * * * * {due}

SHELL=/bin/sh
"""
#: The last value of each field, for a step that begins at a number, which older crons do not know.
_LAST = (59, 23, 31, 12, 7)


class Crontab(msgspec.Struct, frozen=True):
    """The text, and the schedules that it does not hold, each with the reason."""

    text: str
    left_out: dict[str, str]


def crontab(schedules: list[Schedule], place: Place) -> Crontab:
    """The crontab of these schedules.

    Raises:
        ConfigError: FS-106, a path cannot be written into a crontab.
    """
    fields: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for schedule in schedules:
        if not schedule.enabled:
            left_out[schedule.name] = "it rests (enabled = false)"
        elif schedule.cron is not None:
            fields[schedule.name] = _portable(schedule.cron)
        elif schedule.every is None:
            left_out[schedule.name] = "it runs by hand only"
        elif (interval := _interval(schedule.every)) is not None:
            fields[schedule.name] = interval
        else:
            left_out[schedule.name] = f"every {schedule.every} s fits no clock: use the line with --due"
    parts = [_HEAD.format(due=_line(schedules, place, "run", "--due"))]
    timed = sorted((s for s in schedules if s.name in fields), key=lambda s: (s.timezone, s.name))
    for timezone, group in groupby(timed, key=lambda schedule: schedule.timezone):
        parts.append(f"CRON_TZ={timezone}")
        for schedule in group:
            delay = offset_of(schedule.name, schedule.jitter)
            line = _line([schedule], place, "run", schedule.name, before=f"sleep {delay}; " if delay else "")
            parts.append(f"# {schedule.name}\n{fields[schedule.name]} {line}")
    parts += [f"# {name} is left out: {reason}" for name, reason in left_out.items()]
    return Crontab("\n".join(parts) + "\n", left_out)


def _portable(cron: str) -> str:
    return " ".join(
        re.sub(r"(?<![\d-])(\d+)/", rf"\1-{last}/", field)
        for field, last in zip(cron_fields(cron).split(), _LAST, strict=True)
    )


def _interval(seconds: int) -> str | None:
    """The fields of an interval that divides the hour or the day."""
    minutes, rest = divmod(seconds, 60)
    if rest or not minutes:
        return None
    if 60 % minutes == 0:
        return "0 * * * *" if minutes == 60 else f"*/{minutes} * * * *"
    hours, rest = divmod(minutes, 60)
    if rest or 24 % hours:
        return None
    return "0 0 * * *" if hours == 24 else f"0 */{hours} * * *"


def _line(schedules: list[Schedule], place: Place, *arguments: str, before: str = "") -> str:
    """The command of a line: the secrets' variables, the run, and what is said of it."""
    found = [(schedule.name, secrets_of(schedule)) for schedule in schedules]
    steps = [f"cd {_word(str(place.folder))}"]
    if any(secrets.variables for _, secrets in found):
        file = f"{_word(found[0][0])}.env" if len(found) == 1 else "*.env"
        steps.append(f'set -a && for f in {_word(str(place.secrets))}/{file}; do . "$f"; done && set +a')
    if any(secrets.credentials for _, secrets in found):
        steps.append(f"export CREDENTIALS_DIRECTORY={_word(str(place.secrets / 'credentials'))}")
    steps.append(" ".join(_word(word) for word in place.command(*arguments)))
    said = '{ s=$?; [ $s -eq 3 ] || [ $s -eq 4 ] || { echo "$o"; exit $s; }; }'
    return f"{before}o=$({' && '.join(steps)} 2>&1) || {said}"


def _word(text: str) -> str:
    """One word for the shell. cron takes ``%`` for the end of the command, unless a backslash stands before it."""
    return r"\%".join(shlex.quote(part) if part else "" for part in writable(text).split("%")) or "''"
