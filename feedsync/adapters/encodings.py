"""Names of encodings: what a byte order mark says, and which of Python's codecs a document may name."""

from __future__ import annotations

import codecs

from feedsync.errors import Fatal

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Python's own codecs that are no character encodings of documents.
_NO_ENCODINGS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "unicode_escape",
                           "raw_unicode_escape", "utf_7"})  # fmt: skip


def of_mark(head: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning stands for, or None without one."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def codec_of(name: str, location: str) -> str:
    """The name that Python knows an encoding by.

    Raises:
        Fatal: FS-306, for a name that is no encoding of documents.
    """
    try:
        found = codecs.lookup(name).name
        known = found not in _NO_ENCODINGS and bool("<".encode(found))
    except (LookupError, UnicodeError):
        known = False
    if not known:
        raise Fatal("FS-306", location=location, encoding=name)
    return found
