"""Which words of a text changed, so that a reader's eye goes there first."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

#: Longer texts are shown without marks: the comparison costs the product of both lengths.
LIMIT = 120

Marked = list[tuple[str, bool]]


def marked(before: str | None, after: str | None) -> tuple[Marked, Marked]:
    """Both texts in pieces, each with whether only this text has it. What is new or gone as a whole has no marks."""
    if before is None or after is None:
        return [(before or "", False)], [(after or "", False)]
    a, b = (re.findall(r"\s+|\S+", text) for text in (before, after))
    if max(len(a), len(b)) > LIMIT:
        return [(before, False)], [(after, False)]
    left: Marked = []
    right: Marked = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        left.append(("".join(a[i1:i2]), tag != "equal"))
        right.append(("".join(b[j1:j2]), tag != "equal"))
    return [one for one in left if one[0]], [one for one in right if one[0]]
