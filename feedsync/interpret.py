"""From what an adapter parsed to what the snapshot takes: mapping, what other feeds say over it, rules, normalization.

One :class:`Interpreter` a feed and run. A supplemental feed's items are kept as parts, without being normalized: what they
say has its meaning together with the primary feed's item alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from feedsync.adapters.base import Parsed
from feedsync.errors import Problem
from feedsync.model import Attributes, Normalized
from feedsync.normalize.columns import Columns
from feedsync.normalize.item import Normalizer
from feedsync.snapshot.incoming import encode_part

if TYPE_CHECKING:  # a worker has no settings to read, and as a rule nothing to map or to rule
    from feedsync.normalize.mapping import Mapping
    from feedsync.normalize.rules import Rules
    from feedsync.settings import Schedule
    from feedsync.settings_map import MapField, Rule
    from feedsync.snapshot.parts import Supplements

#: An item that is to be normalized: its id, its attributes, and its part.
_Ready = tuple[str, Attributes, bytes | None]


class Interpreted(msgspec.Struct):
    """What one item became, with its part where the schedule has supplemental feeds.

    ``excluded``: a rule leaves the item out, so it counts as not in the feed.
    """

    normalized: Normalized
    part: bytes | None = None
    excluded: bool = False


class Interpreter:
    """Knows one feed's settings; ``parts`` is None where the schedule has no supplemental feed."""

    def __init__(self, schedule: Schedule, number: int, parts: Supplements | None) -> None:
        feed, products = schedule.feeds[number], schedule.products
        # a supplemental feed has its own columns, and a constant for all must not go over what a primary one says
        fields = feed.map if feed.role == "supplemental" else {**schedule.map, **feed.map}
        self._map, self._maps_id = _mapping(fields, products.currency), "id" in fields
        self._unseen = set(self._map.reads) if self._map else set()
        self._rules = _ruling(schedule.rules, products.currency)
        self._normalizer = Normalizer(products, schedule.catalogs, schedule.zone, feed.id_prefix)
        self._columns = Columns(self._normalizer)
        self._supplemental = feed.role == "supplemental"
        self._fields = feed.fields
        self._parts = parts

    def __getstate__(self) -> dict[str, object]:
        assert self._parts is None, "what supplemental feeds say is read where the snapshot is"
        return self.__dict__

    def __call__(self, parsed: Parsed) -> Interpreted:
        """One item as its feed has it now."""
        ready = self._ready(parsed)
        if isinstance(ready, Interpreted):
            return ready
        item_id, attributes, part = ready
        return Interpreted(self._normalizer(attributes, item_id), part)

    def lot(self, items: Sequence[Parsed]) -> list[Interpreted]:
        """The same of many items: what is plain of them goes through an attribute at a time."""
        found = [self._ready(parsed) for parsed in items]
        ready = [one for one in found if not isinstance(one, Interpreted)]
        variants = iter(self._columns.variants([one[0] for one in ready], [one[1] for one in ready]))
        done = []
        for one in found:
            if isinstance(one, Interpreted):
                done.append(one)
                continue
            item_id, attributes, part = one
            variant = next(variants)
            normalized = self._normalizer(attributes, item_id) if variant is None else Normalized(item_id, variant)
            done.append(Interpreted(normalized, part))
        return done

    def _ready(self, parsed: Parsed) -> Interpreted | _Ready:
        """What an item is before it is normalized, or what it became where that is not to be done."""
        if parsed.attributes is None:
            return Interpreted(self._broken(parsed))
        record = parsed.attributes if parsed.record is None else parsed.record
        if self._unseen:
            self._unseen -= {name for name in self._unseen if name in record or name.lower() in record}
        attributes, problems = self._map(parsed.attributes, record) if self._map else (parsed.attributes, ())
        item_id = self._normalizer.item_id(attributes)
        if item_id is None:
            return Interpreted(Normalized(None, None, Problem("FS-415")))
        if problems:
            return Interpreted(Normalized(item_id, None, problems[0], problems[1:]))
        if self._supplemental:
            return Interpreted(Normalized(item_id, None), self._over(attributes))
        part = None if self._parts is None else encode_part(attributes)
        ruled = self._ruled(item_id, attributes)
        if ruled is None:
            return Interpreted(Normalized(item_id, None), part, excluded=True)
        return Interpreted(ruled, part) if isinstance(ruled, Normalized) else (item_id, ruled, part)

    def stages(self, parsed: Parsed) -> list[tuple[str, Attributes | None]]:
        """What an item that can be read says after each stage that changed it, for a person: (stage, attributes).

        None at the end: that rule leaves the item out.
        """
        assert parsed.attributes is not None
        record = parsed.attributes if parsed.record is None else parsed.record
        attributes = self._map(parsed.attributes, record)[0] if self._map else parsed.attributes
        found: list[tuple[str, Attributes | None]] = [("read", parsed.attributes), ("map", attributes)]
        item_id = self._normalizer.item_id(attributes)
        for over in self._parts.over(item_id) if self._parts and item_id and not self._supplemental else ():
            attributes = {**attributes, **over}
            found.append(("supplemental feed", attributes))
        for number, rules in enumerate(self._rules.growing() if self._rules and not self._supplemental else (), 1):
            ruled = rules(attributes)
            if not isinstance(ruled, Problem):
                found.append((f"rule {number}", ruled))
            if not isinstance(ruled, dict):
                break
        return [stage for before, stage in zip([("", {}), *found], found, strict=False) if stage[1] != before[1]]

    def unseen(self) -> list[str]:
        """The columns or keys that ``[map]`` looks for and that no item had, sorted."""
        return sorted(self._unseen)

    def together(self, item_id: str, attributes: Attributes) -> Normalized | None:
        """A primary feed's item with what the supplemental feeds say over it; None: a rule leaves it out."""
        ruled = self._ruled(item_id, attributes)
        return self._normalizer(ruled, item_id) if isinstance(ruled, dict) else ruled

    def _ruled(self, item_id: str, attributes: Attributes) -> Attributes | Normalized | None:
        """The same before it is normalized; or why it is refused."""
        for over in self._parts.over(item_id) if self._parts else ():
            attributes = {**attributes, **over}
        ruled = self._rules(attributes) if self._rules else attributes
        return Normalized(item_id, None, ruled) if isinstance(ruled, Problem) else ruled

    def _broken(self, parsed: Parsed) -> Normalized:
        """An item that could not be read. Where the id is mapped, the one that its bytes name is another one."""
        problem = parsed.problem
        if parsed.id_text and not self._maps_id:
            return Normalized(self._normalizer.prefixed(parsed.id_text), None, problem)
        if parsed.id_text and problem is not None:
            problem = Problem("FS-304", {"detail": problem.message})
        return Normalized(None, None, problem)

    def _over(self, attributes: Attributes) -> bytes:
        names = self._fields or attributes.keys()
        return encode_part({name: attributes[name] for name in names if name != "id" and name in attributes})


def _mapping(fields: dict[str, MapField], currency: str | None) -> Mapping | None:
    if not fields:
        return None
    from feedsync.normalize.mapping import Mapping

    return Mapping(fields, currency)


def _ruling(rules: Sequence[Rule], currency: str | None) -> Rules | None:
    if not rules:
        return None
    from feedsync.normalize.rules import Rules

    return Rules(rules, currency)
