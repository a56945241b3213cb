"""Any JSON: each record is one item, and keys that are attributes of Google's or Meta's are those attributes.

Names count without case, and with spaces and ``-`` as ``_`` (``Image Link``, ``image-link``). Every other key stays an
attribute under its own name, for ``[products]`` and ``[map]`` to name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, BinaryIO, ClassVar

import msgspec

from feedsync.adapters.base import DETECTED, Parsed, RawItem, ReadOptions
from feedsync.adapters.delimited.columns import ALIASES, attribute, normalized
from feedsync.adapters.jsonfeed.decode import UnreadableError, damaged_id, decode, scalar, sure_id
from feedsync.adapters.jsonfeed.outline import Found
from feedsync.adapters.jsonfeed.split import JsonSplit, Piece, begin, is_json, refusal
from feedsync.errors import Problem
from feedsync.model import Attributes, Value

_IDS = frozenset({
    "id", "sku", "gtin", "ean", "upc", "mpn", "handle", "slug", "product_id", "item_id", "variant_id",
    "productid", "itemid", "variantid", "code", "article_number", "offer_id", "offerid", "uid", "uuid",
})  # fmt: skip
_TITLES = frozenset(("title", "name", "product_name", "productname", "product_title"))
_OFFERS = frozenset({
    "price", "prices", "sale_price", "regular_price", "saleprice", "regularprice", "list_price", "listprice",
    "current_price", "unit_price", "availability", "stock", "quantity", "qty", "inventory", "in_stock",
    "instock", "stock_quantity", "stock_status", "variants", "variations", "offers",
})  # fmt: skip
_PRICED = _OFFERS - {"availability", "stock", "quantity", "qty", "inventory", "in_stock", "instock"}
#: Where a record says its currency beside its price.
_CURRENCIES = ("currency", "currency_code", "currencycode", "price_currency", "pricecurrency")
_CODE = re.compile(r"[A-Za-z]{3}")
_NUMBER = re.compile(r"[\d.,' ]+")
#: Pictures that have their address below one of these.
_ADDRESSES = ("url", "src", "link", "href")


class Json:
    """The adapter ``json``."""

    name: ClassVar[str] = "json"
    version: ClassVar[int] = 1

    def recognizes(self, head: bytes) -> bool:
        """Anything that begins as JSON does."""
        return is_json(head)

    def split(self, stream: BinaryIO, location: str, charset: str | None, options: ReadOptions = DETECTED) -> JsonSplit:
        """Begin a pass; see :class:`feedsync.adapters.base.Adapter`. Raises also Fatal FS-314: there are no records."""
        records, encoding, where = begin(stream, location, charset, options, looks_like_product)
        reader = JsonItems(transcoded=encoding != "utf-8")
        context = repr((encoding,)).encode()
        return JsonSplit(records, reader, context, encoding, location, where, records_are_items=True)


def looks_like_product(found: Found) -> bool:
    """Whether the keys are those of a product: an id, and a price or a stock. Outside of a list also a title.

    An envelope may well have an id, a title and a quantity, but it has no price.
    """
    names = {normalized(name) for name in found.keys}
    if not names & _IDS:
        return False
    return bool(names & _OFFERS) if found.is_list else bool(names & _TITLES and names & _PRICED)


class JsonItems:
    """Reads records; a record is an item as it stands."""

    def __init__(self, *, transcoded: bool) -> None:
        self._transcoded = transcoded

    def pieces(self, raw: bytes) -> Iterator[Piece]:
        """The record itself: whether it can be read is seen when somebody asks for it."""
        yield Piece(raw)

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """One result an item, in order."""
        return [self._parse(item) for item in items]

    def _parse(self, item: RawItem) -> Parsed:
        if item.broken:
            return refusal(item, transcoded=self._transcoded)
        try:
            record = decode(item.raw, transcoded=self._transcoded)
        except UnreadableError as error:
            item_id = sure_id(item.raw) if error.value is None else damaged_id(attributes_of(error.value).get("id"))
            if not item_id:
                return refusal(item, transcoded=self._transcoded)
            return Parsed(problem=Problem("FS-417", {"reason": error.reason}), id_text=item_id)
        return Parsed(attributes_of(record), record=record)


class _Plan(msgspec.Struct, frozen=True):
    """What records of the same keys have in common.

    ``names`` are the attributes that the keys are, ``shared`` whether two are the same. ``aliases`` are (attribute, those that
    stand for it where it is absent); ``currencies`` are those that may say the currency, by the name that they spell.
    """

    names: tuple[str, ...]
    shared: bool
    aliases: tuple[tuple[str, tuple[str, ...]], ...]
    currencies: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=64)
def _plan(keys: tuple[str, ...]) -> _Plan:
    names = tuple(attribute(key) or key for key in keys)
    plain: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(names):
        plain[normalized(name)] = (*plain.get(normalized(name), ()), name)
    aliases = (
        (target, tuple(name for other in others for name in plain.get(other, ()))) for target, others in ALIASES.items()
    )
    return _Plan(
        names,
        len(set(names)) < len(names),
        tuple((target, others) for target, others in aliases if others),
        tuple(plain[name] for name in _CURRENCIES if name in plain),
    )


def attributes_of(record: dict[str, Any]) -> Attributes:
    """A record's keys as attributes; of two keys that are the same attribute, the one that is spelled as it counts."""
    plan = _plan(tuple(record))
    found: Attributes
    if plan.shared:
        found = _of_shared(record, plan.names)
    else:
        pairs = zip(plan.names, record.values(), strict=True)
        found = {
            name: value
            for name, raw in pairs
            if (value := raw if type(raw) is str else value_of(raw)) is not None  # text, nearly always
        }
    currencies = [first for names in plan.currencies if (first := _first(names, found)) is not None]
    for target, others in plan.aliases:
        if target not in found:
            other = _first(others, found)
            if other is not None:
                found[target] = found[other]
    for name in ("image_link", "additional_image_link"):
        if name in found:
            found[name] = _address(found[name])
    _add_currency(found, currencies)
    return found


