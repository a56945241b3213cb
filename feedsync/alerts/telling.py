"""From what is wrong to who must be told: what each receiver knows already is in the notes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from feedsync.alerts.conditions import RECOVERED, Condition, Found, age, find
from feedsync.alerts.receivers import ADDRESS, Message, Receiver, place, receivers
from feedsync.errors import FeedsyncError, Locked
from feedsync.health import health
from feedsync.notes import Notes, Told, Trouble, Undelivered, open_notes, read_notes
from feedsync.report.summary import RunSummary
from feedsync.settings import Schedule
from feedsync.sync import Clock

_LOG = logging.getLogger("feedsync.alerts")
#: Who could not be told is tried again after this (seconds).
AGAIN_S = 300


def after_run(schedule: Schedule, state: Path, error: FeedsyncError | None = None, *, clock: Clock = time.time) -> None:
    """A run has ended, or could not begin because of ``error``: remember that, and tell whom it concerns.

    It never raises, and what could not be told is in the log and in ``feedsync status``.
    """
    if isinstance(error, Locked):
        return  # another run goes on, and ends with a call of this
    trouble = Trouble(error.code, error.message, int(clock())) if error else None
    _note(schedule, state, "trouble", trouble)
    check_alerts(schedule, state, clock=clock)


def watched(schedule: Schedule, state: Path, run: Callable[[], RunSummary]) -> RunSummary:
    """Make a run, and tell whom its end concerns; what it raises is raised after that."""
    try:
        summary = run()
    except FeedsyncError as error:
        after_run(schedule, state, error)
        raise
    after_run(schedule, state)
    return summary


def file_checked(schedule: Schedule, state: Path, error: FeedsyncError | None, *, clock: Clock = time.time) -> None:
    """The schedule's file was read anew: ``error`` says what is wrong with it, and ``schedule`` is its last good form."""
    trouble = Trouble(error.code, error.message, int(clock())) if error else None
    if _note(schedule, state, "settings", trouble):
        check_alerts(schedule, state, clock=clock)


def _note(schedule: Schedule, state: Path, field: str, trouble: Trouble | None) -> bool:
    """Write it down; whether it is news."""
    before: Trouble | None = getattr(read_notes(state, schedule.name), field)
    if (before and (before.code, before.message)) == (trouble and (trouble.code, trouble.message)):
        return False
    try:
        with open_notes(state, schedule.name) as notes:
            setattr(notes, field, trouble)
    except OSError as error:
        _LOG.warning("the notes cannot be written", extra={"schedule": schedule.name, "reason": error.strerror})
    return True


def check_alerts(schedule: Schedule, state: Path, *, clock: Clock = time.time) -> None:
    """Look how the schedule stands, and tell each receiver what it does not know yet. It never raises."""
    if not schedule.alerts.to:
        return
    now = clock()
    try:
        with open_notes(state, schedule.name) as notes:
            found = find(health(state, schedule.name), schedule.alerts, now, clocked=schedule.clocked)
            if not _settled(notes, schedule, found):
                _tell_all(notes, schedule, found, int(now))
    except OSError as error:
        _LOG.warning("nobody can be told", extra={"schedule": schedule.name, "reason": error.strerror})


def _settled(notes: Notes, schedule: Schedule, found: Found) -> bool:
    """Whether everybody knows what is so. Addresses are opened, which takes its time, only where somebody does not."""
    if notes.undelivered:
        return False
    wrong = {condition.kind: condition.key for condition in found.conditions}
    known: dict[str, dict[str, str]] = {}
    for told in notes.told:
        if told.kind not in found.undecided:
            known.setdefault(told.receiver, {})[told.kind] = told.key
    places = {receiver.partition(ADDRESS)[0] for receiver in known}
    return all(one == wrong for one in known.values()) and (
        not wrong or places == {place(ref) for ref in schedule.alerts.to}
    )


def _tell_all(notes: Notes, schedule: Schedule, found: Found, now: int) -> None:
    told: list[Told] = []
    undelivered: list[Undelivered] = []
    failing = {one.receiver: one for one in notes.undelivered}
    for receiver in receivers(schedule):
        known: dict[str, Told] = {
            one.kind: one for one in notes.told if one.receiver == receiver.name and one.kind in schedule.alerts.on
        }
        failed = failing.get(receiver.name)
        if failed is not None and 0 <= now - failed.tried_at < AGAIN_S:
            undelivered.append(failed)
        elif problem := _tell(receiver, known, schedule.name, found, now):
            undelivered.append(Undelivered(receiver.name, problem, failed.since if failed else now, now))
        told += known.values()
    notes.told, notes.undelivered = told, undelivered


def _tell(receiver: Receiver, known: dict[str, Told], name: str, found: Found, now: int) -> str | None:
    """Tell a receiver all that it does not know, and note in ``known`` what it knows then; why it could not be told."""
    for kind, message, after in list(_news(name, receiver, known, found, now)):
        problem = receiver.send(message)
        if problem is not None:
            _LOG.warning(
                "somebody could not be told",
                extra={"schedule": name, "receiver": receiver.name, "kind": kind, "reason": problem},
            )
            return problem
        known.pop(kind, None)
        if after is not None:
            known[kind] = after
    return None


def _news(
    name: str, receiver: Receiver, known: dict[str, Told], found: Found, now: int
) -> Iterator[tuple[str, Message, Told | None]]:
    """What a receiver does not know yet: the kind, the message, and what it knows after it."""
    wrong = {condition.kind: condition for condition in found.conditions}
    for kind, was in known.items():
        if kind not in wrong and kind not in found.undecided:
            yield kind, _recovery(name, was, now), None
    for condition in found.conditions:
        before = known.get(condition.kind)
        if before is None or before.key != condition.key:
            since = before.since if before else now
            yield condition.kind, _alert(name, condition), Told(receiver.name, condition.kind, condition.key, since)


def _alert(name: str, condition: Condition) -> Message:
    return Message(
        f"feedsync {name}: {condition.kind}", f"{name}: {condition.text}.\nNext: {condition.todo}", condition.level
    )


def _recovery(name: str, was: Told, now: int) -> Message:
    words = RECOVERED[was.kind]  # type: ignore[index]  # kinds that there are not any more were left out
    began = f"{datetime.fromtimestamp(was.since, UTC):%Y-%m-%d %H:%M} UTC"
    body = f"{name}: {words}, after {age(now - was.since)} (told {began}).\nNext: feedsync status {name}"
    return Message(f"feedsync {name}: {was.kind} is over", body, "success")


def send_test(schedule: Schedule) -> list[tuple[str, str | None]]:
    """Send a message to everybody who would be told: each receiver, and why it could not be told, or None."""
    name = schedule.name
    message = Message(
        f"feedsync {name}: a test", f"{name}: this is how alerts arrive.\nNext: feedsync status {name}", "info"
    )
    return [(receiver.name, receiver.send(message)) for receiver in receivers(schedule)]
