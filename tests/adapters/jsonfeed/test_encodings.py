"""Any encoding that JSON may come in; bytes that are none of it cost their record, with its id where it is sure."""

from __future__ import annotations

import io
import json

import pytest

from feedsync.adapters.base import ReadOptions
from feedsync.errors import Fatal
from tests.adapters.jsonfeed.reading import JSON, SHOPIFY, lines, product, read, recognized_as

RECORDS = [product(number, brand="Žluťoučký 東京 😀") for number in (1, 2)]
TEXT = json.dumps(RECORDS, ensure_ascii=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_the_encoding_is_told_by_the_bytes(encoding: str) -> None:
    for text in (TEXT, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in RECORDS)):
        data = text.encode(encoding)
        assert recognized_as(data) == "json"
        reading = read(data, charset="latin-1")
        assert (reading.attributes, reading.faults) == (RECORDS, [])


def test_lines_are_counted_in_the_text() -> None:
    data = json.dumps(RECORDS, indent=1).encode("utf-16")
    split = JSON.split(io.BytesIO(data), "x", None)
    offsets = [offset for block in split.blocks(lambda hashes: [False] * len(hashes)) for offset in block.offsets]
    assert sorted(split.lines(io.BytesIO(data), offsets).values()) == [2, 8]


@pytest.mark.parametrize(
    ("name", "codec"), [("windows-1252", "cp1252"), ("iso-8859-1", "cp1252"), ("Shift_JIS", "cp932")]
)
def test_another_encoding_must_be_named(name: str, codec: str) -> None:
    record = product(1, brand="東京" if codec == "cp932" else "Ünï")
    data = json.dumps([record], ensure_ascii=False).encode(codec)
    assert read(data, charset=name).attributes == [record]
    assert read(data, options=ReadOptions(encoding=name)).attributes == [record]
    refused = read(data)
    assert (refused.codes, refused.ids) == (["FS-417"], ["1"])


def test_http_is_not_believed_against_the_bytes() -> None:
    assert read(TEXT, charset="windows-1252").attributes == RECORDS
    assert read(TEXT, charset="klingon").attributes == RECORDS
    assert read(TEXT, charset="us-ascii", options=ReadOptions(encoding="ascii")).attributes == RECORDS


@pytest.mark.parametrize("name", ["klingon", "hex", "idna\udcff"])
def test_a_word_that_is_no_encoding(name: str) -> None:
    with pytest.raises(Fatal) as caught:
        read(TEXT, options=ReadOptions(encoding=name))
    assert caught.value.code == "FS-306"


def test_one_alien_byte_costs_its_record_which_is_named() -> None:
    data = lines(*RECORDS).replace(b"Title 1", b"Title \xff")
    reading = read(data)
    assert (reading.codes, reading.ids) == (["FS-417", None], ["1", "2"])
    nameless = read(data.replace(b'"id": "1"', b'"id": null'))
    assert nameless.codes == ["FS-304", None]
    assert read(data.replace(b'"id": "1"', b'"id": "1\xff"')).codes == ["FS-304", None]


def test_what_another_encoding_does_not_have_costs_its_record() -> None:
    data = json.dumps(RECORDS, ensure_ascii=False).replace("Title 1", "Title \udc00").encode("utf-16", "surrogatepass")
    assert read(data).codes == ["FS-417", None]


def test_an_alien_byte_in_a_product_names_all_its_variants() -> None:
    variants = [{"id": 11, "price": "1.00"}, {"id": 12, "price": "1.00"}, {"price": "1.00"}]
    record = {"id": 1, "title": "T", "handle": "t", "vendor": "v", "variants": variants}
    reading = read(lines(record, {**record, "variants": [{"id": 21}]}).replace(b'"v"', b'"\xe9"', 1), SHOPIFY)
    assert reading.codes == ["FS-417", "FS-417", "FS-304", None]
    assert reading.ids == ["11", "12", None, "21"]
    assert [one.problem.parts["reason"] for one in reading.parsed[:2] if one.problem] == [
        "it holds bytes that its encoding does not have"
    ] * 2
