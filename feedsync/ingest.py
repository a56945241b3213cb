"""One document into the snapshot: split, skip what is known, parse, normalize, and settle what each id is now.

Runs inside one transaction of the caller, who commits or undoes all of it. Reading with what the snapshot knows and
reading everything anew leave the same snapshot. Design, sections 2 to 4.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import BinaryIO, cast

import msgspec
import numpy as np
import numpy.typing as npt

from feedsync.adapters.base import Placed, ReadOptions, Recalling, Separable, Split
from feedsync.adapters.registry import HEAD_BYTES, adapter_for
from feedsync.adapters.stretchrows import Indices, Places
from feedsync.crew import NOBODY, Crew
from feedsync.drafting import Drafter
from feedsync.errors import Fatal, Problem, Retryable
from feedsync.interpret import Interpreter
from feedsync.itemreader import ItemReader, Taken
from feedsync.keys import items_key, reading_key
from feedsync.memory import give_back
from feedsync.model import Verdict
from feedsync.planner import Options, Planner
from feedsync.settings import Schedule
from feedsync.settings_feeds import Feed, Read
from feedsync.snapshot.feeds import Reading, keep_feed
from feedsync.snapshot.findings import Finding
from feedsync.snapshot.items import Items
from feedsync.snapshot.known import KnownItems
from feedsync.snapshot.parts import Parts, PartWriter
from feedsync.snapshot.stretches import StretchTable
from feedsync.snapshot.writer import VariantWriter
from feedsync.sources import Damaged, Document, open_stream
from feedsync.workers import Readers

#: Reads a document's progress: items so far, of which were parsed.
Progress = Callable[[int, int], None]
#: Refusals that leave open whose item it was (design, section 2, *degraded*).
NO_ID = frozenset({"FS-304", "FS-305", "FS-307", "FS-311", "FS-415"})
_REASONS_SHOWN = 5


def ingest(
    items: Items, schedule: Schedule, number: int, document: Document, *, run: int, now: int, progress: Progress,
    parts: Parts | None = None, allow: frozenset[str] = frozenset(), crew: Crew = NOBODY,
) -> Reading:  # fmt: skip
    """Read one document into the snapshot.

    Args:
        items: the snapshot's side of it, in an open transaction.
        number: the feed's place in the schedule.
        run, now: the run's number and its time.
        parts: what the feeds say of each id; None where the schedule has no supplemental feed.
        allow: what the run was told to let through.
        crew: the processes that may help where many items have to be read.

    Raises:
        Fatal: the document is none of its format (FS-301, FS-306, FS-308), or a supplemental feed lost more ids than
            the limit of the gate ``removals`` (FS-316).
        Unsafe: it must not be read (FS-204, FS-302).
    """
    feed = schedule.feeds[number]
    with open_stream(document, member=feed.member) as stream:
        adapter = adapter_for(stream.read(HEAD_BYTES), document.location, feed.format or format_of_pages(feed))
    with open_stream(document, member=feed.member) as stream:
        whole = Whole(stream)
        split = adapter.split(cast(BinaryIO, whole), document.location, document.charset, reading_options(feed))
        key = items_key(schedule, adapter, split)
        known = items.known(number, key)
        drafter = None
        if feed.role == "primary" and parts is None and items.expect_all_new(number):
            drafter = _drafter(items, schedule, run, now)
        table = None
        if isinstance(split, Recalling):
            table = StretchTable(items.store, number, known)
            split.recall(table.stretches)
            give_back()  # what it took to put all that is known in order
        pass_ = _Pass(items, split, known, parts, table)
        parser = split.parser if isinstance(split, Separable) else None
        reader = ItemReader(parser or split, Interpreter(schedule, number, parts), drafter)
        # what supplemental feeds say over an item is read from the snapshot, which is this process's alone
        with Readers(reader, crew=crew if parser and parts is None else NOBODY) as readers:
            pass_.read(readers, progress)
    give_back()  # what it took to follow it
    if drafter is not None:
        crew.dismiss()  # of a first document the products are derived already; to settle it takes memory
    reasons = faults_of(split, whole, document, feed)
    trusted = not reasons  # the bytes are what the server has: they need not be fetched again
    reasons += pass_.nameless(items.unreadable(number))
    reasons = [reason for reason in reasons if reason.code not in feed.accept]
    verdict: Verdict = "degraded" if reasons else "partial" if document.partial else "complete"

    writer: VariantWriter | PartWriter
    settings, meta = schedule.reading_fingerprint(), f"reading:{number}"
    if feed.role == "supplemental":
        writer = PartWriter(items.store, number)
    else:
        same = items.store.meta(meta) == settings
        writer = VariantWriter(
            items.store, number, same_settings=same, supplemental=schedule.supplemental, parts=parts
        )  # fmt: skip
    findings, remarks = pass_.settle(number, writer), split.remarks() + pass_.remarks()
    items.store.set_meta(meta, settings)
    _add_lines(split, document, feed, findings)
    items.keep_findings(number, run, findings, pass_.kept, complete=verdict == "complete")
    if verdict == "complete":
        if feed.role == "supplemental" and parts is not None:
            _forget_missing(items, parts, schedule, number, document, allow)
        else:
            items.judge_absence(number, document.digest, now)
        items.set_unreadable(number, pass_.nameless_hashes)
    if parts is not None and feed.role == "primary":
        parts.keep_excluded(number)
    if feed.role == "primary":
        items.note_joined_groups(number, run)
        items.mark_touched()
    reading = Reading(
        number, document.location, adapter.name, verdict, reasons[:_REASONS_SHOWN] + remarks, pass_.count,
        document.size_bytes, pass_.parsed,
    )  # fmt: skip
    kept = document if trusted else None
    keep_feed(items.store, reading, key, reading_key(schedule, adapter, number), kept, run=run, now=now)
    return reading


def _drafter(items: Items, schedule: Schedule, run: int, now: int) -> Drafter | None:
    """What derives the products of a first document while it is read, unless somebody has a word about any of them."""
    deriver = Planner(items.store, schedule, run, now, Options()).deriver()
    if deriver is None:
        return None
    items.drafts.begin(now, deriver.key())
    return Drafter(deriver)


def faults_of(split: Split, whole: Whole, document: Document, feed: Feed) -> list[Problem]:
    """Why a document that was split to its end is not all that its server has; empty: it is."""
    reasons = split.faults() + whole.damage
    if document.short:
        code = "FS-208" if feed.pages else "FS-203"
        reasons.append(Problem(code, {"location": document.location, "reason": document.short}))
    return reasons


def format_of_pages(feed: Feed) -> str | None:
    """The format of an API's records, which a page with none of them could not tell."""
    if feed.pages is None:
        return None
    shop, _, _ = feed.pages.style.partition("-")
    return f"{shop}-json" if shop in ("shopify", "woocommerce") else "json"


