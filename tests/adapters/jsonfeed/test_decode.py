"""The faster reader says what the exact one says, of whatever bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedsync.adapters.jsonfeed import decode as module
from feedsync.adapters.jsonfeed.decode import UnreadableError, decode

TEXTS = st.text(st.sampled_from('a-0,]}"\\/\t\x7f\x00\ud83d\ude00\ufffd\ufffeé'), max_size=6)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.integers(-(10**40), 10**40) | st.floats() | TEXTS
)  # NaN and infinities, too
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=8
)
TOKENS = st.lists(
    st.sampled_from(
        ["{", "}", "[", "]", ",", ":", '"a"', '"id"', "0", "-0", "-0.0", "1.50", "1E400", "01", "1.", "9" * 30, "9" * 5000,
         "null", "true", "NaN", "-Infinity", '"\\ud83d"', '"\\ude00"', '"\\ud83d\\ude00"', '"\\u0000"', '"\t"', '"\\x"', " ",
         "\n", "\ufeff"]
    ),
    max_size=9,
)  # fmt: skip


def told(raw: bytes, *, transcoded: bool) -> object:
    """The record, spelled so that texts and numbers, and orders of keys, cannot be taken for each other; or why there is none."""
    try:
        return repr(decode(raw, transcoded=transcoded))
    except UnreadableError as error:
        return error.reason, repr(error.value)


def same(raw: bytes) -> None:
    for transcoded in (False, True):
        quick = told(raw, transcoded=transcoded)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_quick", lambda _: None)
            assert quick == told(raw, transcoded=transcoded)


@settings(deadline=None, max_examples=400)
@given(st.dictionaries(TEXTS, VALUES, max_size=5), st.booleans(), st.sampled_from((None, 1)))
def test_of_json(value: dict[str, Any], escaped: bool, indent: int | None) -> None:
    same(json.dumps(value, ensure_ascii=escaped, indent=indent).encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=400)
@given(TOKENS, st.booleans())
@example(['"id"', ":", "-0"], True)
@example(['"id"', ":", "0", ",", '"id"', ":", "9" * 5000], True)
def test_of_what_resembles_it(tokens: list[str], braced: bool) -> None:
    text = "".join(tokens)
    same(("{" + text + "}" if braced else text).encode())


@pytest.mark.parametrize("depth", [1, 62, 63, 64, 65, 500, 2000])
@pytest.mark.parametrize("inner", ["[]", "1", "{}", "-0"])
def test_of_what_is_nested(depth: int, inner: str) -> None:
    same(('{"a":' + "[" * depth + inner + "]" * depth + "}").encode())
    same(('{"a":' * depth + inner + "}" * depth).encode())


def test_a_number_is_the_text_that_stands_there() -> None:
    raw = b'{"a": [1, -0, 1.50, 1E+2, {"b": 12345678901234567890123456789}], "c": 0, "d": true, "e": null}'
    expected: dict[str, Any] = {"a": ["1", "-0", "1.50", "1E+2", {"b": "1234567890" * 2 + "123456789"}], "c": "0"}
    assert decode(raw) == expected | {"d": True, "e": None}
    assert decode(raw.replace(b"-0", b"0")) == decode(raw) | {"a": ["1", "0", *expected["a"][2:]]}
