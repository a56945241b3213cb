"""``explain``, ``history`` and ``export``: one product's whole story, what was when, and everything as data."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from feedsync.cli.common import Context, Json, Name, console, write_json
from feedsync.explain import explain
from feedsync.report.summary import utc_minute
from feedsync.report.terminal import KINDS, moved, plain, print_hanging, print_table
from feedsync.selecting import record
from feedsync.snapshot.products import Products
from feedsync.snapshot.store import Store
from feedsync.story import Occurrence, Story
from feedsync.sync import snapshot_path

_CHANGES_SHOWN = 10
_CALLS_SHOWN = 5
_RUNS_SHOWN = 20


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
    """The runs of a schedule, or the changes of one product, newest first."""

    schedule: str
    id: str | None
    runs: list[RunLine]
    changes: list[ChangeLine]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("explain")(explain_command)
    app.command("history")(history)
    app.command("export")(export)


Id = Annotated[str, typer.Argument(help="A product's or a variant's id.", show_default=False)]


def explain_command(
    context: typer.Context,
    name: Name,
    item_id: Id,
    live: Annotated[bool, typer.Option("--live", help="Ask the store what it holds now.")] = False,
    no_fetch: Annotated[
        bool, typer.Option("--no-fetch", help="Do not read the feeds; tell what the snapshot knows.")
    ] = False,
    as_json: Json = False,
) -> None:
    """One product's whole story: where it stands in the feed, what it became and why, what was sent, what Bik said."""
    where: Context = context.obj
    story = explain(where.schedule(name), where.state, item_id, fetched=not no_fetch, live=live)
    if as_json:
        write_json(story)
    else:
        _print(console(), story)


def _print(out: Console, story: Story) -> None:
    out.print(Text(f"{story.schedule} · {plain(story.id, 50)}", "bold"))
    if story.product_id != story.id:
        out.print(Text(f"  a variant of the product {plain(story.product_id, 50)}"))
    for occurrence in story.feed:
        _print_occurrence(out, occurrence)
    for reason in story.unfetched:
        print_hanging(out, f"  feed     {reason.code}: {plain(reason.message, 300)}", indent=11)
    for problem in story.problems:
        print_hanging(out, f"  problem  {problem.code}: {plain(problem.message, 300)}", indent=11)
    for variant in story.variants:
        says = {name: value for name, value in variant.says.items() if value not in (None, "", [])}
        out.print(Text(f"  variant  {plain(variant.id, 50)}"))
        for name, value in says.items():
            _pair(out, name, value)
        for words in variant.now:
            print_hanging(out, f"           → {words}", indent=13)
    if story.next_change_at is not None:
        out.print(Text(f"  clock    time alone changes it at {utc_minute(story.next_change_at)}"))
    for held in story.held:
        words = f"{KINDS[held.kind]} {moved(held.before, held.after, 24)}"
        print_hanging(out, f"  held     by {held.gate}: {words}", indent=11)
    for decision in story.decisions:
        over = "" if decision.open else ", which is over"
        what = f"{decision.klass} {moved(decision.before, decision.after, 24)}".rstrip()
        print_hanging(
            out,
            f"  consent  {what} {decision.word} by {plain(decision.who, 40)} at {utc_minute(decision.at)}{over}",
            indent=11,
        )
    _print_sent(out, story)


def _print_occurrence(out: Console, occurrence: Occurrence) -> None:
    place = f"line {occurrence.line}" if occurrence.line is not None else "a line that nobody knows"
    location = plain(occurrence.location.rsplit("/", 1)[-1], 30)
    out.print(Text(f"  feed     {location}: {place}, byte {occurrence.offset:,}: {occurrence.outcome}"))
    for reason in ([occurrence.reason] if occurrence.reason else []) + occurrence.notes:
        print_hanging(out, f"           {reason.code}: {plain(reason.message, 300)}", indent=11)
    print_hanging(out, f"           {plain(occurrence.raw, 400)}", indent=11, style="dim")
    for stage in occurrence.stages:
        if stage.stage != "read":
            value = "taken away" if stage.value is None else plain(stage.value, 60)
            print_hanging(out, f"           {stage.stage}: {stage.attribute} = {value}", indent=13)


