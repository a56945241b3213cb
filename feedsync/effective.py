"""What one product should be in the store at one moment.

Pure: the product's variants as the feed says them, their absence, what was sent before, the settings and the time
are arguments. Design, sections 3 (effective), 4 (absence) and 6 (what is sent).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
import xxhash

from feedsync.ids import catalog_id
from feedsync.model import Absence, Member, ProductPayload, Variant, VariantPayload
from feedsync.settings import AbsencePolicy, Products
from feedsync.urls import without_volatile

_ENCODER = msgspec.msgpack.Encoder()
DEFAULT_OPTIONS = (("Title", "Default Title"),)


class Effective(msgspec.Struct, frozen=True):
    """The payload (None: the store should not have the product), and when time alone will change it (Unix seconds).

    ``absent`` are the ids of variants that are unbuyable or gone because their feed no longer names them (or because
    they expired), ``left`` those that belong to another product now.
    """

    payload: ProductPayload | None
    next_change_at: int | None
    absent: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()


class _Stage(msgspec.Struct):
    """A member at ``now``: live, or absent and by policy kept, unbuyable or to be removed."""

    member: Member
    stage: str  # live | zero | removed


def effective(
    product_id: str,
    members: Sequence[Member],
    *,
    now: int,
    products: Products,
    absence: AbsencePolicy,
    sent: ProductPayload | None,
    keep: frozenset[str | None] = frozenset(),
    drops_omitted: bool = False,
) -> Effective:
    """The product at ``now``.

    A variant that is absent stays in the payload with quantity 0 where the store has it, and is left out where the store
    never had it. One that is removed is left out only where Bik is known to drop what is left out (``drops_omitted``).
    The product's own fields are made of the variants that are there and of those whose removal is held (``keep``).
    """
    stages = [_Stage(m, _stage(m, now, absence)) for m in sorted(members, key=lambda m: m.variant.id)]
    known = {v.id: v for v in sent.variants} if sent else {}
    absent = frozenset(s.member.variant.id for s in stages if s.stage != "live")
    left = frozenset(known) - {s.member.variant.id for s in stages}
    next_change_at = _next_change(stages, now, products, absence)
    live = [s for s in stages if s.stage == "live"]
    if not any(s.stage != "removed" for s in stages) or (not live and sent is None):
        return Effective(None, next_change_at, absent, left)

    stays = [s for s in stages if s.stage != "removed" or s.member.variant.id in keep]
    body = [s.member.variant for s in stays if s.stage == "live" or s.member.variant.id in known]
    body = body or [s.member.variant for s in stays]  # the store has none but those that moved elsewhere
    away = absent | left
    gone = {known[key].options for key in known if key in away}
    variants = _variants([s.member.variant for s in live], gone, now, products)
    unbuyable_by_setting = bool(live) and all(_unbuyable_by_setting(s.member.variant, now, products) for s in live)
    for stage in stages:
        variant_id = stage.member.variant.id
        left_out = drops_omitted and stage.stage == "removed"
        if stage.stage != "live" and variant_id in known and not left_out:
            variants[variant_id] = _zero(known[variant_id])
    for variant_id in left:
        variants[variant_id] = _zero(known[variant_id])
    sells = any(variant.quantity for variant in variants.values())
    disabled = not live or (unbuyable_by_setting and not sells)
    return Effective(_payload(product_id, body, variants, cart_disabled=disabled), next_change_at, absent, left)


def _payload(
    product_id: str, body: list[Variant], variants: dict[str, VariantPayload], *, cart_disabled: bool
) -> ProductPayload:
    """Group fields come from the lowest variant id; pictures, tags, metafields and catalogs are those of all."""
    lead = body[0]
    metafields: dict[str, dict[str, None]] = {}
    for variant in body:
        for key, value in variant.metafields:
            if (values := metafields.get(key)) is None:
                metafields[key] = {value: None}
            else:
                values[value] = None
    return ProductPayload(
        id=product_id,
        title=lead.group_title or lead.title,
        description=lead.description,
        link=lead.link,
        images=_unique([image for v in body for image in (v.image_link, *v.additional_image_links) if image]),
        currency=lead.currency,
        tags=_unique([tag for v in body for tag in v.tags]),
        metafields=tuple([(key, ", ".join(values)) for key, values in sorted(metafields.items())]),
        catalog_ids=tuple(sorted({catalog_id(path) for v in body for path in v.catalogs})),
        cart_disabled=cart_disabled,
        variants=tuple(variants[key] for key in sorted(variants)),
    )


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _stage(member: Member, now: int, policy: AbsencePolicy) -> str:
    gone = _absence(member, now)
    if gone is None or policy.then == "keep":
        return "live"
    return "removed" if policy.then == "delete" and is_over(gone, policy, now) else "zero"


def is_over(gone: Absence, policy: AbsencePolicy, now: int) -> bool:
    """Whether what is absent has been so for long enough to be removed (design, section 4)."""
    return gone.documents >= policy.after_runs or now >= gone.counted_from + policy.after


def _absence(member: Member, now: int) -> Absence | None:
    """Its own absence, or that of an item whose expiry has passed: expired is absent."""
    if member.absence is not None:
        return member.absence
    expires_at = member.variant.expires_at
    return Absence(expires_at, 0, expires_at) if expires_at is not None and expires_at <= now else None


def _next_change(stages: list[_Stage], now: int, products: Products, policy: AbsencePolicy) -> int | None:
    moments: list[int | None] = []
    for stage in stages:
        variant = stage.member.variant
        if variant.sale_minor is not None:
            moments += [variant.sale_from, variant.sale_to]
        if variant.availability in ("preorder", "backorder") and products.preorder == "unbuyable":
            moments.append(variant.available_at)
        moments.append(variant.expires_at)
        if stage.stage == "zero" and (gone := _absence(stage.member, now)):
            moments.append(gone.counted_from + policy.after)
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def _unbuyable_by_setting(variant: Variant, now: int, products: Products) -> bool:
    """A pre-order or back-order that the settings do not sell, until its date has come."""
    if products.preorder == "buyable" or variant.availability not in ("preorder", "backorder"):
        return False
    return variant.available_at is None or now < variant.available_at


def _quantity(variant: Variant, now: int, products: Products) -> int:
    if variant.availability in ("out_of_stock", "discontinued") or _unbuyable_by_setting(variant, now, products):
        return 0
    return products.in_stock_quantity if variant.quantity is None else max(0, variant.quantity)


def _selling(variant: Variant, now: int) -> int:
    if variant.sale_minor is None:
        return variant.price_minor
    begun = variant.sale_from is None or variant.sale_from <= now
    over = variant.sale_to is not None and variant.sale_to <= now
    return variant.sale_minor if begun and not over else variant.price_minor


def _variants(
    live: list[Variant], gone: set[tuple[tuple[str, str], ...]], now: int, products: Products
) -> dict[str, VariantPayload]:
    chosen = _options(live, gone)
    return {
        v.id: VariantPayload(
            id=v.id,
            title=" / ".join([value for _, value in chosen[v.id]]),
            currency=v.currency,
            price_minor=v.price_minor,
            selling_minor=_selling(v, now),
            quantity=_quantity(v, now, products),
            image_link=v.image_link,
            link=v.link,
            options=chosen[v.id],
        )
        for v in live
    }


def _options(live: list[Variant], gone: set[tuple[tuple[str, str], ...]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Each variant's options, so that no two variants of a product share theirs: a title, then an id tells them apart.

    ``gone`` are the options of those that the store has and the feed does not, which keep theirs.
    """
    if len(live) == 1 and (live[0].group_id is None or not live[0].options) and DEFAULT_OPTIONS not in gone:
        return {live[0].id: DEFAULT_OPTIONS}
    chosen = {v.id: v.options or (("Title", v.title),) for v in live}
    # the last round is for options that pretend to be another variant's id
    for name, field, everywhere in (("Title", "title", False), ("Id", "id", False), ("Id", "id", True)):
        taken = Counter([*map(frozenset, chosen.values()), *map(frozenset, gone)])
        if len(taken) == len(chosen) + len(gone):
            break  # as nearly always: no two share theirs
        shared = {v.id for v in live if taken[frozenset(chosen[v.id])] > 1}
        for v in live:
            if v.id in shared or (everywhere and shared):
                chosen[v.id] = tuple({**dict(chosen[v.id]), name: getattr(v, field)}.items())
    return chosen


