"""Regular expressions and replacements that a schedule states: of RE2, so that no text takes them long."""

from __future__ import annotations

import re
from typing import Any

import re2

#: A pattern's positions: about as many as it has signs, and one for each repetition that is counted out.
LARGEST_PATTERN = 1000
_GROUP = re.compile(r"\\(?:(\\)|(\d)|g<(\w+)>)")


def compile_pattern(pattern: str) -> tuple[Any, int]:
    """A pattern of RE2, which takes time in proportion to the text whatever stands in it, and its positions.

    Raises:
        ValueError: it is none; the message says why.
    """
    options = re2.Options()
    options.log_errors = False  # it would write to stderr
    try:
        compiled = re2.compile(pattern, options)
        options.encoding = re2.Options.Encoding.LATIN1  # so that a class of letters counts as one, and not as its bytes
        positions = int(re2.compile(pattern.encode(), options).programsize)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace")
        known = ": look-around and back-references are not known here" if "perl operator" in reason else ""
        raise ValueError(f"{pattern!r} is not a regular expression: {reason}{known}") from None
    if positions > LARGEST_PATTERN:
        raise ValueError(f"{pattern!r} is too large: it repeats too much")
    return compiled, positions


def replacement(template: str) -> list[str | int]:
    r"""A replacement as its texts and groups in turn: ``r"\1-x"`` is ``["", 1, "-x"]``; ``\\`` is a backslash.

    Raises:
        ValueError: a group's name, since groups stand in it by their numbers.
    """
    parts: list[str | int] = [""]
    end = 0
    for match in _GROUP.finditer(template):
        text = template[end : match.start()] + (match[1] or "")
        parts[-1] = f"{parts[-1]}{text}"
        if match[3]:
            raise ValueError(f"{template!r} names a group: write its number, such as \\1")
        if match[2]:
            parts += [int(match[2]), ""]
        end = match.end()
    parts[-1] = f"{parts[-1]}{template[end:]}"
    return parts