def reading_options(feed: Feed) -> ReadOptions:
    """How a feed's documents are read."""
    options = read_options(feed.read)
    # pages come as one record a line, wherever the API had its list
    return msgspec.structs.replace(options, records=".") if feed.pages else options


def read_options(read: Read) -> ReadOptions:
    """What the schedule says of the form of a feed's documents."""
    return ReadOptions(encoding=read.encoding, delimiter=read.delimiter, records=read.records, site=read.site)


def _forget_missing(
    items: Items, parts: Parts, schedule: Schedule, number: int, document: Document, allow: frozenset[str]
) -> None:
    """What a complete document of a supplemental feed lacks says nothing any more, unless it is suspiciously much."""
    before = parts.count(number)
    lost = items.find_missing("parts", ("hash is null",), number)
    limit = schedule.gates.removals
    over = lost > limit.count if limit.count is not None else limit.share is not None and lost > limit.share * before
    if "removals" not in allow and lost and (over or lost == before):
        raise Fatal("FS-316", location=document.location, lost=lost, before=before)
    parts.forget_missing(number)


class Whole(io.RawIOBase):
    """A stream that ends where its source breaks, and remembers why."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.damage: list[Problem] = []

    def read(self, size: int = -1) -> bytes:
        """As any stream; nothing more once the source broke."""
        if self.damage:
            return b""
        try:
            return self._stream.read(size)
        except (Damaged, Retryable) as error:  # the source broke, or the file changed while it was read
            self.damage.append(Problem(error.code, {name: str(part) for name, part in error.parts.items()}))
            return b""


class _Pass:
    """One pass over the items of a document."""

    def __init__(
        self, items: Items, split: Split, known: KnownItems, parts: Parts | None, table: StretchTable | None
    ) -> None:
        self._items = items
        self._split = split
        self._known = known
        self._parts = parts
        self._table = table
        self._places: list[Places] = []
        # of each block which position it begins with, and where its items are: the first one, and how far each is from that
        self._begins: list[int] = []
        self._firsts: list[int] = []
        self._distances: list[npt.NDArray[np.unsignedinteger]] = []
        self.count = 0
        self.parsed = 0
        self.nameless_hashes: list[bytes] = []
        self._nameless: list[tuple[bytes, Problem]] = []
        self._unseen: set[str] | None = None

    def read(self, readers: Readers, progress: Progress) -> None:
        """Split, skip and parse; what is not known goes to the snapshot's incoming items, with its place."""
        for block in self._split.blocks(self._known.match):
            placed = block.placed
            if placed is None:
                places = self._known.find(b"".join(block.hashes)).astype(np.int32)
                placed = Placed(places, np.array(block.offsets, np.int64))
            if len(self._known):
                self._places.append(placed.places)
            self._keep_offsets(placed.offsets)
            if block.misses:
                readers.pack_with(self._items.store.packer)
                self._take(readers.put([(self.count + index, item) for index, item in block.misses]))
            self.count += len(placed.places)
            if self._table is not None:
                self._table.keep_complete()
            progress(self.count, self.parsed)
        self._take(readers.finish())
        if self._table is not None:
            self._table.finish()
        progress(self.count, self.parsed)

    def _keep_offsets(self, offsets: Indices) -> None:
        first, last = map(int, offsets[[0, -1]]) if len(offsets) else (0, 0)
        self._begins.append(self.count)
        self._firsts.append(first)
        self._distances.append((offsets - first).astype(np.min_scalar_type(last - first)))

    def _take(self, results: Iterable[Taken]) -> None:
        for taken in results:
            self._items.add_incoming(taken.rows)
            self._items.drafts.add(taken.drafts)
            if self._parts is not None:
                for excluded in taken.excluded:
                    self._parts.exclude(*excluded)
            self._nameless += taken.nameless
            self.nameless_hashes += [item_hash for item_hash, _ in taken.nameless]
            self.parsed += taken.read
            self._unseen = set(taken.unseen) if self._unseen is None else self._unseen & set(taken.unseen)

    def remarks(self) -> list[Problem]:
        """Names that a mapping looks for in vain, once every item was read: they are misspelt."""
        all_read = self.parsed == self.count and self.count > 0
        return [Problem("FS-317", {"name": name}) for name in sorted(self._unseen or ())] if all_read else []

    def nameless(self, expected: set[bytes]) -> list[Problem]:
        """Why the document cannot tell what is missing: broken items that nobody can name and that are new."""
        found: dict[str, Problem] = {}
        for item_hash, problem in self._nameless:
            if item_hash not in expected and problem.code in NO_ID:
                found.setdefault(problem.code, problem)
        return list(found.values())

    def settle(self, number: int, writer: VariantWriter | PartWriter) -> list[Finding]:
        """Decide every id that was read anew, and say what is wrong with which item."""
        places = np.concatenate([*self._places, np.empty(0, np.int32)])
        self._places = []
        positions = np.flatnonzero(places >= 0).astype(np.int32)
        places = places[positions]
        first = np.full(len(self._known), -1, np.int32)
        first[places[::-1]] = positions[::-1]
        self._first = first
        copies = np.flatnonzero(first[places] != positions)
        return self._items.settle(
            number,
            self._known.rowids,
            first,
            writer,
            repeated=[(int(self._known.rowids[places[at]]), int(positions[at])) for at in copies],
            offset_of=self._offset_of,
        )

    def _offset_of(self, position: int) -> int:
        block = bisect_right(self._begins, position) - 1
        return self._firsts[block] + int(self._distances[block][position - self._begins[block]])

    def kept(self, item_hash: bytes) -> bool:
        """Whether an item with that hash was skipped, so that what was said of it still holds."""
        place = int(self._known.find(item_hash)[0])
        return place >= 0 and bool(self._first[place] >= 0)


def _add_lines(split: Split, document: Document, feed: Feed, findings: list[Finding]) -> None:
    """The line of everything that is reported, from one more look at the document."""
    if not findings:
        return
    with open_stream(document, member=feed.member) as stream:
        lines = split.lines(cast(BinaryIO, Whole(stream)), [finding.offset for finding in findings])
    for finding in findings:
        finding.line = lines.get(finding.offset)
