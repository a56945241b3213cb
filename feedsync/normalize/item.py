"""One item's attributes to a variant, or to the reason why it is none.

Pure: attributes and settings in, a :class:`Normalized` out. No clock and no guess: what is not known for sure is
refused by name, and what can be left out safely (a sale price that is none, one picture of several) is left out with
a note. Rules: design, section 6; Google's Product data specification for the attributes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import tzinfo
from functools import lru_cache
from itertools import groupby

from feedsync.errors import Problem
from feedsync.model import Attributes, Normalized, Variant
from feedsync.normalize import fields
from feedsync.normalize.money import NotAPrice, parse_price
from feedsync.normalize.text import common_line, common_plain, instant, one_line, web_address
from feedsync.remembered import Remembered
from feedsync.settings import Catalogs, Products

_LEVEL = re.compile(r">|&gt;|›|»")
_ADDRESSES = re.compile(r",(?=\s*https?://)")
#: Metafields that tell one item from another.
_OWN = frozenset({"gtin", "mpn"})
Raws = tuple[str | None, ...]
Pairs = tuple[tuple[str, str], ...]
_PATH_FIELDS = ("product_type", "google_product_category")


class _Refused(Exception):
    def __init__(self, code: str, **parts: str) -> None:
        self.problem = Problem(code, parts)


class Normalizer:
    """Settings turned into a function from attributes to :class:`Normalized`; cheap to call a million times."""

    def __init__(self, products: Products, catalogs: Catalogs, zone: tzinfo, id_prefix: str = "") -> None:
        self._products = products
        self._catalogs = catalogs
        self._zone = zone
        self._prefix = id_prefix
        self._paths: Remembered[str, tuple[str, ...]] = Remembered(lambda raw: self._paths_of([raw.strip()]))
        runs = groupby(products.metafields, _OWN.__contains__)
        self._metafield_runs = [_run(own, tuple(names)) for own, names in runs]
        self._tags_known: Remembered[Raws, tuple[str, ...]] = Remembered(
            lambda raws: self._tags_of([[raw.strip()] if raw else [] for raw in raws])
        )

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
        except _Refused as refused:
            return Normalized(item_id, None, refused.problem, tuple(notes))

    def _variant(self, item_id: str, attributes: Attributes, notes: list[Problem]) -> Variant:
        title = one_line(_required(attributes, "title"))
        if not title:
            raise _Refused("FS-403", field="title")
        link = _address(_required(attributes, "link"), "link", None)
        image_link, more = self._images(attributes, link, notes)
        price_minor, currency = self._price(attributes)
        sale_minor, sale_from, sale_to = self._sale(attributes, price_minor, currency, notes)
        availability, quantity = self._stock(attributes, notes)
        group = " ".join(fields.text(attributes, "item_group_id").split())
        return Variant(
            id=item_id,
            group_id=self._prefix + group if group else None,
            title=title,
            group_title=_line(attributes, "item_group_title"),
            description=common_plain(fields.text(attributes, "description")),
            link=link,
            image_link=image_link,
            additional_image_links=more,
            currency=currency,
            price_minor=price_minor,
            sale_minor=sale_minor,
            sale_from=sale_from,
            sale_to=sale_to,
            availability=availability,
            available_at=self._date(attributes, "availability_date", notes),
            expires_at=self._date(attributes, "expiration_date", notes),
            quantity=quantity,
            options=fields.options(attributes),
            catalogs=self._catalog_paths(attributes),
            tags=self._tags(attributes),
            metafields=self._metafields(attributes),
        )

    def _images(self, attributes: Attributes, link: str, notes: list[Problem]) -> tuple[str, tuple[str, ...]]:
        """The main image and the further ones: in the feed's order, absolute, each once."""
        raw = fields.text(attributes, "image_link")
        if not raw and self._products.require_image:
            raise _Refused("FS-403", field="image_link")
        main = _address(raw, "image_link", link) if raw else ""
        images = dict.fromkeys([main] if main else [])
        for value in fields.texts(attributes, "additional_image_link"):
            for one in _ADDRESSES.split(value) if "," in value else (value,):
                try:
                    images.setdefault(web_address(one, link))
                except ValueError as error:
                    parts = {"field": "additional_image_link", "value": one.strip()[:200], "reason": str(error)}
                    notes.append(Problem("FS-406", parts))
        return main, tuple(list(images)[1 if main else 0 :])

    def _price(self, attributes: Attributes) -> tuple[int, str]:
        """The list price. Without a currency of its own it has that of the sale price, else the default one."""
        raw = _required(attributes, "price")
        default = self._products.currency
        try:
            return parse_price(raw, default)
        except NotAPrice as error:
            reason = str(error)
        if default is None and (sale := fields.text(attributes, "sale_price")):
            try:
                return parse_price(raw, parse_price(sale, None)[1])
            except NotAPrice:
                pass  # the reason above is about the price itself, which is what has to be mended
        raise _Refused("FS-404", field="price", value=raw[:100], reason=reason)

    def _sale(
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
        return _instants(raw, self._zone)

    def _stock(self, attributes: Attributes, notes: list[Problem]) -> tuple[str, int | None]:
        quantity, unread = fields.quantity(attributes)
        raw = fields.text(attributes, "availability")
        if raw:
            word = fields.availability(raw)
            if word is None:
                raise _Refused("FS-405", field="availability", value=raw[:100])
            if unread:
                notes.append(Problem("FS-405", {"field": unread[0], "value": unread[1][:100]}))
            return word, quantity
        if quantity is not None:
            return "", quantity
        if unread:
            raise _Refused("FS-405", field=unread[0], value=unread[1][:100])
        if self._products.missing_availability == "reject":
            raise _Refused("FS-407")
        return self._products.missing_availability, None

    def _date(self, attributes: Attributes, name: str, notes: list[Problem]) -> int | None:
        raw = fields.text(attributes, name) if name in attributes else ""
        if not raw:
            return None
        try:
            return instant(raw, self._zone)
        except ValueError:
            notes.append(Problem("FS-408", {"field": name, "value": raw[:100]}))
            return None

    def _catalog_paths(self, attributes: Attributes) -> tuple[str, ...]:
        source = self._catalogs.source
        if source == "none":
            return ()
        try:
            return self._paths[attributes.get(source) or ""]  # type: ignore[index]  # or else the error
        except TypeError:  # it is there several times
            return self._paths_of(fields.texts(attributes, source))

    def _paths_of(self, raws: Iterable[str]) -> tuple[str, ...]:
        """Each path, cut to the depth, as ``A > B``; numeric Google categories by ``[catalogs.names]`` only."""
        paths: dict[str, None] = {}
        for raw in raws:
            name = self._catalogs.names.get(raw, raw)
            if name.isdigit() and self._catalogs.source == "google_product_category":
                continue
            if levels := _levels(name):
                paths.setdefault(" > ".join(levels[: self._catalogs.depth]))
        return tuple(paths)

    def _tags(self, attributes: Attributes) -> tuple[str, ...]:
        names = self._products.tags
        try:
            return self._tags_known[tuple(map(attributes.get, names))]  # type: ignore[arg-type]  # or else the error
        except TypeError:  # one is there several times
            return self._tags_of([fields.texts(attributes, name) for name in names])

    def _tags_of(self, raws: Iterable[list[str]]) -> tuple[str, ...]:
        """Tags in the settings' order, each level of a path its own; Bik separates them by commas, so none holds one."""
        tags: dict[str, str] = {}
        for name, texts in zip(self._products.tags, raws, strict=True):
            for raw in texts:
                for folded, tag in (_PATH_TAGS if name in _PATH_FIELDS else _PLAIN_TAGS)[raw]:
                    tags.setdefault(folded, tag)
        return tuple(tags.values())

    def _metafields(self, attributes: Attributes) -> tuple[tuple[str, str], ...]:
        found: Pairs = ()
        for names, pairs, known in self._metafield_runs:
            try:
                if known is not None:
                    found += known[tuple(map(attributes.get, names))]  # type: ignore[arg-type]  # or else the error
                    continue
            except TypeError:  # one is there several times
                pass
            found += pairs(tuple([" | ".join(fields.texts(attributes, name)) for name in names]))
        return found


def _run(
    own: bool, names: tuple[str, ...]
) -> tuple[tuple[str, ...], Callable[[Raws], Pairs], Remembered[Raws, Pairs] | None]:
    """Metafields next to each other: their names, what makes (name, line) of their texts, and where that is remembered.

    ``own``: each item has its own, so that nothing is.
    """

    line_of = one_line if own else common_line

    def pairs(raws: Raws) -> Pairs:
        lines = [(name, line_of(raw.strip())) for name, raw in zip(names, raws, strict=True) if raw]
        return tuple([(name, line) for name, line in lines if line])

    return names, pairs, None if own else Remembered(pairs)


def _levels(path: str) -> tuple[str, ...]:
    """The levels of ``A > B > C``, each as plain text."""
    return tuple([level for part in _LEVEL.split(path) if (level := common_line(part.strip()))])


def _tags_of(parts: tuple[str, ...]) -> list[tuple[str, str]]:
    tags = (" ".join(part.replace(",", " ").split()) if "," in part else part for part in parts)
    return [(tag.casefold(), tag) for tag in tags if tag]


def _path_tags(path: str) -> list[tuple[str, str]]:
    """(case-folded, as written) of each level of a path."""
    return _tags_of(_levels(path))


def _plain_tags(text: str) -> list[tuple[str, str]]:
    """The same of a text that is one tag."""
    return _tags_of((common_line(text),))


_PATH_TAGS, _PLAIN_TAGS = Remembered(_path_tags), Remembered(_plain_tags)


@lru_cache(maxsize=4096)
def _instants(raw: str, zone: tzinfo) -> tuple[int | None, int | None]:
    """The two sides of a window; many items share theirs."""
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


def _line(attributes: Attributes, name: str) -> str | None:
    return (one_line(fields.text(attributes, name)) or None) if name in attributes else None


def _required(attributes: Attributes, name: str) -> str:
    if raw := fields.text(attributes, name):
        return raw
    raise _Refused("FS-403", field=name)


def _address(raw: str, name: str, base: str | None) -> str:
    try:
        return web_address(raw, base)
    except ValueError as error:
        raise _Refused("FS-406", field=name, value=raw[:200], reason=str(error)) from None
