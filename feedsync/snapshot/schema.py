"""The tables, as migrations from the first version on.

Wide rows live apart from the narrow ones that every run walks (``raws`` is 60 bytes a row).
Records are msgpack of the structs in ``model.py``; hashes are 16 bytes; times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from feedsync.model import ProductPayload

if TYPE_CHECKING:
    from sqlite_utils import Database

#: Of a new file. Larger ones are read a little sooner as a whole, but a day's changes are each in a page of its own, which
#: is written twice.
PAGE_BYTES = 4096

#: What is done to a file, in this order, by the name under which the file remembers it; ``migrating`` does it.
STEPS: dict[str, Callable[[Database], None]] = {}


def migrations(*, name: str) -> Callable[[Callable[[Database], None]], Callable[[Database], None]]:
    """Make a function the next migration."""

    def add(step: Callable[[Database], None]) -> Callable[[Database], None]:
        STEPS[name] = step
        return step

    return add


_FIRST = """
create table meta (key text primary key, value blob) strict;

-- One row a feed: what the last reading of it was, and what a conditional request may say.
create table feeds (
  feed integer primary key, location text not null, format text not null, key blob not null, settings blob not null,
  etag text, last_modified text, sha256 text, verdict text not null, reasons text not null, items integer not null,
  bytes integer not null, run integer not null
) strict;

-- The raw items that need not be read again: valid, and the only one of their id.
create table raws (feed integer not null, hash blob not null, id text not null) strict;
create index raws_id on raws (id);

-- Raw items of the last complete document whose id cannot be read: the same bytes again say nothing new.
create table unreadable (feed integer not null, hash blob not null, primary key (feed, hash)) strict, without rowid;

-- What the feeds say. hash is null where the item must be read each time. absent_*: a complete document lacked it.
create table variants (
  id text not null, product_id text not null, feed integer not null, hash blob, record blob not null,
  grouped integer not null, absent_since integer, absent_documents integer, absent_sha256 text, moved_from text
) strict;
create unique index variants_id on variants (id);
create index variants_product on variants (product_id);
create index variants_reread on variants (feed) where hash is null;
create index variants_absent on variants (feed) where absent_since is not null;

-- What Bik acknowledged and what was tried. pending: must be looked at; it is set before and cleared after the truth.
-- held: a gate holds something of it, so it stays pending whatever is acknowledged.
create table products (
  id text primary key, pending integer not null, cause text not null, next_change_at integer, sent_hash blob,
  attempted_hash blob, attempted integer not null default 0, outcome text, code text, message text, sent_run integer,
  sent_variants integer not null default 0,
  held integer not null default 0, once_sent integer not null default 0, looked integer not null default 0, foreign_catalogs text
) strict, without rowid;
create index products_pending on products (id) where pending;
create index products_clock on products (next_change_at) where next_change_at is not null;
create table sent (product_id text primary key, payload blob not null) strict;

-- A catalog's name is a spelling that variants use; how many use each is counted as variants come and go.
create table catalogs (
  id text primary key, name text not null, sent_name text, attempted_name text, outcome text, message text,
  sent_run integer
) strict, without rowid;
create table spellings (
  catalog_id text not null, name text not null, uses integer not null, primary key (catalog_id, name)
) strict, without rowid;

-- What is wrong with items, from the first run that saw it to the last (null: still so).
create table problems (
  feed integer not null, hash blob not null, item_id text, severity text not null, code text not null,
  parts text not null, line integer, excerpt blob, first_run integer not null, last_run integer
) strict;
create index problems_current on problems (feed) where last_run is null;
create index problems_item on problems (item_id);

create table runs (
  run integer primary key, trigger text not null, started_at integer not null, finished_at integer, outcome text,
  owned integer not null default 0, owned_variants integer not null default 0, summary blob
) strict;

-- Every difference that a run found, and what became of it. A removal that was counted by a gate stays countable.
create table changes (
  run integer not null, at integer not null, subject text not null, variant_id text, kind text not null, field text,
  before text, after text, cause text not null, class text not null, note text, verdict text not null
) strict;
create index changes_run on changes (run);
create index changes_subject on changes (subject);
create index changes_removals on changes (at) where class = 'removal';

-- The plan of the current run, in the order it is pushed; derived anew by each run.
create table plan (
  product_id text primary key, urgency integer not null, action text not null, payload blob, hash blob
) strict, without rowid;
create index plan_order on plan (urgency, product_id);
"""


_SEVERAL_FEEDS = """
-- What each feed says of an id, while the schedule has supplemental feeds. hash is null where a supplemental feed's item
-- is read each time.
create table parts (
  feed integer not null, id text not null, hash blob, attributes blob not null, primary key (feed, id)
) strict;
create index parts_id on parts (id);

