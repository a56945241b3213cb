"""How many items each run refused."""

from __future__ import annotations

from feedsync.report.rejects import Rejects

from .recorded import Recorded


def test_an_item_counts_in_every_run_that_saw_it(recorded: Recorded) -> None:
    spans = [(1, 1), (1, 3), (2, None), (2, None), (4, 4)]
    for number, (first, last) in enumerate(spans):
        recorded.store.execute(
            "insert into problems values (0, ?, 'A', 'rejected', 'FS-403', '{}', 1, null, ?, ?)",
            bytes([number]),
            first,
            last,
        )
    recorded.store.execute("insert into problems values (0, x'ff', 'A', 'note', 'FS-414', '{}', 1, null, 1, null)")
    rejects = Rejects(recorded.store)
    assert [rejects.in_run(run) for run in range(6)] == [0, 2, 3, 3, 3, 2]
