"""The transforms of ``[map]``: one value to the next, or the reason why it cannot be.

A closed list of pure functions. Each is made once, from its settings, and called for every record. What stands in a
record is untrusted: a text that is too long, a pattern that would take too long, a list that would grow too much are
refused with a :class:`Failed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from feedsync.currencies import decimal_text
from feedsync.model import Value
from feedsync.normalize.money import NotAPrice, parse_price
from feedsync.normalize.text import TEXT_LIMIT, plain
from feedsync.patterns import compile_pattern, replacement

if TYPE_CHECKING:
    from feedsync.settings_map import Transform

#: A list that a transform works on or makes is no longer than this.
LIST_LIMIT = 1000
LIST_TEXT_LIMIT = 1_000_000
#: Positions of a pattern times characters times matches that replacing may take: some seconds at the very worst.
_WORK = 2_000_000_000
_WEB = re.compile(r"(?i)https?://|//")
_WHOLE = re.compile(r"([0-9]{1,15})(?:\.0{1,9})?")
_UNSAFE_IN_ADDRESS = "/?#[]@!$&'()*+,;=:%~"

#: A text to what becomes of it; None: nothing.
OnText = Callable[[str], Value | None]
Step = Callable[[Value], Value | None]


class Failed(ValueError):
    """A value that a transform cannot work on; the message says why."""


def step(transform: Transform, currency: str | None) -> Step:
    """The function of one transform; ``currency`` is the schedule's, for ``price``. It raises :class:`Failed`."""
    if transform.join is not None:
        return _join(transform.join)
    return _each(_on_text(transform, currency))


def text_of(value: Value) -> str:
    """The text of a value that is one: of a record with a text of its own (an XML element with attributes), that."""
    if isinstance(value, dict):
        value = value.get("#text", value)
    if isinstance(value, str):
        return value
    raise Failed("it is a record with fields of its own; name one of them")


def _texts(values: list[Value]) -> list[str]:
    """The texts of a list that is not too much for a transform."""
    if len(values) > LIST_LIMIT:
        raise Failed(f"it has more than {LIST_LIMIT} values")
    texts = [text_of(one) for one in values]
    if sum(map(len, texts)) > LIST_TEXT_LIMIT:
        raise Failed(f"its values have more than {LIST_TEXT_LIMIT} characters")
    return texts


def _each(on_text: OnText) -> Step:
    """A function of texts, over each of a list; what gives nothing is left out."""

    def apply(value: Value) -> Value | None:
        if not isinstance(value, list):
            return on_text(text_of(value))
        found: list[Value] = []
        for text in _texts(value):
            result = on_text(text)
            if isinstance(result, list):
                found += result
            elif result:
                found.append(result)
            if len(found) > LIST_LIMIT:
                raise Failed(f"it has more than {LIST_LIMIT} values")
        return found[0] if len(found) == 1 else found or None

    return apply


def _on_text(transform: Transform, currency: str | None) -> OnText:
    if transform.values is not None:
        return _values(transform.values, strict=transform.strict)
    if transform.regex is not None:
        return _regex(transform.regex, transform.group, transform.replace)
    if transform.name == "price" or transform.money is not None:
        return _money(transform.money or currency)
    if transform.minor_units is not None:
        return _minor_units(transform.minor_units)
    if transform.split is not None:
        return _split(transform.split)
    if transform.url_join is not None:
        return _url_join(transform.url_join)
    if transform.prefix is not None or transform.suffix is not None:
        before, after = transform.prefix or "", transform.suffix or ""
        return lambda text: f"{before}{text}{after}"
    return _WORDS[transform.name]


_WORDS: dict[str, OnText] = {"strip": str.strip, "lower": str.lower, "upper": str.upper, "html_to_text": plain}


def _join(separator: str) -> Step:
    def apply(value: Value) -> str:
        texts = _texts(value) if isinstance(value, list) else [text_of(value)]
        return separator.join(text for text in texts if text.strip())

    return apply


def _split(separator: str) -> OnText:
    def apply(text: str) -> list[Value] | None:
        if text.count(separator) >= LIST_LIMIT:
            raise Failed(f"it has more than {LIST_LIMIT} values")
        return [part for one in text.split(separator) if (part := one.strip())] or None

    return apply


def _values(values: dict[str, str], *, strict: bool) -> OnText:
    def apply(text: str) -> str:
        found = values.get(text.strip())
        if found is None and strict:
            raise Failed("it is none of the values that are listed")
        return text if found is None else found

    return apply


def _money(currency: str | None) -> OnText:
    def apply(text: str) -> str:
        try:
            minor, code = parse_price(text, currency)
        except NotAPrice as error:
            raise Failed(str(error)) from None
        return f"{decimal_text(minor, code)} {code}"

    return apply


def _minor_units(currency: str) -> OnText:
    def apply(text: str) -> str:
        whole = _WHOLE.fullmatch(text.strip())
        if whole is None:
            raise Failed("minor units are a whole number")
        return f"{decimal_text(int(whole[1]), currency)} {currency}"

    return apply


def _url_join(base: str) -> OnText:
    def apply(text: str) -> str:
        clean = "".join(_short(text).split("\n")).strip()
        if not _WEB.match(clean):  # "a:b" is a name like any other here, and no address of its own kind
            clean = quote(clean, safe=_UNSAFE_IN_ADDRESS)
            clean = clean if clean[:1] in ("/", "?", "#") else f"./{clean}"
        try:
            return urljoin(base, clean)
        except ValueError as error:
            raise Failed(f"it is no part of a web address: {error}") from None

    return apply


def _regex(pattern: str, group: int | None, template: str | None) -> OnText:
    compiled, positions = compile_pattern(pattern)
    wanted = group if group is not None else min(1, compiled.groups)
    parts = replacement(template) if template is not None else []

    def find(text: str) -> str | None:
        match = compiled.search(_short(text))
        return match[wanted] if match else None

    def put(text: str) -> str:
        end, size, pieces = 0, 0, []
        most = _WORK // (positions * (len(_short(text)) + 1))
        for number, match in enumerate(compiled.finditer(text)):
            groups = {part: match[part] or "" for part in parts if isinstance(part, int)}
            texts = [part if isinstance(part, str) else groups[part] for part in parts]
            size += sum(map(len, texts))
            if number >= most or size > TEXT_LIMIT:
                raise Failed("there is too much to replace")
            pieces += [text[end : match.start()], *texts]
            end = match.end()
        return "".join((*pieces, text[end:]))

    return find if template is None else put


def _short(text: str) -> str:
    """The text, where a pattern can be tried on it."""
    if len(text) > TEXT_LIMIT:
        raise Failed(f"it is longer than {TEXT_LIMIT} characters")
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Failed("it is not Unicode text")
    return text
