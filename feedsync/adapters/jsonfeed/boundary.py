"""What stands between two records of a JSON list, as it can be guessed of one of them.

Nearly always the next one begins with the same key. Where a record holds objects that begin with it as well (a product and its
variants may both begin with ``id``), its end is told by what it ends with, too. No more than a guess: see
:meth:`feedsync.adapters.jsonfeed.scan.Scanner.pass_guessed`.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

_FIRST_KEY: Final = re.compile(rb'\{[ \t\r\n]*"[^"\\]{1,100}"[ \t\r\n]*:')
_PLAIN_KEY: Final = re.compile(r"[\w .:-]{1,100}", re.ASCII)
_SPACE: Final = rb"[ \t\r\n]*"
_SCALAR: Final = rb':[ \t\r\n]*(?:"(?:[^"\\]++|\\.)*+"|[^\s"{}\[\],:]++)'
_MEMBERS: Final = msgspec.json.Decoder(dict[str, Any])


def boundary_of(record: bytes) -> re.Pattern[bytes] | None:
    """An expression for a record's end (its first group) and what follows up to the next one; None where none can be guessed."""
    key = _FIRST_KEY.match(record)
    if key is None:
        return None
    plain = _boundary(b"", key[0])
    return _boundary(_tail(record), key[0]) if plain.search(record) else plain


def _boundary(tail: bytes, key: bytes) -> re.Pattern[bytes]:
    return re.compile(b"(" + tail + rb"\})" + _SPACE + b"," + _SPACE + b"(?=" + re.escape(key) + b")", re.DOTALL)


def _tail(record: bytes) -> bytes:
    """What stands before the last bracket: the end of the last member's value."""
    try:
        name, value = [*_MEMBERS.decode(record).items()][-1]
    except (ValueError, RecursionError):
        return b""
    if isinstance(value, dict):
        return rb"\}" + _SPACE
    if isinstance(value, list):
        of_objects = not value or isinstance(value[-1], dict)
        return (rb"[}\[]" + _SPACE if of_objects else b"") + rb"\]" + _SPACE
    return b'"' + re.escape(name.encode()) + b'"' + _SPACE + _SCALAR + _SPACE if _PLAIN_KEY.fullmatch(name) else b""
