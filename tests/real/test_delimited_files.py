"""Real delimited feeds: the format is told by the bytes, the counts are pandas' or a person's, each refusal has a reason."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from feedsync.errors import Fatal
from feedsync.model import Normalized
from feedsync.normalize.item import Normalizer
from feedsync.settings import Catalogs, Products
from tests.adapters.delimited.support import DELIMITED, read, told
from tests.adapters.reading import Reading, knowing
from tests.adapters.reading import read as read_xml

FOLDER = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]
#: Shops' own exports name no currency; several feeds name no availability.
NORMALIZER = Normalizer(Products(currency="USD", missing_availability="in_stock"), Catalogs(), ZoneInfo("UTC"))
BOOPIN = "boopin__joyco-product-scraper-crawler-v1-cgpt__"
PINOY = "shopify/taerny__PinoyPantry.Client__shopify-products"
#: file -> (format, rows by the feeds' own table, why variants are refused)
FILES: dict[str, tuple[str, int, dict[str, int]]] = {
    f"google/{BOOPIN}google_merchant_feed.csv": ("csv", 328, {}),
    "google/pharleg__lecc-google-merchant-feed__google_feed.tsv": ("csv", 160, {}),
    "google/smartfull178587__cj_shopify_product_feed__product_feed_sek.csv": ("csv", 96, {}),
    "google/troywoldridge__legendary-collectibles-green__google-merchant-feed.csv": ("csv", 36, {}),
    f"meta/{BOOPIN}facebook_product_feed.csv": ("csv", 328, {}),
    "meta/WuPei__shop_feed_test__catalog_products.csv": ("csv", 1, {}),
    "meta/dounattorunen__facebook-feed-updater__facebook_feed.csv": ("csv", 271, {}),
    "meta/mohameddarwesh-scandiweb__jollyes-feed__catalog_products.csv": ("csv", 3, {}),
    "malformed/MaatarChaima__product_feeds__product_feed__cp1252_french_tsv.csv": ("csv", 1, {"FS-415": 1}),
    "malformed/RinatR__feeds__hotel_fb__cp1251_semicolon.csv": ("csv", 7, {}),
    # the older Wix export holds no addresses of products
    "malformed/theleper676__csv_export__catalog_products__cp1252.csv": ("wix-csv", 5, {"FS-403 link": 2}),
    "shopify/ItaloOlivier__ayonne__products_export_1.csv": ("shopify-csv", 227, {}),
    "shopify/LiquidIQ__imagezoo-scripts__products_export.csv": ("shopify-csv", 17248, {"FS-403 image_link": 92}),
    "shopify/PacktPublishing__Shopify-Theme-Customization-with-Liquid__Product-data.csv": ("shopify-csv", 21, {}),
    "shopify/Ronne2406__productfeed__products_export_1.csv": ("shopify-csv", 1775, {}),
    "shopify/YounesZaidi-IT__Ecommerce_Cases_Store__products_export_1.csv": ("shopify-csv", 2426, {}),
    "shopify/babyheavenhn__baby-heaven__products_export_1.csv": ("shopify-csv", 522, {}),
    "shopify/bilalithelabel__product-feed__products_export.csv": ("shopify-csv", 194, {}),
    "shopify/emetin__patak-ecommerce__products_export_1.csv": ("shopify-csv", 548, {"FS-403 image_link": 17}),
    "shopify/quinnvw__Kwpax-product-catalog__products_export_1.csv": ("shopify-csv", 118, {}),
    "shopify/shopifypartners__product-csvs__apparel.csv": ("shopify-csv", 22, {}),
    "shopify/shopifypartners__product-csvs__home-and-garden.csv": ("shopify-csv", 21, {}),
    "shopify/shopifypartners__product-csvs__jewelery.csv": ("shopify-csv", 41, {}),
    "shopify/solidusio-contrib__solidus_importer__invalid_product.csv": ("shopify-csv", 1, {"FS-403 title": 1}),
    "shopify/solidusio-contrib__solidus_importer__products.csv": ("shopify-csv", 7, {}),
    # two lines hold two records each, and leave the products before them as they were; nothing has a picture
    f"{PINOY}-fixed.csv": ("shopify-csv", 54, {"FS-304": 2, "FS-418": 2, "FS-403 image_link": 50}),
    f"{PINOY}-with-images.csv": ("shopify-csv", 30, {"FS-403 price": 30}),
    "shopify/theteleporter__hirachu__product_template.csv": ("shopify-csv", 15, {"FS-403 image_link": 3}),
    "woocommerce/ClassicPress__classic-commerce__sample.csv": ("woocommerce-csv", 7, {"FS-403 link": 2, "FS-415": 3}),
    "woocommerce/ClassicPress__classic-commerce__sample_products.csv": ("woocommerce-csv", 24, {}),
    "woocommerce/marroxo__Website__wc-product-export.csv": ("woocommerce-csv", 243, {"FS-403 price": 4}),
    # made by hand from the interface, for a mapping
    "woocommerce/vemid__bambini__woocommerce_products.csv": ("csv", 96, {"FS-403 link": 96}),
    "woocommerce/vemid__bambini__woocommerce_variations.csv": ("csv", 577, {"FS-403 title": 577}),
}


def frame(data: bytes, name: str) -> pd.DataFrame:
    """The file as pandas reads it; a line with too many cells is cut."""
    encoding = {"hotel_fb": "cp1251", "cp1252": "cp1252"}.get(
        next((k for k in ("hotel_fb", "cp1252") if k in name), "")
    )
    return pd.read_csv(
        io.BytesIO(data), dtype=str, keep_default_na=False, encoding=encoding or "utf-8-sig", engine="python",
        sep="\t" if "tsv" in name else ";" if "hotel" in name else ",", skiprows=1 if "WuPei" in name else 0,
        on_bad_lines=lambda cells: cells[:26],
    ).fillna("")  # fmt: skip


def column(table: pd.DataFrame, *names: str) -> pd.Series[str]:
    """The first of these columns that is there, whatever its case; empty cells where none is."""
    for name in table.columns:
        if name.strip().lower() in names:
            return table[name].str.strip()
    return pd.Series("", index=table.index)


def shopify_variants(table: pd.DataFrame) -> int:
    """Rows with a price, an option or a SKU, of products that are active and published; or a product's only row."""
    handle = column(table, "handle", "url handle")
    first = ~handle.duplicated()
    told = [
        column(table, "variant price", "price"), column(table, "variant sku", "sku"),
        *(column(table, f"option{n} value") for n in (1, 2, 3)),
    ]  # fmt: skip
    variant = pd.concat([one != "" for one in told], axis=1).any(axis=1)
    status = column(table, "status").str.lower()[first]
    published = column(table, "published", "published on online store").str.lower()[first]
    offered = handle[first][status.isin(["", "active"]) & published.isin(["", "true"])]
    counts = variant[handle.isin(offered)].groupby(handle).sum()
    return int(counts.clip(lower=1).sum())


