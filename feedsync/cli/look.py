"""``check`` and ``inspect``: commands that change nothing."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from feedsync.adapters.registry import installed
from feedsync.bik.opening import bik_credentials, opened
from feedsync.bik.wire import BikProduct, product
from feedsync.cli.common import Context, Json, console, readable, worst, write_json
from feedsync.cli.completion import schedule_names
from feedsync.errors import ConfigError, FeedsyncError
from feedsync.ingest import read_options
from feedsync.inspection import Inspection, inspect_feed
from feedsync.report.summary import Reason
from feedsync.report.terminal import count, plain, print_hanging, print_table
from feedsync.settings import Products, Schedule
from feedsync.settings_feeds import Read
from feedsync.snapshot.plans import PlanTable
from feedsync.snapshot.store import Store
from feedsync.sync import preview

_FIELDS_SHOWN = 40
_REJECTIONS_SHOWN = 20


class CheckResult(msgspec.Struct):
    """One schedule's check: what is wrong with its file, its credentials and its feeds; ``items`` were read.

    ``sample`` is one product as Bik would get it; null where there is none.
    """

    schedule: str
    problems: list[Reason]
    items: int = 0
    rejected: int = 0
    exit_code: int = 0
    sample: BikProduct | None = None


class CheckOutput(msgspec.Struct):
    """What ``check --json`` writes."""

    schedules: list[CheckResult]


AllowPrivateHost = Annotated[
    list[str], typer.Option(metavar="HOST", help="A host on a private network that may be read.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("check")(check)
    app.command("inspect")(inspect)


def check(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            help="One schedule; all without it.",
            show_default=False,
            autocompletion=schedule_names,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Validate schedules, their feeds and their credentials; change nothing."""
    where: Context = context.obj
    results = [_check(where, one) for one in ([name] if name else where.names())]
    unusable = [one for one in installed() if one.reason]
    if as_json:
        write_json(CheckOutput(results))
    for result in [] if as_json else results:
        terminal = console()
        word = "ok" if not result.exit_code else "rejects items" if result.exit_code == 3 else "wrong"
        terminal.print(Text(f"{result.schedule}: {word}; {result.items:,} items, {result.rejected:,} rejected"))
        for problem in result.problems:
            print_hanging(terminal, f"  {problem.code}: {plain(problem.message, 400)}")
        if result.sample is not None:
            terminal.print(Text("  a product as Bik would get it:"))
            shown = msgspec.json.format(msgspec.json.encode(result.sample), indent=2).decode()
            for line in shown.splitlines():
                terminal.print(Text(f"    {plain(line, 300, strip=False)}"), soft_wrap=True)
    for one in [] if as_json else unusable:
        print_hanging(console(), f"the format {plain(one.name)} of a package is not used: {plain(one.reason, 300)}")
    raise typer.Exit(worst(result.exit_code for result in results))


def _check(where: Context, name: str) -> CheckResult:
    result = CheckResult(name, [])
    codes = [0]
    try:
        schedule = where.schedule(name)
        for step in (_check_credentials, _check_feeds):
            try:
                codes.append(step(schedule, result))
            except FeedsyncError as error:
                result.problems.append(Reason(error.code, error.message))
                codes.append(error.exit_code)
    except FeedsyncError as error:
        result.problems.append(Reason(error.code, error.message))
        codes.append(error.exit_code)
    result.exit_code = worst(codes)
    return result


def _check_credentials(schedule: Schedule, result: CheckResult) -> int:
    with (
        TemporaryDirectory(prefix="feedsync-") as folder,
        opened(schedule, bik_credentials(schedule), Path(folder), attempts=2) as bik,
    ):
        if schedule.bik.app_id:
            bik.authenticate(schedule.bik.app_id)
        else:
            bik.list_catalogs(None, 0)
    return 0


def _check_feeds(schedule: Schedule, result: CheckResult) -> int:
    """Read the feeds as for a first run, in a snapshot that is thrown away."""

    def look(store: Store) -> None:
        for steps in PlanTable(store).batches("send"):
            payload = steps[0].payload
            result.sample = product(payload, []) if payload else None
            return

    with TemporaryDirectory(prefix="feedsync-") as folder:
        summary = preview(schedule, Path(folder), look=look)
    result.items = sum(document.items for document in summary.documents)
    result.rejected = len(summary.rejected)
    result.problems += [reason for document in summary.documents for reason in document.reasons]
    listed = summary.rejected[:_REJECTIONS_SHOWN]
    result.problems += [Reason(r.code, f"{r.where}: {r.id or 'no id'}: {r.message}") for r in listed]
    degraded = any(document.verdict == "degraded" for document in summary.documents)
    return 1 if degraded else summary.exit_code


