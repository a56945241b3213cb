"""One pass over a document as :mod:`feedsync.ingest` makes it, as plain values; every promise about their form is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, cast

import msgspec

from feedsync.adapters.base import DETECTED, Adapter, Known, Parsed, RawItem, ReadOptions
from feedsync.errors import SENTENCES, Problem
from feedsync.ingest import NO_ID
from feedsync.model import Value

#: (context, hash) -> what an item of that hash says.
Meanings = dict[tuple[bytes, bytes], Parsed]


class Trickle:
    """A stream as the street gives it: it can be read, in parts, and nothing else; it may give less than it is asked for."""

    def __init__(self, parts: Iterable[bytes], step: int = 1 << 16) -> None:
        self._parts: Iterator[bytes] = iter(parts)
        self._left = memoryview(b"")
        self._step = step

    def read(self, size: int = -1) -> bytes:
        """At most that many bytes; none only at the end."""
        assert size > 0, "read(size) with a size: a document may be larger than the memory"
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._left = memoryview(part)
        taken = bytes(self._left[: min(size, self._step)])
        self._left = self._left[len(taken) :]
        return taken


def stream(data: bytes, step: int = 1 << 16) -> BinaryIO:
    """Bytes as such a stream."""
    return cast(BinaryIO, Trickle([data], step))


class Reading(msgspec.Struct):
    """What came of one pass: of every item hash and offset, of those that were not skipped also the item and its meaning.

    ``items`` and ``parsed`` are by place, from 0.
    """

    context: bytes
    hashes: list[bytes]
    offsets: list[int]
    items: dict[int, RawItem]
    parsed: dict[int, Parsed]
    faults: list[Problem]
    remarks: list[Problem]

    @property
    def results(self) -> list[Parsed]:
        """What was parsed, in order."""
        return list(self.parsed.values())

    @property
    def ids(self) -> list[str | None]:
        """Of what was parsed."""
        return [item_id(one) for one in self.results]

    @property
    def in_doubt(self) -> bool:
        """Whether it is *degraded* (design, section 2): not whole, or an item nobody knows the id of cannot be read."""
        codes = ((one.problem.code if one.problem else "FS-415") for one in self.results if item_id(one) is None)
        return bool(self.faults) or any(code in NO_ID for code in codes)

    def readable(self) -> set[bytes]:
        """The hashes of what a snapshot would remember: everything that has an id."""
        return {self.hashes[place] for place, one in self.parsed.items() if item_id(one) is not None}


def item_id(parsed: Parsed) -> str | None:
    """An item's id, as the normalizer takes it; None where it has none."""
    found = parsed.id_text if parsed.attributes is None else parsed.attributes.get("id")
    while isinstance(found, list):
        found = found[0]
    return " ".join(found.split()) or None if isinstance(found, str) else None


def read(
    adapter: Adapter,
    source: bytes | BinaryIO,
    *,
    held: Iterable[bytes] = (),
    step: int = 1 << 16,
    charset: str | None = None,
    options: ReadOptions = DETECTED,
) -> Reading:
    """One pass; ``held`` are the hashes that the snapshot knows, ``step`` the most bytes that a read gives.

    Raises:
        FeedsyncError: what the adapter says of a document that it cannot read.
        AssertionError: the adapter breaks a promise about the form of what it gives.
    """
    opened = stream(source, step) if isinstance(source, bytes) else source
    split = adapter.split(opened, "document", charset, options)
    context = split.context
    assert isinstance(context, bytes), "context is bytes"
    reading = Reading(context, [], [], {}, {}, [], [])
    kept = frozenset(held)
    for block in split.blocks(_knowing(kept)):
        begin = len(reading.hashes)
        assert len(block.hashes) == len(block.offsets), "a hash and an offset for each item"
        assert all(isinstance(one, bytes) and len(one) == 16 for one in block.hashes), "hashes of 16 bytes (item_hash)"
        places = [index for index, _ in block.misses]
        assert places == sorted(set(places)), "misses in order"
        assert all(block.hashes[index] == item.hash for index, item in block.misses), "a miss stands at its index"
        skipped = {block.hashes[index] for index in set(range(len(block.hashes))) - set(places)}
        assert skipped <= kept, "an item that is not known was skipped, and is lost"
        items = [item for _, item in block.misses]
        results = split.parse(items)
        assert len(results) == len(items), "parse() gives one result an item"
        for result in results:
            check_parsed(result)
        reading.hashes += block.hashes
        reading.offsets += block.offsets
        reading.items.update((begin + index, item) for index, item in block.misses)
        reading.parsed.update(zip((begin + index for index in places), results, strict=True))
    assert split.context == context, "the context is known before the first block, and stays"
    assert all(isinstance(one, int) and 0 <= one < 1 << 63 for one in reading.offsets), "offsets are places, from 0"
    reading.faults, reading.remarks = split.faults(), split.remarks()
    for problem in (*reading.faults, *reading.remarks):
        check_problem(problem)
    return reading


