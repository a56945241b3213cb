"""Which addresses are asked for: the first page, the next ones, and what a known shop's API is like.

Pure. A secret may stand in an address, so none of these is ever shown to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote_plus, unquote_plus, urljoin, urlsplit, urlunsplit

import msgspec

from feedsync.settings_pages import LARGEST, SINCE, Pages
from feedsync.settings_values import SecretRef
from feedsync.sources.pages_answer import Shape

#: A shop's public products.json answers 400 beyond this: "Page * Limit exceeds the 25000 limit."
STOREFRONT_MOST: Final = 25_000

#: What picks products (WooCommerce REST v3, "List all products") and would hide variations.
_PRODUCT_FILTERS: Final = (
    "after", "attribute", "attribute_term", "before", "brand", "category", "dates_are_gmt", "exclude", "featured",
    "include", "max_price", "min_price", "modified_after", "modified_before", "on_sale", "parent", "parent_exclude",
    "search", "shipping_class", "sku", "slug", "status", "stock_status", "tag", "tax_class", "type",
)  # fmt: skip
_MOST_VARIATION_PAGES: Final = 100
#: style -> what is in every address of such a list, and the path to add where it is not
_PATHS: Final = {
    "shopify-storefront": (".json", "/products.json"),
    "woocommerce": ("/wc/v", "/wp-json/wc/v3/products"),
}
_NUMBERED: Final = frozenset({"shopify-storefront", "woocommerce", "page"})


class NotHere(Exception):
    """A next page that is on another host; the text says so."""


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """The requests for one list.

    ``first`` is the address with everything that all requests say. Pages follow each other by number, by the count of
    records (``offset``), or by a pointer that each page gives: a cursor (``pointer_parameter``) or an address.
    """

    first: str
    shape: Shape
    #: how many records a page is asked to hold
    size: int | None = None
    number_parameter: str | None = None
    first_number: int = 1
    offset_parameter: str | None = None
    pointer_parameter: str | None = None
    #: what every followed address must carry, because servers leave secrets out of the addresses they give
    kept: tuple[tuple[str, str], ...] = ()
    #: what tells one record from another, where that is known
    id_place: str | None = None
    #: the number of records, when it is known before they are read
    expected: int | None = None
    #: somebody described where the total is, so it must be there
    needs_total: bool = False
    most_pages: int = 10_000
    most_records: int | None = None

    @property
    def by_pointer(self) -> bool:
        """Whether each page says where the next one is."""
        return self.number_parameter is None and self.offset_parameter is None

    def numbered(self, number: int, records_before: int) -> str:
        """The address of the page of that number (from 0), which ``records_before`` records stand in front of."""
        if self.number_parameter is not None:
            return with_query(self.first, {self.number_parameter: str(self.first_number + number)})
        return with_query(self.first, {self.offset_parameter or "": str(records_before)})

    def pointed(self, current: str, pointer: str) -> str:
        """The address of the page that ``pointer`` on the page at ``current`` leads to.

        Raises:
            NotHere: it is on another host.
        """
        if self.pointer_parameter is not None:
            return with_query(self.first, {self.pointer_parameter: pointer})
        return with_query(_on_this_host(self.first, current, pointer), dict(self.kept))


def requests_for(location: str, pages: Pages, query: Mapping[str, str], since: datetime | None) -> Requests:
    """The requests for a feed's list; ``query`` are the schedule's parameters, secrets and all."""
    style, known = pages.style, pages.style in LARGEST
    size = pages.size or LARGEST.get(style)
    asked: dict[str, str] = dict(query)
    if style == "woocommerce":
        # The default order, by date, moves products of one date from page to page (woocommerce issue 33386).
        asked |= {"orderby": "id", "order": "asc"}
    size_parameter = {"woocommerce": "per_page"}.get(style, "limit") if known else pages.size_parameter
    if size_parameter is not None:
        asked[size_parameter] = str(size)
    if since is not None and pages.incremental is not None:
        asked |= _since(pages, since)
    numbered = style in _NUMBERED
    return Requests(
        first=with_query(_completed(location, style), asked),
        shape=Shape(
            records={"shopify-storefront": "products", "shopify-admin": "products"}.get(style, pages.records),
            total=pages.total,
            total_header="X-WP-Total" if style == "woocommerce" else pages.total_header,
            pointer=pages.cursor or pages.next,
            link=style in ("shopify-admin", "link") and pages.next is None,
            no_html=style == "shopify-storefront",
        ),
        size=size,
        number_parameter=(pages.page_parameter or "page") if numbered else None,
        first_number=1 if pages.first_page is None else pages.first_page,
        offset_parameter=(pages.offset_parameter or "offset") if style == "offset" else None,
        pointer_parameter=pages.cursor_parameter,
        # Shopify refuses anything beside page_info and limit.
        kept=() if known else tuple((n, query[n]) for n, v in pages.query.items() if isinstance(v, SecretRef)),
        id_place="id" if known else pages.id,
        needs_total=pages.total is not None or pages.total_header is not None,
        most_pages=pages.most_pages,
        most_records=STOREFRONT_MOST if style == "shopify-storefront" else None,
    )


def variations_of(requests: Requests, product_id: str, expected: int) -> Requests:
    """The requests for the ``expected`` variations of a WooCommerce product, whose id is digits."""
    parts = urlsplit(with_query(requests.first, dict.fromkeys(_PRODUCT_FILTERS)))
    route = next((value for name, value in _pairs(parts.query) if name == "rest_route"), None)
    if route is not None:  # a shop without "pretty" addresses: ?rest_route=/wc/v3/products
        under = f"{unquote_plus(route).rstrip('/')}/{product_id}/variations"
        first = with_query(urlunsplit(parts), {"rest_route": under})
    else:
        first = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{product_id}/variations"))
    return msgspec.structs.replace(requests, first=first, expected=expected, most_pages=_MOST_VARIATION_PAGES)


def with_query(url: str, values: Mapping[str, str | None]) -> str:
    """The address with these parameters, in place of any of the same name; None takes one away."""
    parts = urlsplit(url)
    kept = [text for text in parts.query.split("&") if text and unquote_plus(text.partition("=")[0]) not in values]
    added = [f"{quote_plus(name)}={quote_plus(value)}" for name, value in values.items() if value is not None]
    return urlunsplit(parts._replace(query="&".join(kept + added)))


def _pairs(query: str) -> list[tuple[str, str]]:
    return [(unquote_plus(name), value) for name, _, value in (text.partition("=") for text in query.split("&"))]


def _completed(location: str, style: str) -> str:
    """A shop's address alone, or that of a collection, is enough for the known paths."""
    parts = urlsplit(location)
    mark, path = _PATHS.get(style, ("", ""))
    if mark in parts.path + unquote_plus(parts.query):
        return location
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + path))


def _since(pages: Pages, since: datetime) -> dict[str, str]:
    text = since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    if pages.style == "woocommerce":
        # Without an offset: WordPress turns a time with one into the site's own, and compares that with GMT.
        return {SINCE[pages.style]: text, "dates_are_gmt": "true"}
    parameter = SINCE.get(pages.style) or (pages.incremental.parameter if pages.incremental else None)
    return {str(parameter): f"{text}Z"}


def _on_this_host(first: str, current: str, target: str) -> str:
    """``target`` on the scheme, host and port of the feed, so that credentials cannot go anywhere else.

    Behind a proxy a server often believes that it is ``http://`` or on another port; another host is another matter.
    """
    try:
        home, away = urlsplit(first), urlsplit(urljoin(current, re.sub(r"[\x00-\x20]", "", target)))
        same = (home.hostname or "").rstrip(".") == (away.hostname or "").rstrip(".") and away.scheme in (
            "http",
            "https",
        )
    except ValueError:
        same = False
    if not same:
        raise NotHere("its next page is on another host, where no credentials may go")
    return urlunsplit(home._replace(path=away.path, query=away.query, fragment=""))
