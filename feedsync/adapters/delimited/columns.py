"""Column names of Google's and Meta's feeds, however they are written.

A header cell is an attribute's name in any case, with spaces, underscores or hyphens, in some languages, or as a path
(``image[0].url``, Meta's catalog reference). Google lets a delimited file translate its names (Product data
specification, *text feeds*); which translations are known here, feed-formats tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from feedsync import vocabulary

#: Columns that are known by their names though nothing is made of them, so that none of them is taken for another.
_NO_USE = """
    carrier_shipping custom_number_0 custom_number_1 custom_number_2 custom_number_3 custom_number_4 document_link
    handling_cutoff_time minimum_order_value product_tags question_and_answer related_product
    shopping_ads_excluded_country style video virtual_model_link"""
#: Google's Product data specification and Meta's catalog fields that products have.
ATTRIBUTES: Final = vocabulary.ATTRIBUTES | frozenset(_NO_USE.split())
#: Names that stand for an attribute where the file has no column of that name itself; the first that is there counts.
ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "id": ("vehicle_id", "hotel_id", "home_listing_id", "content_id", "id_de_contenu", "identifiant"),
    "title": ("name", "titre", "titel", "título", "titolo"),
    "description": ("beschreibung", "descripción", "descrizione"),
    "link": ("url", "lien_du_site_web", "lien", "enlace"),
    "image_link": ("image", "image_url", "lien_de_l'image", "lien_image", "bildlink", "enlace_imagen"),
    "availability": ("disponibilité", "verfügbarkeit", "disponibilidad", "disponibilità"),
    "price": ("prix", "preis", "precio", "prezzo"),
    "sale_price": ("prix_réduit", "prix_soldé", "sonderangebotspreis", "precio_de_oferta", "prezzo_scontato"),
    "condition": ("état", "zustand", "estado", "condizione"),
    "brand": ("marque", "marke", "marca"),
    "color": ("colour", "couleur", "farbe"),
    "status": ("statut",),
    "google_product_category": ("catégorie_de_produits_google", "google_produktkategorie"),
    "fb_product_category": ("catégorie_de_produit_facebook",),
}
_ALIAS_NAMES: Final = frozenset(name for names in ALIASES.values() for name in names)
_SHOP_COLUMNS = """
    handle url_handle vendor type tags published option1_name option1_value variant_sku variant_price body_(html)
    image_src variant_image sku barcode handleid fieldtype productimageurl collection ribbon surcharge visible
    discountmode plaindescription in_stock? is_featured? regular_price categories images parent тип артикул имя
    опубликован базовая_цена категории изображения родительский typ artikelnummer veröffentlicht kategorien bilder tipo
    nombre publicado categorías imágenes nom ugs publié catégories"""
#: Names of the shops' own exports, so that a delimiter can be told by them.
_SHOP_NAMES: Final = frozenset(_SHOP_COLUMNS.split())
_SPACE = re.compile(r"[\s_-]+")
_INDEXED = re.compile(r"(\w{1,40})\[(\d{1,3})\](?:\.(\w{1,20}))?")


@lru_cache(maxsize=4096)
def normalized(name: str) -> str:
    """A column's name in lower case, with one underscore where it has spaces, underscores or hyphens."""
    plain = _SPACE.sub("_", name.strip(" \ufeff\"'\u00a0\t\r\n*").casefold()).strip("_")
    return plain.removeprefix("g:")


def places(names: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Where each column is, by the first of its names that is among the (normalized) ``names``."""
    found = ((key, next((name for name in others if name in names), None)) for key, others in columns.items())
    return {key: names.index(name) for key, name in found if name is not None}


@lru_cache(maxsize=4096)
def attribute(name: str) -> str | None:
    """The attribute that a column holds by its own name, or None; ``shipping(country:price)`` holds none."""
    plain = normalized(name)
    if plain in ATTRIBUTES:
        return plain
    if plain in ("image.url", "image_link[0]"):
        return "image_link"
    if match := _INDEXED.fullmatch(plain):
        base, index, part = match.groups()
        if base == "image" and part in (None, "url"):
            return "image_link" if int(index) == 0 else "additional_image_link"
        if base == "video" and part == "url":
            return "video_link"
        if part is None and base in ATTRIBUTES:
            return base
    return None


def is_known(name: str) -> bool:
    """Whether some format has a column of that name."""
    plain = normalized(name)
    return plain in _ALIAS_NAMES or plain in _SHOP_NAMES or attribute(name) is not None


def attributes_of(header: Sequence[str]) -> list[str]:
    """What each column holds: an attribute, else the name as it stands."""
    found = [attribute(name) or name.strip() for name in header]
    plain = [normalized(name) for name in header]
    for target, others in ALIASES.items():
        if target not in found and (other := next((name for name in others if name in plain), None)):
            found[plain.index(other)] = target
    return found
