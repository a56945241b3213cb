"""What may be done: whether a product is sent at all, and which classes of changes the gates hold.

Pure. The table of design, section 3 is :func:`action`; the gates of section 5 are :func:`judge`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from feedsync.errors import FeedsyncError
from feedsync.model import Change, Outcome
from feedsync.settings_values import Limit

#: The stores from which a share is counted in full: three of five products are no wave.
SHARE_FROM = 10
#: Removals of this long count together: a catalog must not bleed out slowly.
WINDOW_S = 24 * 3600
#: The gates that ``run --allow`` takes.
ALLOWABLE = frozenset({"empty", "removals"})
#: In the order in which they are shown; the first that holds a change is named.
GATES = ("degraded", "empty", "removals")

Verdict = Literal["pass", "held", "allowed", "off"]


class GateResult(msgspec.Struct):
    """How one gate judged the run: what was measured, the limit, the verdict, and how many changes it holds."""

    gate: str
    value: float | int
    limit: float | int | str
    verdict: Verdict
    held: int = 0


class Pushed(msgspec.Struct):
    """What a push came to: acknowledged products, catalogs and deletions, and the requests it took.

    ``fault`` is why it stopped before its end, or None.
    """

    products: int = 0
    catalogs: int = 0
    deleted: int = 0
    requests: int = 0
    fault: FeedsyncError | None = None


class Removals(msgspec.Struct):
    """What is measured for the gates on removals, over this run and what was sent unapproved in the last 24 hours."""

    products: set[str] = msgspec.field(default_factory=set)
    variants: set[str] = msgspec.field(default_factory=set)
    owned_products: int = 0
    owned_variants: int = 0

    def add(self, kind: str, subject: str, variant_id: str | None) -> None:
        """Count a change of the class ``removal``; the steps of one absence count once."""
        if kind != "variant_removed":
            self.products.add(subject)
        if variant_id is not None:
            self.variants.add(variant_id)

    def share(self) -> float:
        """The larger share of what was owned: of products that go, or of variants."""
        shares = (
            len(self.products) / max(self.owned_products, SHARE_FROM),
            len(self.variants) / max(self.owned_variants, SHARE_FROM),
        )
        return max(shares)

    def count(self) -> int:
        """How many products go, or variants, whichever are more."""
        return max(len(self.products), len(self.variants))


def judge(removals: Removals, *, degraded: int, empty: int, limit: Limit, allow: frozenset[str]) -> list[GateResult]:
    """Every gate's verdict on the removals of a run.

    Args:
        removals: what is measured.
        degraded: how many documents of the run are degraded.
        empty: how many primary feeds have no items and had some.
        limit: of the gate ``removals``; over it all removals are held, 0 lets none through.
        allow: gates that this run was told to let through.
    """
    value: float | int
    value, bound = (removals.share(), limit.share) if limit.share is not None else (removals.count(), limit.count)
    over = bound is not None and value > bound
    results = [
        GateResult("degraded", degraded, 0, "held" if degraded else "pass"),
        GateResult("empty", empty, 0, "held" if empty else "pass"),
        GateResult(
            "removals",
            round(value, 6),
            "off" if bound is None else bound,
            "held" if over else "pass" if bound is not None else "off",
        ),
    ]
    for result in results:
        if result.verdict == "held" and result.gate in allow & ALLOWABLE:
            result.verdict = "allowed"
    return results


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
