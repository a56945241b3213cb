"""What changed in a run, in numbers: pandas over the changes that the snapshot keeps.

Only this module imports pandas, and only when somebody asks for an analysis: a run does not pay for it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pandas as pd

from feedsync.errors import ConfigError
from feedsync.report.figures import Analysis, Bin, Earlier, Move, MoveGroup, PriceMoves
from feedsync.report.labels import LabelledChange, labelled_changes
from feedsync.report.rejects import Rejects
from feedsync.report.summary import RunSummary, iso
from feedsync.snapshot.store import Store

#: How many earlier runs a run is compared with.
EARLIER = 20
#: How many largest moves, catalogs and brands are listed.
TOP = 10
#: The edges of the distribution of price moves, as ratios.
EDGES = (-0.5, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.5)
_COLUMNS = (*LabelledChange.__struct_fields__[:-1], "title", "brand", "catalog")


def changes_frame(source: Path | Store, run: int | None = None) -> pd.DataFrame:
    """The changes of a run as a table, one row a change; see :func:`feedsync.report.frame`."""
    if isinstance(source, Path):
        with Store(source, read_only=True) as store:
            return changes_frame(store, run)
    record = source.run_record(run)
    if record is None:
        raise ConfigError("FS-504", schedule=source.path.stem, run=run or 1)
    rows = [
        (*(getattr(change, name) for name in _COLUMNS[:-3]), *msgspec.structs.astuple(change.label))
        for change in labelled_changes(source, record.run)
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).rename(columns={"klass": "class"})
    frame["at"] = pd.to_datetime(frame["at"], unit="s", utc=True)
    is_price = frame["field"].isin(["price", "sale_price"])
    for name in ("before", "after"):
        parts = frame[name].where(is_price).astype("string").str.split(" ", n=1, expand=True).reindex(columns=[0, 1])
        frame[f"{name}_amount"] = pd.to_numeric(parts[0])
    frame["ratio"] = (frame["after_amount"] - frame["before_amount"]) / frame["before_amount"].where(
        frame["before_amount"] > 0
    )
    return frame


def analyse(store: Store, summary: RunSummary) -> Analysis:
    """A run in numbers, beside the runs before it."""
    frame = changes_frame(store, summary.run)
    kinds = frame["kind"].value_counts()
    content = frame.loc[frame["kind"] == "content", "field"].value_counts().head(50)
    held = frame["verdict"].str.extract(r"^held by (.+)$")[0].value_counts()
    return Analysis(
        prices=_prices(frame),
        stock_outs=int(kinds.get("out_of_stock", 0)),
        returns=int(kinds.get("back_in_stock", 0)),
        added=_sum(kinds, "product_added", "product_returned", "variant_added"),
        removed=_sum(kinds, "product_removed", "variant_removed"),
        content={str(field): int(n) for field, n in content.items()},
        rejects=_counted([rejection.code for rejection in summary.rejected]),
        held={str(gate): int(n) for gate, n in held.items()},
        requests=summary.pushed.requests,
        bytes=sum(document.bytes for document in summary.documents),
        earlier=_earlier(store, summary.run),
    )


def _prices(frame: pd.DataFrame) -> PriceMoves:
    priced = frame[frame["class"] == "price"]
    measured = priced[priced["ratio"].notna()]
    up, down = measured[measured["ratio"] > 0], measured[measured["ratio"] < 0]
    edges = [None, *EDGES, None]
    cut = pd.cut(measured["ratio"], [float("-inf"), *EDGES, float("inf")], right=False, labels=False)
    counts = cut.value_counts()
    bins = [Bin(edges[i], edges[i + 1], int(counts.get(i, 0))) for i in range(len(edges) - 1)]
    return PriceMoves(
        up=len(up),
        down=len(down),
        unmeasured=len(priced) - len(measured),
        median=_round(measured["ratio"].median()) if len(measured) else None,
        bins=bins,
        largest_up=_moves(up.nlargest(TOP, "ratio")),
        largest_down=_moves(down.nsmallest(TOP, "ratio")),
        by_catalog=_groups(measured, "catalog"),
        by_brand=_groups(measured, "brand"),
    )


def _moves(frame: pd.DataFrame) -> list[Move]:
    frame = frame.rename(columns={"subject": "product", "variant_id": "variant"}).assign(
        ratio=frame["ratio"].astype(float).round(6)
    )
    columns = ["product", "variant", "title", "field", "before", "after", "ratio"]
    rows = frame[columns].astype("object").where(frame[columns].notna(), None)
    return [msgspec.convert(row, Move) for row in rows.to_dict("records")]


def _groups(measured: pd.DataFrame, by: str) -> list[MoveGroup]:
    """The catalogs or brands with the most moves."""
    named = measured.assign(name=measured[by].fillna("(none)"), is_up=measured["ratio"] > 0)
    found = named.groupby("name").agg(moves=("ratio", "size"), up=("is_up", "sum"), median=("ratio", "median"))
    found = found.sort_values(["moves", "median"], ascending=False).head(TOP)
    rows = found.itertuples(name=None)
    return [MoveGroup(str(name), int(up), int(moves - up), _round(median)) for name, moves, up, median in rows]


def _earlier(store: Store, run: int) -> list[Earlier]:
    rows = store.rows(
        "select run, started_at, coalesce(outcome, 'running'), summary from runs where run < ? order by run desc limit ?",
        run,
        EARLIER,
    )
    rejects = Rejects(store)
    found = []
    for number, started_at, outcome, kept in rows:
        summary = msgspec.json.decode(kept, type=RunSummary) if kept else None
        found.append(
            Earlier(
                run=number,
                started_at=iso(started_at),
                outcome=outcome,
                changes=sum(summary.changes.values()) if summary else 0,
                rejected=rejects.in_run(number) + (len(summary.rejected) if summary else 0),
                held=summary.held if summary else 0,
                requests=summary.pushed.requests if summary else 0,
                bytes=sum(document.bytes for document in summary.documents) if summary else 0,
            )
        )
    return found


def _sum(kinds: pd.Series, *names: str) -> int:
    return sum(int(kinds.get(name, 0)) for name in names)


def _counted(codes: list[str]) -> dict[str, int]:
    return {str(code): int(n) for code, n in pd.Series(codes, dtype="object").value_counts().items()}


def _round(ratio: float) -> float:
    return round(float(ratio), 6)
