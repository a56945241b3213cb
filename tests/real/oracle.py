"""What a store must hold after one version of a feed: an independent reading, to compare feedsync with.

The whole document is parsed at once, and everything is done in the plainest way that the rules of the field allow. It
imports nothing of feedsync. Where an item is not plain, it raises :class:`Unsure`: then a person must look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from lxml import etree

ITEM_NAMES = {"item", "entry", "product", "listing"}
GOOGLE = "http://base.google.com/ns/1.0"
OTHER_NAMES = {"vehicle_id": "id", "url": "link", "image": "image_link", "colour": "color"}
FACTS = (
    "brand", "gtin", "mpn", "condition", "google_product_category", "gender", "age_group", "color", "size", "material",
    "pattern",
)  # fmt: skip
LABELS = tuple(f"custom_label_{n}" for n in range(5))
OPTIONS = {"color": "Color", "size": "Size", "material": "Material", "pattern": "Pattern", "gender": "Gender"}
CACHE_BUSTERS = re.compile(r"(?<=[?&])(?:v|t|ts|timestamp|checksum)=[^&#]*&?")
SOLD = {"in_stock": True, "preorder": True, "backorder": True, "out_of_stock": False, "discontinued": False}
IN_STOCK = 100


class Unsure(Exception):
    """The oracle does not know what this means; it never guesses."""


@dataclass(frozen=True)
class Assumptions:
    """What the schedule says beside the feed: of items that name no availability, and no picture."""

    missing_availability: str | None = None
    require_image: bool = True


@dataclass(frozen=True)
class Combination:
    """One variant as the store must sell it."""

    id: str
    price: Decimal
    selling: Decimal
    quantity: int
    url: str
    image: str
    options: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Product:
    """One product as the store must hold it; addresses without their cache busters, the description by its letters."""

    id: str
    title: str
    url: str
    currency: str
    images: tuple[str, ...]
    description: str
    catalogs: frozenset[str]
    facts: frozenset[tuple[str, str]]
    labels: frozenset[str]
    cart_disabled: bool
    combinations: tuple[Combination, ...]

    def without_stock(self) -> Product:
        """The same, where nothing of it can be bought any more."""
        nothing = tuple(replace(combination, quantity=0) for combination in self.combinations)
        return replace(self, combinations=nothing, cart_disabled=True)


@dataclass(frozen=True)
class Reading:
    """One version: how many items, the products by id, the refused ids, and how many items repeat an earlier id."""

    items: int
    products: dict[str, Product]
    refused: dict[str, str]
    repeated: int


class _Refused(Exception):
    pass


Attributes = dict[str, list[str]]


def read(path: Path, assumptions: Assumptions) -> Reading:
    """Read a version."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.parse(str(path), parser).getroot()
    elements = [e for e in root.iter() if _local(e) in ITEM_NAMES and len(e)]
    taken: dict[str, Attributes] = {}
    repeated = 0
    for element in elements:
        attributes = _attributes(element)
        item_id = _first(attributes, "id")
        if not item_id:
            raise Unsure("an item without an id")
        repeated += item_id in taken
        taken.setdefault(item_id, attributes)
    groups: dict[str, dict[str, Attributes]] = {}
    refused: dict[str, str] = {}
    for item_id, attributes in taken.items():
        try:
            _combination(item_id, attributes, assumptions)
        except _Refused as reason:
            refused[item_id] = str(reason)
        else:
            groups.setdefault(_first(attributes, "item_group_id") or item_id, {})[item_id] = attributes
    products = {group: _product(group, members, assumptions) for group, members in groups.items()}
    return Reading(len(elements), products, refused, repeated)


def stored(record: Mapping[str, Any], catalog_names: Mapping[str, str]) -> Product:
    """A product as Bik's API gives it, in the same form."""
    return Product(
        id=record["id"],
        title=record["name"],
        url=_plain_url(record["url"]),
        currency=record["currency"],
        images=tuple(_plain_url(photo["photoUrl"]) for photo in record["photos"]),
        description=_letters(record["description"]),
        catalogs=frozenset(_folded(catalog_names[key]) for key in record["catalogIds"]),
        facts=frozenset((field["key"], field["value"]) for field in record["metafields"]),
        labels=frozenset(tag.casefold() for tag in record["tags"].split(", ") if tag),
        cart_disabled=record["addToCartDisabled"],
        combinations=tuple(
            Combination(
                id=c["id"],
                price=Decimal(str(c["price"])),
                selling=Decimal(str(c["discountedPrice"])),
                quantity=c["quantity"],
                url=_plain_url(c["productUrl"]),
                image=_plain_url(c["image"]),
                options=frozenset(c["options"].items()),
            )
            for c in sorted(record["combinations"], key=lambda c: str(c["id"]))
        ),
    )


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname.lower()


def _attributes(element: etree._Element) -> Attributes:
    """The element's own children that say something: a Google name counts more than a plain one."""
    plain: Attributes = {}
    google: Attributes = {}
    for child in element:
        text = (child.text or "").strip()
        if _local(child) == "image" and not text:
            text = next(((e.text or "").strip() for e in child if _local(e) == "url"), "")
        if text:
            found = google if etree.QName(child).namespace == GOOGLE else plain
            found.setdefault(_local(child), []).append(text)
    found = {**plain, **google}
    for other, name in OTHER_NAMES.items():
        if name not in found and other in found:
            found[name] = found[other]
    return found


