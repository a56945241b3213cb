"""What the analysis of a run comes to, as plain values: part of the view model, free of pandas."""

from __future__ import annotations

import msgspec


class Move(msgspec.Struct, frozen=True):
    """One price that moved. ``ratio`` is (after - before) / before; before and after are as a person reads them."""

    product: str
    variant: str | None
    title: str | None
    field: str
    before: str
    after: str
    ratio: float


class MoveGroup(msgspec.Struct, frozen=True):
    """The moves of one catalog or brand; ``median`` is a ratio."""

    name: str
    up: int
    down: int
    median: float


class Bin(msgspec.Struct, frozen=True):
    """How many prices moved by a ratio of at least ``low`` and less than ``high``; None: without end on that side."""

    low: float | None
    high: float | None
    count: int


class PriceMoves(msgspec.Struct, frozen=True):
    """How prices moved. A price that was 0, or whose currency changed, has no ratio: it counts in ``unmeasured`` alone."""

    up: int
    down: int
    unmeasured: int
    median: float | None
    bins: list[Bin]
    largest_up: list[Move]
    largest_down: list[Move]
    by_catalog: list[MoveGroup]
    by_brand: list[MoveGroup]


class Earlier(msgspec.Struct, frozen=True):
    """An earlier run of the same schedule in numbers, to compare with; ``started_at`` is ISO 8601 in UTC."""

    run: int
    started_at: str
    outcome: str
    changes: int
    rejected: int
    held: int
    requests: int
    bytes: int


class Analysis(msgspec.Struct, frozen=True):
    """What changed in a run, in numbers. Counts are of changes, not of products.

    ``content`` counts by field, ``rejects`` by error code, ``held`` by gate. ``earlier`` are the runs before this one,
    the last one first.
    """

    prices: PriceMoves
    stock_outs: int
    returns: int
    added: int
    removed: int
    content: dict[str, int]
    rejects: dict[str, int]
    held: dict[str, int]
    requests: int
    bytes: int
    earlier: list[Earlier]
