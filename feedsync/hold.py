"""Leaving out of a product what somebody has not agreed to: each held field keeps what was sent of it.

Pure. Design, section 3 (*effective*: held fields at their sent values, held additions left out) and section 5.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from feedsync.model import Change, Member, ProductPayload, VariantPayload

#: Stands for the product itself among variants' ids.
WHOLE: str | None = None
_Ids = frozenset[str | None]


class Holds(msgspec.Struct, frozen=True):
    """What is held of one product, by class: ids of variants, and :data:`WHOLE` where it is the product itself."""

    removals: _Ids = frozenset()
    additions: _Ids = frozenset()
    prices: _Ids = frozenset()
    stock_outs: _Ids = frozenset()


NOTHING = Holds()


def holds_of(changes: Iterable[Change]) -> Holds:
    """What must keep its sent value so that none of these changes happens."""
    ids: dict[str, set[str | None]] = {"removal": set(), "addition": set(), "price": set(), "stock_out": set()}
    for change in changes:
        ids[change.klass].add(change.variant_id)
    return Holds(*(frozenset(ids[klass]) for klass in ("removal", "addition", "price", "stock_out")))


def admitted(members: list[Member], holds: Holds, sent: ProductPayload | None) -> list[Member]:
    """The members without those whose addition is held: nothing of them may be seen in the product."""
    if not holds.additions:
        return members
    known = {variant.id for variant in sent.variants} if sent else set()
    return [m for m in members if m.variant.id in known or not holds.additions & {m.variant.id, WHOLE}]


def hold(payload: ProductPayload | None, holds: Holds, sent: ProductPayload | None) -> ProductPayload | None:
    """The payload with everything that is held as it was sent.

    Args:
        payload: what the product should be, from :func:`admitted` members.
        holds: what is held.
        sent: what the store acknowledged last.
    """
    if holds is NOTHING:  # as for nearly every product
        return payload
    if payload is None:
        return sent if holds.removals else None
    known = {variant.id: variant for variant in sent.variants} if sent else {}
    if holds.additions:
        stays = tuple(v for v in payload.variants if v.id in known or not holds.additions & {v.id, WHOLE})
        payload = msgspec.structs.replace(payload, variants=stays)
        if not stays:
            return sent
    if sent is None:
        return payload
    if WHOLE in holds.removals and all(_is_gone(v, sent) for v in payload.variants):
        return sent
    variants = {variant.id: variant for variant in payload.variants}
    variants |= {key: known[key] for key in holds.removals if key is not None and key in known}
    for key in holds.prices & variants.keys() & known.keys():
        assert key is not None
        old = known[key]
        variants[key] = msgspec.structs.replace(
            variants[key], price_minor=old.price_minor, selling_minor=old.selling_minor, currency=old.currency
        )
    for key in holds.stock_outs & variants.keys() & known.keys():
        assert key is not None
        variants[key] = msgspec.structs.replace(variants[key], quantity=known[key].quantity)
    kept = any(known[key].quantity for key in (holds.removals | holds.stock_outs) & known.keys() if key is not None)
    return msgspec.structs.replace(
        payload,
        currency=sent.currency if WHOLE in holds.prices else payload.currency,
        cart_disabled=sent.cart_disabled if kept or WHOLE in holds.removals else payload.cart_disabled,
        variants=tuple(variants[key] for key in sorted(variants)),
    )


def _is_gone(variant: VariantPayload, sent: ProductPayload) -> bool:
    return not variant.quantity and any(variant.id == old.id for old in sent.variants)
