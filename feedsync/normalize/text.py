"""Text, web addresses and dates from a feed, made plain. Everything here is untrusted; nothing here guesses."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, tzinfo
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" *\n\s*\n\s*| *\n *")
_BLOCK = re.compile(r"(?i)<(?:br|/p|/div|/li|/tr|/h[1-6]|/ul|/ol|/table|hr|/section|/article|/blockquote)\b[^>]*>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)


def one_line(text: str) -> str:
    """Plain text on one line: markup and entities undone, white space collapsed."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Plain text with its paragraphs: tags become line breaks or nothing, entities their characters.

    Feeds often escape twice (``&amp;amp;``), so entities are undone even where no tag is.
    """
    if "<" in text and _TAG.search(text):
        tree = LexborHTMLParser(_BLOCK.sub(lambda m: "\n" + m[0], text))
        tree.strip_tags(["script", "style", "template", "noscript"], recursive=True)
        text = tree.body.text(deep=True, separator="") if tree.body else ""
    if "&" in text:
        text = html.unescape(text)
    text = _CONTROL.sub("", text).replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    text = _LINES.sub(lambda m: "\n\n" if m[0].count("\n") > 1 else "\n", _SPACE.sub(" ", text))
    return text.strip()


def web_address(text: str, base: str | None = None) -> str:
    """An absolute http or https address; a relative one is resolved against ``base``.

    Raises:
        ValueError: it is none; the message says why.
    """
    url = html.unescape(_CONTROL.sub("", text)).strip().replace(" ", "%20")
    if base is not None and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", url):
        url = urljoin(base, url)
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise ValueError(str(error)) from None
    if parts.scheme.lower() not in ("http", "https"):
        raise ValueError("it does not begin with http:// or https://")
    if not host or re.search(r"[\s<>\"]", url):
        raise ValueError("it names no host" if not host else "it holds characters that no address has")
    return url


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
