"""Bik's field names and number formats, and nothing else of Bik (bik-api.md, *Types*).

Payloads go out whole: an optional field that is empty goes as ``""`` or ``[]``, since Bik does not say whether it
replaces or merges. A price goes as the exact JSON number that its minor units spell, never through a float.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from feedsync.currencies import EXPONENTS
from feedsync.model import ProductPayload, VariantPayload

NAMESPACE = "feedsync"
#: How much of a differing value is told.
_SHOWN = 200


class BikPhoto(msgspec.Struct, gc=False):
    """A picture of a product."""

    photoUrl: str  # noqa: N815 - Bik's name


class Metafield(msgspec.Struct, gc=False):
    """A named value of a product."""

    id: str
    namespace: str
    key: str
    value: str


class BikCombination(msgspec.Struct, gc=False):
    """A variant; every field but ``currency`` and ``options`` is required."""

    id: str
    name: str
    productId: str  # noqa: N815 - Bik's name
    price: msgspec.Raw
    discountedPrice: msgspec.Raw  # noqa: N815 - Bik's name
    quantity: int
    image: str
    productUrl: str  # noqa: N815 - Bik's name
    currency: str
    options: dict[str, str]


class BikProduct(msgspec.Struct, gc=False):
    """A product as it is sent."""

    id: str
    name: str
    url: str
    photos: list[BikPhoto]
    combinations: list[BikCombination]
    description: str
    image: str
    currency: str
    tags: str
    catalogIds: list[str]  # noqa: N815 - Bik's name
    metafields: list[Metafield]
    addToCartDisabled: bool  # noqa: N815 - Bik's name


class BikCatalog(msgspec.Struct):
    """A catalog as it is sent."""

    id: str
    name: str


def product(payload: ProductPayload, foreign_catalogs: list[str]) -> BikProduct:
    """The product as Bik wants it; ``foreign_catalogs`` are those that somebody else put it into, which stay."""
    return BikProduct(
        id=payload.id,
        name=payload.title,
        url=payload.link,
        photos=[BikPhoto(image) for image in payload.images],
        combinations=[_combination(payload.id, variant) for variant in payload.variants],
        description=payload.description,
        image=payload.images[0] if payload.images else "",
        currency=payload.currency,
        tags=", ".join(payload.tags),
        catalogIds=list(dict.fromkeys([*payload.catalog_ids, *foreign_catalogs])),
        metafields=[Metafield(f"{payload.id}:{key}", NAMESPACE, key, value) for key, value in payload.metafields],
        addToCartDisabled=payload.cart_disabled,
    )


def _combination(product_id: str, variant: VariantPayload) -> BikCombination:
    currency = variant.currency
    return BikCombination(  # by their order, which is quicker: of these there are many
        variant.id, variant.title, product_id, _number(variant.price_minor, currency),
        _number(variant.selling_minor, currency), variant.quantity, variant.image_link, variant.link, currency,
        dict(variant.options),
    )  # fmt: skip


@lru_cache(maxsize=4096)  # the variants of a product often cost the same
def _number(minor: int, currency: str) -> msgspec.Raw:
    """The amount in major units as a JSON number: ``49999`` and ``12.5``, as short as it is exact."""
    digits = EXPONENTS[currency]
    whole, part = divmod(abs(minor), 10**digits)
    text = f"{whole}.{part:0{digits}d}".rstrip("0") if part else str(whole)
    return msgspec.Raw((text if minor >= 0 else f"-{text}").encode())


def same(sent: BikProduct, stored: dict[str, Any]) -> str | None:
    """Which field of a stored product differs from what was sent; None when all that was sent is there."""
    return next((difference.field for difference in differences(sent, stored)), None)


class FieldDifference(msgspec.Struct, frozen=True):
    """A field that the store holds otherwise than it was sent, as JSON; a combination's is ``combinations.ID.price``."""

    field: str
    sent: str
    stored: str


def differences(sent: BikProduct, stored: dict[str, Any]) -> list[FieldDifference]:
    """Every field of a stored product that differs from what was sent.

    Fields that Bik adds are ignored, numbers are compared by value, catalogs and metafields without their order.
    """
    want = msgspec.json.decode(msgspec.json.encode(sent))
    found = []
    for name, value in want.items():
        have = stored.get(name)
        if name == "photos":
            have = [{"photoUrl": p.get("photoUrl")} if isinstance(p, dict) else p for p in have] \
                if isinstance(have, list) else have  # fmt: skip
        if name == "combinations":
            found += _combinations(_by_id(value), _by_id(have, value))
        elif name in ("catalogIds", "metafields"):
            if _by_id(value) != _by_id(have, value):
                found.append(_difference(name, value, have))
        elif (have or type(value)()) != value:
            found.append(_difference(name, value, have))
    return found


