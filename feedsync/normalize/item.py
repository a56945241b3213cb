"""One item's attributes to a variant, or to the reason why it is none.

Pure: attributes and settings in, a :class:`Normalized` out. No clock and no guess: what is not known for sure is
refused by name, and what can be left out safely (a sale price that is none, one picture of several) is left out with
a note. Rules: design, section 6; Google's Product data specification for the attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import tzinfo
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from feedsync.errors import Problem
from feedsync.model import Attributes, Normalized, Variant
from feedsync.normalize import fields
from feedsync.normalize.money import NotAPrice, parse_price
from feedsync.normalize.text import common_line, common_plain, instant, one_line, web_address
from feedsync.remembered import Remembered

if TYPE_CHECKING:  # it is made of settings, and is sent to processes that have none
    from feedsync.settings import Catalogs, Products

_LEVEL = re.compile(r">|&gt;|›|»")
_ADDRESSES = re.compile(r",(?=\s*https?://)")
#: Metafields that tell one item from another.
METAFIELDS_OF_ITS_OWN = frozenset({"gtin", "mpn"})
Pairs = tuple[tuple[str, str], ...]
_PATH_FIELDS = ("product_type", "google_product_category")


class Refused(Exception):
    """The item is no variant; ``problem`` is why."""

    def __init__(self, code: str, **parts: str) -> None:
        self.problem = Problem(code, parts)


class Normalizer:
    """Settings turned into a function from attributes to :class:`Normalized`; cheap to call a million times."""

    def __init__(self, products: Products, catalogs: Catalogs, zone: tzinfo, id_prefix: str = "") -> None:
        self._currency, self._missing_availability = products.currency, products.missing_availability
        self._requires_image = products.require_image
        self._catalog_source, self._catalog_depth, self._catalog_names = catalogs.source, catalogs.depth, catalogs.names
        self._zone = zone
        #: What many items share.
        self._windows: Remembered[str, tuple[int | None, int | None]] = Remembered(partial(_instants, zone=zone))
        self._prefix = id_prefix
        #: The attributes that catalogs, tags and metafields are made of.
        self.path_names = () if catalogs.source == "none" else (catalogs.source,)
        self.tag_names: tuple[str, ...] = tuple(dict.fromkeys(products.tags))
        self.metafield_names: tuple[str, ...] = tuple(dict.fromkeys(products.metafields))

    def item_id(self, attributes: Attributes) -> str | None:
        """The item's id with the feed's prefix, or None where it has none."""
        raw = " ".join(fields.text(attributes, "id").split())
        return self._prefix + raw if raw else None

    def prefixed(self, raw_id: str) -> str:
        """An id that was read past the parser, in the form that :meth:`item_id` gives."""
        return self._prefix + " ".join(raw_id.split())

    def __call__(self, attributes: Attributes, item_id: str | None = None) -> Normalized:
        """What the item became; an item without an id is refused with FS-415 and ``id`` None.

        ``item_id`` is what :meth:`item_id` gave, where the caller has asked already.
        """
        item_id = item_id or self.item_id(attributes)
        notes: list[Problem] = []
        if item_id is None:
            return Normalized(None, None, Problem("FS-415"))
        try:
            return Normalized(item_id, self._variant(item_id, attributes, notes), None, tuple(notes))
        except Refused as refused:
            return Normalized(item_id, None, refused.problem, tuple(notes))

    def _variant(self, item_id: str, attributes: Attributes, notes: list[Problem]) -> Variant:
        title = self.title(attributes)
        link, image_link, more = self.addresses(attributes, notes)
        price_minor, currency = self.price(attributes)
        sale_minor, sale_from, sale_to = self.sale(attributes, price_minor, currency, notes)
        availability, quantity = self.stock(attributes, notes)
        return Variant(
            id=item_id,
            group_id=self.group_id(attributes),
            title=title,
            group_title=self.group_title(attributes),
            description=self.description(attributes),
            link=link,
            image_link=image_link,
            additional_image_links=more,
            currency=currency,
            price_minor=price_minor,
            sale_minor=sale_minor,
            sale_from=sale_from,
            sale_to=sale_to,
            availability=availability,
            available_at=self.date(attributes, "availability_date", notes),
            expires_at=self.date(attributes, "expiration_date", notes),
            quantity=quantity,
            options=fields.options(attributes),
            catalogs=self.catalog_paths(attributes),
            tags=self.tags(attributes),
            metafields=self.metafields(attributes),
        )

    def title(self, attributes: Attributes) -> str:
        """Its title, on one line."""
        title = one_line(_required(attributes, "title"))
        if not title:
            raise Refused("FS-403", field="title")
        return title

    def group_id(self, attributes: Attributes) -> str | None:
        """The group's id with the feed's prefix, or None where it names none."""
        raw = " ".join(fields.text(attributes, "item_group_id").split())
        return self._prefix + raw if raw else None

    def group_title(self, attributes: Attributes) -> str | None:
        """The group's own title, where it has one."""
        return one_line(fields.text(attributes, "item_group_title")) or None

    def description(self, attributes: Attributes) -> str:
        """Plain text, with its paragraphs."""
        return common_plain(fields.text(attributes, "description"))

    def addresses(self, attributes: Attributes, notes: list[Problem]) -> tuple[str, str, tuple[str, ...]]:
        """Its page, its main image ("" where it has none) and the further ones: in the feed's order, absolute, each once."""
        link = _address(_required(attributes, "link"), "link", None)
        raw = fields.text(attributes, "image_link")
        if not raw and self._requires_image:
            raise Refused("FS-403", field="image_link")
        main = _address(raw, "image_link", link) if raw else ""
        images = dict.fromkeys([main] if main else [])
        for value in fields.texts(attributes, "additional_image_link"):
            for one in _ADDRESSES.split(value) if "," in value else (value,):
                try:
                    images.setdefault(web_address(one, link))
                except ValueError as error:
                    parts = {"field": "additional_image_link", "value": one.strip()[:200], "reason": str(error)}
                    notes.append(Problem("FS-406", parts))
        return link, main, tuple(list(images)[1 if main else 0 :])

    def price(self, attributes: Attributes) -> tuple[int, str]:
        """The list price. Without a currency of its own it has that of the sale price, else the default one."""
        raw = _required(attributes, "price")
        default = self._currency
        try:
            return parse_price(raw, default)
        except NotAPrice as error:
            reason = str(error)
        if default is None and (sale := fields.text(attributes, "sale_price")):
            try:
                return parse_price(raw, parse_price(sale, None)[1])
            except NotAPrice:
                pass  # the reason above is about the price itself, which is what has to be mended
        raise Refused("FS-404", field="price", value=raw[:100], reason=reason)

    def sale(
        self, attributes: Attributes, price_minor: int, currency: str, notes: list[Problem]
    ) -> tuple[int | None, int | None, int | None]:
        """The sale price and its window, only where it is below the price in the same currency."""
        raw = fields.text(attributes, "sale_price") if "sale_price" in attributes else ""
        if not raw:
            return None, None, None
        reason = ""
        try:
            sale_minor, sale_currency = parse_price(raw, currency)
            window = self._window(fields.text(attributes, "sale_price_effective_date"))
        except ValueError as error:
            reason = str(error)
        else:
            if sale_currency != currency:
                reason = f"{raw!r} is in another currency than the price"
            elif sale_minor == 0 < price_minor:
                reason = f"{raw!r} would give it away"
            elif sale_minor < price_minor:
                return (sale_minor, *window)
            elif sale_minor > price_minor:
                reason = f"{raw!r} is above the price"
        if reason:  # a sale price that equals the price is so common that it is no news
            notes.append(Problem("FS-411", {"reason": reason}))
        return None, None, None

    def _window(self, raw: str) -> tuple[int | None, int | None]:
        """``start/end``, each side ISO 8601 or left out; a missing window means always."""
        if not raw:
            return None, None
        return self._windows[raw]

    def stock(self, attributes: Attributes, notes: list[Problem]) -> tuple[str, int | None]:
        """The availability in Google's words ("" where a quantity alone is stated) and the quantity."""
        quantity, unread = fields.quantity(attributes)
        raw = fields.text(attributes, "availability")
        if raw:
            word = fields.availability(raw)
            if word is None:
                raise Refused("FS-405", field="availability", value=raw[:100])
            if unread:
                notes.append(Problem("FS-405", {"field": unread[0], "value": unread[1][:100]}))
            return word, quantity
        if quantity is not None:
            return "", quantity
        if unread:
            raise Refused("FS-405", field=unread[0], value=unread[1][:100])
        if self._missing_availability == "reject":
            raise Refused("FS-407")
        return self._missing_availability, None

    def date(self, attributes: Attributes, name: str, notes: list[Problem]) -> int | None:
        """A date as Unix seconds."""
        raw = fields.text(attributes, name) if name in attributes else ""
        if not raw:
            return None
        try:
            return instant(raw, self._zone)
        except ValueError:
            notes.append(Problem("FS-408", {"field": name, "value": raw[:100]}))
            return None

    def catalog_paths(self, attributes: Attributes) -> tuple[str, ...]:
        """Each path, cut to the depth, as ``A > B``; numeric Google categories by ``[catalogs.names]`` only."""
        paths: dict[str, None] = {}
        for raw in [raw for source in self.path_names for raw in fields.texts(attributes, source)]:
            name = self._catalog_names.get(raw, raw)
            if name.isdigit() and self._catalog_source == "google_product_category":
                continue
            if levels := _levels(name):
                paths.setdefault(" > ".join(levels[: self._catalog_depth]))
        return tuple(paths)

    def tags(self, attributes: Attributes) -> tuple[str, ...]:
        """Tags in the settings' order; those that differ in case alone count once."""
        return together([self.tags_of(attributes, name) for name in self.tag_names])

    def tags_of(self, attributes: Attributes, name: str) -> Pairs:
        """(case-folded, as written) of each tag that an attribute makes: of a path each level.

        Bik separates them by commas, so none holds one.
        """
        parts: list[str] = []
        for raw in fields.texts(attributes, name):
            parts += _levels(raw) if name in _PATH_FIELDS else (common_line(raw),)
        tags = [" ".join(part.replace(",", " ").split()) if "," in part else part for part in parts]
        return tuple([(tag.casefold(), tag) for tag in tags if tag])

    def metafields(self, attributes: Attributes) -> Pairs:
        """(name, text on one line) of each of the settings' attributes that it has."""
        found = []
        for name in self.metafield_names:
            line_of = one_line if name in METAFIELDS_OF_ITS_OWN else common_line
            if line := line_of(" | ".join(fields.texts(attributes, name))):
                found.append((name, line))
        return tuple(found)


