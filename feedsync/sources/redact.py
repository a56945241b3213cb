"""Locations as people may see them: without passwords, tokens and signatures.

A location stands in messages, logs, reports and the snapshot, so everything that shows one goes through
:func:`redact`. It must never raise and never guess in favour of showing: what cannot be parsed is cut, not kept.
Its result is for eyes alone and is never fetched.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus

#: What stands in place of a secret.
HIDDEN: Final = "***"

_AUTHORITY: Final = re.compile(r"([a-z][a-z0-9+.\-]*:)?//", re.IGNORECASE)

#: Words inside a parameter's name that mark its value as a secret, wherever they stand, and words that do so only
#: when they stand alone (``key``, but not ``keyword``; ``sig``, but not ``design``).
_SECRET: Final = re.compile(
    r"token|secret|passw|pwd|credential|signature|jwt|authori[sz]ation|key$"
    r"|(?:^|[^a-z])(?:key|sig|auth|pass|pw|code|hash|hmac|session|sid|sas)(?:[^a-z]|$)"
)


def is_secret_name(name: str) -> bool:
    """Tell whether a query parameter of this (decoded) name carries a secret."""
    return _SECRET.search(name.lower()) is not None


def redact(location: str) -> str:
    """Return ``location`` without userinfo and without the values of parameters that look secret.

    Other text stays as it is, so that a person recognises the feed; characters that do not print become ``?``, because
    a redirect's target is the server's text and ends up in a log line.
    """
    shown = _without_userinfo(location)
    path, mark, rest = _cut_at_first(shown, "?#")
    if mark:
        path += mark + "".join(_hide(part) for part in re.split(r"([&;#?])", rest))
    return "".join(character if character.isprintable() else "?" for character in path)


def _without_userinfo(location: str) -> str:
    start = _AUTHORITY.match(location)
    if start is None:
        return location
    rest = location[start.end() :]
    authority, mark, tail = _cut_at_first(rest, "/?#")
    host = authority.rpartition("@")[2]
    _, colon, port = re.sub(r"\[.*\]", "", host).partition(":")
    if colon and not port.isdigit() and "@" in tail:
        # "user:pa/ss@host": the password's own slash ended the authority too early. Such an address is of no use to
        # anybody, and all in front of its last "@" may be the password.
        return start[0] + HIDDEN + "@" + tail.rpartition("@")[2]
    return start[0] + host + mark + tail


def _hide(part: str) -> str:
    name, equals, value = part.partition("=")
    return f"{name}={HIDDEN}" if equals and value and is_secret_name(unquote_plus(name)) else part


def _cut_at_first(text: str, marks: str) -> tuple[str, str, str]:
    """Cut ``text`` into what stands before the first of ``marks``, that mark (or nothing), and the rest."""
    found = re.search(f"[{re.escape(marks)}]", text)
    return (text, "", "") if found is None else (text[: found.start()], found[0], text[found.end() :])
