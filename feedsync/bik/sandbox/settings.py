"""What a user of the sandbox chooses and gets back, as values.

Where Bik's public reference is silent, a setting says which of the possible behaviours the sandbox has, so that a
client can be tested with each. A default is never a claim about the real Bik.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec


class SandboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The behaviours that the reference leaves open; raises ValueError for a number that makes no sense.

    ``combinations``: whether one left out of an update is removed (``replace``) or stays (``merge``).
    ``fields``: whether an omitted optional field is removed or keeps its value.
    ``delete_unknown``: whether deleting an id that does not exist is an error (400, nothing is deleted).
    ``bad_product``: whether the good products of a request that is refused for bad ones are applied (``partial``).
    ``read_delay_s``: after how many seconds a write is seen by ``get`` and ``list``.
    ``max_batch``: more products than that in one createOrUpdate are refused (400); None for no limit.
    ``page_size``: how many records a page of ``list`` has.
    ``control``: who may use ``/_sandbox/…``: only clients on this machine, or anyone who reaches the port.
    """

    combinations: Literal["replace", "merge"] = "replace"
    fields: Literal["replace", "merge"] = "replace"
    delete_unknown: Literal["ok", "error"] = "ok"
    bad_product: Literal["all_or_nothing", "partial"] = "all_or_nothing"
    read_delay_s: float = 0.0
    max_batch: int | None = None
    page_size: int = 50
    control: Literal["loopback", "anywhere"] = "loopback"

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.read_delay_s < 0:
            raise ValueError(f"read_delay_s must not be negative, but is {self.read_delay_s}")
        for name, number in (("max_batch", self.max_batch), ("page_size", self.page_size)):
            if number is not None and number < 1:
                raise ValueError(f"{name} must be 1 or more, but is {number}")


#: every behaviour as its default says
DEFAULTS: Final = SandboxSettings()


class RequestRecord(msgspec.Struct, frozen=True):
    """One request to the API, in the order in which they were answered.

    ``number`` counts from 1. ``path`` is what follows the base URL (the whole path of a request outside of it).
    ``status`` is the HTTP status, None if the connection was cut; ``inner`` is the envelope's, None if none was sent.
    ``count`` is the number of products, catalogs or ids in the body, ``ids`` are theirs. ``time`` is in Unix seconds.
    """

    number: int
    path: str
    status: int | None
    inner: int | str | None
    count: int
    ids: tuple[str, ...]
    time: float
