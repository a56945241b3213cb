"""What is done about a product: whether it is sent at all, and how urgently.

Pure. The table of design, section 3 is :func:`action`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from feedsync.errors import FeedsyncError
from feedsync.model import Change, Outcome


class Pushed(msgspec.Struct):
    """What a push came to: acknowledged products, catalogs and deletions, and the requests it took.

    ``fault`` is why it stopped before its end, or None. ``verified`` products were read back, ``unread`` could not be.
    """

    products: int = 0
    catalogs: int = 0
    deleted: int = 0
    requests: int = 0
    answers: dict[str, int] = {}
    fault: FeedsyncError | None = None
    verified: int = 0
    unread: int = 0


def action(
    payload_hash: bytes | None,
    *,
    sent_hash: bytes | None,
    attempted_hash: bytes | None,
    attempted: bool,
    outcome: Outcome | None,
) -> Literal["send", "delete"] | None:
    """What to do about a product whose effective payload has this hash (None: it should not be in the store).

    The table of design, section 3. A create that Bik may have applied unseen is undone by a delete.
    """
    if payload_hash is None:
        return "delete" if sent_hash is not None or attempted else None
    if payload_hash != sent_hash:
        return None if outcome == "rejected" and payload_hash == attempted_hash else "send"
    return None if outcome in (None, "acknowledged", "rejected") else "send"


def urgency(changes: list[Change], *, new: bool, delete: bool) -> int:
    """The order of the push: stock-outs, price changes, other updates, additions, deletions."""
    if delete:
        return 4
    if new:
        return 3
    if any(change.kind in ("out_of_stock", "variant_removed") for change in changes):
        return 0
    return 1 if any(change.klass == "price" for change in changes) else 2
