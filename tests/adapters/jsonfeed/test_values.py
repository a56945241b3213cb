"""What a record says reaches the normalizer as it stands: digits as digits, words as words, nothing as nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.jsonfeed.reading import JSON, lines, read


def attributes(text: str) -> dict[str, object]:
    """The attributes of the one record with these members."""
    (found,) = read('[{"id": 1, "price": 1, ' + text + "}]").attributes
    return {name: value for name, value in found.items() if name not in ("id", "price")}


@pytest.mark.parametrize(
    "digits", ["0.1", "12.10", "1e400", "-0", "1E5", "123456789012345678901234567890.50", "9" * 5000, "0", "-1.50"]
)
def test_a_number_keeps_its_digits(digits: str) -> None:
    assert attributes(f'"n": {digits}') == {"n": digits}


def test_scalars_become_text_and_nothing_is_absent() -> None:
    assert attributes('"a": true, "b": false, "c": null, "d": NaN, "e": -Infinity, "f": "", "g": [], "h": {}') == {
        "a": "true",
        "b": "false",
        "f": "",
    }
    assert attributes('"a": {"b": [1, null, {"c": null}, "x"], "d": [[1]]}') == {"a": {"b": ["1", "x"], "d": [["1"]]}}


def test_names_of_attributes_count_however_they_are_written() -> None:
    assert attributes(
        '"Image Link": "a", "sale-price": 2, "GTIN": 5, "g:mpn": "m", "Item_Group_ID": 7, "Farbe": "x"'
    ) == {
        "image_link": "a",
        "sale_price": "2",
        "gtin": "5",
        "mpn": "m",
        "item_group_id": "7",
        "Farbe": "x",
        "color": "x",
    }


def test_of_two_spellings_the_attributes_own_counts() -> None:
    for text in (
        '"Color": "a", "color": "b"',
        '"color": "b", "Color": "a"',
        '"COLOR": "c", "color": "b", "Color": "a"',
    ):
        assert attributes(text) == {"color": "b"}
    assert attributes('"COLOR": "c", "Color": "a"') == {"color": "c"}
    assert attributes('"Color": null, "COLOR": "c"') == {"color": "c"}
    assert attributes('"title": "a", "name": "b", "a": 1, "a": 2') == {"title": "a", "name": "b", "a": "2"}
    assert attributes('"name": "b"') == {"title": "b", "name": "b"}


def test_pictures_may_be_objects() -> None:
    assert attributes('"image": {"url": "a"}')["image_link"] == "a"
    assert attributes('"image": [{"src": "a"}, "b", {"alt": "c"}]')["image_link"] == ["a", "b", {"alt": "c"}]
    assert attributes('"additional_image_link": [{"href": "a"}]') == {"additional_image_link": ["a"]}


@pytest.mark.parametrize(
    ("more", "price"),
    [
        ('"price": 12.10, "currency": "gbp"', "12.10 GBP"),
        ('"price": " 12,10 ", "priceCurrency": " EUR "', "12,10 EUR"),
        ('"price": "12.10 USD", "currency": "GBP"', "12.10 USD"),
        ('"price": "$5", "currency": "GBP"', "$5"),
        ('"price": 5, "currency": "pounds"', "5"),
        ('"price": 5, "currency": {"code": "GBP"}', "5"),
        ('"price": [5], "currency": "GBP"', ["5"]),
    ],
)
def test_a_currency_beside_the_price_belongs_to_it(more: str, price: object) -> None:
    (found,) = read('[{"id": 1, ' + more + "}]").attributes
    assert found["price"] == price


def test_the_raw_record_goes_along_for_mappings() -> None:
    (parsed,) = read('[{"id": 1, "Price": 1.50, "a": {"b": [true, null]}}]').parsed
    assert parsed.record == {"id": "1", "Price": "1.50", "a": {"b": [True, None]}}


def test_half_a_character_becomes_a_replacement_sign() -> None:
    text = r'"a": "x\ud800y", "\udfff": ["\ud83d\ude00", {"b": "\uDC00"}, 1, null]'
    found = attributes(text)
    assert found == {"a": "x\ufffdy", "\ufffd": ["😀", {"b": "\ufffd"}, "1"]}
    str(found).encode()


def test_control_characters_inside_of_text_are_text() -> None:
    assert attributes('"a": "x\ny\tz\x00"') == {"a": "x\ny\tz\x00"}


def test_deep_nesting_is_refused_without_harm() -> None:
    fits, deep, deeper = ('{"id": 1, "price": 2, "a": ' + "[" * n + "]" * n + "}" for n in (60, 100, 100_000))
    reading = read(lines(fits.encode(), deep.encode(), deeper.encode()))
    assert reading.codes == [None, "FS-417", "FS-417"]
    assert ["too deeply" in one.problem.message for one in reading.parsed if one.problem] == [True, True]
    wide = '{"id": 1, "price": 2, "a": [' + ",".join(["[{}]"] * 200) + "]}"
    assert read(f"[{wide}]").codes == [None]


@settings(deadline=None, max_examples=100)
@given(st.text(), st.text())
def test_any_text_comes_through(key: str, value: str) -> None:
    record = {"id": "1", "price": "2", key + "!": value}
    assert read(json.dumps([record])).attributes == [record]
    assert read(json.dumps([record], ensure_ascii=False).encode("utf-8", "replace")).codes == [None]


def test_what_is_null_stands_for_nothing_else() -> None:
    """Neither for the attribute that its name stands for, nor for the currency; an empty name is one as any other."""
    record = {"id": 1, "name": None, "price": "9", "currency": None, "": "EUR"}
    assert read(lines(record), JSON).attributes == [{"id": "1", "price": "9", "": "EUR"}]
    assert read(lines(record | {"name": "a", "currency": "inr"}), JSON).attributes == [
        {"id": "1", "name": "a", "title": "a", "price": "9 INR", "currency": "inr", "": "EUR"}
    ]