-- When the feed last answered in full length, and when all of it was read and complete (Unix seconds).
alter table feeds add column checked_at integer;
alter table feeds add column full_at integer;
"""


_CONSENT = """
-- From when on the time until a removal counts: later than absent_since where a gate held it.
alter table variants add column absent_counted integer;
update variants set absent_counted = absent_since;
alter table products add column sent_in_stock integer not null default 0;
-- The run that created the product in the store, null where that was before this was kept.
alter table products add column first_run integer;

-- What somebody decided about held changes. closed_run: the change was not there any more, so it would be asked again.
create table decisions (
  subject text not null, class text not null, variant_id text not null, before text, after text, since integer not null,
  verdict text not null, gate text not null, who text not null, at integer not null, closed_run integer
) strict;
create index decisions_open on decisions (subject) where closed_run is null;

-- What the last plan held; derived anew by each run.
create table held (
  subject text not null, class text not null, variant_id text not null, kind text not null, before text, after text,
  since integer not null, cause text not null, note text, gate text not null,
  primary key (subject, class, variant_id)
) strict, without rowid;

-- What the store had of a product until that run (payload null: it had none), for the way back.
create table past (product_id text not null, run integer not null, payload blob, primary key (product_id, run)) strict;
create index past_run on past (run);
-- What every product must be while the schedule is pinned to an earlier run (payload null: it must not be there).
create table pins (product_id text primary key, payload blob) strict, without rowid;
"""


_CALLS = """
-- The requests that were made for products, and what Bik said; kept as long as the way back is.
create table calls (
  call integer primary key, run integer not null, at integer not null, action text not null, outcome text not null,
  message text
) strict;
create table called (product_id text not null, call integer not null, primary key (product_id, call)) strict, without rowid;
"""

_EXCHANGES = """
-- What was heard of a request: the last try's HTTP status and the envelope's (null: none came), its milliseconds on the
-- wire, the server's own number for it, and how many tries there were.
alter table calls add column status integer;
alter table calls add column inner_status integer;
alter table calls add column duration_ms integer;
alter table calls add column request_id text;
alter table calls add column tries integer not null default 1;
"""


_CHANGED = """
-- When the feed's document last differed from the one before (Unix seconds).
alter table feeds add column changed_at integer;
update feeds set changed_at = (select started_at from runs where runs.run = feeds.run);
"""


_DIGESTS = """
-- What tells a document from another one: sha256, or xxh3 of a local file, which is read at the speed of the disk.
alter table feeds rename column sha256 to digest;
-- "" is of a document that was told otherwise: whether the next one is another one nobody knows, so it counts as the same.
alter table variants rename column absent_sha256 to absent_digest;
update variants set absent_digest = '' where absent_since is not null;
-- Whether a group has members is asked without touching their rows.
drop index variants_product;
create index variants_product on variants (product_id, grouped);
"""

_BELIEVED = """
-- The absent_since of an absence that no gate holds: its id is not taken for one that a new id scheme may have lost.
alter table variants add column absent_believed integer;
"""

_PLANNING = """
-- What moved from another product is found without looking at the rows of all that did not.
create index variants_moved on variants (product_id) where moved_from is not null;
"""

_STRETCHES = """
-- Items that stood together in each feed's last document, told by one hash (a hash of what follows; MessagePack of
-- feedsync.adapters.stretches).
create table stretches (feed integer not null, place integer not null, kept blob not null, primary key (feed, place)) strict;
"""


def _execute(db: Database, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)


@migrations(name="0001_first")
def _first(db: Database) -> None:
    _execute(db, _FIRST)


@migrations(name="0002_several_feeds")
def _several_feeds(db: Database) -> None:
    _execute(db, _SEVERAL_FEEDS)


@migrations(name="0003_consent")
def _consent(db: Database) -> None:
    _execute(db, _CONSENT)
    _fill_consent(db)


def _fill_consent(db: Database) -> None:
    """What an older snapshot knows without having said so."""
    for product_id, payload in db.execute("select product_id, payload from sent").fetchall():
        in_stock = sum(bool(v.quantity) for v in msgspec.msgpack.decode(payload, type=ProductPayload).variants)
        db.execute("update products set sent_in_stock = ? where id = ?", (in_stock, product_id))
    db.execute("insert into meta select 'past_from', cast(max(run) as blob) from runs having max(run) is not null")


@migrations(name="0004_calls")
def _calls(db: Database) -> None:
    _execute(db, _CALLS)


@migrations(name="0005_exchanges")
def _exchanges(db: Database) -> None:
    _execute(db, _EXCHANGES)


@migrations(name="0007_changed")
def _changed(db: Database) -> None:
    _execute(db, _CHANGED)


@migrations(name="0009_digests")
def _digests(db: Database) -> None:
    _execute(db, _DIGESTS)


@migrations(name="0010_believed")
def _believed(db: Database) -> None:
    _execute(db, _BELIEVED)


@migrations(name="0011_planning")
def _planning(db: Database) -> None:
    _execute(db, _PLANNING)


@migrations(name="0012_stretches")
def _stretches(db: Database) -> None:
    _execute(db, _STRETCHES)
