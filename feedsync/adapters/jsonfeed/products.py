"""Records that are products with their variants inside: each variant is an item.

An item's bytes are the variant, a newline, and the product without its variants, both as compact JSON; a reason may
follow why the variant cannot be told. All that an item is read as comes from these bytes, so what is left out of them
(times of changes, counters, what a shop's plugins keep to themselves) can never matter to an item that is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from feedsync.adapters.base import ITEM_LIMIT_BYTES, Parsed, RawItem
from feedsync.adapters.jsonfeed.decode import UnreadableError, damaged_id, decode, scalar
from feedsync.adapters.jsonfeed.split import Piece, refusal
from feedsync.errors import Problem
from feedsync.model import Attributes

#: A product whose variants would repeat it to more bytes than this is as good as one that is too large.
_REPEATED_BYTES = 64 * ITEM_LIMIT_BYTES
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder()


class Offers(msgspec.Struct):
    """A record's product (None: the record is a variant alone), and its variants.

    None among the variants is the product itself; a text is the id of a variant of which nothing else is known.
    """

    product: dict[str, Any] | None
    variants: list[dict[str, Any] | str | None]


#: A record's offers; None, where it should have variants and has none.
Cut = Callable[[dict[str, Any]], Offers | None]
#: The attributes of a variant of a product, or why they cannot be told; either may be None, but not both.
Describe = Callable[[dict[str, Any] | None, dict[str, Any] | None], Attributes | Problem]


class ProductItems:
    """Reads such records; ``cut`` and ``describe`` are what a format knows of them."""

    def __init__(self, cut: Cut, describe: Describe, *, transcoded: bool) -> None:
        self._cut = cut
        self._describe = describe
        self._transcoded = transcoded
        self._last: tuple[bytes, dict[str, Any] | None] = (b"null", None)

    def pieces(self, raw: bytes) -> Iterator[Piece]:
        """The record's variants."""
        try:
            record, reason = decode(raw, transcoded=self._transcoded), None
        except UnreadableError as error:
            if error.value is None:
                yield Piece(raw, "FS-417")
                return
            record, reason = error.value, error.reason
        offers = self._cut(record)
        if offers is None:
            yield Piece(raw, "FS-304")
            return
        product = _ENCODER.encode(offers.product)
        if len(product) * len(offers.variants) > _REPEATED_BYTES:
            yield Piece(raw, "FS-307")
            return
        behind = b"\n" + product if reason is None else b"\n" + product + b"\n" + _ENCODER.encode(reason)
        for variant in offers.variants:
            yield Piece(_ENCODER.encode(variant) + behind)

    def parse(self, items: Sequence[RawItem]) -> list[Parsed]:
        """One result an item, in order."""
        return [refusal(item, transcoded=self._transcoded) if item.broken else self._parse(item.raw) for item in items]

    def _parse(self, raw: bytes) -> Parsed:
        first, second, *reason = raw.split(b"\n")
        variant = _DECODER.decode(first)
        if isinstance(variant, str):
            problem = Problem("FS-403", {"field": "all but the id of this variation"})
            return Parsed(problem=problem, id_text=variant or None)
        product = self._product(second)
        told = Problem("FS-417", {"reason": _DECODER.decode(reason[0])}) if reason else self._describe(product, variant)
        if isinstance(told, Problem):
            whose = variant if variant is not None else product
            item_id = damaged_id((whose or {}).get("id"))
            return Parsed(
                problem=told if item_id else Problem("FS-304", {"detail": told.message}), id_text=item_id or None
            )
        record = variant if product is None else product if variant is None else {**product, "variant": variant}
        return Parsed(told, record=record)

    def _product(self, raw: bytes) -> dict[str, Any] | None:
        """The product; that of the item before is mostly the same."""
        if raw != self._last[0]:
            self._last = raw, _DECODER.decode(raw)
        return self._last[1]


def without(record: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """The record without some of its keys."""
    return {key: value for key, value in record.items() if key not in names}


def texts(value: Any) -> list[str]:
    """The scalars of a list as text, or of a text that joins them by commas."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [text for part in parts if (text := scalar(part))]


def flag(value: Any) -> bool | None:
    """A boolean, also where it came as text or as a number; None where it is none."""
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}.get(
        scalar(value).lower() if value is not None else "?"
    )
