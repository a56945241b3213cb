"""``report``: a run in the form that its reader wants."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Annotated, Literal, TextIO

import msgspec
import typer

from feedsync.cli.common import Context, Json, console, file_console, write_json
from feedsync.cli.completion import schedule_names
from feedsync.config import NAME
from feedsync.errors import ConfigError, Fatal
from feedsync.report.figures import Analysis
from feedsync.report.markdown import markdown
from feedsync.report.page import write_html
from feedsync.report.summary import RunSummary, load_summary
from feedsync.report.tables import write_csv
from feedsync.report.terminal import print_run
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path

Form = Literal["terminal", "json", "csv", "markdown", "html"]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("report")(report)


def report(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="The schedule's name.", show_default=False, autocompletion=schedule_names)
    ],
    run: Annotated[
        int | None, typer.Argument(help="The run's number; the last without it.", show_default=False)
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="For a terminal, a program, a spreadsheet, a chat or a browser.")
    ] = "terminal",
    raw: Annotated[
        bool, typer.Option("--raw", help="CSV for a program: every value as it is. Not for a spreadsheet.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write into this file instead of stdout.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a run: what changed, what was held, rejected and pushed, and how prices moved."""
    where: Context = context.obj
    form = "json" if as_json else form
    if raw and form != "csv":
        raise ConfigError("FS-106", reason="--raw goes with --format csv")
    path = snapshot_path(where.state, name)
    if not NAME.fullmatch(name) or not path.exists():
        where.schedule(name)  # a wrong name is the likelier mistake: it is told with the nearest one
        raise ConfigError("FS-504", schedule=name, run=run or 1)
    with Store(path, read_only=True) as store:
        record = store.run_record(run)
        if record is None:
            raise ConfigError("FS-504", schedule=name, run=run or 1)
        summary = load_summary(store, name, record)
        if form == "csv":
            _written(output, lambda stream: write_csv(stream, store, summary.run, raw=raw))
            return
        from feedsync.report.analysis import analyse  # pandas: half a second that no other command pays

        analysis = analyse(store, summary)
        if form == "html":
            _written(output, lambda stream: write_html(stream, store, summary, analysis))
            return
    summary.analysis = analysis
    if form == "json" and output is None:
        write_json(summary)
    elif form == "terminal" and output is None:
        print_run(console(), summary)
    else:
        _written(output, lambda stream: stream.write(_text(form, summary, analysis)))


def _text(form: Form, summary: RunSummary, analysis: Analysis) -> str:
    if form == "markdown":
        return markdown(summary, analysis)
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(summary), indent=2).decode() + "\n"
    stream = StringIO()
    print_run(file_console(stream), summary)
    return stream.getvalue()


def _written(output: Path | None, write: Callable[[TextIO], object]) -> None:
    """Write to a file, which is whole or is not touched, or to stdout, in UTF-8 whatever the terminal's encoding is."""
    if output is None:
        sys.stdout.flush()
        stream = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", errors="backslashreplace")
        try:
            write(stream)
            stream.flush()
        finally:
            stream.detach()
        return
    partial = output.with_name(f".{output.name}.partial")
    try:
        try:
            with partial.open("w", encoding="utf-8", newline="", errors="backslashreplace") as file:
                write(file)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise Fatal("FS-109", reason=f"{output}: {error.strerror or error}") from None
