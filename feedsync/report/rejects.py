"""How many items each run refused, from one look at the problems: a list of a hundred runs must not look a hundred times."""

from __future__ import annotations

from feedsync.snapshot.store import Store


class Rejects:
    """The rejected items of one snapshot, by the runs that saw them."""

    def __init__(self, store: Store) -> None:
        self._spans: list[tuple[int, int | None, int]] = [
            (first, last, count)
            for first, last, count in store.rows(
                "select first_run, last_run, count(*) from problems where severity = 'rejected' group by 1, 2"
            )
        ]

    def in_run(self, run: int) -> int:
        """How many items were refused as of that run."""
        return sum(count for first, last, count in self._spans if first <= run and (last is None or last >= run))
