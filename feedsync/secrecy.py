"""The secrets that this process has read, so that whatever goes into a log can be searched for them.

They are kept as they are, in memory alone, as long as the process lives: one that was exchanged meanwhile is still a secret.
"""

from __future__ import annotations

import json
import re
import threading
from urllib.parse import quote, quote_plus, unquote

#: What stands in place of a secret.
HIDDEN = "***"
_LOCK = threading.Lock()
_KNOWN: set[str] = set()
_pattern: re.Pattern[str] | None = None


def remember(secret: str) -> None:
    """Never let this text through :func:`hide` again, nor any line or word of it that could stand alone."""
    global _pattern
    parts = {secret, *(part for part in re.split(r"[\s,]+", secret) if len(part) > 7)} - {""}
    with _LOCK:
        if parts <= _KNOWN:
            return
        _KNOWN.update(parts)
        forms = {form for part in _KNOWN for form in _forms(part)}
        _pattern = re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True))))


def remember_userinfo(location: str) -> None:
    """The same for the name and the password that an address may hold."""
    authority = re.split(r"[/?#]", location.partition("//")[2], maxsplit=1)[0]
    userinfo, at, _ = authority.rpartition("@")
    for text in {userinfo, unquote(userinfo)} if at else ():
        remember(text)
        remember(text.partition(":")[2])


def hide(text: str) -> str:
    """The text with every known secret hidden, also where it is written as in an address, in JSON or in Python."""
    return text if _pattern is None else _pattern.sub(HIDDEN, text)


def _forms(secret: str) -> set[str]:
    bare = secret.encode("utf-8", "replace").decode()
    return {
        secret, quote(bare, safe=""), quote(bare), quote_plus(bare), repr(secret)[1:-1], json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }  # fmt: skip