def inspect(
    location: Annotated[str, typer.Argument(help="A path or an http(s) address.", show_default=False)],
    currency: Annotated[
        str | None, typer.Option(help="The currency of prices that name none, such as INR.", show_default=False)
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="The format, if it is not told by the bytes.", show_default=False)
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="The encoding, such as cp1252.", show_default=False)] = None,
    delimiter: Annotated[str | None, typer.Option(help="What separates cells, such as ;", show_default=False)] = None,
    records: Annotated[
        str | None, typer.Option(help="Where the list is in JSON, such as data.products", show_default=False)
    ] = None,
    site: Annotated[
        str | None, typer.Option(help="The shop's address, for feeds without links.", show_default=False)
    ] = None,
    allow_private_host: AllowPrivateHost = [],  # noqa: B006 - typer copies it
    as_json: Json = False,
) -> None:
    """Show what is in a feed: format, fields, how filled they are and what they were taken for, problems, samples."""
    read = {"encoding": encoding, "delimiter": delimiter, "records": records, "site": site}
    inspection = looked_at(location, currency, read, allow_private_host, form)
    if as_json:
        write_json(msgspec.structs.replace(inspection, location=readable(inspection.location)))
    else:
        _print_inspection(console(), inspection)
    rejects = any(problem.rejects for problem in inspection.problems)
    raise typer.Exit(1 if inspection.verdict == "degraded" else 3 if rejects else 0)


def looked_at(
    location: str, currency: str | None, read: dict[str, str | None], hosts: list[str], form: str | None = None
) -> Inspection:
    """What is in a feed, with what the options say of it; ``read`` are the settings of ``[feeds.read]``.

    Raises:
        ConfigError: FS-106, an option's value is none.
    """
    try:
        products = Products(currency=currency)
    except ValueError:
        raise ConfigError("FS-106", reason=f"--currency {currency!r} is not an ISO 4217 code such as INR") from None
    try:
        options = read_options(Read.model_validate(read))
    except ValidationError as error:
        wrong = error.errors()[0]
        reason = f"--{wrong['loc'][0]}: {wrong['msg'].removeprefix('Value error, ')}"
        raise ConfigError("FS-106", reason=reason) from None
    return inspect_feed(location, products, allow_private_hosts=tuple(hosts), form=form, options=options)


def _print_inspection(terminal: Console, inspection: Inspection) -> None:
    size = f"{inspection.bytes:,} bytes, {count(inspection.items, 'item')}"
    head = f"{inspection.format}, {inspection.verdict}, {size}"
    terminal.print(Text(plain(inspection.location, 78), "bold"))
    terminal.print(Text(f"  {head}"))
    groups = f"{count(inspection.variants, 'variant')} in {count(inspection.products, 'product')}"
    terminal.print(Text(f"  {groups}, {count(inspection.duplicates, 'duplicate id')}"))
    for reason in inspection.reasons:
        print_hanging(terminal, f"  {reason.code}: {plain(reason.message, 300)}")
    table = Table(box=None, padding=(0, 1), pad_edge=False, width=terminal.width)
    table.add_column("  field", width=22, overflow="ellipsis", no_wrap=True)
    table.add_column("filled", justify="right", width=6)
    table.add_column("distinct", justify="right", width=8)
    table.add_column("taken for", width=14, overflow="ellipsis", no_wrap=True)
    table.add_column("samples", ratio=1, overflow="ellipsis", no_wrap=True)
    for field in inspection.fields[:_FIELDS_SHOWN]:
        distinct = f"{field.distinct:,}" if field.distinct < 1000 else "1,000+"
        share = f"{field.filled / max(inspection.items, 1):.0%}"
        samples = " | ".join(plain(sample, 40) for sample in field.samples)
        taken = field.attribute or "-"
        table.add_row(Text(f"  {plain(field.name, 20)}"), share, distinct, Text(taken), Text(samples))
    if inspection.fields:
        print_table(terminal, table)
    if len(inspection.fields) > _FIELDS_SHOWN:
        terminal.print(Text(f"  … and {len(inspection.fields) - _FIELDS_SHOWN} fields more: use --json"))
    for problem in inspection.problems:
        word = "rejected" if problem.rejects else "noted"
        first = f" (first: {plain(problem.id, 24)})" if problem.id else ""
        print_hanging(terminal, f"  {problem.count:,} {word}: {problem.code} {plain(problem.message, 200)}{first}")
