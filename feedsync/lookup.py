"""The snapshot of a schedule that has run, to be read, and who is meant by an id in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import takewhile
from pathlib import Path

from feedsync.errors import ConfigError
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path

#: How many ids are named, and how many are compared at most.
_NAMED, _COMPARED = 3, 1000
_ALIKE = 0.6


@contextmanager
def recorded(state: Path, schedule: str) -> Iterator[Store]:
    """The snapshot of a schedule, read-only.

    Raises:
        ConfigError: FS-511, the schedule has never run.
        Fatal: FS-503, the snapshot is damaged.
    """
    path = snapshot_path(state, schedule)
    if not path.exists():
        raise ConfigError("FS-511", schedule=schedule)
    with Store(path, read_only=True) as store:
        if store.scalar("select 1 from runs limit 1") is None:  # a plan was made once, and nothing more
            raise ConfigError("FS-511", schedule=schedule)
        yield store


def product_of(store: Store, item_id: str) -> str | None:
    """The product of an id, which is a variant's or the product's own; None: the snapshot never had it."""
    found: str | None = store.scalar("select product_id from variants where id = ?", item_id)
    found = found or store.scalar("select id from products where id = ?", item_id)
    # a variant that is gone from both is still named by its changes
    return found or store.scalar(
        "select subject from changes where variant_id = ? order by rowid desc limit 1", item_id
    )


def unknown(store: Store, schedule: str, item_id: str, unread: Sequence[str] = ()) -> ConfigError:
    """FS-506 for an id that nobody knows, with those that are nearest to it, and what could not be read (``unread``)."""
    near = _near(store, item_id)
    hint = f"; did you mean {', '.join(map(repr, near))}?" if near else ""
    hint = "".join(f"; not all was read: {one}" for one in unread) + hint
    return ConfigError("FS-506", schedule=schedule, id=item_id, hint=hint)


def _near(store: Store, item_id: str) -> list[str]:
    """The known ids that hold this one, and those that are most alike among all that share half of it.

    A slip of one character leaves the first half or the second as it is, so nothing but these has to be compared.
    """
    holding: set[str] = set()
    sharing: set[str] = set()
    half = -(-len(item_id) // 2)
    for table in ("variants", "products"):
        ids = f"select id from {table} where"
        holding |= _first(store, f"{ids} instr(lower(id), lower(?)) order by length(id), id", item_id)
        sharing |= _first(store, f"{ids} substr(lower(id), ?) = lower(?)", -half, item_id[-half:])
        for length in range(len(item_id) - 1, 0, -1):
            if len(sharing) >= _COMPARED:
                break
            for start in {item_id[:length], item_id[:length].upper(), item_id[:length].lower()}:
                sharing |= _first(store, f"{ids} id between ? and ? || char(1114111) order by id", start, start)
    matcher = SequenceMatcher(autojunk=False)
    wanted = item_id.lower()
    matcher.set_seq2(wanted)

    def alike(known: str) -> tuple[float, int]:
        matcher.set_seq1(known.lower())
        same = takewhile(lambda pair: pair[0] == pair[1], zip(known.lower(), wanted, strict=False))
        return matcher.ratio(), sum(1 for _ in same)

    ranked = nlargest(_NAMED, ((*alike(known), known) for known in sharing))
    near = sorted(holding, key=lambda known: (len(known), known))
    near += [known for likeness, _, known in ranked if likeness >= _ALIKE]
    return list(dict.fromkeys(near))[:_NAMED]


def _first(store: Store, query: str, *parameters: object) -> set[str]:
    return {row[0] for row in store.rows(f"{query} limit {_COMPARED}", *parameters)}
