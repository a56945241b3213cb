"""Which requests were made for which product, and what Bik said to them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from feedsync.snapshot.store import Store

_LONGEST = 300


class Call(msgspec.Struct, frozen=True):
    """One request: when (Unix seconds), in which run, what it was to do, how it ended, and Bik's words."""

    run: int
    at: int
    action: str
    outcome: str
    message: str | None


def keep_call(
    store: Store, product_ids: Iterable[str], *, run: int, at: int, action: str, outcome: str, message: str | None
) -> None:  # fmt: skip
    """Note how a request for these products ended."""
    store.execute(
        "insert into calls (run, at, action, outcome, message) values (?, ?, ?, ?, ?)",
        run, at, action, outcome, message[:_LONGEST] if message else None,
    )  # fmt: skip
    call = store.scalar("select last_insert_rowid()")
    store.many("insert or ignore into called values (?, ?)", [(product_id, call) for product_id in product_ids])


def calls_for(store: Store, product_id: str, most: int) -> list[Call]:
    """The last requests for a product, newest first."""
    rows = store.rows(
        "select run, at, action, outcome, message from calls join called using (call) where product_id = ? "
        "order by call desc limit ?",
        product_id,
        most,
    )
    return [Call(*row) for row in rows]


def forget_calls(store: Store, before: int) -> None:
    """Drop the requests before that time (Unix seconds)."""
    last = store.scalar("select max(call) from calls where at < ?", before)
    if last is not None:
        store.execute("delete from called where call <= ?", last)
        store.execute("delete from calls where call <= ?", last)