def _levels(path: str) -> tuple[str, ...]:
    """The levels of ``A > B > C``, each as plain text."""
    return tuple([level for part in _LEVEL.split(path) if (level := common_line(part.strip()))])


def together(tags: Iterable[Pairs]) -> tuple[str, ...]:
    """Tags as written, each once, of pairs as :meth:`Normalizer.tags_of` gives them."""
    found: dict[str, str] = {}
    for folded, tag in chain.from_iterable(tags):
        found.setdefault(folded, tag)
    return tuple(found.values())


def _instants(raw: str, zone: tzinfo) -> tuple[int | None, int | None]:
    """The two sides of a window."""
    start, slash, end = (part.strip() for part in raw.partition("/"))
    if not slash:
        raise ValueError(f"its window {raw!r} is not start/end")
    try:
        window = instant(start, zone) if start else None, instant(end, zone) if end else None
    except ValueError:
        raise ValueError(f"its window {raw!r} is not two dates of ISO 8601") from None
    if window[0] is not None and window[1] is not None and window[1] <= window[0]:
        raise ValueError(f"its window {raw!r} ends before it begins")
    return window


def _required(attributes: Attributes, name: str) -> str:
    if raw := fields.text(attributes, name):
        return raw
    raise Refused("FS-403", field=name)


def _address(raw: str, name: str, base: str | None) -> str:
    try:
        return web_address(raw, base)
    except ValueError as error:
        raise Refused("FS-406", field=name, value=raw[:200], reason=str(error)) from None
