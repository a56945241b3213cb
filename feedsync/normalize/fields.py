"""Reading single attributes of an item: text, lists, availability, quantity, options.

An empty value counts as absent, as in Google's own reading. The alias tables hold spellings that real feeds were met
with; a spelling that is not known is refused by name, never taken for a default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from feedsync.model import Attributes, Value
from feedsync.normalize.text import one_line

#: Spellings without case and separators, so that ``in stock``, ``IN_STOCK`` and schema.org's ``InStock`` are one.
_AVAILABILITY: dict[str, str] = {
    **dict.fromkeys(
        ("instock", "available", "availablefororder", "limitedavailability", "limitedstock", "lowstock", "instoreonly",
         "onlineonly", "yes", "true", "1", "active"), "in_stock"),
    **dict.fromkeys(
        ("outofstock", "outstock", "soldout", "unavailable", "notavailable", "nostock", "oos", "markassold", "sold",
         "pending", "no", "false", "0"), "out_of_stock"),
    **dict.fromkeys(("preorder", "presale"), "preorder"),
    **dict.fromkeys(("backorder", "onbackorder", "madetoorder"), "backorder"),
    **dict.fromkeys(("discontinued", "archived"), "discontinued"),
}  # fmt: skip
#: How Google writes them.
_WORDS = {word: word for word in ("in_stock", "out_of_stock", "preorder", "backorder")}
_SCHEMA_ORG = re.compile(r"https?://schema\.org/", re.IGNORECASE)
_QUANTITY = re.compile(r"([+-]?\d{1,9})(?:\.0+)?")
QUANTITY_NAMES = ("quantity", "sell_on_google_quantity", "quantity_to_sell_on_facebook", "inventory")

#: attribute -> the option's name in the store (design, section 6; G-SPEC, variant-identifying attributes).
OPTION_NAMES: Mapping[str, str] = {
    "color": "Color",
    "size": "Size",
    "material": "Material",
    "pattern": "Pattern",
    "age_group": "Age group",
    "gender": "Gender",
}
_SEPARATOR = re.compile(r"(?<!\\),")


def texts(attributes: Attributes, name: str) -> list[str]:
    """Every value of an attribute that is not empty, as raw text, in order."""
    value = attributes.get(name)
    if value is None:
        return []
    if isinstance(value, str):  # nearly always
        stripped = value.strip()
        return [stripped] if stripped else []
    return [stripped for one in _each(value) if (stripped := _text(one).strip())]


def text(attributes: Attributes, name: str) -> str:
    """The first value of an attribute that is not empty, as raw text, or ""."""
    value = attributes.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    return next(iter(texts(attributes, name)), "")


def _each(value: Value) -> Iterator[Value]:
    if isinstance(value, list):
        yield from value
    else:
        yield value


def _text(value: Value) -> str:
    """The text of a value; of a nested record its own text, which an adapter keeps under ``#text``."""
    return value if isinstance(value, str) else str(value.get("#text", "")) if isinstance(value, dict) else ""


def availability(raw: str) -> str | None:
    """One of Google's words, or ``discontinued``; None for a spelling that is not known."""
    return _WORDS.get(raw) or _word(raw)


def _word(raw: str) -> str | None:
    return _AVAILABILITY.get(re.sub(r"[\s_.-]+", "", _SCHEMA_ORG.sub("", raw.strip())).lower())


def quantity(attributes: Attributes) -> tuple[int | None, tuple[str, str] | None]:
    """The stated quantity, and (field, text) of one that could not be read. Negative stock is kept as it is stated."""
    unread = None
    for name in QUANTITY_NAMES:
        if name in attributes and (raw := text(attributes, name)):
            if match := _QUANTITY.fullmatch(raw.replace(" ", "")):
                return int(match[1]), None
            unread = unread or (name, raw)
    return None, unread


def options(attributes: Attributes) -> tuple[tuple[str, str], ...]:
    """The variant's options in a fixed order: Google's attributes first, then ``variant_option`` as written."""
    lines = [(shown, one_line(text(attributes, name))) for name, shown in OPTION_NAMES.items()]
    found = tuple([(shown, line) for shown, line in lines if line])
    if "variant_option" in attributes:
        both = dict(found)
        for stated in _each(attributes["variant_option"]):
            for name, choice in _pairs(stated):
                both.setdefault(name, choice)
        return tuple(both.items())
    return found


def _pairs(value: Value) -> Iterator[tuple[str, str]]:
    """``Memory size:128 GB,Screen size:XL``, or the nested form with ``name`` and ``value`` elements."""
    if isinstance(value, dict) and "name" in value:
        pairs = [(text(value, "name"), text(value, "value"))]
    else:
        parts = (part.partition(":") for part in _SEPARATOR.split(_text(value)))
        pairs = [(name, choice.replace("\\,", ",")) for name, _, choice in parts]
    for name, choice in pairs:
        if (shown := one_line(name)) and (chosen := one_line(choice)):
            yield shown, chosen