def _combinations(want: dict[str, Any], have: dict[str, Any]) -> list[FieldDifference]:
    found = []
    for key in sorted(want.keys() | have.keys()):
        one, other = want.get(key), have.get(key)
        if not isinstance(one, dict) or not isinstance(other, dict):
            found.append(_difference(f"combinations.{key}", one, other))
            continue
        found += [_difference(f"combinations.{key}.{n}", one[n], other.get(n)) for n in one if one[n] != other.get(n)]
    return found


def _difference(field: str, sent: Any, stored: Any) -> FieldDifference:
    return FieldDifference(field, *(msgspec.json.encode(value).decode()[:_SHOWN] for value in (sent, stored)))


def foreign_catalogs(record: dict[str, Any], our_catalogs: set[str]) -> list[str]:
    """The ids of the catalogs that somebody else put a stored product into."""
    ids = record.get("catalogIds")
    return [c for c in ids if isinstance(c, str) and c not in our_catalogs] if isinstance(ids, list) else []


def without_foreign(record: dict[str, Any], our_catalogs: set[str]) -> dict[str, Any]:
    """A stored product without the catalogs that somebody else put it into, which are no difference where they are kept."""
    ids = record.get("catalogIds")
    if not isinstance(ids, list):
        return record
    return {**record, "catalogIds": [c for c in ids if isinstance(c, str) and c in our_catalogs]}


def payload(record: dict[str, Any], our_catalogs: set[str]) -> tuple[ProductPayload, bool] | None:
    """A stored product as one that could have been sent, and whether it says exactly that; None: it cannot be one.

    What others added (catalogs, metafields, fields of other names) is left out.
    """
    try:
        stored = msgspec.convert(record, _Stored)
        variants = [_variant(one, stored.currency) for one in stored.combinations]
    except (msgspec.ValidationError, KeyError, ArithmeticError):
        return None
    found = ProductPayload(
        id=stored.id,
        title=stored.name,
        description=stored.description,
        link=stored.url,
        images=tuple(photo.photoUrl for photo in stored.photos),
        currency=stored.currency,
        tags=tuple(tag for tag in stored.tags.split(", ") if tag),
        metafields=tuple(sorted((m.key, m.value) for m in stored.metafields if m.namespace == NAMESPACE)),
        catalog_ids=tuple(sorted(set(stored.catalogIds) & our_catalogs)),
        cart_disabled=stored.addToCartDisabled,
        variants=tuple(sorted(variants, key=lambda v: v.id)),
    )
    kept = {**record, "catalogIds": list(found.catalog_ids)}
    return found, not differences(product(found, []), kept)


class _StoredCombination(msgspec.Struct):
    id: str
    price: Decimal
    discountedPrice: Decimal  # noqa: N815 - Bik's name
    quantity: float
    name: str = ""
    image: str = ""
    productUrl: str = ""  # noqa: N815 - Bik's name
    currency: str = ""
    options: dict[str, str] = {}


class _Stored(msgspec.Struct):
    id: str
    name: str
    combinations: list[_StoredCombination]
    currency: str
    url: str = ""
    photos: list[BikPhoto] = []
    description: str = ""
    tags: str = ""
    catalogIds: list[str] = []  # noqa: N815 - Bik's name
    metafields: list[Metafield] = []
    addToCartDisabled: bool = False  # noqa: N815 - Bik's name


def _variant(stored: _StoredCombination, currency: str) -> VariantPayload:
    code = stored.currency or currency
    scale = 10 ** EXPONENTS[code]
    return VariantPayload(
        id=stored.id,
        title=stored.name,
        currency=code,
        price_minor=_integer(stored.price * scale),
        selling_minor=_integer(stored.discountedPrice * scale),
        quantity=_integer(stored.quantity),
        image_link=stored.image,
        link=stored.productUrl,
        options=tuple(stored.options.items()),
    )


def _integer(number: Decimal | float) -> int:
    """The number without its fraction; one that no snapshot can hold (64 bits) could not have been sent."""
    if not abs(float(number)) < 2**63:
        raise OverflowError
    return int(number)


def _by_id(records: Any, like: Any = None) -> dict[str, Any]:
    """Records by id, cut to the fields that were sent; anything that is no such list is like an empty one."""
    fields = {name for record in like or [] if isinstance(record, dict) for name in record}
    found: dict[str, Any] = {}
    for record in records if isinstance(records, list) else []:
        if isinstance(record, dict):
            found[str(record.get("id"))] = {k: v for k, v in record.items() if not fields or k in fields}
        else:
            found[str(record)] = None
    return found
