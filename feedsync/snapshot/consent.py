"""What is held, and what somebody decided about it, one row a matter (:mod:`feedsync.matters`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
import xxhash

from feedsync.matters import Key, Matter
from feedsync.snapshot.store import Store

Word = Literal["approved", "rejected"]
_HELD = "subject, class, variant_id, kind, before, after, since, cause, note, gate"


class Held(msgspec.Struct, frozen=True):
    """One matter that waits for consent. ``variant_id`` is "" where it is the product itself; ``since`` is when a removal's
    absence began (Unix seconds), else 0; ``gate`` is what holds it."""

    subject: str
    klass: str
    variant_id: str
    kind: str
    before: str | None
    after: str | None
    since: int
    cause: str
    note: str | None
    gate: str


class Consent:
    """The decisions and the held matters of one snapshot."""

    def __init__(self, store: Store) -> None:
        self._store = store
        #: Whether anybody ever decided anything: else no product needs a look.
        self.any = store.scalar("select 1 from decisions where closed_run is null limit 1") is not None

    def clear_held(self) -> None:
        """A new plan begins."""
        self._store.execute("delete from held")

    def hold(self, matter: Matter, gate: str) -> None:
        """Keep a matter that a gate holds."""
        first = matter.changes[0]
        self._store.execute(
            f"insert or replace into held ({_HELD}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            matter.subject, matter.klass, matter.variant_id, first.kind, matter.before, matter.after, matter.since,
            first.cause, first.note, gate,
        )  # fmt: skip

    def release(self, subjects: list[str]) -> None:
        """Nothing of these products is held any more, as far as the plan knows yet."""
        self._store.many("delete from held where subject = ?", [(subject,) for subject in subjects])

    def held(self) -> Iterator[Held]:
        """Everything that is held, by gate and product."""
        for row in self._store.rows(f"select {_HELD} from held order by gate, subject, class, variant_id"):
            yield Held(*row)

    def held_of(self, subject: str, variant_id: str) -> Iterator[Held]:
        """What is held of a product or of a variant."""
        for row in self._store.rows(
            f"select {_HELD} from held where subject = ? or variant_id = ?", subject, variant_id
        ):
            yield Held(*row)

    def fingerprint(self) -> str:
        """Of all that is held: equal as long as what a person saw is what is held."""
        digest = xxhash.xxh3_128()
        for row in self.held():
            digest.update(msgspec.json.encode(row))
        return digest.hexdigest()

    def decided(self, subject: str) -> dict[Key, Word]:
        """What was decided about a product's matters and still counts."""
        rows = self._store.rows(
            "select class, variant_id, before, after, since, verdict from decisions "
            "where subject = ? and closed_run is null order by rowid",
            subject,
        )
        return {Key(*row[:5]): row[5] for row in rows}

    def decide(self, subject: str, keys: Iterable[Key], word: Word, *, gate: str, who: str, now: int, run: int) -> None:
        """Record a decision; an earlier one about the same is closed."""
        for key in keys:
            self._store.execute(
                "update decisions set closed_run = ? where subject = ? and class = ? and variant_id = ? "
                "and closed_run is null",
                run, subject, key.klass, key.variant_id,
            )  # fmt: skip
            self._store.execute(
                "insert into decisions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)",
                subject, *key, word, gate, who, now,
            )  # fmt: skip

    def close(self, subject: str, keys: Iterable[Key], run: int) -> None:
        """Decisions whose matter is gone: should it come again, it is asked again."""
        for key in keys:
            self._store.execute(
                "update decisions set closed_run = ? where subject = ? and class = ? and variant_id = ? "
                "and since = ? and closed_run is null",
                run, subject, key.klass, key.variant_id, key.since,
            )  # fmt: skip
