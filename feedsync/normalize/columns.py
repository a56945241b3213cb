"""Many items to variants at once, an attribute at a time.

What :class:`feedsync.normalize.item.Normalizer` asks of one item in thirty calls is asked here of a whole lot in one pass
over each attribute, of all its values together where it can be, and once of what many items have in common. An item that would
be refused or remarked upon is left to the normalizer; of every other this says the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Generic, TypeVar, cast

from feedsync.errors import Problem
from feedsync.model import Attributes, Value, Variant
from feedsync.normalize import fields
from feedsync.normalize.item import METAFIELDS_OF_ITS_OWN, Normalizer, Pairs, Refused, together
from feedsync.normalize.text import TEXT_LIMIT, common_plain, one_line
from feedsync.remembered import Remembered

#: Stands between texts that are looked at together: printable, and hardly ever beside white space.
_BETWEEN = "^"
#: The characters of addresses that are taken as they are, and such addresses, one a line: ``text.web_address``.
_ADDRESS_BYTES = bytes(b for b in range(0x21, 0x7F) if b not in b'"<>') + b"\n"
_ADDRESSES = re.compile(r"(?:https?://[A-Za-z0-9.-]++(?::\d{1,5})?(?:[/?].*+)?\n)++")
#: So much is remembered of each attribute: there are many of them, and a feed is untrusted.
_MOST, _LONGEST = 2048, 500
_STOCK = ("availability", *fields.QUANTITY_NAMES)

#: Of an item its page, its main picture and its further ones.
_Addresses = tuple[str, str, tuple[str, ...]]
_Price = tuple[int, str]
_Sale = tuple[int | None, int | None, int | None]
_Date = tuple[int | None]
_NO_DATE: _Date | None = (None,)
Found = TypeVar("Found")
_Column = Callable[[Sequence[Attributes]], list[Found]]
#: By attribute, in the order in which what they give is put together.
_PairColumns = Mapping[str, _Column[Pairs]]


class Columns:
    """What ``normalizer`` says, of many items at a time."""

    def __init__(self, normalizer: Normalizer) -> None:
        one = self._one = normalizer
        self._prices = _Common(("price",), self._price)
        self._stocks = _Common(_STOCK, lambda item: _quietly(one.stock, item))
        self._options: _PairColumns = {name: _Common((name,), fields.options) for name in fields.OPTION_NAMES}
        self._paths = _Common(one.path_names, one.catalog_paths)
        self._tags: _PairColumns = {name: self._tags_of(name) for name in one.tag_names}
        self._metafields: _PairColumns = {name: self._metafield(name) for name in one.metafield_names}

    def __reduce__(self) -> tuple[object, ...]:
        """Another process remembers for itself."""
        return Columns, (self._one,)

    def _tags_of(self, name: str) -> _Column[Pairs]:
        return _Common((name,), lambda item: self._one.tags_of(item, name))

    def _metafield(self, name: str) -> _Column[Pairs]:
        common = _Common((name,), self._one.metafields)
        if name not in METAFIELDS_OF_ITS_OWN:
            return common

        def own(lot: Sequence[Attributes]) -> list[Pairs]:
            if (lines := _lines([item.get(name, "") for item in lot])) is None:
                return common(lot)
            return [((name, line),) if line else () for line in lines]

        return own

    def variants(self, ids: Sequence[str], lot: Sequence[Attributes]) -> list[Variant | None]:
        """What each of the items is, which have these ids; None where the normalizer must tell."""
        one, names = self._one, frozenset[str]().union(*lot)

        def column(name: str, ask: Callable[[Attributes], Found], nothing: Found) -> list[Found]:
            return [ask(item) for item in lot] if name in names else [nothing] * len(lot)

        prices = self._prices(lot)
        if None in prices and "sale_price" in names:  # which can tell the currency of both
            prices = [price or self._price(item) for item, price in zip(lot, prices, strict=True)]
        addresses = _addresses(lot) or [_quietly(one.addresses, item) for item in lot]
        if not any(map(all, zip(prices, addresses, strict=True))):  # as where the schedule lacks a currency
            return [None] * len(lot)
        sales = map(self._sale, lot, prices) if "sale_price" in names else [(None, None, None)] * len(lot)
        rows = zip(
            ids,
            column("item_group_id", one.group_id, None),
            _titles(lot),
            column("item_group_title", one.group_title, None),
            _descriptions(lot) if "description" in names else [""] * len(lot),
            addresses,
            prices,
            sales,
            self._stocks(lot),
            column("availability_date", lambda item: self._date(item, "availability_date"), _NO_DATE),
            column("expiration_date", lambda item: self._date(item, "expiration_date"), _NO_DATE),
            map(fields.options, lot)
            if "variant_option" in names
            else map(_joined, _side_by_side(self._options, names, lot)),
            self._paths(lot),
            map(together, _side_by_side(self._tags, names, lot)),
            map(_joined, _side_by_side(self._metafields, names, lot)),
            strict=True,
        )
        return [_variant(*row) for row in rows]

    def _price(self, item: Attributes) -> _Price | None:
        return _quietly(lambda raws, _: self._one.price(raws), item)

    def _sale(self, item: Attributes, price: _Price | None) -> _Sale | None:
        if price is None:
            return None
        return _quietly(lambda raws, notes: self._one.sale(raws, *price, notes), item)

    def _date(self, item: Attributes, name: str) -> _Date | None:
        return _quietly(lambda raws, notes: (self._one.date(raws, name, notes),), item)


def _variant(
    item_id: str, group_id: str | None, title: str, group_title: str | None, description: str,
    addresses: _Addresses | None, price: _Price | None, sale: _Sale | None, stock: tuple[str, int | None] | None,
    available: _Date | None, expires: _Date | None, options: Pairs, paths: tuple[str, ...],
    tags: tuple[str, ...], metafields: Pairs,
) -> Variant | None:  # fmt: skip
    if not (title and addresses and price and sale and stock and available and expires):
        return None
    return Variant(
        item_id, group_id, title, group_title, description, *addresses, price[1], price[0], *sale, stock[0], *available,
        *expires, stock[1], options, paths, tags, metafields,
    )  # fmt: skip


class _Common(Generic[Found]):
    """A column of what follows from these attributes alone, asked once where many items have them in common."""

    def __init__(self, names: tuple[str, ...], ask: Callable[[Attributes], Found]) -> None:
        self._names, self._ask = names, ask
        self._known: Remembered[str | tuple[str, ...], Found] = Remembered(self._answer, most=_MOST, longest=_LONGEST)

    def __call__(self, lot: Sequence[Attributes]) -> list[Found]:
        known, columns = self._known, [[item.get(name, "") for item in lot] for name in self._names]
        if not columns:
            return [known[()]] * len(lot)
        try:
            return [known[raws] for raws in (zip(*columns, strict=True) if len(columns) > 1 else columns[0])]  # type: ignore[index]  # or else the error
        except TypeError:  # one is there several times
            return [self._ask({name: item[name] for name in self._names if name in item}) for item in lot]

    def _answer(self, raws: str | tuple[str, ...]) -> Found:
        return self._ask(dict(zip(self._names, (raws,) if isinstance(raws, str) else raws, strict=True)))


def _quietly(ask: Callable[[Attributes, list[Problem]], Found], item: Attributes) -> Found | None:
    """What is said of an item, None where it is refused or remarked upon."""
    notes: list[Problem] = []
    try:
        found = ask(item, notes)
    except Refused:
        return None
    return None if notes else found


def _descriptions(lot: Sequence[Attributes]) -> list[str]:
    """Their descriptions; one that is long is compared faster than looked up, and variants have that of the one before."""
    found, last, plain = [], None, ""
    for item in lot:
        raw = item.get("description", "")
        if raw != last:
            last, plain = raw, common_plain(fields.text(item, "description"))
        found.append(plain)
    return found


def _side_by_side(
    columns: _PairColumns, names: frozenset[str], lot: Sequence[Attributes]
) -> Iterable[tuple[Pairs, ...]]:
    """Of each item what the columns give, of those attributes that any item has."""
    found = [column(lot) for name, column in columns.items() if name in names]
    return zip(*found, strict=True) if found else [()] * len(lot)


def _joined(pairs: tuple[Pairs, ...]) -> Pairs:
    return tuple(chain.from_iterable(pairs))


def _titles(lot: Sequence[Attributes]) -> list[str]:
    """Their titles on one line, "" where there is none."""
    return _lines([item.get("title") for item in lot]) or [one_line(fields.text(item, "title")) for item in lot]


def _lines(values: list[Value | None]) -> list[str] | None:
    """The texts, where all are plain ones on one line (``text.one_line``), which is seen of all of them together."""
    try:
        joined = _BETWEEN.join(values)  # type: ignore[arg-type]  # or else the error
    except TypeError:  # one is missing, or there several times
        return None
    if (
        joined.isprintable()
        and "<" not in joined
        and ("&" not in joined or ";" not in joined)
        and "  " not in joined
        and " ^" not in joined
        and "^ " not in joined
        and joined == joined.strip()
        and len(joined) <= TEXT_LIMIT
    ):
        return values  # type: ignore[return-value]  # they could be joined
    return None


def _addresses(lot: Sequence[Attributes]) -> list[_Addresses | None] | None:
    """Their addresses, where all are absolute and plain ones (``text.web_address``), which is seen of all of them together."""
    links, images = [item.get("link") for item in lot], [item.get("image_link") for item in lot]
    further: list[Sequence[Value]] = []
    for item in lot:
        more = item.get("additional_image_link", ())
        further.append((more,) if isinstance(more, str | dict) else more)
    every = [*links, *images, *chain.from_iterable(further)]
    try:
        text = "\n".join([*every, ""])  # type: ignore[list-item]  # or else the error
    except TypeError:  # one is missing, or a record
        return None
    if (
        text.count("\n") != len(every)
        or not text.isascii()
        or text.encode().translate(None, _ADDRESS_BYTES)
        or ("&" in text and ";" in text)  # which could be an entity
        or ("," in text and any("," in one for one in chain.from_iterable(further)))  # which could stand between two
        or not _ADDRESSES.fullmatch(text)
    ):
        return None
    texts = cast(Iterable[tuple[str, str, Sequence[str]]], zip(links, images, further, strict=True))  # they were joined
    return [
        (link, image, tuple(more) if len({image, *more}) > len(more) else _each_once(image, more))
        for link, image, more in texts
    ]


def _each_once(image: str, more: Sequence[str]) -> tuple[str, ...]:
    return tuple([one for one in dict.fromkeys(more) if one != image])
