"""Which requests were made for which product, and what Bik said to them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from feedsync.snapshot.store import Store

#: So many of the newest requests are kept at most, however young they are: a first load of a million products is 20,000.
KEPT = 50_000
_LONGEST = 300
_COLUMNS = "run, at, action, outcome, message, status, inner_status, duration_ms, request_id, tries"


class Call(msgspec.Struct, frozen=True):
    """One request: when (Unix seconds), in which run, what it was to do (``send``, ``delete``), how it ended, Bik's words.

    ``status`` is HTTP's and ``inner_status`` the answer's own, null where none came; ``duration_ms`` is the last try's
    time on the wire, null where nothing was sent; ``request_id`` is the server's number for it; ``tries`` counts them.
    """

    run: int
    at: int
    action: str
    outcome: str
    message: str | None
    status: int | None = None
    inner_status: int | None = None
    duration_ms: int | None = None
    request_id: str | None = None
    tries: int = 1


def keep_call(store: Store, product_ids: Iterable[str], call: Call) -> None:
    """Note how a request for these products ended."""
    message = call.message[:_LONGEST] if call.message else None
    row = msgspec.structs.astuple(msgspec.structs.replace(call, message=message))
    store.execute(f"insert into calls ({_COLUMNS}) values ({', '.join('?' * len(row))})", *row)
    number = store.scalar("select last_insert_rowid()")
    store.many("insert or ignore into called values (?, ?)", [(product_id, number) for product_id in product_ids])


def calls_for(store: Store, product_id: str, most: int) -> list[Call]:
    """The last requests for a product, newest first."""
    rows = store.rows(
        f"select {_COLUMNS} from calls join called using (call) where product_id = ? order by call desc limit ?",
        product_id,
        most,
    )
    return [Call(*row) for row in rows]


def forget_calls(store: Store, before: int, keep: int = KEPT) -> None:
    """Drop the requests before that time (Unix seconds), and all but the ``keep`` newest."""
    old = store.scalar("select max(call) from calls where at < ?", before) or 0
    many = (store.scalar("select max(call) from calls") or 0) - keep
    if store.scalar("select 1 from calls where call <= ? limit 1", max(old, many)):
        store.execute("delete from called where call <= ?", max(old, many))
        store.execute("delete from calls where call <= ?", max(old, many))
