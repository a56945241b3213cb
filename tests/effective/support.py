"""A product at one moment, with default settings unless some are given, and generated products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

from feedsync.effective import Effective, effective
from feedsync.hold import WHOLE, Holds, hold
from feedsync.model import Absence, Member, ProductPayload, VariantPayload
from feedsync.settings import AbsencePolicy, Products
from tests.records import DAY, NOW, member

SMALL = st.sampled_from(["", "a", "b", "c"])
MOMENTS = st.none() | st.integers(NOW - 2 * DAY, NOW + 2 * DAY)
OPTIONS = st.dictionaries(
    st.sampled_from(["Color", "Size", "Title", "Id"]), st.sampled_from(["v1", "v2", "x", "y"]), max_size=3
)
POLICIES = st.builds(
    AbsencePolicy,
    after_runs=st.integers(1, 3),
    after=st.sampled_from(["1h", "24h"]),
    then=st.sampled_from(["delete", "out_of_stock", "keep"]),
)
SETTINGS = st.builds(Products, preorder=st.sampled_from(["buyable", "unbuyable"]), in_stock_quantity=st.just(100))


def _absence(since: int, documents: int) -> Absence:
    return Absence(since, documents, since)


@st.composite
def members(draw: st.DrawFn, min_size: int = 1, max_size: int = 4) -> list[Member]:
    """Variants of one product, of all sorts, each with its own id, in any order."""
    ids = draw(
        st.lists(st.sampled_from(["v1", "v2", "v3", "v4", "v5"]), unique=True, min_size=min_size, max_size=max_size)
    )
    return [
        member(
            item_id,
            draw(st.none() | st.builds(_absence, st.integers(NOW - 2 * DAY, NOW), st.integers(1, 3))),
            group_id=draw(st.sampled_from([None, "p1"])),
            title=draw(st.sampled_from(["x", "y"])),
            group_title=draw(st.sampled_from([None, "g", "h"])),
            image_link=f"https://h/{draw(SMALL)}.jpg?v={draw(st.integers(0, 9))}",
            price_minor=100_00,
            sale_minor=draw(st.sampled_from([None, 80_00])),
            sale_from=draw(MOMENTS),
            sale_to=draw(MOMENTS),
            availability=draw(
                st.sampled_from(["", "in_stock", "out_of_stock", "preorder", "backorder", "discontinued"])
            ),
            available_at=draw(MOMENTS),
            expires_at=draw(MOMENTS),
            quantity=draw(st.sampled_from([None, -1, 0, 5])),
            options=tuple(draw(OPTIONS).items()),
            catalogs=draw(st.sampled_from([(), ("A > B",), ("a > b", "C")])),
            tags=draw(st.sampled_from([(), ("t",), ("u", "t")])),
            metafields=draw(st.sampled_from([(), (("brand", "Acme"),), (("size", "1"), ("brand", "Beta"))])),
        )
        for item_id in ids
    ]


def at(
    *variants: Member,
    now: int = NOW,
    sent: ProductPayload | None = None,
    hold_removals: bool = False,
    products: Products | None = None,
    **absence: Any,
) -> Effective:
    """What product ``p1`` should be; keywords beside the named ones are the absence policy's."""
    return held_or_not(
        variants, now=now, products=products or Products(), absence=AbsencePolicy.model_validate(absence), sent=sent,
        hold_removals=hold_removals,
    )  # fmt: skip


def held_or_not(
    variants: Sequence[Member], *, now: int, products: Products, absence: AbsencePolicy, sent: ProductPayload | None,
    hold_removals: bool = False,
) -> Effective:  # fmt: skip
    """Product ``p1``, with the removals of all that is absent held or not."""
    target = effective("p1", variants, now=now, products=products, absence=absence, sent=sent)
    if not hold_removals:
        return target
    removals = frozenset[str | None]({WHOLE, *target.absent})
    target = effective("p1", variants, now=now, products=products, absence=absence, sent=sent, keep=removals)
    return msgspec.structs.replace(target, payload=hold(target.payload, Holds(removals=removals), sent))


def payload(*variants: Member, **settings: Any) -> ProductPayload:
    """The payload of a product that should be in the store."""
    found = at(*variants, **settings).payload
    assert found is not None
    return found


def only(*variants: Member, **settings: Any) -> VariantPayload:
    """The one combination of a product that should be in the store with one."""
    (found,) = payload(*variants, **settings).variants
    return found


def quantities(target: Effective) -> dict[str, int]:
    """Variant id -> quantity; nothing of a product that should not be in the store."""
    return {v.id: v.quantity for v in target.payload.variants} if target.payload else {}