def _product(product_id: str, members: Mapping[str, Attributes], assumptions: Assumptions) -> Product:
    combinations = [_combination(i, members[i], assumptions) for i in sorted(members)]
    if len(members) > 1 or (members.keys() != {product_id} and combinations[0].options):
        own = [c.options or frozenset({("Title", _line(_first(members[c.id], "title")))}) for c in combinations]
        if len(set(own)) != len(own):
            raise Unsure(f"the variants of {product_id} have equal options")
        combinations = [replace(c, options=options) for c, options in zip(combinations, own, strict=True)]
    else:
        combinations = [replace(combinations[0], options=frozenset({("Title", "Default Title")}))]
    lead = members[combinations[0].id]
    everything = [members[c.id] for c in combinations]
    facts: dict[str, dict[str, None]] = {}
    for one in everything:
        for name in FACTS:
            if name in one:
                facts.setdefault(name, {})[" | ".join(_line(text) for text in one[name])] = None
    return Product(
        id=product_id,
        title=_line(_first(lead, "item_group_title") or _first(lead, "title")),
        url=_plain_url(_address(_first(lead, "link"))),
        currency=_money(_first(lead, "price"))[1],
        images=tuple(dict.fromkeys(_plain_url(image) for one in everything for image in _images(one))),
        description=_letters(_first(lead, "description")),
        catalogs=frozenset(_folded(_path(text)) for one in everything for text in one.get("product_type", ())),
        facts=frozenset((name, ", ".join(values)) for name, values in facts.items()),
        labels=frozenset(label for one in everything for label in _labels(one)),
        cart_disabled=False,
        combinations=tuple(combinations),
    )


def _combination(item_id: str, attributes: Attributes, assumptions: Assumptions) -> Combination:
    for name in ("title", "link", "price"):
        if not _first(attributes, name):
            raise _Refused(f"no {name}")
    if assumptions.require_image and not _first(attributes, "image_link"):
        raise _Refused("no image_link")
    for name in ("expiration_date", "variant_option", "sale_price_effective_date"):
        if name in attributes:
            raise Unsure(f"{name} in {item_id}")
    price, currency = _money(_first(attributes, "price"))
    selling = price
    if sale := _first(attributes, "sale_price"):
        amount, sale_currency = _money(sale)
        if sale_currency == currency and 0 < amount < price:
            selling = amount
    options = ((shown, _line(_first(attributes, name))) for name, shown in OPTIONS.items() if name in attributes)
    return Combination(
        id=item_id,
        price=price,
        selling=selling,
        quantity=_quantity(attributes, assumptions),
        url=_plain_url(_address(_first(attributes, "link"))),
        image=_plain_url(_first(attributes, "image_link")),
        options=frozenset(options),
    )


def _quantity(attributes: Attributes, assumptions: Assumptions) -> int:
    word = _first(attributes, "availability").lower().replace(" ", "_") or assumptions.missing_availability
    stated = _first(attributes, "quantity")
    if word is None and not stated:
        raise _Refused("neither availability nor quantity")
    if word is not None and word not in SOLD:
        raise Unsure(f"availability {word}")
    if word is not None and not SOLD[word]:
        return 0
    return max(0, int(stated)) if stated else IN_STOCK


def _images(attributes: Attributes) -> Iterable[str]:
    yield from attributes.get("image_link", ())[:1]
    for text in attributes.get("additional_image_link", ()):
        yield from (_address(part.strip()) for part in re.split(r",(?=\s*http)", text))


def _labels(attributes: Attributes) -> Iterable[str]:
    """The tags, case-folded: brand, the levels of the product type, and the custom labels."""
    for name in ("brand", "product_type", "gender", "age_group", "material", *LABELS):
        for text in attributes.get(name, ()):
            for part in text.split(">") if name == "product_type" else [text]:
                yield " ".join(_line(part).replace(",", " ").split()).casefold()


def _money(text: str) -> tuple[Decimal, str]:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s+([A-Z]{3})", text)
    if match is None:
        raise Unsure(f"price {text!r}")
    return Decimal(match[1]), match[2]


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"]+", text):
        raise Unsure(f"address {text!r}")
    return unescape(text) if "&amp;" in text else text


def _plain_url(url: str) -> str:
    return CACHE_BUSTERS.sub("", url).rstrip("?&")


def _first(attributes: Attributes, name: str) -> str:
    return attributes.get(name, [""])[0]


def _path(text: str) -> str:
    """The first two levels of a category path."""
    return " > ".join([_line(level) for level in text.split(">")][:2])


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _line(text: str) -> str:
    return " ".join(unescape(text).split())


def _letters(text: str) -> str:
    """What is left of a text without markup and without any space, so that only its words are compared."""
    parser = _Text()
    parser.feed(text)
    parser.close()
    return "".join(unescape("".join(parser.collected)).split())


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.collected: list[str] = []

    def handle_data(self, data: str) -> None:
        self.collected.append(data)
