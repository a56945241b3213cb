"""``history`` and ``export``: what was when, and everything as data."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Literal

import msgspec
import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from feedsync.bik import wire
from feedsync.cli.common import Context, Json, Name, console, write_json
from feedsync.exported import exported_product
from feedsync.lookup import product_of, recorded, unknown
from feedsync.model import ProductPayload
from feedsync.report.summary import utc_minute
from feedsync.report.terminal import KINDS, moved, plain
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store
from feedsync.timeline import Moment, timeline

_RUNS_SHOWN = 20
#: So many changes and moments of one product are told.
_LISTED = 1000
_CHUNK = 500
_PAYLOADS = msgspec.msgpack.Decoder(ProductPayload)

Form = Literal["normalized", "bik"]


class RunLine(msgspec.Struct, frozen=True):
    """A run in a list: times in Unix seconds, the changes by kind."""

    run: int
    trigger: str
    started_at: int
    finished_at: int | None
    outcome: str | None
    changes: dict[str, int]


class ChangeLine(msgspec.Struct, frozen=True):
    """One change of a product, when (Unix seconds) and with what became of it."""

    run: int
    at: int
    variant_id: str | None
    kind: str
    field: str | None
    before: str | None
    after: str | None
    verdict: str


class History(msgspec.Struct, frozen=True):
    """The last runs of a schedule, or the price, the stock and the changes of one product; all newest first."""

    schedule: str
    id: str | None
    product_id: str | None
    runs: list[RunLine]
    moments: list[Moment]
    changes: list[ChangeLine]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("history")(history)
    app.command("export")(export)


def history(
    context: typer.Context, name: Name,
    item_id: Annotated[str | None, typer.Argument(help="A product's or a variant's id.", show_default=False)] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """The runs of a schedule, or one product's price and stock over time with every change of it."""
    where: Context = context.obj
    where.schedule(name)
    with recorded(where.state, name) as store, store.rehearsal():
        found = _runs(store, name) if item_id is None else _product(store, name, item_id)
    if as_json:
        write_json(found)
    else:
        _print(console(), found)


def _runs(store: Store, name: str) -> History:
    runs = []
    for run, trigger, started, finished, outcome in store.rows(
        f"select run, trigger, started_at, finished_at, outcome from runs order by run desc limit {_RUNS_SHOWN}"
    ):
        counts = dict(store.rows("select kind, count(*) from changes where run = ? group by kind order by kind", run))
        runs.append(RunLine(run, trigger, started, finished, outcome, counts))
    return History(name, None, None, runs, [], [])


def _product(store: Store, name: str, item_id: str) -> History:
    product_id = product_of(store, item_id)
    if product_id is None:
        if store.scalar("select 1 from problems where item_id = ? limit 1", item_id) is None:
            raise unknown(store, name, item_id)
        return History(name, item_id, None, [], [], [])
    variant_id = None if item_id == product_id else item_id
    rows = store.rows(
        "select run, at, variant_id, kind, field, before, after, verdict from changes "
        "where subject = ?1 and (?2 is null or variant_id is null or variant_id = ?2) order by rowid desc limit ?3",
        product_id, variant_id, _LISTED,
    )  # fmt: skip
    moments = list(islice(timeline(store, product_id, variant_id), _LISTED))
    return History(name, item_id, product_id, [], moments, [ChangeLine(*row) for row in rows])


def _print(out: Console, found: History) -> None:
    if found.id is None:
        _print_runs(out, found.runs)
        return
    if not found.moments and not found.changes:
        out.print(Text("no run has changed anything of it; explain tells what became of its item"))
        return
    several = len({moment.variant_id for moment in found.moments}) > 1
    out.print(Text("in the store", "bold"))
    _rows(out, [
        (f"run {moment.run}", utc_minute(moment.at), *([plain(moment.variant_id, 24)] if several else []), _told(moment))
        for moment in found.moments
    ])  # fmt: skip
    if not found.moments:
        out.print(Text("nothing so far"))
    out.print(Text("changes", "bold"))
    rows = []
    for change in found.changes:
        who = plain(change.variant_id, 20) if change.variant_id not in (None, found.id) else ""
        words = f"{KINDS[change.kind]} {who} {plain(change.field or '', 20)} {moved(change.before, change.after, 30)}"
        rows.append((f"run {change.run}", utc_minute(change.at), change.verdict, words))
    _rows(out, rows)


def _print_runs(out: Console, runs: list[RunLine]) -> None:
    rows = []
    for run in runs:
        counts = ", ".join(f"{KINDS[kind]} {count:,}" for kind, count in run.changes.items()) or "no changes"
        rows.append((f"run {run.run}", utc_minute(run.started_at), run.outcome or "running", counts))
    _rows(out, rows)


def _rows(out: Console, rows: Sequence[tuple[str, ...]]) -> None:
    """Columns as wide as they must be; the last one takes what is left, and is cut there."""
    widths = [max(map(cell_len, column)) for column in list(zip(*rows, strict=True))[:-1]]
    for row in rows:
        line = "  ".join(set_cell_size(text, width) for text, width in zip(row, widths, strict=False))
        shown = Text(f"{line}  {plain(row[-1], 1000)}")
        shown.truncate(out.width, overflow="ellipsis")
        out.print(shown, soft_wrap=True)


def _told(moment: Moment) -> str:
    if moment.price is None:
        return "not there any more"
    list_price = f" (list price {moment.price})" if moment.price != moment.selling_price else ""
    return f"{moment.selling_price}{list_price}, quantity {moment.quantity}"


def export(
    context: typer.Context,
    name: Name,
    form: Annotated[
        Form,
        typer.Option(
            "--as", help="As the feeds say it, under Google's names; or as Bik acknowledged it, in Bik's form."
        ),
    ] = "normalized",
) -> None:
    """Write the products as JSON Lines, by a published schema: one product a line, by id."""
    where: Context = context.obj
    where.schedule(name)
    encoder = msgspec.json.Encoder()
    with recorded(where.state, name) as store, store.rehearsal():
        for product in _normalized(store) if form == "normalized" else _acknowledged(store):
            sys.stdout.buffer.write(encoder.encode(product) + b"\n")
        sys.stdout.buffer.flush()


def _normalized(store: Store) -> Iterator[msgspec.Struct]:
    return (exported_product(state.id, state.members) for state in Products(store).every() if state.members)


def _acknowledged(store: Store) -> Iterator[msgspec.Struct]:
    rows = store.rows("select unpacked(payload) from sent order by product_id")
    while chunk := [_PAYLOADS.decode(row[0]) for row in islice(rows, _CHUNK)]:
        foreign = Deliveries(store).foreign_catalogs([payload.id for payload in chunk])
        for payload in chunk:
            yield wire.product(payload, foreign.get(payload.id, []))
