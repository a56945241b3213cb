"""One product's whole story as values: what ``explain`` tells, by the published schema."""

from __future__ import annotations

from typing import Any

import msgspec

from feedsync.bik import wire
from feedsync.report.summary import Difference, Reason
from feedsync.snapshot.calls import Call
from feedsync.snapshot.consent import Held


class Stage(msgspec.Struct, frozen=True):
    """What a stage left an attribute as; ``value`` None: it took it away."""

    stage: str
    attribute: str
    value: str | None


class Occurrence(msgspec.Struct, frozen=True):
    """One item of a feed with this id: its place (line from 1, byte offset), its bytes, and what each stage made of it.

    ``outcome`` is what it came to: ``taken``, ``excluded`` by a rule, ``supplemental``, or ``rejected`` with the reason.
    """

    location: str
    format: str
    line: int | None
    offset: int
    raw: str
    stages: list[Stage]
    outcome: str
    reason: Reason | None = None
    notes: list[Reason] = []


class VariantStory(msgspec.Struct, frozen=True):
    """A variant as the snapshot has it, under Google's names, and why it is sold as it is now."""

    id: str
    says: dict[str, Any]
    now: list[str]


class DecisionStory(msgspec.Struct, frozen=True):
    """What somebody decided: about what, with which word, who and when (Unix seconds); ``open``: it still counts."""

    klass: str
    variant_id: str
    before: str | None
    after: str | None
    word: str
    gate: str
    who: str
    at: int
    open: bool


class Sent(msgspec.Struct, frozen=True):
    """What Bik acknowledged last, as it was sent, and how the last request ended."""

    run: int | None
    outcome: str | None
    message: str | None
    product: wire.BikProduct | None


class Story(msgspec.Struct):
    """Everything that is known of one product. ``unfetched`` says of which feeds nothing could be read, and why.

    ``live`` is what the store holds otherwise than it was sent, null where it was not asked; ``there``: it has it.
    """

    schedule: str
    id: str
    product_id: str
    feed: list[Occurrence]
    unfetched: list[Reason]
    variants: list[VariantStory]
    problems: list[Reason]
    held: list[Held]
    decisions: list[DecisionStory]
    changes: list[tuple[int, int, Difference]]
    calls: list[Call]
    sent: Sent
    next_change_at: int | None = None
    there: bool | None = None
    live: list[wire.FieldDifference] | None = None