def _zero(variant: VariantPayload) -> VariantPayload:
    return msgspec.structs.replace(variant, quantity=0)


def payload_hash(payload: ProductPayload | None, ignored: frozenset[str]) -> bytes | None:
    """A 128-bit hash of the canonical payload: volatile query parameters left out, nothing joined as text."""
    if payload is None:
        return None
    return xxhash.xxh3_128_digest(_ENCODER.encode(canonical(payload, ignored)))


def canonical(payload: ProductPayload, ignored: frozenset[str]) -> ProductPayload:
    """The payload as it is compared: every address without the query parameters that shops change on each export."""
    link = without_volatile(payload.link, ignored)
    images = tuple([without_volatile(image, ignored) for image in payload.images])
    variants = tuple([_canonical(v, ignored) for v in payload.variants])
    if link == payload.link and images == payload.images and variants == payload.variants:
        return payload
    return msgspec.structs.replace(payload, link=link, images=images, variants=variants)


def _canonical(variant: VariantPayload, ignored: frozenset[str]) -> VariantPayload:
    image_link, link = without_volatile(variant.image_link, ignored), without_volatile(variant.link, ignored)
    if image_link == variant.image_link and link == variant.link:
        return variant
    return msgspec.structs.replace(variant, image_link=image_link, link=link)
