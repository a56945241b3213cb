"""The columns of a WooCommerce product export, whose header is in the language of the site.

English and some other languages are known by name. A full export in any language is known by its order, which is the
program's own: the weight and the three measures carry their units, and everything stands at fixed distances from them
(WC_Product_CSV_Exporter::get_default_column_names; version 3.5 added *Low stock amount*, 9.4 the GTIN, 9.6 the brands).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedsync.adapters.delimited.columns import normalized

#: column -> its names, normalized: English first, then German, French, Spanish, Russian.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "type": ("type", "typ", "tipo", "тип"),
    "sku": ("sku", "artikelnummer", "ugs", "артикул"),
    "gtin": ("gtin,_upc,_ean,_or_isbn", "gtin,_upc,_ean_oder_isbn", "gtin,_upc,_ean_ou_isbn", "gtin,_upc,_ean_o_isbn",
             "gtin,_upc,_ean_или_isbn"),
    "name": ("name", "nom", "nombre", "имя"),
    "published": ("published", "veröffentlicht", "publié", "publicado", "опубликован"),
    "visibility": ("visibility_in_catalog", "sichtbarkeit_im_katalog", "visibilité_dans_le_catalogue",
                   "visibilidad_en_el_catálogo", "видимость_в_каталоге"),
    "short": ("short_description", "kurzbeschreibung", "description_courte", "descripción_corta", "краткое_описание",
              "короткое_описание"),
    "description": ("description", "beschreibung", "descripción", "описание"),
    "sale_from": ("date_sale_price_starts", "datum,_an_dem_angebotspreis_beginnt", "date_de_début_de_promo",
                  "día_en_que_empieza_el_precio_rebajado", "дата_начала_действия_продажной_цены"),
    "sale_to": ("date_sale_price_ends", "datum,_an_dem_angebotspreis_endet", "date_de_fin_de_promo",
                "día_en_que_termina_el_precio_rebajado", "дата_окончания_действия_продажной_цены"),
    "in_stock": ("in_stock?", "vorrätig?", "en_stock_?", "¿en_inventario?", "¿existencias?", "в_наличии?", "наличие"),
    "stock": ("stock", "bestand", "lager", "inventario", "запасы"),
    "backorders": ("backorders_allowed?", "lieferrückstände_erlaubt?", "rückstände_erlaubt?", "autoriser_les_ruptures_?",
                   "¿permitir_reservas_de_productos_agotados?", "возможен_ли_предзаказ?", "задержанный_заказ_возможен?"),
    "sale": ("sale_price", "angebotspreis", "tarif_promo", "precio_rebajado", "цена_распродажи"),
    "price": ("regular_price", "regulärer_preis", "tarif_régulier", "precio_normal", "базовая_цена"),
    "categories": ("categories", "kategorien", "catégories", "categorías", "категории"),
    "images": ("images", "bilder", "imágenes", "изображения"),
    "parent": ("parent", "übergeordnetes_produkt", "superior", "родительский"),
    "external": ("external_url", "externe_url", "url_externe", "url_externa", "внешний_url"),
    "position": ("position", "posición", "позиция"),
    "brands": ("brands", "marken", "marques", "marcas", "бренды"),
}  # fmt: skip
#: column -> how far behind the weight it stands in a full export
_BEHIND_WEIGHT = {"sale": 6, "price": 7, "categories": 8, "images": 11, "parent": 14, "external": 18, "position": 20}
_BEFORE_WEIGHT = {"stock": -4, "in_stock": -5, "backorders": -2}
_FROM_START = {"name": 3, "published": 4, "visibility": 6, "short": 7, "description": 8, "sale_from": 9, "sale_to": 10}
#: where the weight stands: before low stock amounts were known, with them, and with a GTIN besides
_WEIGHT_PLACES = (17, 18, 19)
_UNIT = re.compile(r"[^()（）]{1,60}[(（]\s*([^()（）]{1,8}?)\s*[)）]\s*")
_NUMBER = re.compile(r"(?<!\d)(\d{1,3})(?!\d)")
TYPES = frozenset({"simple", "variable", "variation", "grouped", "external", "downloadable", "virtual", "subscription",
                   "variable_subscription", "subscription_variation", "bundle", "composite"})  # fmt: skip


def types(cell: str) -> set[str]:
    """The words of a type cell: ``variation, downloadable`` are two. They are in no language but the program's."""
    return {normalized(word) for word in cell.split(",")} - {""}


def by_name(header: Sequence[str]) -> dict[str, int]:
    """Where each column is, for the languages whose names are known."""
    names = [normalized(name) for name in header]
    return {
        column: names.index(found)
        for column, others in NAMES.items()
        if (found := next((name for name in others if name in names), None)) is not None
    }


def by_order(header: Sequence[str]) -> dict[str, int]:
    """Where each column is in a full export, whatever its language; nothing where it is no such export."""
    units = [match[1].casefold() if (match := _UNIT.fullmatch(name)) else None for name in header[:24]]
    for weight in _WEIGHT_PLACES:
        measures = units[weight + 1 : weight + 4]
        full = len(header) > weight + 20
        if full and units[weight] and measures[0] and set(measures) == {measures[0]} != {units[weight]}:
            with_gtin = weight == _WEIGHT_PLACES[-1]
            found = {"id": 0, "type": 1, "sku": 2, **({"gtin": 3} if with_gtin else {})}
            found |= {name: place + with_gtin for name, place in _FROM_START.items()}
            if weight == _WEIGHT_PLACES[0]:
                found |= {"stock": weight - 3, "in_stock": weight - 4, "backorders": weight - 2}
            else:
                found |= {name: weight + place for name, place in _BEFORE_WEIGHT.items()}
            return found | {name: weight + place for name, place in _BEHIND_WEIGHT.items()}
    return {}


def attributes(header: Sequence[str], begin: int) -> list[tuple[int, int]]:
    """(name's place, values' place) of each attribute: of the columns that carry its number, the first two.

    They stand behind the core columns in every language; what belongs to plugins (``Meta: …``) is none of them.
    """
    numbered: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        plain = normalized(name)
        if place >= begin and ":" not in name and "download" not in plain and (match := _NUMBER.search(plain)):
            numbered.setdefault(match[1], []).append(place)
    return [(places[0], places[1]) for places in numbered.values() if len(places) > 1]
