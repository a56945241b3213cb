"""One record's bytes as Python values, with every number as the text that stands in the document.

What is no JSON is refused with a reason, and with the record's id where that is sure. What the standard forbids and has
one meaning all the same is read: control characters inside of strings, and ``NaN`` or ``Infinity``, which is how some
programs write that there is no number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from feedsync.adapters.delimited.columns import attribute

#: A record that is nested deeper is no product.
DEPTH_LIMIT: Final = 64
_REPLACED = "\ufffd".encode()
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ID_KEY = re.compile(r'"\s*(?:g:)?id\s*"\s*:', re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]*+")
_ALIEN = "it holds bytes that its encoding does not have"
_MINUS_ZERO = re.compile(rb"-0[\s,\]}]")
_QUICK: Final = msgspec.json.Decoder(dict[str, Any], float_hook=str)
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda _: None, strict=False)


class UnreadableError(Exception):
    """The record cannot be read; ``value`` is what it says where only single characters of it are lost."""

    def __init__(self, reason: str, value: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value


def decode(raw: bytes, *, transcoded: bool = False) -> dict[str, Any]:
    """The record: text, True, False, None, lists and dicts of them. ``transcoded`` bytes were another encoding's.

    Raises:
        UnreadableError: it is no JSON, no object, or nested too deeply.
    """
    alien = transcoded and _REPLACED in raw
    value = _quick(raw)
    if value is None:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text, alien = raw.decode("utf-8", "replace"), True
        value = _exact(text)
    if raw.count(b"{") + raw.count(b"[") > DEPTH_LIMIT and deeper(value, DEPTH_LIMIT):
        raise UnreadableError("it is nested too deeply")
    if b"\\u" in raw and _SURROGATE_ESCAPE.search(raw):
        value = {_SURROGATE.sub("\ufffd", key): _without_surrogates(one) for key, one in value.items()}
    if alien:
        raise UnreadableError(_ALIEN, value)
    return value


def _quick(raw: bytes) -> dict[str, Any] | None:
    """The record by the faster reader, which takes no more than the standard; None where the other one must tell."""
    if b"-0" in raw and _MINUS_ZERO.search(raw):
        return None  # as an integer it would lose its sign
    try:
        value = _QUICK.decode(raw)
        _spell(value)
    except (ValueError, RecursionError):
        return None
    return value


def _spell(value: dict[str, Any] | list[Any]) -> None:
    """Integers become text; fractions are already."""
    members: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in members:
        kind = type(one)
        if kind is str:
            continue
        if kind is int:
            value[key] = str(one)
        elif kind is dict or kind is list:
            _spell(one)


def _exact(text: str) -> dict[str, Any]:
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"{error.msg} at its character {error.pos + 1}") from None
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise UnreadableError("it is no object")
    return value


def deeper(value: Any, limit: int) -> bool:
    """Whether lists and objects are nested more than ``limit`` levels deep in an object or a list."""
    level = [value]
    for _ in range(limit):
        level = [
            one
            for outer in level
            for one in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(one, dict | list)
        ]
    return bool(level)


def _without_surrogates(value: Any) -> Any:
    """Half of a pair is no character: no text that holds one can be written anywhere."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(one) for one in value]
    if isinstance(value, dict):
        return {_SURROGATE.sub("\ufffd", key): _without_surrogates(one) for key, one in value.items()}
    return value


def scalar(value: Any) -> str:
    """A JSON scalar as text without space around it; of null, a list or an object nothing."""
    if isinstance(value, str):
        return value.strip()
    return ("true" if value else "false") if isinstance(value, bool) else ""


def damaged_id(value: Any) -> str:
    """The id of a record that lost characters, unless the id itself did."""
    text = scalar(value)
    return "" if "\ufffd" in text else text


def sure_id(raw: bytes) -> str | None:
    """The id of a record that is no JSON, where it is sure.

    That is: the bytes hold one key ``id``, and it belongs to the record itself and stands before the damage with a text
    or a number for its value. A second one may be that of the next record, whose beginning was lost.
    """
    text = raw.decode("utf-8", "replace")
    if len(_ID_KEY.findall(text)) != 1 or not text.startswith("{"):
        return None
    at = _space(text, 1)
    try:
        while text[at] == '"':
            name, at = _DECODER.raw_decode(text, at)
            at = _space(text, at)
            if text[at] != ":":
                return None
            value, at = _DECODER.raw_decode(text, _space(text, at + 1))
            at = _space(text, at)
            if text[at] != ",":
                return None
            if attribute(name) == "id":
                return damaged_id(value) or None
            at = _space(text, at + 1)
    except (ValueError, IndexError, RecursionError):
        pass
    return None


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()