def woocommerce_variants(table: pd.DataFrame) -> int:
    """Published rows that are sold, and whose parent is published."""
    kind, live = column(table, "type"), column(table, "published") == "1"
    hidden = column(table, "visibility in catalog") == "hidden"
    parents = table[kind.str.startswith("variable") & live & ~hidden]
    names = {f"id:{number}" for number in column(parents, "id")} | set(column(parents, "sku")) - {""}
    variation = kind.str.contains("variation")
    sold = ~kind.str.startswith(("variable", "grouped")) & live & ~hidden
    return int((sold & (~variation | column(table, "parent").isin(names))).sum())


def normalized(reading: Reading) -> list[Normalized]:
    return [
        NORMALIZER(one.attributes) if one.attributes is not None else Normalized(one.id_text, None, one.problem)
        for one in reading.parsed
    ]


def test_every_delimited_file_is_in_the_table() -> None:
    found = {f"{path.parent.name}/{path.name}" for path in FOLDER.glob("*/*.[ct]sv")}
    assert found == set(FILES)


@pytest.mark.parametrize("path", FILES)
def test_a_file(path: str) -> None:
    name, rows, refused = FILES[path]
    data = (FOLDER / path).read_bytes()
    table = frame(data, path)
    assert len(table) == rows
    assert told(data) == name
    reading = read(data, name)
    expected = {
        "csv": lambda: rows,
        "shopify-csv": lambda: shopify_variants(table),
        "woocommerce-csv": lambda: woocommerce_variants(table),
        "wix-csv": lambda: int((table["visible"] == "VERDADERO").sum()),
    }[name]()
    assert len(reading.parsed) == expected
    records = normalized(reading)
    found = Counter(
        " ".join([one.problem.code, one.problem.parts.get("field", "")]).strip() for one in records if one.problem
    )
    assert found == refused
    assert reading.faults == []
    ids = [one.id for one in records if one.id is not None]
    assert len(set(ids)) == len(ids)


