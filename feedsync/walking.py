"""Going through one of Bik's lists, which may change underneath, repeat a page, or come to no end.

There is only a cursor (``after…Id``, bik-api.md): the last id of a page leads to the next one, and an empty page is the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Page = list[dict[str, Any]]
#: So many pages in a row without anything new are no accident any more.
BARREN = 5
#: No store of ours has more products; a list that goes on is no list.
MOST = 10_000_000


def walk(
    call: Callable[[str | None], Page], take: Callable[[Page], int], *, most: int = MOST, barren: int = BARREN
) -> str | None:
    """All pages; why that is not the whole list, or None.

    Args:
        call: the page after that id, or the first.
        take: keeps a page, and says how many of its records are new.
        most: so many records are believed.
        barren: so many pages in a row may bring nothing new.
    """
    after, records, without_news = None, 0, 0
    while page := call(after):
        new = take(page)
        records += new
        without_news = 0 if new else without_news + 1
        if without_news == barren:
            return f"{barren} pages in a row held nothing new"
        if records > most:
            return f"it goes on behind {most:,} records"
        after = page[-1]["id"]
    return None
