"""Saying yes or no to what the gates hold.

A decision is recorded a product and class with what was before and would be after, so that it counts however often the
feed moves, and what changed since is asked again. Approved changes are pushed at once, from what the snapshot knows,
under the schedule's lock. Design, section 5.
"""

from __future__ import annotations

import getpass
import socket
import time
from pathlib import Path

import msgspec

from feedsync.errors import ConfigError
from feedsync.matters import keys_of
from feedsync.planning import Options
from feedsync.progress import Progress
from feedsync.report.summary import RunSummary
from feedsync.settings import Schedule
from feedsync.snapshot.consent import Consent, Held, Word
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store
from feedsync.sync import SILENT, Clock, run_schedule, snapshot_path

#: What no consent can release: a document that is not whole cannot show what is gone.
NEVER = "degraded"


class HeldList(msgspec.Struct, frozen=True):
    """What is held, and a fingerprint of all of it."""

    held: list[Held]
    fingerprint: str


def whoever() -> str:
    """Who decides, as far as the machine can tell: the account and the host."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return f"{name}@{socket.gethostname()}"


def held(state: Path, name: str) -> HeldList:
    """What a schedule's last plan holds; read without a lock."""
    with Store(snapshot_path(state, name), read_only=True) as store:
        consent = Consent(store)
        return HeldList(list(consent.held()), consent.fingerprint())


def chosen(matters: list[Held], gates: frozenset[str], ids: frozenset[str]) -> list[Held]:
    """Those that are meant: held by one of the gates (empty: any) and of one of the products or variants (empty: any)."""
    return [
        m for m in matters
        if (not gates or m.gate in gates) and (not ids or m.subject in ids or (m.variant_id and m.variant_id in ids))
    ]  # fmt: skip


def decide(
    schedule: Schedule, state: Path, word: Word, *, who: str, gates: frozenset[str] = frozenset(),
    ids: frozenset[str] = frozenset(), expected: str | None = None, progress: Progress = SILENT,
    clock: Clock = time.time,
) -> RunSummary:  # fmt: skip
    """Record a decision about what is held; what was approved is pushed at once, nothing else is.

    Args:
        who: who decides.
        gates, ids: what is meant; both empty: all that is held.
        expected: the fingerprint of what a person was shown.

    Raises:
        ConfigError: FS-601, nothing that is held is meant; FS-602, it is not what was shown any more; FS-603, only
            what no consent can release is meant.
        Locked: a run is going on.
    """

    def prepare(store: Store, run: int, now: int) -> Options:
        consent, products = Consent(store), Products(store)
        if expected is not None and consent.fingerprint() != expected:
            raise ConfigError("FS-602", schedule=schedule.name)
        meant = chosen(list(consent.held()), gates, ids)
        matters = [matter for matter in meant if matter.gate != NEVER]
        if not matters:
            raise ConfigError("FS-603" if meant else "FS-601", schedule=schedule.name)
        for m in matters:
            keys = keys_of(m.klass, m.variant_id, m.before, m.after, products.state(m.subject).members, now)
            consent.decide(m.subject, keys, word, gate=m.gate, who=who, now=now, run=run)
        return Options(ids=frozenset(m.subject for m in matters), limit=0 if word == "rejected" else None)

    return run_schedule(
        schedule, state, trigger="approve" if word == "approved" else "reject", progress=progress, clock=clock,
        prepare=prepare,
    )  # fmt: skip
