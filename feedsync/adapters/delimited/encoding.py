"""The encoding of delimited text, told by its bytes.

A delimited file declares no encoding. A byte order mark is believed first; then UTF-8, since other text is hardly ever
valid UTF-8 by accident; then what HTTP said; and only then a guess, among encodings that shops use.
"""

from __future__ import annotations

import codecs
from typing import Final

from feedsync.adapters.encodings import codec_of, of_mark

#: So much of a document is looked at before its encoding and its header are decided.
SAMPLE_BYTES: Final = 1 << 20
_CANDIDATES = ["cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "cp932",
               "euc_jp", "gb18030", "big5", "cp949", "koi8_r", "cp866"]  # fmt: skip
_GUESSED_FROM_BYTES: Final = 1 << 16


def sniff_encoding(sample: bytes, charset: str | None, location: str, wanted: str | None = None) -> str:
    """The name of the encoding that Python knows it by.

    Args:
        sample: the document's first bytes.
        charset: what HTTP said; believed where the bytes allow it.
        wanted: what the schedule says; decides.

    Raises:
        Fatal: FS-306, when the schedule or HTTP names an encoding that is none.
    """
    if wanted is not None:
        name = _named(wanted, location)
        if name in ("utf-16", "utf-32") and of_mark(sample) != name:  # the decoder would refuse
            return _without_mark(sample) or f"{name}-le"
        return name
    if marked := of_mark(sample):
        return marked
    if unmarked := _without_mark(sample):
        return unmarked
    lines = [line for line in sample.splitlines(keepends=True) if not line.isascii()]
    valid = sum(_is_utf8(line) for line in lines)
    if lines and 2 * valid >= len(lines):  # some rows of another encoding do not make it another one
        return "utf-8"
    if (
        charset is not None
        and (name := _named(charset, location)) != "utf-8"
        and not name.startswith(("utf-16", "utf-32"))
    ):
        return name
    return _guess(b"".join(lines)) if lines else "utf-8"


def _named(name: str, location: str) -> str:
    found = codec_of(name, location)
    # as every browser reads them: what says Latin-1 holds curly quotes, and what says ASCII more than that
    return {"iso8859-1": "cp1252", "ascii": "utf-8", "utf-8-sig": "utf-8"}.get(found, found)


def _without_mark(sample: bytes) -> str | None:
    """UTF-16 has a NUL in nearly every other byte of a header, always on the same side."""
    head = sample[:256]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if 0 not in head[:4] or max(even, odd) * 4 < len(head) or min(even, odd) * 8 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf8(line: bytes) -> bool:
    try:
        # the sample may end within a character, and then in a line without an end
        codecs.getincrementaldecoder("utf-8")().decode(line, line.endswith((b"\n", b"\r")))
    except UnicodeDecodeError:
        return False
    return True


def _guess(text: bytes) -> str:
    """The encoding that makes the most sense of it; Windows' western one where it makes as much, since it is so common."""
    odd = bytes(set(text) - set(range(128))).decode("cp1252", "replace")
    if not any(map(str.isalpha, odd)) and "\ufffd" not in odd:
        return "cp1252"  # signs alone, such as the euro's
    text = text[:_GUESSED_FROM_BYTES]
    text = text[: max(text.rfind(sign) for sign in (b",", b";", b" ", b"\t", b"\n")) + 1] or text  # no character is cut
    from charset_normalizer import from_bytes  # its tables take their time, and most text is UTF-8

    matches = list(from_bytes(text, cp_isolation=_CANDIDATES))
    likely = {
        name
        for match in matches
        if (match.chaos, match.coherence) == (matches[0].chaos, matches[0].coherence)
        for name in (match.encoding, *match.could_be_from_charset)
    }
    return "cp1252" if "cp1252" in likely or not matches else matches[0].encoding
