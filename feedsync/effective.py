"""What one product should be in the store at one moment.

Pure: the product's variants as the feed says them, their absence, what was sent before, the settings and the time
are arguments. Design, sections 3 (effective), 4 (absence) and 6 (what is sent).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
import xxhash

from feedsync.ids import catalog_id
from feedsync.model import Absence, Member, ProductPayload, Variant, VariantPayload
from feedsync.urls import kept_queries

encode = msgspec.msgpack.Encoder().encode
astuple = msgspec.structs.astuple
_IMAGE, _LINK = (VariantPayload.__struct_fields__.index(name) for name in ("image_link", "link"))
DEFAULT_OPTIONS = (("Title", "Default Title"),)


class Products(Protocol):
    """What of the settings of products has a say here."""

    @property
    def preorder(self) -> str:
        """``buyable`` or ``unbuyable``."""

    @property
    def in_stock_quantity(self) -> int:
        """The quantity of what is in stock in a number that nobody says."""


class AbsencePolicy(Protocol):
    """When what is absent is removed, and what removing it means."""

    @property
    def then(self) -> str:
        """``delete``, ``out_of_stock`` or ``keep``."""

    @property
    def after_runs(self) -> int:
        """After so many different complete documents without it."""

    @property
    def after(self) -> int:
        """Or after so many seconds."""


class Effective(msgspec.Struct, frozen=True):
    """The payload (None: the store should not have the product), and when time alone will change it (Unix seconds).

    ``absent`` are the ids of variants that are unbuyable or gone because their feed no longer names them (or because
    they expired), ``left`` those that belong to another product now.
    """

    payload: ProductPayload | None
    next_change_at: int | None
    absent: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()


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
    ordered = sorted(members, key=_by_id) if len(members) > 1 else members
    known = {v.id: v for v in sent.variants} if sent else {}
    away = {}  # the stages of those that are not live, as hardly any
    for m in ordered:
        expires_at = m.variant.expires_at
        if m.absence is not None or (expires_at is not None and expires_at <= now):
            stage = _stage(m, now, absence)
            if stage != "live":
                away[m.variant.id] = stage
    absent = frozenset(away)
    left = frozenset(known).difference([m.variant.id for m in ordered])
    next_change_at = _next_change(ordered, away, now, products, absence)
    everything = [m.variant for m in ordered]
    live = [v for v in everything if v.id not in away] if away else everything
    if not live and (sent is None or all(stage == "removed" for stage in away.values())):
        return Effective(None, next_change_at, absent, left)

    stays = [v for v in everything if away.get(v.id) != "removed" or v.id in keep] if away else everything
    body = [v for v in stays if v.id not in away or v.id in known] if away else everything
    body = body or stays  # the store has none but those that moved elsewhere
    gone = {known[key].options for key in known if key in absent or key in left} if away or left else set()
    variants = _variants(live, gone, now, products)
    for variant_id, stage in away.items():
        left_out = drops_omitted and stage == "removed"
        if variant_id in known and not left_out:
            variants[variant_id] = _zero(known[variant_id])
    for variant_id in left:
        variants[variant_id] = _zero(known[variant_id])
    disabled = not live or (
        all(_unbuyable_by_setting(v, now, products) for v in live)
        and not any(variant.quantity for variant in variants.values())
    )
    return Effective(_payload(product_id, body, variants, cart_disabled=disabled), next_change_at, absent, left)


def _by_id(member: Member) -> str:
    return member.variant.id


def _payload(
    product_id: str, body: list[Variant], variants: dict[str, VariantPayload], *, cart_disabled: bool
) -> ProductPayload:
    """Group fields come from the lowest variant id; pictures, tags, metafields and catalogs are those of all."""
    lead = body[0]
    catalogs = {v.catalogs for v in body}
    tags = [lead.tags, *[v.tags for v in body if v.tags != lead.tags]]
    return ProductPayload(
        id=product_id,
        title=lead.group_title or lead.title,
        description=lead.description,
        link=lead.link,
        images=_unique([image for v in body for image in (v.image_link, *v.additional_image_links) if image]),
        currency=lead.currency,
        tags=_unique([tag for some in tags for tag in some]),
        metafields=_metafields(body),
        catalog_ids=tuple(sorted({catalog_id(path) for paths in catalogs for path in paths})),
        cart_disabled=cart_disabled,
        variants=tuple(variants[key] for key in sorted(variants)),
    )


def _metafields(body: list[Variant]) -> tuple[tuple[str, str], ...]:
    """Every key with the values that the variants have for it, each once."""
    count, number = len(body), len(dict(body[0].metafields))
    if {len(v.metafields) for v in body} == {number}:  # as nearly always: all have the same ones
        found = []
        for column in zip(*[v.metafields for v in body], strict=True):
            field = column[0]
            if column.count(field) == count:
                found.append(field)
                continue
            values = [value for key, value in column if key == field[0]]
            if len(values) < count:
                break
            found.append((field[0], ", ".join(dict.fromkeys(values))))
        else:
            return tuple(sorted(found))
    several: dict[str, list[str]] = {}
    for key, value in [field for v in body for field in v.metafields]:
        several.setdefault(key, []).append(value)
    return tuple(sorted([(key, ", ".join(dict.fromkeys(values))) for key, values in several.items()]))


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


def _next_change(
    members: Sequence[Member], away: dict[str, str], now: int, products: Products, policy: AbsencePolicy
) -> int | None:
    moments: list[int | None] = []
    for member in members:
        variant = member.variant
        if variant.sale_minor is not None:
            moments += [variant.sale_from, variant.sale_to]
        if products.preorder == "unbuyable" and variant.availability in ("preorder", "backorder"):
            moments.append(variant.available_at)
        if variant.expires_at is not None:
            moments.append(variant.expires_at)
        if away and away.get(variant.id) == "zero" and (gone := _absence(member, now)):
            moments.append(gone.counted_from + policy.after)
    return min([moment for moment in moments if moment is not None and moment > now], default=None)


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
            v.id, " / ".join([value for _, value in chosen[v.id]]), v.currency, v.price_minor,
            _selling(v, now), _quantity(v, now, products), v.image_link, v.link, chosen[v.id],
        )
        for v in live
    }  # fmt: skip


def _options(live: list[Variant], gone: set[tuple[tuple[str, str], ...]]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Each variant's options, so that no two variants of a product share theirs: a title, then an id tells them apart.

    ``gone`` are the options of those that the store has and the feed does not, which keep theirs.
    """
    if len(live) == 1 and (live[0].group_id is None or not live[0].options) and DEFAULT_OPTIONS not in gone:
        return {live[0].id: DEFAULT_OPTIONS}
    chosen = {v.id: v.options or (("Title", v.title),) for v in live}
    if len({*map(frozenset, chosen.values()), *map(frozenset, gone)}) == len(chosen) + len(gone):
        return chosen  # no two share theirs, as nearly always
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
    return None if payload is None else sealed(payload, ignored)[1]


