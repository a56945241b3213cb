"""What was learned about the store that a snapshot belongs to."""

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


def keep_findings(store: Store, findings: BikFindings) -> None:
    """Remember what was found, for the store that the snapshot belongs to now."""
    store.set_meta("bik_findings", msgspec.json.encode(_Kept(store.meta("target") or b"", findings)))


def bik_findings(store: Store) -> BikFindings | None:
    """What is known of the store; None where nobody looked, or where the snapshot belongs to another one now."""
    text = store.meta("bik_findings")
    kept = msgspec.json.decode(text, type=_Kept) if text else None
    return kept.findings if kept and kept.target == (store.meta("target") or b"") else None
