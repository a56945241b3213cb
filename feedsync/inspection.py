"""A look at a feed without a schedule: its format, its fields and how filled they are, and what would become of it.

One pass in flat memory: of each field a few samples and a bounded set of distinct values are kept.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import msgspec

from feedsync.adapters.registry import HEAD_BYTES, adapter_for
from feedsync.errors import Problem
from feedsync.ingest import NO_ID
from feedsync.model import Attributes, Value
from feedsync.normalize.item import Normalizer
from feedsync.report.summary import Reason
from feedsync.settings import Catalogs, Products
from feedsync.sources import fetch, open_stream

_SAMPLES = 3
_SAMPLE_CHARACTERS = 120
_DISTINCT = 1000


class FieldSummary(msgspec.Struct):
    """One attribute: how many items have it, how many distinct values there are (at most 1000 are counted)."""

    name: str
    filled: int
    distinct: int
    samples: list[str]


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


def inspect_feed(location: str, products: Products, *, allow_private_hosts: tuple[str, ...] = ()) -> Inspection:
    """Read a whole feed and say what is in it; nothing is kept.

    Raises:
        FeedsyncError: it cannot be fetched, or is in no format that is known.
    """
    with tempfile.TemporaryDirectory(prefix="feedsync-") as spool:
        document = fetch(location, base_dir=Path.cwd(), spool_dir=Path(spool), allow_private_hosts=allow_private_hosts)
        with open_stream(document) as stream:
            adapter = adapter_for(stream.read(HEAD_BYTES), document.location)
        with open_stream(document) as stream:
            split = adapter.split(stream, document.location, document.charset)
            look = _Look(Normalizer(products, Catalogs(), UTC))
            for block in split.blocks(lambda hashes: [False] * len(hashes)):
                for parsed in split.parse([item for _, item in block.misses]):
                    look.item(parsed.attributes, parsed.id_text, [p for p in (parsed.problem, *parsed.notes) if p])
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
        self._problems: dict[str, ProblemSummary] = {}
        self._nameless: dict[str, Problem] = {}

    def item(self, attributes: Attributes | None, id_text: str | None, problems: list[Problem]) -> None:
        self._items += 1
        if attributes is None:
            for problem in problems:
                self._note(problem, id_text, rejects=True)
            return
        for name, value in _flat(attributes):
            self._filled[name] += 1
            values = self._values.setdefault(name, {})
            if len(values) < _DISTINCT:
                values[value[:_SAMPLE_CHARACTERS]] = None
        normalized = self._normalizer(attributes)
        for problem in (*problems, *normalized.notes):
            self._note(problem, normalized.id, rejects=False)
        if normalized.problem:
            self._note(normalized.problem, normalized.id, rejects=True)
        if normalized.variant and normalized.variant.id in self._ids:
            self._duplicates += 1
            self._note(Problem("FS-402", {"id": normalized.variant.id}), normalized.variant.id, rejects=True)
        elif normalized.variant:
            self._ids.add(normalized.variant.id)
            self._groups.add(normalized.variant.product_id)

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
            FieldSummary(name, filled, len(self._values[name]), list(self._values[name])[:_SAMPLES])
            for name, filled in self._filled.most_common()
        ]
        problems = sorted(self._problems.values(), key=lambda p: (not p.rejects, -p.count, p.code))
        faults = [*faults, *self._nameless.values()]  # nobody knows whose items these are
        reasons = [Reason(problem.code, problem.message) for problem in (*faults, *remarks)]
        return Inspection(
            location, form, size, "degraded" if faults else "complete", reasons, self._items, len(self._ids),
            len(self._groups), self._duplicates, fields, problems,
        )  # fmt: skip


def _flat(attributes: dict[str, Value], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each attribute once, nested ones as ``shipping.price``, with its first value."""
    for name, value in attributes.items():
        first = value
        while isinstance(first, list):
            first = first[0]
        if isinstance(first, dict):
            yield from _flat(first, f"{prefix}{name}.")
        else:
            yield prefix + name, first
