"""The records that travel down the street, from a raw item to what the store should hold.

Plain values only: no I/O, no clock, no behaviour beyond reading a field. Everything before the diff is *clock-free*
(a sale window stays two dates); a :class:`ProductPayload` is what one product is at one moment. Money is an integer
number of the currency's minor units, times are Unix seconds in UTC.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from feedsync.errors import Problem

#: A value as an adapter found it: text, a nested record, or a list of either when it was repeated.
Value = str | dict[str, "Value"] | list["Value"]

#: One raw record in Google's product data vocabulary (feed-formats, section 1.2): attribute name -> value.
Attributes = dict[str, Value]

Verdict = Literal["complete", "partial", "degraded"]
Cause = Literal["feed", "clock", "settings", "upgrade", "operator"]
Outcome = Literal["acknowledged", "rejected", "retryable", "unknown", "not_stored"]


class Variant(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One sellable thing, as its feed item says it, without a clock.

    ``price_minor`` is the list price; ``sale_minor`` the sale price or None, valid from ``sale_from`` to ``sale_to``
    (each None where open). ``availability`` is one of Google's words plus ``discontinued``, or "" where only a
    ``quantity`` was stated. ``options`` are (name, value) pairs, ``catalogs`` the paths as spelled in the feed.
    """

    id: str
    group_id: str | None
    title: str
    group_title: str | None
    description: str
    link: str
    image_link: str
    additional_image_links: tuple[str, ...]
    currency: str
    price_minor: int
    sale_minor: int | None
    sale_from: int | None
    sale_to: int | None
    availability: str
    available_at: int | None
    expires_at: int | None
    quantity: int | None
    options: tuple[tuple[str, str], ...]
    catalogs: tuple[str, ...]
    tags: tuple[str, ...]
    metafields: tuple[tuple[str, str], ...]

    @property
    def product_id(self) -> str:
        """The group's id, or its own where the feed names no group."""
        return self.group_id or self.id


class Normalized(msgspec.Struct, frozen=True):
    """What one item became: a variant or the reason why not, with remarks that cost it nothing."""

    id: str | None
    variant: Variant | None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()


class Absence(msgspec.Struct, frozen=True):
    """A variant that its feed no longer names: since when, and how many different complete documents lacked it.

    ``counted_from`` is when the time until its removal began: at ``since``, or later where a gate held the removals,
    since a document that nobody believes is no evidence.
    """

    since: int
    documents: int
    counted_from: int


class Member(msgspec.Struct, frozen=True):
    """A variant as one of a product's, with its absence if it has one."""

    variant: Variant
    absence: Absence | None = None


class VariantPayload(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the store should hold for one variant at one moment: prices in minor units, ``selling_minor`` after any sale."""

    id: str
    title: str
    currency: str
    price_minor: int
    selling_minor: int
    quantity: int
    image_link: str
    link: str
    options: tuple[tuple[str, str], ...]


class ProductPayload(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the store should hold for one product at one moment; catalogs are ids, in a fixed order."""

    id: str
    title: str
    description: str
    link: str
    images: tuple[str, ...]
    currency: str
    tags: tuple[str, ...]
    metafields: tuple[tuple[str, str], ...]
    catalog_ids: tuple[str, ...]
    cart_disabled: bool
    variants: tuple[VariantPayload, ...]


Kind = Literal[
    "product_added",
    "product_removed",
    "product_returned",
    "variant_added",
    "variant_removed",
    "variant_moved",
    "price_up",
    "price_down",
    "sale_started",
    "sale_changed",
    "sale_ended",
    "out_of_stock",
    "back_in_stock",
    "quantity",
    "content",
    "catalogs",
    "catalog_added",
    "catalog_renamed",
]

#: The classes that gates hold; "other" is never held.
ChangeClass = Literal["removal", "addition", "price", "stock_out", "other"]


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One difference: what it is, where, before and after (as text for a person), and why it came about.

    ``subject`` is a product's or a catalog's id. ``note`` says more where the kind alone would mislead, such as
    "missing from the feed" on a stock-out that is the first step of a removal.
    """

    kind: Kind
    subject: str
    variant_id: str | None
    field: str | None
    before: str | None
    after: str | None
    cause: Cause
    klass: ChangeClass
    note: str | None = None
