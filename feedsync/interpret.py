"""From what an adapter parsed to what the snapshot takes: what other feeds say over it, and normalization.

One :class:`Interpreter` a feed and run. A supplemental feed's items are kept as parts, without being normalized: what they
say has its meaning together with the primary feed's item alone.
"""

from __future__ import annotations

import msgspec

from feedsync.adapters.base import Parsed
from feedsync.errors import Problem
from feedsync.model import Attributes, Normalized
from feedsync.normalize.item import Normalizer
from feedsync.settings import Schedule
from feedsync.snapshot.parts import Parts, encode_part


class Interpreted(msgspec.Struct):
    """What one item became, with its part where the schedule has supplemental feeds."""

    normalized: Normalized
    part: bytes | None = None


class Interpreter:
    """Knows one feed's settings; ``parts`` is None where the schedule has no supplemental feed."""

    def __init__(self, schedule: Schedule, number: int, parts: Parts | None) -> None:
        feed = schedule.feeds[number]
        self._normalizer = Normalizer(schedule.products, schedule.catalogs, schedule.zone, feed.id_prefix)
        self._supplemental = feed.role == "supplemental"
        self._fields = feed.fields
        self._parts = parts

    def __call__(self, parsed: Parsed) -> Interpreted:
        """One item as its feed has it now."""
        if parsed.attributes is None:
            item_id = self._normalizer.prefixed(parsed.id_text) if parsed.id_text else None
            return Interpreted(Normalized(item_id, None, parsed.problem))
        attributes = parsed.attributes
        if self._parts is None:
            return Interpreted(self._normalizer(attributes))
        item_id = self._normalizer.item_id(attributes)
        if self._supplemental:
            problem = Problem("FS-415") if item_id is None else None
            return Interpreted(Normalized(item_id, None, problem), None if problem else self._over(attributes))
        if item_id is None:
            return Interpreted(self._normalizer(attributes))
        return Interpreted(self.together(item_id, attributes), encode_part(attributes))

    def together(self, item_id: str, attributes: Attributes) -> Normalized:
        """A primary feed's item with what the supplemental feeds say over it."""
        assert self._parts is not None
        together = dict(attributes)
        for over in self._parts.over(item_id):
            together.update(over)
        return self._normalizer(together)

    def _over(self, attributes: Attributes) -> bytes:
        names = self._fields or attributes.keys()
        return encode_part({name: attributes[name] for name in names if name != "id" and name in attributes})