def sealed(payload: ProductPayload, ignored: frozenset[str]) -> tuple[bytes, bytes]:
    """The payload as MessagePack, and its :func:`payload_hash`."""
    encoded = encode(payload)
    fields = _canonical(payload, ignored)
    return encoded, xxhash.xxh3_128_digest(encoded if fields is None else encode(fields))


def canonical(payload: ProductPayload, ignored: frozenset[str]) -> ProductPayload:
    """The payload as it is compared: every address without the query parameters that shops change on each export."""
    fields = _canonical(payload, ignored)
    if fields is None:
        return payload
    fields[-1] = tuple([VariantPayload(*v) for v in fields[-1]])
    return ProductPayload(*fields)


def _canonical(payload: ProductPayload, ignored: frozenset[str]) -> list[Any] | None:
    """The fields of the canonical payload, its variants as tuples; None: they are its own.

    As MessagePack it is what the payload of these fields would be, and it is made sooner.
    """
    kept, forms = kept_queries(ignored), {}
    variants = payload.variants
    for address in {payload.link, *payload.images, *[v.link for v in variants], *[v.image_link for v in variants]}:
        at = address.find("?")
        if at >= 0 and (stays := kept(address[at:])) is not None:
            forms[address] = address[:at] + stays
    if not forms:
        return None
    form = forms.get
    fields = astuple(payload)
    return [
        *fields[:3], form(payload.link, payload.link), tuple([form(image, image) for image in payload.images]), *fields[5:-1],
        [(*v[:_IMAGE], form(v[_IMAGE], v[_IMAGE]), form(v[_LINK], v[_LINK]), v[-1]) for v in map(astuple, variants)],
    ]  # fmt: skip
