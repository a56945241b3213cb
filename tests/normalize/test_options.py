"""The options that tell the variants of a product apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.model import Value
from feedsync.normalize.fields import options

NAMES = st.text("abcdefghij ", min_size=1, max_size=8).map(str.strip).filter(bool)


def test_googles_attributes_come_in_a_fixed_order() -> None:
    stated: dict[str, Value] = {"gender": "male", "size": "XL", "color": "Red / Blue", "material": "Cotton"}
    expected = (("Color", "Red / Blue"), ("Size", "XL"), ("Material", "Cotton"), ("Gender", "male"))
    assert options(stated) == options(dict(reversed(stated.items()))) == expected


def test_markup_is_undone_and_what_is_empty_is_no_option() -> None:
    assert options({"color": "<b>Red</b> &amp; blue", "size": "&nbsp;", "pattern": ""}) == (("Color", "Red & blue"),)


@pytest.mark.parametrize(
    ("stated", "pairs"),
    [
        ("Memory size:128 GB,Screen size:XL", [("Memory size", "128 GB"), ("Screen size", "XL")]),
        (" Memory size : 128 GB , Screen size : XL ", [("Memory size", "128 GB"), ("Screen size", "XL")]),
        ("Ratio:16:9", [("Ratio", "16:9")]),
        ("Print:stripes\\, blue,Fit:slim", [("Print", "stripes, blue"), ("Fit", "slim")]),
        (["Fit:slim", "Length:32"], [("Fit", "slim"), ("Length", "32")]),
        ({"name": "Fit", "value": "slim"}, [("Fit", "slim")]),
        ([{"name": "Fit", "value": "slim"}, {"name": "Length", "value": "32"}], [("Fit", "slim"), ("Length", "32")]),
        ({"name": "Fit"}, []),
        ({"#text": "Fit:slim"}, [("Fit", "slim")]),
        ("Fit", []),
        ("Fit:", []),
        (":slim", []),
        ("<br>:slim,Fit:<br>", []),
        (",,:,", []),
        ("", []),
    ],
)
def test_options_by_name(stated: Value, pairs: list[tuple[str, str]]) -> None:
    assert options({"variant_option": stated}) == tuple(pairs)


def test_googles_own_attribute_is_stronger_and_the_first_of_a_name_counts() -> None:
    assert options({"color": "Red", "variant_option": "Color:Blue,Fit:slim,Fit:wide"}) == (
        ("Color", "Red"),
        ("Fit", "slim"),
    )


@given(st.dictionaries(NAMES, NAMES, min_size=1, max_size=5))
@settings(deadline=None)
def test_pairs_are_read_back(pairs: dict[str, str]) -> None:
    text = ",".join(f"{name}:{value}" for name, value in pairs.items())
    expected = {" ".join(name.split()): " ".join(value.split()) for name, value in reversed(pairs.items())}
    assert dict(options({"variant_option": text})) == expected


def test_an_endless_text_has_no_options() -> None:
    assert options({"variant_option": "a" + " " * 100_000 + "b"}) == ()