#: Two of the largest tell nothing that the others do not.
SMALL = [path for path in FILES if "LiquidIQ" not in path and "YounesZaidi" not in path]


@pytest.mark.parametrize("path", SMALL)
def test_skipping_is_parsing(path: str) -> None:
    name = FILES[path][0]
    data = (FOLDER / path).read_bytes()
    whole = read(data, name)
    part = read(data, name, known=knowing(whole, lambda index: index % 7 != 0))
    assert (part.hashes, part.offsets, part.faults) == (whole.hashes, whole.offsets, whole.faults)
    by_offset = {item.offset: parsed for item, parsed in zip(whole.items, whole.parsed, strict=True)}
    assert all(by_offset[item.offset] == parsed for item, parsed in zip(part.items, part.parsed, strict=True))
    assert read(data, name, known=knowing(whole)).codes == [code for code in whole.codes if code is not None]


@pytest.mark.parametrize("path", SMALL)
def test_a_file_that_breaks_off_never_counts_as_whole_by_a_torn_row(path: str) -> None:
    """Cut anywhere, what is read is what the whole file says, but for the last row, whose last cell may be cut."""
    name = FILES[path][0]
    data = (FOLDER / path).read_bytes()
    records = {one.id: one for one in normalized(read(data, name))}
    for part in (3, 5, 7):
        try:
            torn = normalized(read(data[: len(data) * part // 8], name))
        except Fatal:  # the header itself is cut
            continue
        different = [one for one in torn if one.variant is not None and records[one.id].variant != one.variant]
        assert len({one.variant.product_id for one in different if one.variant}) <= 1


def test_one_catalogue_in_four_formats_is_one() -> None:
    def told_of(reading: Reading) -> dict[str | None, tuple[str, int, str, str]]:
        return {
            one.id: (one.variant.title, one.variant.price_minor, one.variant.currency, one.variant.availability)
            for one in normalized(reading)
            if one.variant
        }

    google = told_of(read((FOLDER / f"google/{BOOPIN}google_merchant_feed.csv").read_bytes()))
    assert len(google) == 328
    assert told_of(read((FOLDER / f"meta/{BOOPIN}facebook_product_feed.csv").read_bytes())) == google
    assert told_of(read_xml((FOLDER / f"google/{BOOPIN}facebook_product_feed.xml").read_bytes())) == google
    assert told_of(read_xml((FOLDER / f"google/{BOOPIN}product_feed.xml").read_bytes())) == google


def test_no_xml_and_no_json_is_claimed() -> None:
    others = [path for path in FOLDER.glob("*/*") if path.suffix in (".xml", ".json", ".txt", ".gz")]
    assert len(others) > 40
    for path in others:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        assert not [one.name for one in DELIMITED if one.recognizes(data[: 1 << 16])], path.name


@pytest.mark.parametrize("name", ["dounattorunen__facebook-feed-updater", "pharleg__lecc-google-merchant-feed"])
def test_a_series(name: str) -> None:
    """Each version has as many items as pandas counts rows, and only rows that changed are new."""
    [archive] = (FOLDER / "series").glob(f"{name}*.tar.xz")
    before: set[bytes] = set()
    rows_before: set[tuple[str, ...]] = set()
    with tarfile.open(archive) as tar:
        members = sorted((m for m in tar.getmembers() if m.isfile()), key=lambda m: m.name)
        assert len(members) in (43, 68)
        for member in members[::4]:
            stream = tar.extractfile(member)
            assert stream is not None
            data = stream.read()
            table = frame(data, member.name)
            rows = {tuple(table.columns), *map(tuple, table.to_numpy().tolist())}
            reading = read(data)
            assert told(data) == "csv"
            assert len(reading.parsed) == len(table)
            assert set(reading.codes) <= {None}
            assert len(set(reading.hashes) - before) <= len(rows - rows_before)
            before, rows_before = set(reading.hashes), rows
