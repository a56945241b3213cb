"""The settings of ``[map]`` and ``[[rules]]``: a mistake is told before anything is read, with what was meant."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from feedsync.expressions import NotAnExpression
from feedsync.patterns import replacement
from feedsync.settings_map import MapField, MapSettings, Rule
from feedsync.vocabulary import ATTRIBUTES

SETTINGS: TypeAdapter[Any] = TypeAdapter(MapSettings)


def mistake(of: Any, value: object) -> tuple[str, str]:
    """Where the one mistake is, and its message."""
    with pytest.raises(ValidationError) as caught:
        of.validate_python(value) if isinstance(of, TypeAdapter) else of.model_validate(value)
    [error] = caught.value.errors()
    return ".".join(map(str, error["loc"])), error["msg"].removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("titel", "'titel' is no attribute of a product; did you mean 'title'?"),
        ("Price", "'Price' is no attribute of a product; did you mean 'price'?"),
        ("custom_label_5", "'custom_label_5' is no attribute of a product; did you mean 'custom_label_"),
        ("zzzz", "'zzzz' is no attribute of a product (a name of your own, for rules, begins with x_)"),
        ("X_own", "'X_own' is no attribute of a product"),
    ],
)
def test_an_attribute_that_does_not_exist_is_told_with_the_nearest(name: str, told: str) -> None:
    where, message = mistake(SETTINGS, {name: "a"})
    assert where.startswith(name)
    assert message.startswith(told)
    assert mistake(Rule, {"when": "brand", "set": {name: "a"}})[1] == message


@pytest.mark.parametrize("name", ["x_margin", "title", "item_group_id", "quantity_to_sell_on_facebook"])
def test_known_attributes_and_names_of_ones_own_are_taken(name: str) -> None:
    assert SETTINGS.validate_python({name: "a"})


def test_the_attributes_are_those_that_are_read_anywhere() -> None:
    assert {"id", "title", "price", "sale_price_effective_date", "custom_label_4", "inventory"} <= ATTRIBUTES


def test_a_text_is_short_for_from() -> None:
    assert SETTINGS.validate_python({"brand": "vendor"})["brand"] == MapField.model_validate({"from": "vendor"})


@pytest.mark.parametrize(
    ("value", "where", "told"),
    [
        (5, "", "Input should be a valid dictionary or instance of MapField"),
        ({}, "", "say where it is taken from: from, any, value, transforms or default"),
        ({"form": "a"}, ".form", "Extra inputs are not permitted"),
        ({"source": "a"}, ".source", "Extra inputs are not permitted"),
        ({"from": "a", "any": ["b"]}, "", "give one of from and any"),
        ({"from": "a", "value": "b"}, "", "give one of from and value"),
        ({"any": []}, ".any", "Tuple should have at least 1 item after validation, not 0"),
        ({"value": "a", "default": "b"}, "", "a constant value needs no transforms and no default"),
        ({"value": "a", "transforms": ["strip"]}, "", "a constant value needs no transforms and no default"),
        ({"value": 5}, ".value", "Input should be a valid string"),
        ({"default": ""}, ".default", "String should have at least 1 character"),
        ({"any": ["a", "b c"]}, ".any.1", "'b c' is not an expression: column 3, at 'c': a name with spaces or signs"),
        ("a b", ".from", "'a b' is not an expression: column 3, at 'b': a name with spaces or signs"),
        ({"from": "a", "transforms": "strip"}, ".transforms", "Input should be a valid tuple"),
        ({"from": "a", "transforms": [5]}, ".transforms.0", "Input should be a valid dictionary"),
    ],
)
def test_a_mapping_says_one_thing(value: object, where: str, told: str) -> None:
    place, message = mistake(SETTINGS, {"brand": value})
    assert place == f"brand{where}"
    assert message.startswith(told)


@pytest.mark.parametrize(
    ("transform", "told"),
    [
        ("stripp", "there is no transform 'stripp'; did you mean 'strip'?"),
        ("zzz", "there is no transform 'zzz'"),
        ("money", 'money needs to be told what: write { money = … } instead of "money"'),
        ({}, "a transform does one thing: this one does none"),
        ({"strict": True}, "a transform does one thing: this one does none"),
        ({"prefix": "a", "suffix": "b"}, "a transform does one thing: prefix, suffix"),
        ({"prefix": "a", "strict": True}, "strict belongs to values, not to prefix"),
        ({"split": ",", "group": 1}, "group belongs to regex, not to split"),
        ({"money": "inr"}, "'inr' is not an ISO 4217 code such as \"INR\""),
        ({"minor_units": "RS"}, "'RS' is not an ISO 4217 code such as \"INR\""),
        ({"values": {}}, "Dictionary should have at least 1 item after validation, not 0"),
        ({"values": {"1": 1}}, "Input should be a valid string"),
        ({"split": ""}, "String should have at least 1 character"),
        ({"prefix": "x" * 1001}, "String should have at most 1000 characters"),
        ({"strip": False}, "Input should be True"),
        ({"trim": True}, "Extra inputs are not permitted"),
        ({"url_join": "acme.example/"}, "'acme.example/' is not a web address: it begins with https://"),
        ({"url_join": "ftp://acme.example/"}, "'ftp://acme.example/' is not a web address: it begins with https://"),
        ({"url_join": "https://[x/"}, "'https://[x/' is not a web address: Invalid IPv6 URL"),
        ({"url_join": "https://acme.example/p"}, "'https://acme.example/p' must end with /, as a folder does"),
        ({"url_join": "https://acme.example/?a=/"}, "'https://acme.example/?a=/' must end with /, as a folder does"),
        ({"regex": "(a"}, "'(a' is not a regular expression: missing ): (a"),
        ({"regex": r"(?<=a)b"}, r"'(?<=a)b' is not a regular expression: invalid perl operator: (?<=: look-around"),
        ({"regex": r"(a)\1"}, r"'(a)\\1' is not a regular expression: invalid escape sequence: \1"),
        ({"regex": "\ud800"}, "Input should be a valid string, unable to parse raw data as a unicode string"),
        ({"regex": "a{1000}{1000}"}, "'a{1000}{1000}' is not a regular expression: bad repetition operator"),
        ({"regex": "(?:(?:ab){30}c){20}"}, "'(?:(?:ab){30}c){20}' is too large: it repeats too much"),
        ({"regex": "(a)", "group": 2}, "'(a)' has 1 groups, and 2 is asked for"),
        ({"regex": "(a)", "replace": r"\2"}, "'(a)' has 1 groups, and 2 is asked for"),
        ({"regex": "(a)", "replace": r"\g<x>"}, r"'\\g<x>' names a group: write its number, such as \1"),
        ({"regex": "(a)", "replace": "", "group": 1}, "a regex gives a group or a replacement, not both"),
    ],
)
def test_a_transform_that_is_none_is_told(transform: object, told: str) -> None:
    place, message = mistake(SETTINGS, {"brand": {"from": "a", "transforms": [transform]}})
    assert place.startswith("brand.transforms.0")
    assert message.startswith(told)


@pytest.mark.parametrize(
    ("template", "parts"),
    [
        ("", [""]),
        ("a", ["a"]),
        (r"\1-\2", ["", 1, "-", 2, ""]),
        (r"\0é", ["", 0, "é"]),
        (r"a\\1\n", ["a\\1\\n"]),
    ],
)
def test_a_replacement_is_texts_and_groups(template: str, parts: list[str | int]) -> None:
    assert replacement(template) == parts


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"when": "brand"}, "a rule either sets attributes or excludes the item"),
        ({"when": "brand", "set": {"color": "a"}, "exclude": True}, "a rule either sets attributes or excludes the item"),
        ({"when": "brand", "set": {}}, "Dictionary should have at least 1 item after validation, not 0"),
        ({"when": "brand", "set": {"color": 5}}, "Input should be a valid string"),
        ({"when": "brand", "set": {"id": "5"}}, "a rule cannot set the id"),
        ({"when": "brand", "exclude": False}, "Input should be True"),
        ({"exclude": True}, "Field required"),
        ({"when": "price < 100", "exclude": True}, "'price < 100' is not an expression: column 9, at '100': numbers"),
        ({"when": "brand == Acme", "exclude": True}, "'brand == Acme' is not an expression: Acme is no attribute; a text"),
        ({"when": "titel", "exclude": True}, "'titel' is not an expression: titel is no attribute; did you mean 'title'?"),
        ({"when": "!availabilty", "exclude": True}, "'!availabilty' is not an expression: availabilty is no attribute; did"),
        ({"when": "brand", "excluded": True}, "Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_a_rule_that_is_none_is_told(rule: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Rule.model_validate(rule)
    assert any(e["msg"].removeprefix("Value error, ").startswith(told) for e in caught.value.errors())


@pytest.mark.parametrize(
    "when", ["sale_price < price", "x_a == x_b", "margin < `5`", "shipping[?country == 'IN']", "a.b == color"]
)
def test_attributes_can_be_compared_with_each_other(when: str) -> None:
    assert Rule.model_validate({"when": when, "exclude": True}).exclude


def test_a_mistake_in_an_expression_can_be_told_from_others() -> None:
    """So that it is FS-110, with the expression and the reason apart."""
    with pytest.raises(ValidationError) as caught:
        SETTINGS.validate_python({"brand": {"any": ["a", "b c"]}})
    [error] = caught.value.errors()
    known = error["ctx"]["error"]
    assert isinstance(known, NotAnExpression)
    assert (known.expression, known.reason[:8]) == ("b c", "column 3")


def test_the_json_schema_knows_both_ways_to_write_them() -> None:
    schema = SETTINGS.json_schema(by_alias=True)
    assert schema["additionalProperties"]["anyOf"][0] == {"type": "string"}
    field = schema["$defs"]["MapField"]["properties"]
    assert set(field) == {"from", "any", "value", "transforms", "default"}
    assert field["transforms"]["items"]["anyOf"][0]["enum"] == ["strip", "lower", "upper", "html_to_text", "price"]


def test_settings_are_written_out_as_they_are_for_a_fingerprint() -> None:
    given = {"price": {"from": "p", "transforms": ["strip", {"money": "INR"}]}}
    [dumped] = [field.model_dump(mode="json", exclude_unset=True) for field in SETTINGS.validate_python(given).values()]
    assert dumped == {"source": "p", "transforms": [{"strip": True}, {"money": "INR"}]}
