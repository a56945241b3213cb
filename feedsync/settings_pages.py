"""What a schedule says of a feed that comes in pages: how its API pages, where its list is, and how often it is whole.

Known shops need one word, their style; the styles ``page``, ``offset``, ``cursor`` and ``link`` describe any other API.
A key that the chosen style would ignore is a mistake, because ignoring it could mean reading half of a list.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from feedsync.settings_values import Duration, Model, SecretRef

Style = Literal["shopify-storefront", "shopify-admin", "woocommerce", "page", "offset", "cursor", "link"]

#: Keys that describe an API: of no use where the style says it all.
_GENERIC: Final = frozenset({"records", "id", "size_parameter", "total", "total_header"})
#: style -> the keys it reads beside ``style``, ``size``, ``query``, ``most_pages`` and ``incremental``
_READ: Final[dict[str, frozenset[str]]] = {
    "shopify-storefront": frozenset(),
    "shopify-admin": frozenset(),
    "woocommerce": frozenset({"records"}),  # some hosts wrap the list: {"data": [...]}
    "page": _GENERIC | {"page_parameter", "first_page"},
    "offset": _GENERIC | {"offset_parameter"},
    "cursor": _GENERIC | {"cursor", "cursor_parameter"},
    "link": _GENERIC | {"next"},
}
_ALWAYS: Final = frozenset({"style", "size", "query", "most_pages", "incremental"})
#: The largest page that a known shop gives; it gives fewer than asked for when more are asked for.
LARGEST: Final = {"shopify-storefront": 250, "shopify-admin": 250, "woocommerce": 100}
#: The parameter of a known shop that asks for what changed since (WooCommerce REST v3; Shopify Admin REST).
SINCE: Final = {"shopify-admin": "updated_at_min", "woocommerce": "modified_after"}
#: A pull of changes begins this long before the last one did: two machines' clocks are never the same.
OVERLAP: Final = timedelta(minutes=10)

Place = Annotated[str, Field(min_length=1, pattern=r"^[^.]+(\.[^.]+)*$")]
Name = Annotated[str, Field(min_length=1)]


class Incremental(Model):
    """Pulls of what changed alone, and how often everything is pulled, because only that shows what is gone."""

    parameter: Name | None = None
    full_every: Annotated[Duration, Field(ge=1)] = Field(default="24h", validate_default=True)

    def since(self, *, now: datetime, last_full: datetime | None, last_whole: datetime | None) -> datetime | None:
        """Return from when on changes are to be asked for, or None when everything is due.

        All are aware: ``last_full`` is when the last full pull *began* that came to a complete document, ``last_whole``
        when the last pull of either kind began that was not short. A clock that was set back makes everything due.
        """
        if last_full is None or last_whole is None:
            return None
        age = now - last_full
        if age < timedelta(0) or age >= timedelta(seconds=self.full_every) or last_whole > now:
            return None
        return last_whole - OVERLAP


class Pages(Model):
    """How a feed's server hands out its list: ``pages = { style = "woocommerce" }``, or a description of the API.

    ``records``, ``cursor``, ``next`` and ``total`` are places in an answer: keys joined by dots, such as ``meta.next``.
    """

    style: Style
    #: where the list is; left out: the answer itself, or its only list
    records: Place | None = None
    #: what tells one record from another; left out: a record's ``id``, and without one all of it
    id: Place | None = None
    size: Annotated[int, Field(ge=1, le=100_000)] | None = None
    size_parameter: Name | None = None
    page_parameter: Name | None = None
    first_page: Annotated[int, Field(ge=0, le=1)] | None = None
    offset_parameter: Name | None = None
    cursor: Place | None = None
    cursor_parameter: Name | None = None
    #: where the next page's address is; left out: in the header Link, as rel="next" (RFC 8288)
    next: Place | None = None
    total: Place | None = None
    total_header: Name | None = None
    #: further parameters of every request; one that is secret is a reference, such as { env = "ACME_KEY" }
    query: dict[str, str | int | SecretRef] = Field(default_factory=dict)
    most_pages: Annotated[int, Field(ge=1)] = 10_000
    incremental: Incremental | None = None

    @model_validator(mode="after")
    def _of_its_style(self) -> Pages:
        allowed = _ALWAYS | _READ[self.style]
        if unread := sorted(self.model_fields_set - allowed):
            raise ValueError(f"{unread[0]} says nothing to the style {self.style!r}: leave it out, or choose another")
        if self.style == "cursor" and (self.cursor is None or self.cursor_parameter is None):
            raise ValueError('the style "cursor" needs cursor (where it is) and cursor_parameter (how it is sent)')
        if self.total is not None and self.total_header is not None:
            raise ValueError("give total or total_header, not both")
        largest = LARGEST.get(self.style)
        if largest is not None and (self.size or 0) > largest:
            raise ValueError(f"size: {self.style} gives {largest} a page at the most")
        if largest is None and (self.size is None) != (self.size_parameter is None):
            raise ValueError("give size and size_parameter, or neither")
        return self

    @model_validator(mode="after")
    def _of_changes(self) -> Pages:
        if self.incremental is None:
            return self
        if self.style == "shopify-storefront":
            raise ValueError("incremental: a shop's public products.json cannot be asked for changes")
        if (self.style in SINCE) == (self.incremental.parameter is not None):
            known = SINCE.get(self.style)
            raise ValueError(
                f"incremental: {self.style} has its own parameter ({known}): leave parameter out"
                if known
                else 'incremental: name its parameter, such as parameter = "updated_after"'
            )
        return self

    def resolved_query(self, where: str) -> dict[str, str]:
        """Return the parameters of ``query`` with their secrets; ``where`` is the schedule's file, for the message.

        Raises:
            ConfigError: FS-105, when a secret is not where it should be.
        """
        return {
            name: value.resolve(key=f"query.{name}", where=where).get_secret_value()
            if isinstance(value, SecretRef)
            else str(value)
            for name, value in self.query.items()
        }
