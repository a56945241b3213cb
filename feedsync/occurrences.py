"""Where a product stands in the feeds as they are now, and what each of its items becomes. Nothing is remembered.

Items that the snapshot knows as another product's are not read, so that a story of one product out of a million costs
little more than reading the bytes. Of a product with many items the first ones are told, and the rest are counted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from feedsync.adapters.base import Adapter, Parsed, RawItem, Split
from feedsync.adapters.registry import HEAD_BYTES, adapter_for
from feedsync.decisions import decisions
from feedsync.errors import ConfigError, FeedsyncError, Problem
from feedsync.exported import exported
from feedsync.ingest import NO_ID, Whole, faults_of, format_of_pages, reading_options
from feedsync.interpret import Interpreted, Interpreter
from feedsync.keys import items_key
from feedsync.model import Attributes, Variant, Verdict
from feedsync.places import places
from feedsync.progress import Progress
from feedsync.reading import fetch_feed
from feedsync.report.summary import Reason
from feedsync.settings import Schedule
from feedsync.snapshot.known import NOTHING_KNOWN, KnownItems, known_items
from feedsync.snapshot.parts import Supplements
from feedsync.snapshot.store import Store
from feedsync.sources import Document, open_stream
from feedsync.story import DocumentStory, FieldChange, Occurrence, Stage

#: How many items of one document are told, and how much of each.
SHOWN = 20
RAW_BYTES = 4000
_VARIANTS = msgspec.msgpack.Decoder(Variant)


class Found(msgspec.Struct):
    """What the feeds have of a product; ``failed`` says of which feeds nothing could be read, and why."""

    documents: list[DocumentStory] = []
    items: list[Occurrence] = []
    failed: list[Reason] = []


def find(store: Store, schedule: Schedule, item_id: str, product_id: str, progress: Progress) -> Found:
    """Every item with this id, and where the id is the product's, of all its variants; the feeds are fetched anew.

    Raises:
        ConfigError: a secret of a feed is missing.
    """
    found = Found()
    with tempfile.TemporaryDirectory(prefix="feedsync-") as spool:
        for number in range(len(schedule.feeds)):
            try:
                search = _Search(store, schedule, number, item_id, product_id, found)
                document, items = search.run(Path(spool), progress)
            except ConfigError:
                raise
            except FeedsyncError as error:
                found.failed.append(Reason(error.code, error.message))
            else:
                found.documents.append(document)
                found.items += items
    return found


class _Search:
    """One feed's document, item by item."""

    def __init__(
        self, store: Store, schedule: Schedule, number: int, item_id: str, product_id: str, earlier: Found
    ) -> None:
        self._store, self._schedule, self._number = store, schedule, number
        self._item_id, self._product_id, self._earlier = item_id, product_id, earlier
        self._feed = schedule.feeds[number]
        parts = Supplements(store, schedule.supplemental) if schedule.supplemental else None
        self._interpret = Interpreter(schedule, number, parts)
        self._items: list[tuple[Occurrence, RawItem]] = []
        self._own = self._count = self._all = self._read = 0
        self._nameless: dict[str, Problem] = {}

    def run(self, spool: Path, progress: Progress) -> tuple[DocumentStory, list[Occurrence]]:
        """Fetch it and look through it."""
        feed, schedule = self._feed, self._schedule
        document = fetch_feed(schedule, self._number, spool, progress=progress.fetched)
        with open_stream(document, member=feed.member) as stream:
            adapter = adapter_for(stream.read(HEAD_BYTES), document.location, feed.format or format_of_pages(feed))
        with open_stream(document, member=feed.member) as stream:
            whole = Whole(stream)
            split = adapter.split(cast(BinaryIO, whole), document.location, document.charset, reading_options(feed))
            self._walk(document, adapter, split, progress)
            reasons = faults_of(split, whole, document, feed)
        reasons = [one for one in (*reasons, *self._nameless.values()) if one.code not in feed.accept]
        verdict: Verdict = "degraded" if reasons else "partial" if document.partial else "complete"
        if self._items:
            self._place(document, split)
        run, digest = self._store.one("select run, digest from feeds where feed = ?", self._number) or (None, None)
        if feed.pages is not None and feed.pages.incremental is not None:
            digest = None  # what was read last may have been the changes alone
        story = DocumentStory(
            self._number, document.location, adapter.name, feed.role, verdict, [_reason(p) for p in reasons], self._all,
            self._read, self._count, len(self._items), run, None if digest is None else digest != document.digest,
        )  # fmt: skip
        return story, [one for one, _ in self._items]

    def _place(self, document: Document, split: Split) -> None:
        """Where the items stand and how they are written there, from another look at the document."""

        @contextmanager
        def again() -> Iterator[BinaryIO]:
            with open_stream(document, member=self._feed.member) as stream:
                yield cast(BinaryIO, Whole(stream))

        with again() as stream:
            lines = split.lines(stream, [item.offset for _, item in self._items])
        found = places(again, [(raw.offset, lines.get(raw.offset), raw.raw) for _, raw in self._items], RAW_BYTES)
        for number, ((one, item), place) in enumerate(zip(self._items, found, strict=True)):
            raw = place.raw if place else item.raw[:RAW_BYTES]
            self._items[number] = (
                msgspec.structs.replace(
                    one,
                    line=lines.get(item.offset),
                    byte=place.byte if place else None,
                    raw=raw.decode("utf-8", "replace"),
                ),
                item,
            )

    def _walk(self, document: Document, adapter: Adapter, split: Split, progress: Progress) -> None:
        known = self._known(items_key(self._schedule, adapter, split))
        broken = {row[0] for row in self._store.rows("select hash from unreadable where feed = ?", self._number)}
        for block in split.blocks(known.match):
            raws = [item for _, item in block.misses]
            self._all += len(block.hashes)
            self._read += len(raws)
            progress.read(document.location, self._all, self._read)
            for item, parsed in zip(raws, split.parse(raws), strict=True):
                interpreted = self._interpret(parsed)
                normalized = interpreted.normalized
                if normalized.id is None:
                    if normalized.problem and normalized.problem.code in NO_ID and item.hash not in broken:
                        self._nameless.setdefault(normalized.problem.code, normalized.problem)
                    continue
                own = normalized.id == self._item_id
                if own or (normalized.variant and normalized.variant.group_id == self._item_id):
                    self._count += 1
                    self._own += own
                    if len(self._items) < SHOWN or (own and self._own == 1):
                        self._items.append((self._occurrence(document, adapter, item, parsed, interpreted), item))

    def _known(self, key: bytes) -> KnownItems:
        """The items that the snapshot knows as other products'; none when they may mean something else by now."""
        if self._store.scalar("select key from feeds where feed = ?", self._number) != key:
            return NOTHING_KNOWN
        others = "id <> ? and id not in (select id from variants where product_id = ?)"
        return known_items(self._store, self._number, others, self._item_id, self._product_id)

    def _occurrence(
        self, document: Document, adapter: Adapter, item: RawItem, parsed: Parsed, interpreted: Interpreted
    ) -> Occurrence:
        normalized = interpreted.normalized
        assert normalized.id is not None
        stages = self._interpret.stages(parsed) if parsed.attributes is not None else []
        outcome, problem = self._outcome(normalized.id, interpreted)
        taken = normalized.variant if outcome == "taken" else None
        last = stages[-1][1] if taken else None
        why = decisions(self._schedule, self._feed, last) if last is not None else []
        used = {source.attribute for decision in why for source in decision.of}
        return Occurrence(
            feed=self._number, location=document.location, format=adapter.name, id=normalized.id, line=None,
            byte=None, raw="", cut=len(item.raw) > RAW_BYTES,
            stages=list(_told(stages)), outcome=outcome, reason=_reason(problem) if problem else None,
            notes=[_reason(note) for note in (*parsed.notes, *normalized.notes)],
            because=self._rule(stages) if interpreted.excluded else None, decisions=why,
            unused=sorted(name for name in last or () if name not in used), news=self._news(taken),
        )  # fmt: skip

    def _outcome(self, item_id: str, interpreted: Interpreted) -> tuple[str, Problem | None]:
        """What a run would make of an item. The first item of an id has it, whatever it is worth (``ingest``)."""
        if interpreted.excluded:
            return "excluded", None
        if any(one.id == item_id and one.outcome != "excluded" for one, _ in self._items):
            return "double", Problem("FS-402", {"id": item_id})
        if interpreted.normalized.problem:
            return "rejected", interpreted.normalized.problem
        if self._feed.role == "supplemental":
            return "supplemental", None
        if self._taken_before(item_id):
            return "double", Problem("FS-420", {"id": item_id})
        return "taken", None

    def _taken_before(self, item_id: str) -> bool:
        """Whether an earlier primary feed has the id: by what it says now, or where it says nothing, by the snapshot."""
        earlier = [one for one in self._earlier.items if one.id == item_id]
        if any(one.outcome == "taken" for one in earlier):
            return True
        holder = self._store.scalar("select feed from variants where id = ? and absent_since is null", item_id)
        if holder is None or holder >= self._number:
            return False
        read = {document.feed for document in self._earlier.documents}
        return holder not in read or holder in {one.feed for one in earlier if one.outcome == "rejected"}

    def _rule(self, stages: list[tuple[str, Attributes | None]]) -> str:
        """The rule that leaves an item out, with its condition."""
        name = stages[-1][0]
        return f"{name}: {self._schedule.rules[int(name.removeprefix('rule ')) - 1].when}"

    def _news(self, variant: Variant | None) -> list[FieldChange] | None:
        """What an item says otherwise than the last run that read it took it."""
        record = (
            self._store.scalar("select unpacked(record) from variants where id = ?", variant.id) if variant else None
        )
        if variant is None or record is None:
            return None
        before, after = exported(_VARIANTS.decode(record)).texts(), exported(variant).texts()
        names = dict.fromkeys([*before, *after])
        return [FieldChange(n, before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n)]


def _told(stages: list[tuple[str, Attributes | None]]) -> Iterator[Stage]:
    """What each stage changed; of the first all that it read."""
    before: Attributes = {}
    for stage, attributes in stages:
        if attributes is None:
            return
        for name in sorted(before.keys() | attributes.keys()):
            if before.get(name) != attributes.get(name):
                yield Stage(stage, name, _text(attributes[name]) if name in attributes else None)
        before = attributes


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text[:RAW_BYTES]


def _reason(problem: Problem) -> Reason:
    return Reason(problem.code, problem.message)
