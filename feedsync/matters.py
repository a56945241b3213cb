"""What is decided about: the changes of one class to one variant, or to the product itself, as one matter.

Pure. A price and its sale price move together or not at all. A removal is known by the absence behind it, so that consent
to its first step (unbuyable) covers the second one (gone). Design, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec

from feedsync.model import Change, Member

#: The classes that a gate may hold.
CLASSES = frozenset({"removal", "addition", "price", "stock_out"})


class Key(NamedTuple):
    """What a decision is about: it counts as long as this is the same. ``variant_id`` "" is the product itself."""

    klass: str
    variant_id: str
    before: str | None
    after: str | None
    since: int


class Matter(msgspec.Struct, frozen=True):
    """One thing to decide: the changes that make it up and the keys under which decisions about it stand."""

    subject: str
    klass: str
    variant_id: str
    changes: tuple[Change, ...]
    keys: tuple[Key, ...]

    @property
    def before(self) -> str | None:
        """How it was, for a person."""
        return _joined(change.before for change in self.changes)

    @property
    def after(self) -> str | None:
        """How it would be."""
        return _joined(change.after for change in self.changes)

    @property
    def since(self) -> int:
        """When the absence behind a removal began (Unix seconds), else 0."""
        return min(key.since for key in self.keys)


def matters_of(changes: Iterable[Change], members: Iterable[Member], now: int) -> list[Matter]:
    """The matters of one product's changes, in their order; changes of the class ``other`` are none."""
    grouped: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        if change.klass in CLASSES:
            grouped.setdefault((change.klass, change.variant_id or ""), []).append(change)
    members = list(members)
    return [
        Matter(
            group[0].subject, klass, variant_id, tuple(group),
            keys_of(klass, variant_id, _joined(c.before for c in group), _joined(c.after for c in group), members, now),
        )
        for (klass, variant_id), group in grouped.items()
    ]  # fmt: skip


def decision(matter: Matter, decided: Mapping[Key, str]) -> Literal["approved", "rejected"] | None:
    """What was decided about a matter: all of it must have been."""
    for word in ("approved", "rejected"):
        if all(decided.get(key) == word for key in matter.keys):
            return word
    return None


def stale(decided: Mapping[Key, str], matters: Iterable[Matter], members: Iterable[Member], now: int) -> list[Key]:
    """Decisions whose matter is gone. One about a removal lasts as long as its absence."""
    alive = {key for matter in matters for key in matter.keys}
    absences = {(m.variant.id, _since(m, now)) for m in members}
    return [
        key for key in decided
        if key not in alive and not (key.klass == "removal" and (key.variant_id, key.since) in absences)
    ]  # fmt: skip


def keys_of(
    klass: str, variant_id: str, before: str | None, after: str | None, members: Iterable[Member], now: int
) -> tuple[Key, ...]:
    """Under which keys a decision about a matter stands: a removal's are those of the absences behind it."""
    if klass != "removal":
        return (Key(klass, variant_id, before, after, 0),)
    absences = {m.variant.id: _since(m, now) for m in members}
    if variant_id:
        return (Key(klass, variant_id, None, None, absences.get(variant_id, 0)),)
    gone = [Key(klass, key, None, None, since) for key, since in sorted(absences.items()) if since]
    return tuple(gone) or (Key(klass, "", None, None, 0),)


def _since(member: Member, now: int) -> int:
    """When its absence began; an item whose expiry has passed is absent from then on. 0: it is not absent."""
    if member.absence is not None:
        return member.absence.since
    expires_at = member.variant.expires_at
    return expires_at if expires_at is not None and expires_at <= now else 0


def _joined(texts: Iterable[str | None]) -> str | None:
    return "; ".join(text for text in texts if text is not None) or None
