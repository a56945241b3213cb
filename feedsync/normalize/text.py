"""Text, web addresses and dates from a feed, made plain. Everything here is untrusted; nothing here guesses."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, tzinfo
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from feedsync.remembered import Remembered

#: Longer texts are cut before they are looked at: no product needs more, and an HTML reader must not be kept busy.
TEXT_LIMIT = 100_000
_ODD = re.compile(r"[<\x00-\x1f\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufffe\uffff]")
#: White space of one line that is more than one blank, and of several lines that is more than one line's end.
_SPACE = re.compile(r"[^\S\n ][^\S\n]*+| [^\S\n]++")
_LINES = re.compile(r"\n\s++")
_BLOCK = re.compile(
    r"(?i)</?(?:br|p|div|li|tr|td|th|h[1-6]|ul|ol|dl|dt|dd|table|hr|section|article|blockquote|header|footer)\b[^<>]*>"
)
_DROPPED = re.compile(r"(?is)<(script|style|template|noscript)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SIMPLE_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?][!#-;=?-~]*)?")
_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)


def one_line(text: str) -> str:
    """Plain text on one line: markup and entities undone, white space collapsed."""
    return text if _is_plain(text) else " ".join(plain(text).split())


#: The same for what many items have in common: a brand, a colour.
common_line = Remembered(one_line).__getitem__


def plain(text: str) -> str:
    """Plain text with its paragraphs: tags become line breaks or nothing, entities their characters.

    Feeds often escape twice, so that a tag shows only once an entity is undone: there are two rounds.
    """
    if _is_plain(text):
        return text
    text = text[:TEXT_LIMIT]
    for _ in range(2):
        if "<" in text and _TAG.search(text):
            text = _without_markup(text)
        text = _entities(text)
    text = _CONTROL.sub("", text).replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    text = _SPACE.sub(" ", text).replace(" \n", "\n")
    return _LINES.sub(lambda m: "\n\n" if m[0].count("\n") > 1 else "\n", text).strip()


def _is_plain(text: str) -> bool:
    """Whether there is nothing to do, which nearly always is so: asked with what is cheapest."""
    odd = "<" in text or ("&" in text and ";" in text) or not (text.isprintable() or not _ODD.search(text))
    return not odd and "  " not in text and text == text.strip() and len(text) <= TEXT_LIMIT


def _without_markup(text: str) -> str:
    """The text of HTML; blocks end lines, scripts and comments are dropped."""
    body = LexborHTMLParser(_BLOCK.sub("\n", _DROPPED.sub("", text))).root
    return body.text(deep=True, separator="") if body else ""


def _entities(text: str) -> str:
    """Entities that are closed by a semicolon; ``&copy=2`` in an address is none."""
    return _ENTITY.sub(lambda m: html.unescape(m[0]), text) if "&" in text else text


#: The same for what the variants of a product share: its description.
common_plain = Remembered(plain, most=64).__getitem__


def web_address(text: str, base: str | None = None) -> str:
    """An absolute http or https address; a relative one is resolved against ``base``.

    Raises:
        ValueError: it is none; the message says why.
    """
    if _SIMPLE_ADDRESS.fullmatch(text) and not ("&" in text and ";" in text):  # which could be an entity
        return text
    return _ADDRESSES[text, base]


def _resolved(question: tuple[str, str | None]) -> str:
    text, base = question
    url = _entities(_CONTROL.sub("", text)).strip().replace(" ", "%20")
    try:
        if base is not None and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", url):
            url = urljoin(base, url)
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise ValueError(f"it cannot be read: {error}") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError("it does not begin with http:// or https://")
    if not host:
        raise ValueError("it names no host")
    if re.search(r"[\s<>\"]", url):
        raise ValueError("it holds characters that no address has")
    return url


#: What is no simple address, often the same for many items.
_ADDRESSES: Remembered[tuple[str, str | None], str] = Remembered(_resolved)


def instant(text: str, zone: tzinfo = UTC) -> int:
    """A date of ISO 8601 as Unix seconds; without an offset it is in ``zone``, without a time at midnight.

    Raises:
        ValueError: it is no such date.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError("not a date of ISO 8601")
    day, time, offset = match.groups()
    clock = "00:00" if time is None else time.zfill(8 if time.count(":") == 2 else 5)
    if offset and offset != "Z":
        offset = offset.replace(":", "").ljust(5, "0")
    moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset == 'Z' else offset or ''}")
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())
