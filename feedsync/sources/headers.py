"""Header values, read and written: the small rules of HTTP that need no connection."""

from __future__ import annotations

import importlib.metadata
from datetime import datetime
from email.message import Message
from email.utils import parsedate_to_datetime


def user_agent(distribution: str = "feedsync") -> str:
    """Return the User-Agent, with the version of the installed distribution, or 0 when it is not installed."""
    try:
        version = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    return f"feedsync/{version} (+feed reader)"


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After asks to wait: a number or an HTTP-date (RFC 9110, 10.2.3); else None."""
    if value is None:
        return None
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):  # TypeError: a date without a zone
        return None


def sendable(value: str | None) -> str | None:
    """Return a validator that a later request can carry, or None: servers send all kinds of text."""
    return value if value and value.isascii() and value.isprintable() else None


def condition(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Return the headers that ask for a body only when it is another one than these validators tell of."""
    asked = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in asked.items() if value}


def codings_of(content_encoding: str | None) -> list[str]:
    """Return the codings that a Content-Encoding names, in lower case, without those that do nothing."""
    named = [coding.strip().lower() for coding in (content_encoding or "").split(",")]
    return [coding for coding in named if coding not in ("", "identity")]


def charset_of(content_type: str | None) -> str | None:
    """Return the charset that a Content-Type names, in lower case, or None."""
    message = Message()
    message["Content-Type"] = content_type or ""
    return message.get_content_charset()
