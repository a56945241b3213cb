"""What is wrong with a schedule, as values: from how it stands and from what its settings call wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Literal

import msgspec

from feedsync.health import GOOD, Health
from feedsync.report.summary import Reason
from feedsync.report.terminal import count, plain
from feedsync.settings_alerts import KINDS, AlertKind, Alerts

#: The usual number of items is the median of so many good runs before the last one, and of no fewer than that.
USUAL_OF, USUAL_FROM = 10, 5
#: A share is counted from so many items up: two of five are no swing.
SHARE_FROM = 10
REFUSED = "FS-701"

Level = Literal["failure", "warning"]

#: kind -> what is said when it is over.
RECOVERED: dict[AlertKind, str] = {
    "failed": "runs come to their end again",
    "credentials": "Bik takes the credentials again",
    "settings": "its file can be read again",
    "held": "nothing is held any more",
    "rejected": "nothing is rejected any more",
    "silent": "there was a good run again",
    "unchanged": "its feed changed again",
    "swung": "the number of items is as usual again",
    "drifted": "the store holds what Bik acknowledged again",
}


class Condition(msgspec.Struct, frozen=True):
    """Something that is wrong now. ``key`` tells two such states of one kind apart; ``text`` is one sentence, ``todo`` the
    command to run next.
    """

    kind: AlertKind
    key: str
    text: str
    todo: str
    level: Level = "warning"


class Found(msgspec.Struct, frozen=True):
    """What is wrong, and of which kinds nobody can tell now: whatever was so stays so."""

    conditions: list[Condition]
    undecided: frozenset[AlertKind] = frozenset()


def find(view: Health, settings: Alerts, now: float, *, clocked: bool) -> Found:
    """What is wrong of the kinds that ``settings.on`` names; ``clocked``: the schedule is meant to run by itself."""
    undecided: frozenset[AlertKind] = frozenset()
    if not view.known:  # only what went wrong outside of the snapshot can be told
        undecided = frozenset(KINDS) - {"failed", "credentials", "settings"}
        if view.notes.trouble is None:
            undecided |= {"failed", "credentials"}
    elif view.notes.trouble is None and view.last is not None and view.last.outcome not in (*GOOD, "failed", "crashed"):
        undecided = frozenset({"failed", "credentials"})  # somebody stopped the last run
    found = [c for c in _conditions(view, settings, now, clocked=clocked) if c.kind in settings.on]
    return Found([c for c in found if c.kind not in undecided], undecided)


def _conditions(view: Health, settings: Alerts, now: float, *, clocked: bool) -> Iterator[Condition]:
    name = view.schedule
    if view.notes.settings is not None:
        text = f"its file is broken, and the last good form of it goes on: {_inert(view.notes.settings.message)}"
        yield Condition("settings", view.notes.settings.code, text, f"feedsync check {name}", "failure")
    yield from _failed(view)
    if view.held:
        listed = ", ".join(f"{number:,} by {gate}" for gate, number in view.held.items())
        only_degraded = set(view.held) == {"degraded"}
        todo = f"feedsync {'report' if only_degraded else 'approve'} {name}"
        yield Condition("held", ",".join(sorted(view.held)), f"changes are held: {listed}", todo)
    if view.rejected:
        text = f"{view.rejected:,} items or products are rejected; each keeps what the store has of it"
        yield Condition("rejected", "", text, f"feedsync report {name}")
    elif view.last is not None and view.last.outcome == "rejected":
        yield Condition("rejected", "", "a feed was not whole, and removes nothing", f"feedsync report {name}")
    began = view.last_good_at or view.first_run_at
    if clocked and began is not None and now - began > settings.silent_after:
        text = f"there was no good run for {age(now - began)}"
        yield Condition("silent", "", text, f"feedsync run {name}", "failure")
    if view.changed_at is not None and now - view.changed_at > settings.unchanged_after:
        text = f"no document of its feeds has changed for {age(now - view.changed_at)}"
        yield Condition("unchanged", "", text, f"feedsync check {name}")
    yield from _swung(view, settings)
    if view.drifted:
        text = f"{count(view.drifted, 'product')} in the store not as Bik acknowledged"
        yield Condition("drifted", "", text, f"feedsync reconcile {name}")


def _failed(view: Health) -> Iterator[Condition]:
    name, last, trouble = view.schedule, view.last, view.notes.trouble
    error = Reason(trouble.code, trouble.message) if trouble else last.error if last else None
    if trouble is None and (last is None or last.outcome not in ("failed", "crashed")):
        return
    if error is None:
        yield Condition("failed", "", "the last run died before its end", f"feedsync run {name}", "failure")
    elif error.code == REFUSED:
        text = f"Bik refused the credentials: {_inert(error.message)}"
        yield Condition("credentials", "", text, f"feedsync check {name}", "failure")
    else:
        text = f"the last run failed: {error.code}: {_inert(error.message)}"
        todo = f"feedsync {'check' if trouble else 'report'} {name}"
        yield Condition("failed", error.code, text, todo, "failure")


def _swung(view: Health, settings: Alerts) -> Iterator[Condition]:
    whole = [(run, run.items) for run in view.runs if run.good and run.items is not None]
    share = settings.swing_share
    if share is None or len(whole) <= USUAL_FROM:
        return
    (last, items), *before = whole
    usual = median(number for _, number in before[:USUAL_OF])
    if abs(items - usual) <= share * max(usual, SHARE_FROM):
        return
    text = f"run {last.run} read {items:,} items, where {usual:,.0f} are usual"
    yield Condition("swung", "up" if items > usual else "down", text, f"feedsync report {view.schedule} {last.run}")


def age(seconds: float) -> str:
    """How long, for a person: ``5 min``, ``26 h``, ``9 d``."""
    for unit, size, until in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172800)):
        if seconds < until:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


def _inert(text: str) -> str:
    """Text of servers and feeds, in which no chat finds a mention, a link or markup."""
    shown = plain(text, 300)
    return shown.replace("@", "@\u200b").replace("<", "‹").replace(">", "›").replace("](", "] (").replace("`", "'")
