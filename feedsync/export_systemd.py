"""Units of systemd: for each schedule a service and a timer, and one service for the daemon instead of all of these.

Quoting is that of systemd.service(5) and systemd.unit(5); times are those of systemd.time(7), in the schedule's own zone.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from cronsim import CronSim

from feedsync.export_place import Place, secrets_of, writable
from feedsync.settings import Schedule
from feedsync.timing import cron_fields, in_words

DAEMON = "feedsync.service"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOMES = ("/home", "/root", "/run/user")
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - nothing is written there
_PLAIN = re.compile(r"[\w/.:=@,+-]+")

_UNIT = """\
# Written by feedsync schedule export --systemd
[Unit]
Description={description}
Wants=network-online.target
After=network-online.target
"""
#: Everything that a process needs not which reads feeds, asks Bik and writes its state.
_HARDENING = """\
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={home}
PrivateTmp={tmp}
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""


def systemd_units(schedules: list[Schedule], place: Place) -> dict[str, str]:
    """The text of every unit by the name of its file. A schedule that rests, or runs by hand only, has a service alone.

    Raises:
        ConfigError: FS-106, a path cannot be written into a unit.
    """
    units: dict[str, str] = {}
    for schedule in schedules:
        units[_service_name(schedule)] = _service(schedule, place)
        if schedule.clocked:
            units[_timer_name(schedule)] = _timer(schedule)
    units[DAEMON] = _daemon(schedules, place)
    return units


def _service_name(schedule: Schedule) -> str:
    return f"feedsync-{schedule.name}.service"


def _timer_name(schedule: Schedule) -> str:
    return f"feedsync-{schedule.name}.timer"


def _service(schedule: Schedule, place: Place) -> str:
    return (
        _UNIT.format(description=f"feedsync: {schedule.name}")
        + "\n[Service]\nType=oneshot\n"
        + "# 3: something was rejected, 4: something is held. The rest was done.\n"
        + "SuccessExitStatus=3 4\n"
        + _exec_start(place.command("run", schedule.name))
        + _place(place, [schedule])
    )


def _daemon(schedules: list[Schedule], place: Place) -> str:
    timers = " ".join(_timer_name(schedule) for schedule in schedules if schedule.clocked)
    return (
        _UNIT.format(description="feedsync: all schedules")
        + "# Either this or the timers.\n"
        + f"Conflicts={timers}\n"
        + "\n[Service]\nType=exec\n"
        + _exec_start(place.command("daemon"))
        + "ExecReload=/bin/kill -HUP $MAINPID\n"
        + "# It finishes what is under way, and then ends with 143.\n"
        + "KillMode=mixed\nTimeoutStopSec=120\nSuccessExitStatus=143\n"
        + "Restart=on-failure\nRestartSec=10\n"
        + _place(place, schedules)
        + "\n[Install]\nWantedBy=multi-user.target\n"
    )


def _place(place: Place, schedules: list[Schedule]) -> str:
    """The account, the folders, the secrets, and what is kept from the process."""
    lines = [f"User={_path(place.user)}", f"WorkingDirectory={_path(str(place.folder))}"]
    if (
        place.state.is_relative_to("/var/lib")
        and place.state != Path("/var/lib")
        and _PLAIN.fullmatch(str(place.state))
    ):
        lines += [f"StateDirectory={place.state.relative_to('/var/lib')}", "StateDirectoryMode=0700"]
    else:
        lines += [
            "# This folder has to be there, and belong to the account.",
            f"ReadWritePaths={_word(str(place.state))}",
        ]
    found = [(schedule.name, secrets_of(schedule)) for schedule in schedules]
    for name, secrets in found:
        if secrets.variables:
            lines.append(f"# It has to say: {', '.join(writable(variable) for variable in secrets.variables)}")
            lines.append(f"EnvironmentFile={_path(str(place.secrets / f'{name}.env'))}")
    for credential in sorted({one for _, secrets in found for one in secrets.credentials}):
        lines.append(f"LoadCredential={_path(credential)}:{_path(str(place.secrets / 'credentials' / credential))}")
    files = sorted({str(place.folder / file) for _, secrets in found for file in secrets.files})
    lines += [f"# {place.user} has to be able to read {writable(file)}" for file in files]
    paths = _paths(place, schedules, files)
    home, tmp = ("read-only" if _below(paths, _HOMES) else "yes"), ("no" if _below(paths, _TEMPORARY) else "yes")
    lines.append(_HARDENING.format(home=home, tmp=tmp))
    return "\n".join(lines)


