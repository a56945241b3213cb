"""A product as it was after an earlier run, for a schedule that is pinned there. Pure."""

from __future__ import annotations

import msgspec

from feedsync.effective import Effective
from feedsync.model import ProductPayload, VariantPayload


def pinned(
    payload: ProductPayload | None, live: Effective, sent: ProductPayload | None, *, with_stock: bool
) -> Effective:
    """The earlier payload with today's quantities, unless ``with_stock``; what the feed no longer has is unbuyable.

    Args:
        payload: what the store had then; None: nothing.
        live: what the feeds and the time make of the product today.
        sent: what the store has now. A variant that only it has stays with quantity 0, as Bik does not say whether it
            drops what is left out.
        with_stock: take the earlier quantities, too.
    """
    if payload is None:
        gone = frozenset(v.id for v in sent.variants) if sent else frozenset()
        return Effective(None, live.next_change_at, gone)
    today = {v.id: v.quantity for v in live.payload.variants} if live.payload else {}
    variants = {v.id: v if with_stock else _with(v, today.get(v.id, 0)) for v in payload.variants}
    newer = [v for v in sent.variants if v.id not in variants] if sent else []
    variants |= {v.id: _with(v, 0) for v in newer}
    whole = msgspec.structs.replace(payload, variants=tuple(variants[key] for key in sorted(variants)))
    return Effective(whole, live.next_change_at, frozenset(v.id for v in newer))


def _with(variant: VariantPayload, quantity: int) -> VariantPayload:
    return msgspec.structs.replace(variant, quantity=quantity)
