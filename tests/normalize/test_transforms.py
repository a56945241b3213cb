"""Each transform over one value: what it makes, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from feedsync.model import Value
from feedsync.normalize.money import parse_price
from feedsync.normalize.text import web_address
from feedsync.normalize.transforms import LIST_LIMIT, Failed, step
from feedsync.settings_map import Transform, TransformSetting

SETTINGS: TypeAdapter[Transform] = TypeAdapter(TransformSetting)


def done(setting: object, value: Value, currency: str | None = None) -> Value | None:
    return step(SETTINGS.validate_python(setting), currency)(value)


def failed(setting: object, value: Value, currency: str | None = None) -> str:
    with pytest.raises(Failed) as caught:
        done(setting, value, currency)
    return str(caught.value)


@pytest.mark.parametrize(
    ("setting", "before", "after"),
    [
        ("strip", "\u00a0 a\n", "a"),
        ("lower", "ÄB", "äb"),
        ("upper", "äb", "ÄB"),
        ("html_to_text", "<p>Soft &amp; warm</p><script>x</script>", "Soft & warm"),
        ({"prefix": "a-"}, "b", "a-b"),
        ({"suffix": " cm"}, "5", "5 cm"),
        ({"values": {"Y": "yes", "": "no"}}, " Y ", "yes"),
        ({"values": {"Y": "yes"}}, "y", "y"),
        ({"values": {"Y": ""}}, "Y", ""),
        ({"values": {"Y": "yes"}, "strict": True}, "Y", "yes"),
        ({"split": ","}, "a, ,b ,", ["a", "b"]),
        ({"split": " > "}, "a", ["a"]),
        ({"split": ","}, ",", None),
        ({"join": ", "}, ["a", " ", "b"], "a, b"),
        ({"join": ", "}, "a", "a"),
        ({"join": ""}, ["a", "b"], "ab"),
        ({"join": ","}, [{"#text": "a", "@x": "1"}, "b"], "a,b"),
        ({"money": "INR"}, "₹ 1,29,999", "129999.00 INR"),
        ({"money": "INR"}, "12.50 USD", "12.50 USD"),
        ({"money": "JPY"}, "9900", "9900 JPY"),
        ({"minor_units": "INR"}, "129900", "1299.00 INR"),
        ({"minor_units": "JPY"}, " 9900", "9900 JPY"),
        ({"minor_units": "KWD"}, "5", "0.005 KWD"),
        ({"minor_units": "INR"}, "129900.0", "1299.00 INR"),
    ],
)  # fmt: skip
def test_what_it_makes(setting: object, before: Value, after: Value | None) -> None:
    assert done(setting, before) == after


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ({"values": {"Y": "yes"}, "strict": True}, "y", "it is none of the values that are listed"),
        ({"money": "INR"}, "free", "write one amount and its currency, such as 1299.00 INR"),
        ({"money": "INR"}, "1.299", "its three last digits can be thousands or decimals"),
        ("price", "1299", "it names no currency; set [products] currency"),
        ({"minor_units": "INR"}, "12.50", "minor units are a whole number"),
        ({"minor_units": "INR"}, "-5", "minor units are a whole number"),
        ({"minor_units": "INR"}, "٣", "minor units are a whole number"),
        ({"minor_units": "INR"}, "9" * 16, "minor units are a whole number"),
        ("lower", {"a": "b"}, "it is a record with fields of its own; name one of them"),
        ("lower", ["a", ["b"]], "it is a record with fields of its own; name one of them"),
        ({"join": ","}, {"a": "b"}, "it is a record with fields of its own; name one of them"),
        ({"split": ","}, "a," * LIST_LIMIT, f"it has more than {LIST_LIMIT} values"),
        ({"split": ","}, ["a,b"] * LIST_LIMIT, f"it has more than {LIST_LIMIT} values"),
        ({"join": ","}, ["a"] * (LIST_LIMIT + 1), f"it has more than {LIST_LIMIT} values"),
        ("lower", ["A"] * (LIST_LIMIT + 1), f"it has more than {LIST_LIMIT} values"),
        ({"join": ","}, ["A" * 2000] * 600, "its values have more than 1000000 characters"),
        ("lower", ["A" * 2000] * 600, "its values have more than 1000000 characters"),
        ({"url_join": "https://a.example/"}, "a" * 100_001, "it is longer than 100000 characters"),
        ({"url_join": "https://a.example/"}, "//[x", "it is no part of a web address: Invalid IPv6 URL"),
    ],
)  # fmt: skip
def test_what_it_refuses(setting: object, value: Value, why: str) -> None:
    assert failed(setting, value) == why


def test_a_price_has_the_schedules_currency() -> None:
    assert done("price", "1,299", "INR") == "1299.00 INR"


@pytest.mark.parametrize(
    ("value", "after"),
    [
        (["A", "B"], ["a", "b"]),
        (["A"], "a"),
        (["", "A"], "a"),
        ([""], None),
        ({"#text": "A", "@lang": "en"}, "a"),
        ([{"#text": "A"}, "B"], ["a", "b"]),
    ],
)
def test_each_of_several_is_done(value: Value, after: Value | None) -> None:
    assert done("lower", value) == after


def test_several_that_are_split_are_one_list() -> None:
    assert done({"split": "|"}, ["a|b", "c", "|"]) == ["a", "b", "c"]


BASE = "https://acme.example/p/"


@pytest.mark.parametrize(
    ("part", "address"),
    [
        ("shirt", BASE + "shirt"),
        (" shirt\n", BASE + "shirt"),
        ("red shirt", BASE + "red%20shirt"),
        ("/x/shirt", "https://acme.example/x/shirt"),
        ("?id=5", BASE + "?id=5"),
        ("a:b", BASE + "a:b"),
        ("javascript:alert(1)", BASE + "javascript:alert(1)"),
        ("hemd-größe", BASE + "hemd-gr%C3%B6%C3%9Fe"),
        ("a%20b", BASE + "a%20b"),
        ("../../../etc", "https://acme.example/etc"),
        ("https://other.example/x", "https://other.example/x"),
        ("HTTP://other.example/x", "HTTP://other.example/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
    ],
)
def test_a_part_of_an_address_becomes_a_whole_one(part: str, address: str) -> None:
    assert done({"url_join": BASE}, part) == address


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_any_part_gives_an_address_that_can_be_used_or_is_refused(part: str) -> None:
    try:
        address = done({"url_join": BASE}, part.lstrip("/") or "x")
    except Failed:
        return
    assert web_address(str(address))


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**12), st.sampled_from(["INR", "JPY", "KWD", "EUR"]))
def test_money_that_was_written_is_read_as_the_same(minor: int, currency: str) -> None:
    written = str(done({"minor_units": currency}, str(minor)))
    assert parse_price(written, None) == (minor, currency)
    assert done({"money": "USD"}, written) == written


def test_every_transform_can_be_made() -> None:
    settings_of: dict[str, Any] = {
        "money": "INR", "minor_units": "INR", "values": {"a": "b"}, "split": ",", "join": ",", "regex": "a",
        "url_join": BASE, "prefix": "a", "suffix": "a",
    }  # fmt: skip
    for name in set(Transform.model_fields) - {"strict", "group", "replace"}:
        transform = Transform.model_validate({name: settings_of.get(name, True)})
        assert transform.name == name
        assert callable(step(transform, "INR"))