def _paths(place: Place, schedules: list[Schedule], files: list[str]) -> list[str]:
    """What a run has to see."""
    feeds = [
        str((schedule.file.parent / feed.location).absolute())
        for schedule in schedules
        for feed in schedule.feeds
        if "://" not in feed.location
    ]
    places = [place.folder, place.schedules, place.state, sys.base_prefix]
    return [*place.program, *map(str, places), *files, *feeds]


def _below(paths: list[str], folders: tuple[str, ...]) -> bool:
    return any(Path(path).is_relative_to(folder) for path in paths for folder in folders)


def _timer(schedule: Schedule) -> str:
    if schedule.cron is not None:
        words = in_words(schedule.cron)
        when = [f"OnCalendar={moment}" for moment in on_calendar(schedule.cron, schedule.timezone)]
        when.append("# A time that was missed is made up for, once.\nPersistent=true")
    else:
        words = f"every {schedule.every} s"
        when = ["OnBootSec=1min", f"OnUnitActiveSec={schedule.every}s"]
    if schedule.jitter:
        when.append(f"RandomizedDelaySec={schedule.jitter}s\nFixedRandomDelay=true")
    return (
        "# Written by feedsync schedule export --systemd\n"
        f"[Unit]\nDescription=feedsync: {schedule.name}, {words}\nConflicts={DAEMON}\n\n"
        "[Timer]\n" + "\n".join(when) + "\nAccuracySec=1s\n\n[Install]\nWantedBy=timers.target\n"
    )


def on_calendar(cron: str, timezone: str) -> list[str]:
    """A cron expression in systemd's words; several that hold beside each other where cron means *or*."""
    parsed = CronSim(cron_fields(cron), datetime(2024, 1, 1, tzinfo=UTC))
    weekdays = sorted({(day - 1) % 7 for day in parsed.weekdays if isinstance(day, int)})
    week = "" if len(weekdays) == 7 else _ranges([_DAYS[day] for day in weekdays], weekdays) + " "
    days, months = _numbers(parsed.days, 31), _numbers(parsed.months, 12)
    time = f"{_numbers(parsed.hours, 24)}:{_numbers(parsed.minutes, 60)}:00 {timezone}"
    if parsed.day_and:
        return [f"{week}*-{months}-{days} {time}"]
    if not week or days == "*":  # either of them, and one is every day
        return [f"*-{months}-* {time}"]
    return [f"*-{months}-{days} {time}", f"{week}*-{months}-* {time}"]


def _numbers(values: set[int], size: int) -> str:
    ordered = sorted(values)
    return "*" if len(ordered) == size else _ranges([f"{value:02}" for value in ordered], ordered)


def _ranges(words: list[str], values: list[int]) -> str:
    """Words by comma; three and more in a row as a range."""
    parts = []
    for _, group in groupby(range(len(values)), key=lambda at: values[at] - at):
        run = [words[at] for at in group]
        parts += [f"{run[0]}..{run[-1]}"] if len(run) > 2 else run
    return ",".join(parts)


def _exec_start(command: tuple[str, ...]) -> str:
    """The first word is no place for variables, and takes no quotes and backslashes whatever stands before them."""
    if any(sign in command[0] for sign in "\"'\\"):
        command = ("/usr/bin/env", *command)
    program, *arguments = command
    return f"ExecStart={' '.join([_word(program), *(_word(word.replace('$', '$$')) for word in arguments)])}\n"


def _word(text: str) -> str:
    """One word of a line that systemd takes apart: quoted where it must be."""
    escaped = writable(text).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if _PLAIN.fullmatch(text) else f'"{escaped}"'


def _path(text: str) -> str:
    """A value that systemd takes as a whole."""
    return writable(text).replace("%", "%%")
