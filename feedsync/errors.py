"""Everything that can go wrong, as values with fields.

The tree says what the caller must do, the code says what happened::

    FeedsyncError
    ├── ConfigError   the command or a settings file is wrong: nothing was started (exit 2)
    ├── Locked        another run holds the schedule (exit 5)
    ├── Retryable     a passing fault: the same call may succeed later
    ├── Rejected      this one record is bad: it is reported, and the others go on
    ├── Fatal         this run cannot go on (exit 1)
    └── Unsafe        input that must not be read at all: a DOCTYPE, an oversized archive (exit 1)

A message is made from the sentence of its code and the parts that were given, so that no text is written twice
and no secret can slip into it. ``docs/errors.md`` has one entry for every code, held equal by a test.

Ranges: 1xx settings and command line, 2xx sources, 3xx documents, 4xx items, 5xx snapshot, 6xx plan, 7xx Bik,
9xx reports and the browser page.
"""

from __future__ import annotations

from typing import Final

import msgspec

#: code -> the sentence that tells a person what happened. ``{name}`` are the parts.
SENTENCES: Final[dict[str, str]] = {
    # 1xx: settings and command line
    "FS-101": "{file}: this is not valid TOML: {reason}",
    "FS-102": "{where}: unknown key {key!r}{hint}",
    "FS-103": "{where}: {key}: {reason}",
    "FS-104": "there is no schedule named {name!r} in {directory}{hint}",
    "FS-105": "{where}: {key} needs {reference}, which {reason}",
    "FS-106": "{reason}",
    "FS-107": "there are no schedules in {directory}: write {directory}/NAME.toml first (README, 'Your first schedule')",
    "FS-108": "the gate {gate!r} cannot be allowed for a run: {reason}",
    "FS-109": "the output cannot be written: {reason}",
    "FS-110": "{where}: {expression!r} is not an expression: {reason}",
    # 2xx: sources
    "FS-201": "{location}: cannot be read: {reason}",
    "FS-202": "{location}: the server answered {status}",
    "FS-203": "{location}: the transfer was short: {reason}",
    "FS-204": "{location}: too large: {reason}",
    "FS-205": "{location}: refused: {reason}",
    "FS-206": "{location}: the archive cannot be read: {reason}",
    "FS-207": "{location}: nothing answered: {reason}",
    "FS-208": "{location}: the pages are not the whole list: {reason}",
    "FS-209": "{location}: reading this needs more: pip install 'feedsync[{extra}]'",
    # 3xx: documents
    "FS-301": "{location}: the format could not be told: {reason}",
    "FS-302": "{location}: a DOCTYPE is refused, because it can make a reader open other files",
    "FS-303": "the document ends before its root element {root} is closed",
    "FS-304": "an item that is broken and whose id cannot be read ({detail})",
    "FS-305": "an item was not closed before the next one began",
    "FS-306": "{location}: the encoding {encoding!r} is not known",
    "FS-307": "an item is larger than {limit} bytes",
    "FS-308": "{location}: no item was found, and the root element {root} is none that a product feed has",
    "FS-309": "{location}: the file changed while it was read",
    "FS-310": "a namespace is declared twice on one element; the first declaration was taken",
    "FS-311": "the document ends inside of an item",
    "FS-312": "{location}: the header row cannot be used: {reason}",
    "FS-313": "the JSON is broken at byte {offset}: {reason}; what stands behind it is lost",
    "FS-314": "{location}: there is no list of records{where}{hint}",
    "FS-315": "a quoted cell that begins in line {line} is never closed; what stands behind it is lost",
    "FS-316": "{location}: it lacks {lost} of the {before} ids that it had; what it said last stays (run --allow removals)",
    "FS-317": "no item has {name!r}, which [map] looks for; is it misspelt?",
    "FS-318": "{location}: the package that reads {format!r} failed on it ({reason})",
    # 4xx: items
    "FS-401": "the item is not well-formed XML: {reason}",
    "FS-402": "the id {id!r} was already used by an earlier item of the same feed, which was taken",
    "FS-403": "{field} is missing",
    "FS-404": "{field} {value!r} is not a price: {reason}",
    "FS-405": "{field} {value!r} is not known",
    "FS-406": "{field} {value!r} is not a web address: {reason}",
    "FS-407": "there is neither an availability nor a quantity",
    "FS-408": "{field} {value!r} is not a date",
    "FS-410": "the item has no group, but its id is the group of others; it was put into that group",
    "FS-411": "the sale price was left out: {reason}",
    "FS-414": "the item was not well-formed and could be repaired without doubt: {what}",
    "FS-415": "the item has no id",
    "FS-416": "the row has {found} cells under {expected} columns",
    "FS-417": "the record is not valid JSON: {reason}",
    "FS-418": "the row cannot be trusted: {reason}",
    "FS-419": "its parent {parent!r} is not in the feed",
    "FS-420": "the id {id!r} belongs to an item of an earlier feed of this schedule, which was taken",
    "FS-421": "{field}: {transform} failed on {value!r}: {reason}",
    # 5xx: snapshot
    "FS-501": "{schedule}: another run holds the lock: pid {pid} on {host} since {since} ({command})",
    "FS-502": "{path}: the snapshot was written by {version} (schema {found}; this one knows {known})",
    "FS-503": "{path}: the snapshot cannot be used: {reason}",
    "FS-504": "{schedule}: there is no run {run}",
    "FS-505": "{schedule}: this snapshot belongs to another Bik store ({known}); run again with "
    "--new-store to forget what was sent there, or with --same-store if it is the same store under a new key or address",
    "FS-506": "{schedule}: neither the feeds nor the snapshot know the id {id!r}{hint}",
    "FS-507": "{path}: the copy of the snapshot cannot be written: {reason}",
    "FS-508": "{path}: this is no backup of {schedule}: {reason}",
    "FS-509": "there is no snapshot of {schedule} in {directory} yet",
    "FS-510": "{path}: this cannot be locked ({reason}): put the state on a local disk",
    "FS-511": "{schedule}: it has not run yet, so there is nothing to tell (feedsync run {schedule} is its first run)",
    # 6xx: the plan
    "FS-601": "{schedule}: nothing that is held is meant by this (feedsync approve {schedule} shows what is held)",
    "FS-602": "{schedule}: what is held is not what was shown any more; look at it again",
    "FS-603": "{schedule}: a document that is not whole cannot show what is gone, so no consent releases these; mend the feed",
    "FS-604": "{schedule}: the state of run {run} is not known any more; the earliest that is known is run {earliest}",
    "FS-605": "{schedule}: it is not pinned to an earlier run",
    "FS-606": "{schedule}: no product is meant by this",
    # 7xx: Bik
    "FS-701": "Bik refused the credentials ({status}): {reason}",
    "FS-702": "Bik does not know this call ({status} at {path}): is base_url right?",
    "FS-703": "Bik refused the data: {reason}",
    "FS-704": "Bik could not take the request now ({status}): {reason}",
    "FS-705": "Bik did not answer: {reason}",
    "FS-706": "Bik's answer could not be understood: {reason}",
    "FS-707": "Bik accepted the product but stores something else: {detail}",
    "FS-708": "the catalog {name!r} could not be created, so this product waits for it",
    "FS-709": "the run was ended before this was sent",
    "FS-710": "Bik's list came to no end: {reason}",
    "FS-711": "Bik's list is not the whole: it lacks products that are there by their id ({count})",
    # 8xx: the daemon
    "FS-801": "{state}: another daemon runs over this state: pid {pid} on {host} since {since} ({command})",
    # 9xx: reports and the browser page
    "FS-901": "the page would be open to every machine that reaches {host}: give --token-file, so that people must log in",
    "FS-902": "{path}: the token for login cannot be used: {reason}",
    "FS-903": "the server was stopped; the next run goes on from there",
    "FS-904": "the run broke on a fault of feedsync itself; the server's log has the details",
}


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with a record, as a value: a stable code and the parts of its sentence."""

    code: str
    parts: dict[str, str] = {}

    @property
    def message(self) -> str:
        """The sentence for a person."""
        return SENTENCES[self.code].format_map(self.parts)


class FeedsyncError(Exception):
    """The root: a code of :data:`SENTENCES` and the parts that make its sentence."""

    exit_code = 1

    def __init__(self, code: str, **parts: object) -> None:
        self.code = code
        self.parts = parts
        super().__init__(SENTENCES[code].format_map(parts))

    @property
    def message(self) -> str:
        """The sentence for a person, without the code."""
        return str(self)


class ConfigError(FeedsyncError):
    """The command or a settings file is wrong; nothing was started."""

    exit_code = 2


class Locked(FeedsyncError):
    """Another run holds this schedule."""

    exit_code = 5


class Retryable(FeedsyncError):
    """A passing fault; ``after_s`` says how long the other side asked to wait (seconds), or is None."""

    def __init__(self, code: str, *, after_s: float | None = None, **parts: object) -> None:
        super().__init__(code, **parts)
        self.after_s = after_s


class Rejected(FeedsyncError):
    """This one record is bad."""


class Fatal(FeedsyncError):
    """This run cannot go on."""


class Unsafe(FeedsyncError):
    """Input that must not be read at all."""
