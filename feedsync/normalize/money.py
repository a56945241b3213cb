"""A price as text to integer minor units: strict, exact, and never 0 for what could not be read.

Google's grammar is ``number CODE`` with "." before the decimals (Product data specification, *price*). What real feeds
write besides is read where it has one meaning, by the rules of :func:`parse_price`, and refused with a reason where not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from feedsync.currencies import EXPONENTS, LOCAL_SIGNS, SIGNS

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_SHAPE = re.compile(
    r"(?P<before>[^\d\s.,'’+\-−][^\d\s'’+\-−]*)? ?(?P<number>[\d][\d.,'’ ]*?)(?:,-|\.-)? ?(?P<after>[^\d\s+\-−,.][^\d\s+\-−]*)?"
)
_GROUPED = r"[1-9]\d{0,2}(?:SEP\d{3})+|[1-9]\d?(?:SEP\d{2})+SEP\d{3}"
_ONE_POINT = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_LONGEST = 64
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_COMMA_DECIMAL = re.compile(r"\d+,\d{1,2}")


class NotAPrice(ValueError):
    """The text is no price that could be read for sure; the message says why."""


@lru_cache(maxsize=16384)
def parse_price(text: str, default_currency: str | None) -> tuple[int, str]:
    """The amount in minor units and its ISO 4217 code.

    Rules, in their order: a code or an unmistakable sign (``€``, ``US$``) stands before or after the number; ``$``,
    ``¥``, ``kr`` and ``Rs`` mean ``default_currency`` where that is one of theirs, and no currency at all means it
    always. With both "," and "." the last one is the decimal point (``1.299,00`` and ``1,299.00``). One "," before
    three digits groups thousands (``2,030``), before one or two it is a decimal comma (``12,50``). Several equal ones
    group, in threes or the Indian way (``1,29,999``). "." alone is the decimal point, as Google's grammar says; before
    exactly three digits (``1.299 EUR``, and ``1,299 KWD``) it has two readings and is refused. Spaces and apostrophes
    group thousands. More decimals than the currency has are refused unless they are zeros.

    Raises:
        NotAPrice: a range, a sign before the number, an unknown currency, or a number with two readings.
    """
    clean = _SPACES.sub(" ", text).strip()
    shape = _SHAPE.fullmatch(clean) if len(clean) <= _LONGEST and len(text) <= 4 * _LONGEST else None
    if shape is None:
        raise NotAPrice("write one amount and its currency, such as 1299.00 INR")
    before, after = shape["before"], shape["after"]
    currency = _currency(before, after, default_currency)
    return _minor(_number(shape["number"].strip(), EXPONENTS[currency]), EXPONENTS[currency], currency), currency


def _currency(before: str | None, after: str | None, default_currency: str | None) -> str:
    """The one currency that both sides of a number name; a code beside a sign says which one the sign means."""
    stated = [sign for sign in (before, after) if sign]
    for sign in stated:
        default_currency = sign.upper() if sign.upper() in EXPONENTS else default_currency
    codes = {_code(sign, default_currency) for sign in stated}
    if len(codes) > 1:
        raise NotAPrice("it names two currencies")
    if currency := next(iter(codes), default_currency):
        return currency
    raise NotAPrice("it names no currency; set [products] currency")


def _code(sign: str, default_currency: str | None) -> str:
    upper = sign.upper()
    if upper in EXPONENTS:
        return upper
    if sign in LOCAL_SIGNS:
        if default_currency in LOCAL_SIGNS[sign]:
            return str(default_currency)
        raise NotAPrice(f"{sign!r} is used by several currencies; set [products] currency to the one that is meant")
    if code := SIGNS.get(sign) or SIGNS.get(upper):
        return code
    raise NotAPrice(f"{sign!r} is no currency")


def _number(text: str, exponent: int) -> str:
    """The number with "." before its decimals and no grouping; ``exponent`` digits are the currency's decimals."""
    if _ONE_POINT.fullmatch(text) and ("," in text) == (exponent == 3):
        raise NotAPrice("its three last digits can be thousands or decimals")
    for separator in (" ", "'", "’"):
        if separator in text:
            whole, point, decimals = re.match(r"([^.,]*)([.,]?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
            if not _grouped(whole, separator) or not re.fullmatch(r"\d{0,9}", decimals):
                raise NotAPrice("its digits are not grouped in threes")
            text = whole.replace(separator, "") + point + decimals
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        group, point = (",", ".") if dot > comma else (".", ",")
        whole, _, decimals = text.rpartition(point)
        if _grouped(whole, group) and decimals.isdigit():
            return f"{whole.replace(group, '')}.{decimals}"
    elif comma >= 0:
        if _grouped(text, ","):
            return text.replace(",", "")
        if _COMMA_DECIMAL.fullmatch(text):
            return text.replace(",", ".")
    elif text.count(".") > 1 and _grouped(text, "."):
        return text.replace(".", "")
    elif _PLAIN.fullmatch(text):
        return text
    raise NotAPrice("its digits can be read in more than one way")


def _grouped(text: str, separator: str) -> bool:
    return re.fullmatch(_GROUPED.replace("SEP", re.escape(separator)), text) is not None


def _minor(number: str, exponent: int, currency: str) -> int:
    whole, _, decimals = number.partition(".")
    if len(decimals) > exponent:
        if decimals[exponent:].strip("0"):
            raise NotAPrice(f"it has more decimals than {currency} has")
        decimals = decimals[:exponent]
    if len(whole) > 13:
        raise NotAPrice("it is too large")
    minor: int = int(whole) * 10**exponent + int((decimals + "0" * exponent)[:exponent] or "0")
    return minor
