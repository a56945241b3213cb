"""Real XML feeds, whole and malformed: every item comes out, counted independently, and every refusal has a reason."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pytest
from lxml import etree

from feedsync.errors import Unsafe
from tests.adapters.oracle import attributes, outermost
from tests.adapters.reading import knowing, read

FOLDER = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]

#: file -> (the item's tag, how many there are by the feeds' own table)
WELL_FORMED = {
    "google/AGTFRL__Hue-Nox-Google-Feed__google-feed.xml": ("item", 123),
    "google/BiranOrundas__mevlana__google_feed.xml": ("item", 216),
    "google/BujorelActimel__chilli-no5__product_feed.xml": ("item", 155),
    "google/LDCTeichmann__waxcelerate-site__google-merchant-feed.xml": ("item", 12),
    "google/MarkMechling__google-merchant-center-xml-builder__google.xml": ("item", 25),
    "google/Ramiel2009__feed__google_merchant_feed.xml": ("item", 25),
    "google/RinatR__feeds__02-16-24_google.xml": ("entry", 385),
    "google/az1k3n-ai__samsung-feed-fix__google-shopping.xml": ("entry", 663),
    "google/barisugus__solarmarket-google-merchant-feed__merchant-feed.xml": ("item", 785),
    "google/boopin__joyco-product-scraper-crawler-v1-cgpt__facebook_product_feed.xml": ("item", 328),
    "google/boopin__joyco-product-scraper-crawler-v1-cgpt__product_feed.xml": ("product", 328),
    "google/codeengine1__bigcommerce-client__google-shopping-feed.xml": ("entry", 957),
    "google/danielrtic__opispost-feed__google_feed.xml": ("item", 486),
    "google/jjjen228__farfetch_parse__google_merchant_feed.xml": ("item", 120),
    "google/jyzib__xml-hosting__product_feed.xml": ("item", 3284),
    "google/macedosp__everpetz-bob-agent__google-shopping.xml": ("entry", 810),
    "google/petrfilo-arch__importpc-feed__google_feed.xml": ("item", 1255),
    "google/vaivora-shop__vaivora-merchant-feed__products.xml": ("item", 807),
}
LARGE = ("large/diegojosequintero__python_junior_parsing_test-master__feed.gz", "product", 53878)

#: file -> (the item's tag, items, refused items and their ids, faults, remarks)
MALFORMED: dict[str, tuple[str, int, list[str | None], list[str], list[str]]] = {
    "Askinator__her.dk-shop__product_feed__raw_amp_google_sample.xml": ("item", 10, [], [], []),
    "RinatR__feeds__automobile__broken_close_tag.xml": ("item", 6, ["235", "106"], [], []),
    "RinatR__feeds__feed_auto__missing_gt.xml": ("item", 6, ["1"], [], []),
    "RinatR__feeds__redoute__raw_amp_url.xml": ("offer", 6, [], [], []),
    "RinatR__feeds__sportmaster__mismatched_tag.xml": ("item", 6, ["6"], [], []),
    "Velofant__velofant-feed__Produkter_Prisjakt16_XMl__mismatched_item.txt": (
        "item",
        17,
        ["CH-IZUMI-BLK", "CH-IZUMI-GOL", "CH-IZUMI-JBLK", "CH-IZUMI-SIL", "CH-IZUMI-JSIL"],
        [],
        [],
    ),
    "Velofant__velofant-feed__Produkter_Prisjakt24_XMl__stray_cdata_end.txt": ("item", 26, [], [], []),
    "Velofant__velofant-feed__velofant_prisjakt_feed_complete__double_closing_root.xml": ("item", 9, [], [], []),
    "luanjampa__test_rss__test__word_joiner_before_decl.xml": ("item", 1, [], [], []),
    "nissiaudiovn247-cmyk__product-feed__product-feed__truncated_mid_item.xml": ("item", 1, [None], ["FS-303"], []),
    "orenagassy__MW_feed__google_feed__duplicate_xmlns_attr.xml": ("item", 422, [], [], ["FS-310"]),
    "umarranginwala__supreme-valves__product-feed__raw_amp_text.xml": ("item", 109, [], [], []),
    "yandod__shop-demo__feed__jekyll_front_matter.xml": ("entry", 1, [], [], []),
}
DOCTYPE = "luanjampa__test_rss__xxe2__doctype_entity.xml"


def start_tags(data: bytes, tag: str) -> int:
    """How many start tags there are, outside of comments and CDATA sections."""
    visible = re.sub(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", b"", data, flags=re.DOTALL)
    return len(re.findall(rb"<" + tag.encode() + rb"[\s/>]", visible))


@pytest.mark.parametrize("name", WELL_FORMED)
def test_a_whole_file_is_read_as_lxml_reads_it(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    tag, count = WELL_FORMED[name]
    reading = read(data)
    assert len(reading.parsed) == count == start_tags(data, tag)
    assert reading.attributes == [attributes(element) for element in outermost(data, tag)]
    assert reading.faults == reading.remarks == []
    assert not any(reading.repairs)


@pytest.mark.parametrize("name", WELL_FORMED)
def test_a_file_that_is_known_is_not_read_again(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    whole = read(data)
    again = read(data, known=knowing(whole))
    assert again.parsed == []
    assert (again.hashes, again.offsets, again.faults) == (whole.hashes, whole.offsets, [])


def test_the_large_file_is_read_whole() -> None:
    name, tag, count = LARGE
    data = gzip.decompress((FOLDER / name).read_bytes())
    reading = read(data)
    assert len(reading.parsed) == count == start_tags(data, tag)
    assert set(reading.codes) == {None}
    assert reading.faults == []
    assert [found.raw for found in reading.items[:50]] == re.findall(
        rb"<product[\s>].*?</product>", data[: reading.offsets[50]], re.DOTALL
    )


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_file_gives_all_its_items(name: str) -> None:
    data = (FOLDER / "malformed" / name).read_bytes()
    tag, count, refused, faults, remarks = MALFORMED[name]
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(data)
    reading = read(data)
    assert len(reading.parsed) == count == start_tags(data, tag)
    assert [one.id_text for one in reading.parsed if one.attributes is None] == refused
    assert all(one.problem and one.problem.message for one in reading.parsed if one.attributes is None)
    assert (reading.faults, reading.remarks) == (faults, remarks)


def test_the_file_with_a_doctype_is_refused() -> None:
    with pytest.raises(Unsafe):
        read((FOLDER / "malformed" / DOCTYPE).read_bytes())


def test_no_file_was_left_out() -> None:
    xml = {path.relative_to(FOLDER).as_posix() for path in (FOLDER / "google").glob("*.xml")}
    assert xml == set(WELL_FORMED)
    text = {path.name for path in (FOLDER / "malformed").iterdir() if path.suffix in {".xml", ".txt"}}
    assert text == {*MALFORMED, DOCTYPE}


@pytest.mark.parametrize("name", ["google/LDCTeichmann__waxcelerate-site__google-merchant-feed.xml"])
def test_a_real_file_that_was_cut_off_is_never_whole(name: str) -> None:
    data = (FOLDER / name).read_bytes().rstrip()
    start = read(data).items[0].offset
    for cut in range(start, len(data), 7):
        assert read(data[:cut]).faults == ["FS-303"], cut
