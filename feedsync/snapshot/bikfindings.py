"""What was learned about the store that a snapshot belongs to, or will belong to with its first run."""

from __future__ import annotations

import msgspec

from feedsync.snapshot.store import Store


class BikFindings(msgspec.Struct, frozen=True):
    """How the store behaves where Bik's reference is silent; None: unknown. ``at`` in Unix seconds."""

    at: int
    version: str
    fields_replaced: bool | None = None
    combinations_dropped: bool | None = None
    good_of_bad_applied: bool | None = None
    delete_unknown_ok: bool | None = None
    read_delay_s: float | None = None
    page_size: int | None = None


class _Kept(msgspec.Struct, frozen=True):
    target: bytes
    findings: BikFindings


def keep_findings(store: Store, findings: BikFindings, target: bytes) -> None:
    """Remember what was found of the store that ``target`` names (base URL and app key)."""
    store.set_meta("bik_findings", msgspec.json.encode(_Kept(target, findings)))


def bik_findings(store: Store, target: bytes | None = None) -> BikFindings | None:
    """What is known of a store, of the snapshot's own unless ``target`` names one; None where nobody looked at that one."""
    text = store.meta("bik_findings")
    kept = msgspec.json.decode(text, type=_Kept) if text else None
    return kept.findings if kept and kept.target == (target or store.meta("target")) else None


class Drift(msgspec.Struct, frozen=True):
    """What the last comparison with the store found: when (Unix seconds), and how much of ours is otherwise there."""

    at: int
    found: int


def keep_drift(store: Store, drift: Drift) -> None:
    """Remember what a comparison found."""
    store.set_meta("drift", msgspec.json.encode(drift))


def last_drift(store: Store) -> Drift | None:
    """What the last comparison found, unless a run mended it since; None where nobody looked."""
    text = store.meta("drift")
    drift = msgspec.json.decode(text, type=Drift) if text else None
    if drift is not None and store.scalar(
        "select exists (select 1 from runs where trigger = 'reconcile' and started_at >= ? and "
        "outcome in ('done', 'held', 'rejected'))",
        drift.at,
    ):
        return Drift(drift.at, 0)
    return drift