def learn(meanings: Meanings, reading: Reading) -> None:
    """Note what each hash of a reading means; one hash never means two things under one context."""
    for place, parsed in reading.parsed.items():
        before = meanings.setdefault((reading.context, reading.hashes[place]), parsed)
        assert before == parsed, "one hash and one context, and two meanings: the second item would never be read"


def same_but_for_the_known(part: Reading, whole: Reading, meanings: Meanings) -> None:
    """What was read with a snapshot's help is what was read without: skipping is equal to parsing."""
    assert len(part.hashes) == len(whole.hashes), "the same items, skipped or not"
    assert (part.faults, part.remarks, part.context) == (whole.faults, whole.remarks, whole.context)
    for place, parsed in whole.parsed.items():
        found = part.parsed.get(place) or meanings[part.context, part.hashes[place]]
        assert found == parsed, "a skipped item is remembered as what it says, and the others say what they said"


def check_parsed(parsed: Parsed) -> None:
    """Attributes or a problem, and either in the form that the street takes."""
    assert (parsed.attributes is None) == (parsed.problem is not None), "attributes, or the problem why there are none"
    assert parsed.id_text is None or (parsed.attributes is None and parsed.id_text.strip()), (
        "id_text is for the unreadable"
    )
    for problem in (parsed.problem, *parsed.notes):
        if problem is not None:
            check_problem(problem)
    if parsed.problem is not None and parsed.id_text is None:
        assert parsed.problem.code in NO_ID, (
            "an item that nobody can name leaves the document in doubt: FS-304 or its like"
        )
    if parsed.attributes is not None:
        _check_record(parsed.attributes, "attributes")
    if parsed.record is not None:
        msgspec.json.encode(parsed.record)  # a [map] reads it, and the report shows it
    msgspec.msgpack.encode((parsed.id_text, parsed.attributes))  # no halves of characters: the snapshot stores UTF-8


def check_problem(problem: Problem) -> None:
    """A known code, with all the parts of its sentence, as text."""
    assert problem.code in SENTENCES, "codes are those of docs/errors.md"
    assert all(isinstance(part, str) for part in problem.parts.values()), "parts are text"
    assert problem.message, "every part of the sentence is given"


def _check_record(record: dict[str, Value], where: str) -> None:
    for name, value in record.items():
        assert isinstance(name, str), f"{where}: names are text"
        _check_value(value, f"{where}[{name!r}]")


def _check_value(value: Value, where: str) -> None:
    if isinstance(value, list):
        assert value, f"{where}: what was not said is left out, and is no empty list"
        for one in value:
            _check_value(one, where)
    elif isinstance(value, dict):
        _check_record(value, where)
    else:
        assert isinstance(value, str), (
            f"{where}: {type(value).__name__}: text as it stood in the document, never a guess"
        )


def _knowing(held: frozenset[bytes]) -> Known:
    def known(hashes: list[bytes]) -> Sequence[bool]:
        assert isinstance(hashes, list), "known() takes a list of hashes"
        return [one in held for one in hashes]

    return known
