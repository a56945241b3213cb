"""A look at a feed without a schedule: its format, its fields and how filled they are, and what would become of it.

One pass in flat memory: of each field a few samples and a bounded set of distinct values are kept.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec

from feedsync.adapters.base import DETECTED, Parsed, ReadOptions
from feedsync.adapters.registry import HEAD_BYTES, adapter_for
from feedsync.errors import Problem
from feedsync.ingest import NO_ID
from feedsync.model import Attributes
from feedsync.normalize.item import Normalizer
from feedsync.report.summary import Reason
from feedsync.settings import Catalogs, Products
from feedsync.sources import fetch, open_stream
from feedsync.vocabulary import ATTRIBUTES

_SAMPLES = 3
_SAMPLE_CHARACTERS = 120
_DISTINCT = 1000
#: So many items show what was taken for what.
_COMPARED = 500


class FieldSummary(msgspec.Struct):
    """One column or key: how many items have it, how many distinct values there are (at most 1000 are counted).

    ``attribute`` is what it was taken for; null where nothing takes it yet (see docs/mapping.md).
    """

    name: str
    filled: int
    distinct: int
    samples: list[str]
    attribute: str | None = None


class ProblemSummary(msgspec.Struct):
    """One kind of problem: how many items have it, and the first of them."""

    code: str
    count: int
    message: str
    id: str | None
    rejects: bool


class Inspection(msgspec.Struct):
    """What is in a feed. ``verdict`` is complete or degraded, with the ``reasons``; ``products`` counts groups."""

    location: str
    format: str
    bytes: int
    verdict: str
    reasons: list[Reason]
    items: int
    variants: int
    products: int
    duplicates: int
    fields: list[FieldSummary]
    problems: list[ProblemSummary]


def inspect_feed(
    location: str, products: Products, *, allow_private_hosts: tuple[str, ...] = (), form: str | None = None,
    options: ReadOptions = DETECTED,
) -> Inspection:  # fmt: skip
    """Read a whole feed and say what is in it; nothing is kept. ``form`` and ``options``: how to read it, if not by its bytes.

    Raises:
        FeedsyncError: it cannot be fetched, or is in no format that is known.
    """
    with tempfile.TemporaryDirectory(prefix="feedsync-") as spool:
        document = fetch(location, base_dir=Path.cwd(), spool_dir=Path(spool), allow_private_hosts=allow_private_hosts)
        with open_stream(document) as stream:
            adapter = adapter_for(stream.read(HEAD_BYTES), document.location, form)
        with open_stream(document) as stream:
            split = adapter.split(stream, document.location, document.charset, options)
            look = _Look(Normalizer(products, Catalogs(), UTC))
            for block in split.blocks(lambda hashes: [False] * len(hashes)):
                for parsed in split.parse([item for _, item in block.misses]):
                    look.item(parsed)
            faults = split.faults() + ([Problem("FS-203", {"location": document.location, "reason": document.short})]
                                       if document.short else [])  # fmt: skip
        return look.summary(document.location, adapter.name, document.size_bytes, faults, split.remarks())


class _Look:
    def __init__(self, normalizer: Normalizer) -> None:
        self._normalizer = normalizer
        self._items = 0
        self._variants = 0
        self._ids: set[str] = set()
        self._groups: set[str] = set()
        self._duplicates = 0
        self._filled: Counter[str] = Counter()
        self._values: dict[str, dict[str, None]] = {}
        self._compared: Counter[str] = Counter()
        self._taken: dict[str, Counter[str]] = {}
        self._problems: dict[str, ProblemSummary] = {}
        self._nameless: dict[str, Problem] = {}

    def item(self, parsed: Parsed) -> None:
        self._items += 1
        attributes = parsed.attributes
        if attributes is None:
            assert parsed.problem is not None  # the protocol's
            self._note(parsed.problem, parsed.id_text, rejects=True)
            return
        fields = list(_flat(attributes if parsed.record is None else parsed.record))
        for name, value in fields:
            self._filled[name] += 1
            values = self._values.setdefault(name, {})
            if len(values) < _DISTINCT:
                values[value[:_SAMPLE_CHARACTERS]] = None
        if self._items <= _COMPARED:
            self._compare(fields, attributes)
        normalized = self._normalizer(attributes)
        for problem in (*parsed.notes, *normalized.notes):
            self._note(problem, normalized.id, rejects=False)
        if normalized.problem:
            self._note(normalized.problem, normalized.id, rejects=True)
        if normalized.variant and normalized.variant.id in self._ids:
            self._duplicates += 1
            self._note(Problem("FS-402", {"id": normalized.variant.id}), normalized.variant.id, rejects=True)
        elif normalized.variant:
            self._ids.add(normalized.variant.id)
            self._groups.add(normalized.variant.product_id)

    def _compare(self, fields: list[tuple[str, str]], attributes: Attributes) -> None:
        """Count which attribute has the value of which field: an adapter does not tell what it took for what."""
        by_value: dict[str, list[str]] = {}
        for name, value in _flat(attributes):
            if name in ATTRIBUTES:
                by_value.setdefault(value, []).append(name)
        for name, value in fields:
            self._compared[name] += 1
            self._taken.setdefault(name, Counter()).update(by_value.get(value.strip(), ()))

    def _attribute(self, name: str) -> str | None:
        """What a field was taken for: an attribute that has its value nearly always, the one of its own name first."""
        taken = self._taken.get(name, Counter())
        likely = [a for a, count in taken.most_common() if count >= 0.9 * self._compared[name]]
        own = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        return own if own in likely else next(iter(likely), None)

    def _note(self, problem: Problem, item_id: str | None, *, rejects: bool) -> None:
        if problem.code in NO_ID:
            self._nameless.setdefault(problem.code, problem)
        key = f"{problem.code} {problem.parts.get('field', '')} {rejects}"
        known = self._problems.get(key)
        if known:
            known.count += 1
        else:
            self._problems[key] = ProblemSummary(problem.code, 1, problem.message, item_id, rejects)

    def summary(self, location: str, form: str, size: int, faults: list[Problem], remarks: list[Problem]) -> Inspection:
        fields = [
            FieldSummary(
                name=name,
                filled=filled,
                distinct=len(self._values[name]),
                samples=list(self._values[name])[:_SAMPLES],
                attribute=self._attribute(name),
            )
            for name, filled in self._filled.most_common()
        ]
        problems = sorted(self._problems.values(), key=lambda p: (not p.rejects, -p.count, p.code))
        faults = [*faults, *self._nameless.values()]  # nobody knows whose items these are
        reasons = [Reason(problem.code, problem.message) for problem in (*faults, *remarks)]
        return Inspection(
            location, form, size, "degraded" if faults else "complete", reasons, self._items, len(self._ids),
            len(self._groups), self._duplicates, fields, problems,
        )  # fmt: skip


def _flat(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each field once, nested ones as ``shipping.price``, with its first value; empty ones not at all."""
    for name, value in record.items():
        first = value
        while isinstance(first, list):
            first = first[0] if first else None
        if isinstance(first, dict):
            yield from _flat(first, f"{prefix}{name}.")
        elif first is not None and (text := str(first)):
            yield prefix + name, text
