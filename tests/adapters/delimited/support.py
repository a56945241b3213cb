"""One pass over a small delimited document, and short ways to write one."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from feedsync.adapters.base import Adapter, Known, Parsed, ReadOptions
from feedsync.adapters.registry import OWN, own
from feedsync.model import Attributes
from tests.adapters.reading import Reading, collect, dribble, nothing

#: In the order in which a document is offered to them.
DELIMITED = [own(name) for name, (module, _) in OWN.items() if module.startswith("delimited.")]
SITE = "https://shop.example"


def adapter(name: str) -> Adapter:
    """The adapter of that name."""
    return next(one for one in DELIMITED if one.name == name)


def told(data: bytes) -> str | None:
    """The format that the first bytes are taken for."""
    return next((one.name for one in DELIMITED if one.recognizes(data[: 1 << 16])), None)


def read(
    data: str | bytes,
    name: str = "csv",
    *,
    known: Known = nothing,
    charset: str | None = None,
    step: int | None = None,
    **options: Any,
) -> Reading:
    """Read a document; text is written as UTF-8. With ``step`` the stream gives so many bytes at a time."""
    content = data.encode() if isinstance(data, str) else data
    stream = dribble(content, step) if step else io.BytesIO(content)
    split = adapter(name).split(stream, "feed.csv", charset, ReadOptions(site=SITE, **options))
    hashes, offsets, items = collect(list(split.blocks(known)))
    assert split.lines(io.BytesIO(), offsets) == {offset: offset for offset in offsets}
    assert split.remarks() == []
    faults = [problem.code for problem in split.faults()]
    return Reading(hashes, offsets, items, split.parse(items), faults, [], split.context)


def table(*rows: Sequence[str], delimiter: str = ",") -> str:
    """Rows as a spreadsheet writes them."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def records(header: str, *rows: dict[str, str]) -> str:
    """Rows of a comma-separated header, whose cells are given by their columns' names."""
    names = header.split(",")
    assert all(key in names for row in rows for key in row)
    return table(names, *([row.get(name, "") for name in names] for row in rows))


def only(reading: Reading) -> Attributes:
    """The attributes of the only item."""
    [found] = reading.attributes
    assert found is not None
    return found


def messages(parsed: Sequence[Parsed]) -> list[str]:
    """Why items were refused."""
    return [one.problem.message for one in parsed if one.problem]
