"""Reports: one view model of a run, and the forms in which people and machines read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from feedsync.snapshot.store import Store


def frame(snapshot: Path | Store, run: int | None = None) -> pd.DataFrame:
    """The changes of a run, for a notebook: one row a change, in the order of the plan.

    Columns: ``at`` (UTC), ``subject`` (a product's id, or a catalog's), ``variant_id``, ``kind``, ``field``, ``before``,
    ``after``, ``cause``, ``class``, ``note``, ``verdict``, ``title``, ``brand``, ``catalog``; and for prices
    ``before_amount``, ``after_amount`` (floats, for statistics only) and ``ratio``.

    Args:
        snapshot: ``state/NAME.db``, or the snapshot itself when it is open.
        run: the run's number; the last one without it.

    Raises:
        ConfigError: FS-504, there is no such run.
    """
    from feedsync.report.analysis import changes_frame  # pandas costs half a second and 56 MB

    return changes_frame(snapshot, run)
