"""A variant as values that anybody can read: Google's names, Google's forms, by a published schema.

What ``export`` writes and ``explain`` compares. Nothing here knows a file or a store.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from feedsync.currencies import decimal_text
from feedsync.model import Member, Variant


class ExportedVariant(msgspec.Struct, frozen=True):
    """A variant as its feed says it, read by the schedule's settings; null or empty where the feed does not say.

    Prices are exact text, ``1299.00 INR``; moments are ISO 8601 in UTC; ``sale_price_effective_date`` is ``start/end`` with
    either side empty where it is open. ``quantity`` is the number that the feed states, which is not always the one that is
    sold. ``catalogs`` are paths, ``Shoes > Men``. ``absent_since``: from when on its feed lacks it.
    """

    id: str
    item_group_id: str | None
    item_group_title: str | None
    title: str
    description: str
    link: str
    image_link: str
    additional_image_link: tuple[str, ...]
    price: str
    sale_price: str | None
    sale_price_effective_date: str | None
    availability: str | None
    availability_date: str | None
    expiration_date: str | None
    quantity: int | None
    options: dict[str, str]
    catalogs: tuple[str, ...]
    tags: tuple[str, ...]
    metafields: dict[str, str]
    absent_since: str | None = None

    def texts(self) -> dict[str, str]:
        """Every field that says something, as a person reads it."""
        found = {}
        for name, value in msgspec.structs.asdict(self).items():
            if isinstance(value, dict):
                value = ", ".join(f"{key}: {one}" for key, one in value.items())
            elif isinstance(value, tuple):
                value = ", ".join(value)
            if value not in (None, ""):
                found[name] = str(value)
        return found


class ExportedProduct(msgspec.Struct, frozen=True):
    """A product: one line of ``export``."""

    id: str
    variants: list[ExportedVariant]


def exported(variant: Variant, absent_since: int | None = None) -> ExportedVariant:
    """A variant in this form; ``absent_since`` in Unix seconds."""
    window = (_moment(variant.sale_from), _moment(variant.sale_to))
    return ExportedVariant(
        id=variant.id,
        item_group_id=variant.group_id,
        item_group_title=variant.group_title,
        title=variant.title,
        description=variant.description,
        link=variant.link,
        image_link=variant.image_link,
        additional_image_link=variant.additional_image_links,
        price=money(variant.price_minor, variant.currency),
        sale_price=None if variant.sale_minor is None else money(variant.sale_minor, variant.currency),
        sale_price_effective_date=f"{window[0] or ''}/{window[1] or ''}" if any(window) else None,
        availability=variant.availability or None,
        availability_date=_moment(variant.available_at),
        expiration_date=_moment(variant.expires_at),
        quantity=variant.quantity,
        options=dict(variant.options),
        catalogs=variant.catalogs,
        tags=variant.tags,
        metafields=dict(variant.metafields),
        absent_since=_moment(absent_since),
    )


def exported_product(product_id: str, members: list[Member]) -> ExportedProduct:
    """A product with its variants by id, those that its feed lacks included while the store may still have them."""
    return ExportedProduct(product_id, [exported(m.variant, m.absence.since if m.absence else None) for m in members])


def money(minor: int, currency: str) -> str:
    """An amount in Google's form, exact."""
    return f"{decimal_text(minor, currency)} {currency}"


def _moment(at: int | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
