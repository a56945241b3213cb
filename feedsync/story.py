"""One product's whole story as values: what ``explain`` tells, by the published schema."""

from __future__ import annotations

import msgspec

from feedsync.bik import wire
from feedsync.decisions import Decision
from feedsync.exported import ExportedVariant
from feedsync.report.summary import Difference, Reason
from feedsync.snapshot.calls import Call
from feedsync.snapshot.consent import Held


class Stage(msgspec.Struct, frozen=True):
    """What a stage left an attribute as; ``value`` None: it took it away."""

    stage: str
    attribute: str
    value: str | None


class FieldChange(msgspec.Struct, frozen=True):
    """A field of the variant that the item says otherwise now; null: it does or did not say it."""

    field: str
    before: str | None
    after: str | None


class Occurrence(msgspec.Struct, frozen=True):
    """One item of a feed with this id, or of the product: its place (line from 1, byte from 0), its bytes, what it becomes.

    ``byte`` counts in the inflated document, and is null where nobody can tell (UTF-16, pages of an API).

    ``outcome`` is what a run would make of it: ``taken``, ``excluded`` (``because`` says by which rule), ``supplemental``,
    or ``rejected`` with the reason; ``double`` where an earlier item has its id. ``stages`` are what each stage changed;
    of an item that is taken ``decisions`` are the fields that it becomes and why, ``unused`` the attributes that make no
    difference to them, and ``news`` the fields that differ from what the snapshot has, null where it has nothing.
    ``raw`` is cut short where ``cut``.
    """

    feed: int
    location: str
    format: str
    id: str
    line: int | None
    byte: int | None
    raw: str
    cut: bool
    stages: list[Stage]
    outcome: str
    reason: Reason | None
    notes: list[Reason]
    because: str | None
    decisions: list[Decision]
    unused: list[str]
    news: list[FieldChange] | None


class DocumentStory(msgspec.Struct, frozen=True):
    """A feed's document as it was fetched for this story, beside what the last run read.

    ``verdict`` with its reasons is what a run would say of it. Of ``items``, ``read`` were read (the snapshot knows the
    others as those of other products), and ``found`` are the product's; ``shown`` of these are told. ``run`` is the run that
    read the feed last, null where none did; ``changed``: the document is another one now, null where nobody can tell.
    """

    feed: int
    location: str
    format: str
    role: str
    verdict: str
    reasons: list[Reason]
    items: int
    read: int
    found: int
    shown: int
    run: int | None
    changed: bool | None


class ProblemStory(msgspec.Struct, frozen=True):
    """What was wrong with an item of the product, from its first run to its last (null: still so).

    ``raw`` is the record as its feed had it, cut short; null where none was kept. ``where`` is the feed and the line.
    """

    id: str
    code: str
    message: str
    severity: str
    where: str
    first_run: int
    last_run: int | None
    raw: str | None


class VariantStory(msgspec.Struct, frozen=True):
    """A variant as the snapshot has it from ``feed``, and how it should be sold now, with the reasons in words."""

    id: str
    feed: str
    says: ExportedVariant
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
    code: str | None
    message: str | None
    product: wire.BikProduct | None


class Story(msgspec.Struct):
    """Everything that is known of one product. ``unfetched`` says of which feeds nothing could be read, and why.

    ``pinned_to`` is the run whose state the schedule is held at, null where it follows its feeds. ``live`` is what the store
    holds otherwise than it was sent, null where it was not asked; ``there``: it has it.
    """

    schedule: str
    id: str
    product_id: str
    documents: list[DocumentStory]
    feed: list[Occurrence]
    unfetched: list[Reason]
    variants: list[VariantStory]
    problems: list[ProblemStory]
    held: list[Held]
    decisions: list[DecisionStory]
    changes: list[tuple[int, int, Difference]]
    calls: list[Call]
    sent: Sent
    next_change_at: int | None = None
    pinned_to: int | None = None
    there: bool | None = None
    live: list[wire.FieldDifference] | None = None

    @property
    def known(self) -> bool:
        """Whether anybody ever heard of it."""
        return bool(self.feed or self.variants or self.problems or self.changes or self.decisions or self.sent.outcome)
