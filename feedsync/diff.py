"""The differences between what a product was sent as and what it should be, each with its kind, before and after.

Pure: two payloads in, changes out. The kinds are those of ``model.Kind``; the class of a change says which gate may
hold it. A product that is new, gone or back is one change, whatever its variants are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from feedsync.currencies import decimal_text
from feedsync.effective import Effective, canonical
from feedsync.model import Cause, Change, ChangeClass, Kind, ProductPayload, VariantPayload

#: How much of a long text a change keeps: enough to recognise it, small enough to keep for every product.
TEXT_LIMIT = 500
_CONTENT: tuple[tuple[str, str], ...] = (
    ("title", "title"),
    ("description", "description"),
    ("images", "images"),
    ("link", "url"),
    ("currency", "currency"),
    ("tags", "tags"),
)
_STOCK = frozenset({"out_of_stock", "back_in_stock", "variant_removed", "quantity"})
MISSING = "missing from the feed"
MOVED = "now in another product"


def diff_product(
    sent: ProductPayload | None,
    target: Effective,
    *,
    cause: Cause,
    ignored: frozenset[str],
    returned: bool = False,
    moved_from: Mapping[str, str] | None = None,
    catalog_name: Callable[[str], str] = str,
) -> list[Change]:
    """Every change from ``sent`` to ``target``; none when both are equal but for volatile address parameters.

    Args:
        sent: what the store acknowledged last, or None when it does not have the product.
        target: what it should have; ``target.payload`` None means: not at all.
        returned: whether the store had the product once.
        moved_from: variant id -> the product that it belonged to before.
        catalog_name: from a catalog's id to its name, for people.
    """
    payload = target.payload
    if payload is None:
        if sent is None:
            return []
        return [Change("product_removed", sent.id, None, None, sent.title, None, cause, "removal", MISSING)]
    if sent is None:
        moves = [_moved(payload, v, cause, moved_from) for v in payload.variants if v.id in (moved_from or {})]
        return [added(payload.id, payload.title, cause, returned=returned), *moves]
    old, new = _comparable(sent, payload, ignored)
    changes = [
        *_content(old, new, cause, catalog_name),
        *_variants(old, new, target, cause, moved_from or {}),
    ]
    if old.cart_disabled != new.cart_disabled and not any(change.kind in _STOCK for change in changes):
        changes.append(_cart(old, new, target, cause))
    if changes or old == new:
        return changes
    return [Change("content", new.id, None, "order", None, None, cause, "other")]


def _comparable(
    sent: ProductPayload, payload: ProductPayload, ignored: frozenset[str]
) -> tuple[ProductPayload, ProductPayload]:
    """Both in canonical form; as they stand where no address of what both have differs, as nearly always."""
    same = sent.images == payload.images and sent.link == payload.link
    olds = {v.id: v for v in sent.variants}
    for new in payload.variants if same else ():
        old = olds.get(new.id)
        if old is not None and (old.link != new.link or old.image_link != new.image_link):
            same = False
            break
    return (sent, payload) if same else (canonical(sent, ignored), canonical(payload, ignored))


def added(product_id: str, title: str, cause: Cause, *, returned: bool) -> Change:
    """The change to a product that the store does not have."""
    kind: Kind = "product_returned" if returned else "product_added"
    return Change(kind, product_id, None, None, None, title, cause, "addition")


def _cart(old: ProductPayload, new: ProductPayload, target: Effective, cause: Cause) -> Change:
    """The cart alone: nothing of the product was in stock, and now none of it is there (or it is back)."""
    away = target.absent | target.left
    gone = new.cart_disabled and all(v.id in away for v in new.variants)
    before, after = ("disabled" if payload.cart_disabled else "enabled" for payload in (old, new))
    klass: ChangeClass = "removal" if gone else "other"
    return Change("content", new.id, None, "cart", before, after, cause, klass, MISSING if gone else None)


def _moved(
    payload: ProductPayload, variant: VariantPayload, cause: Cause, moved_from: Mapping[str, str] | None
) -> Change:
    origin = (moved_from or {})[variant.id]
    return Change("variant_moved", payload.id, variant.id, None, origin, payload.id, cause, "other")


def _content(
    old: ProductPayload, new: ProductPayload, cause: Cause, catalog_name: Callable[[str], str]
) -> Iterator[Change]:
    for attribute, field in _CONTENT:
        before, after = getattr(old, attribute), getattr(new, attribute)
        if before != after:
            klass: ChangeClass = "price" if field == "currency" else "other"
            yield Change("content", new.id, None, field, _text(before), _text(after), cause, klass)
    olds, news = dict(old.metafields), dict(new.metafields)
    for key in sorted(olds.keys() | news.keys()) if olds != news else ():
        if olds.get(key) != news.get(key):
            yield Change("content", new.id, None, key, olds.get(key), news.get(key), cause, "other")
    if old.catalog_ids != new.catalog_ids:
        names = [", ".join(sorted(catalog_name(c) for c in ids)) or None for ids in (old.catalog_ids, new.catalog_ids)]
        yield Change("catalogs", new.id, None, "catalogs", names[0], names[1], cause, "other")


def _variants(
    old: ProductPayload, new: ProductPayload, target: Effective, cause: Cause, moved_from: Mapping[str, str]
) -> Iterator[Change]:
    olds = {v.id: v for v in old.variants}
    away = target.absent | target.left
    goes_on = bool(away) and any(v.id not in away for v in new.variants)
    for variant in new.variants:
        before = olds.get(variant.id)
        if before is None:
            if variant.id in moved_from:
                yield _moved(new, variant, cause, moved_from)
            else:
                yield Change("variant_added", new.id, variant.id, None, None, variant.title, cause, "addition")
        elif before == variant:
            continue
        elif variant.id in target.absent or variant.id in target.left:
            if before.quantity != variant.quantity:
                yield _gone(before, new.id, variant, target, cause, goes_on)
        else:
            alone = len(old.variants) == len(new.variants) == 1
            yield from _variant(new.id, before, variant, cause, shared=_changed(old, new) if alone else frozenset())
    for variant_id in sorted(olds.keys() - [variant.id for variant in new.variants]):
        title = olds[variant_id].title
        yield Change("variant_removed", new.id, variant_id, None, title, None, cause, "removal", MISSING)


def _changed(old: ProductPayload, new: ProductPayload) -> frozenset[str]:
    """What an only variant has in common with its product, and was told of the product already."""
    both = (("images", old.images != new.images), ("url", old.link != new.link))
    return frozenset(field for field, differs in both if differs)


def _gone(
    before: VariantPayload, product_id: str, variant: VariantPayload, target: Effective, cause: Cause, goes_on: bool
) -> Change:
    """A variant that is made unbuyable because it is not in its product any more."""
    if variant.id in target.left:
        return Change("variant_removed", product_id, variant.id, None, before.title, None, cause, "other", MOVED)
    if goes_on:
        return Change("variant_removed", product_id, variant.id, None, before.title, None, cause, "removal", MISSING)
    return Change(
        "out_of_stock", product_id, variant.id, "quantity", str(before.quantity), "0", cause, "removal", MISSING
    )


def _variant(
    product_id: str, old: VariantPayload, new: VariantPayload, cause: Cause, *, shared: frozenset[str]
) -> Iterator[Change]:
    def change(kind: Kind, field: str, before: str, after: str, klass: ChangeClass = "other") -> Change:
        return Change(kind, product_id, new.id, field, before, after, cause, klass)

    def money(minor: int, variant: VariantPayload) -> str:
        return f"{decimal_text(minor, variant.currency)} {variant.currency}"

    if old.currency != new.currency:
        yield change("content", "currency", money(old.selling_minor, old), money(new.selling_minor, new), "price")
    else:
        if old.price_minor != new.price_minor:
            kind: Kind = "price_up" if new.price_minor > old.price_minor else "price_down"
            yield change(kind, "price", money(old.price_minor, old), money(new.price_minor, new), "price")
        on_sale = old.selling_minor < old.price_minor, new.selling_minor < new.price_minor
        if on_sale != (False, False) and (old.selling_minor != new.selling_minor or on_sale[0] != on_sale[1]):
            kind = {(False, True): "sale_started", (True, False): "sale_ended", (True, True): "sale_changed"}[on_sale]  # type: ignore[assignment]
            yield change(kind, "sale_price", money(old.selling_minor, old), money(new.selling_minor, new), "price")
    if old.quantity != new.quantity:
        kind = "out_of_stock" if not new.quantity else "quantity" if old.quantity else "back_in_stock"
        klass: ChangeClass = "stock_out" if kind == "out_of_stock" else "other"
        yield change(kind, "quantity", str(old.quantity), str(new.quantity), klass)
    for attribute, field in (("image_link", "images"), ("link", "url")):
        if getattr(old, attribute) != getattr(new, attribute) and field not in shared:
            yield change("content", field, getattr(old, attribute), getattr(new, attribute))
    if old.options != new.options:
        yield change("content", "options", _pairs(old.options), _pairs(new.options))


def _pairs(options: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in options)


def _text(value: str | tuple[str, ...]) -> str:
    text = value if isinstance(value, str) else ", ".join(value)
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"


def price_moves(sent: ProductPayload, target: ProductPayload, move: float) -> frozenset[str]:
    """The variants whose selling price moves by more than the share ``move`` of what it was.

    A sale that ends at the known list price does not count, nor does another currency, which has a gate of its own.
    """
    known = {variant.id: variant for variant in sent.variants}
    found = set()
    for new in target.variants:
        old = known.get(new.id)
        if old is None or old.currency != new.currency:
            continue
        sale_ends = old.selling_minor < old.price_minor == new.price_minor == new.selling_minor
        if (
            old.selling_minor
            and not sale_ends
            and abs(new.selling_minor - old.selling_minor) > move * old.selling_minor
        ):
            found.add(new.id)
    return frozenset(found)