def _pair(out: Console, name: str, value: Any) -> None:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    print_hanging(out, f"           {plain(name, 24)}: {plain(text, 120)}", indent=13)


def _print_sent(out: Console, story: Story) -> None:
    for run, at, change in story.changes[:_CHANGES_SHOWN]:
        what = f"{KINDS.get(change.kind, change.kind)} {plain(change.field or '', 20)} "
        what += moved(change.before, change.after, 30)
        print_hanging(out, f"  run {run:<5}{utc_minute(at)} {' '.join(what.split())} ({change.verdict})", indent=11)
    for call in story.calls[:_CALLS_SHOWN]:
        words = f": {plain(call.message, 200)}" if call.message else ""
        print_hanging(out, f"  request  {utc_minute(call.at)} {call.action}, {call.outcome}{words}", indent=11)
    sent = story.sent
    if sent.product is None:
        out.print(Text("  store    it has nothing of this from us"))
    else:
        out.print(Text(f"  store    as Bik acknowledged in run {sent.run}; the last request: {sent.outcome}"))
    if story.there is None:
        return
    if not story.there:
        out.print(Text("  live     the store does not have it"))
    elif story.live is None:
        out.print(Text("  live     the store has it, but not from us"))
    elif not story.live:
        out.print(Text("  live     the store holds exactly that"))
    for field in story.live or []:
        print_hanging(
            out, f"  live     {plain(field.field, 40)}: {plain(field.sent, 40)} → {plain(field.stored, 40)}", indent=11
        )


def history(
    context: typer.Context, name: Name,
    item_id: Annotated[str | None, typer.Argument(help="A product's or a variant's id.", show_default=False)] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """The runs of a schedule, or what changed of one product in them."""
    where: Context = context.obj
    where.schedule(name)
    with Store(snapshot_path(where.state, name), read_only=True) as store:
        found = _history(store, name, item_id)
    if as_json:
        write_json(found)
        return
    out = console()
    if not found.runs and not found.changes:
        out.print(Text("nothing yet"))
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
    for run in found.runs:
        counts = ", ".join(f"{KINDS[kind]} {count:,}" for kind, count in run.changes.items()) or "no changes"
        table.add_row(f"run {run.run}", utc_minute(run.started_at), run.outcome or "running", Text(counts))
    for change in found.changes:
        words = f"{KINDS[change.kind]} {plain(change.variant_id or '', 20)} {plain(change.field or '', 20)} "
        words += moved(change.before, change.after, 30)
        table.add_row(f"run {change.run}", utc_minute(change.at), change.verdict, Text(" ".join(words.split())))
    print_table(out, table)


def _history(store: Store, name: str, item_id: str | None) -> History:
    if item_id is not None:
        rows = store.rows(
            "select run, at, variant_id, kind, field, before, after, verdict from changes "
            "where subject = ?1 or subject = (select product_id from variants where id = ?1) order by rowid desc limit 1000",
            item_id,
        )
        return History(name, item_id, [], [ChangeLine(*row) for row in rows])
    runs = []
    for run, trigger, started, finished, outcome in store.rows(
        f"select run, trigger, started_at, finished_at, outcome from runs order by run desc limit {_RUNS_SHOWN}"
    ):
        counts = dict(store.rows("select kind, count(*) from changes where run = ? group by kind order by kind", run))
        runs.append(RunLine(run, trigger, started, finished, outcome, counts))
    return History(name, None, runs, [])


def export(context: typer.Context, name: Name) -> None:
    """Write the products as the feeds have them, as JSON Lines: one product a line, under Google's names."""
    where: Context = context.obj
    where.schedule(name)
    with Store(snapshot_path(where.state, name), read_only=True) as store:
        for state in Products(store).every():
            variants = [
                record(m.variant) | {"absent_since": m.absence.since if m.absence else None} for m in state.members
            ]
            if variants:
                sys.stdout.buffer.write(msgspec.json.encode({"id": state.id, "variants": variants}) + b"\n")
        sys.stdout.buffer.flush()