def _first(names: tuple[str, ...], found: Attributes) -> str | None:
    return next((name for name in names if name in found), None)


def _of_shared(record: dict[str, Any], names: tuple[str, ...]) -> Attributes:
    found: Attributes = {}
    exact: set[str] = set()
    for (key, raw), name in zip(record.items(), names, strict=True):
        value = value_of(raw)
        if value is None:
            continue
        if name not in found or (key == name and name not in exact):
            found[name] = value
        if key == name:
            exact.add(name)
    return found


def value_of(raw: Any) -> Value | None:
    """A JSON value as an attribute's: scalars as text, null and what holds nothing is absent."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return scalar(raw)
    if isinstance(raw, dict):
        return {key: value for key, one in raw.items() if (value := value_of(one)) is not None} or None
    if isinstance(raw, list):
        return [value for one in raw if (value := value_of(one)) is not None] or None
    return None


def _address(value: Value) -> Value:
    """Pictures are written as an address, or as objects that have it: ``{"url": …}``, ``{"src": …}``."""
    if isinstance(value, list):
        return [_address(one) for one in value]
    if isinstance(value, dict):
        return next((value[name] for name in _ADDRESSES if name in value), value)
    return value


def _add_currency(found: Attributes, names: list[str]) -> None:
    """Say the record's own currency with its prices: with another one, such as the schedule's, they would be wrong."""
    codes = (found[name] for name in names)
    code = next((code for code in codes if isinstance(code, str) and _CODE.fullmatch(code.strip())), None)
    for name in ("price", "sale_price"):
        price = found.get(name)
        if code is not None and isinstance(price, str) and _NUMBER.fullmatch(price):
            found[name] = f"{price.strip()} {code.strip().upper()}"
