"""A run as a person reads it in a terminal: one screen of 80 columns, the important first, and what to do next.

Words, never colour alone, carry the meaning. Text from feeds is untrusted: it goes out as plain text, without markup and
without control characters.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from feedsync.gates import GateResult
from feedsync.report.figures import Analysis
from feedsync.report.summary import Difference, RunSummary

#: kind -> the words for it, in the order in which they are shown.
KINDS: dict[str, str] = {
    "product_removed": "product removed",
    "variant_removed": "variant removed",
    "out_of_stock": "out of stock",
    "back_in_stock": "back in stock",
    "price_up": "price up",
    "price_down": "price down",
    "sale_started": "sale started",
    "sale_changed": "sale changed",
    "sale_ended": "sale ended",
    "product_added": "product added",
    "product_returned": "product returned",
    "variant_added": "variant added",
    "variant_moved": "variant moved",
    "quantity": "quantity",
    "content": "content",
    "catalogs": "catalogs",
    "catalog_added": "catalog added",
    "catalog_renamed": "catalog renamed",
}
_STYLES = {"done": "bold green", "rejected": "bold yellow", "held": "bold yellow", "failed": "bold red"}
_SHOWN = 5
#: A run that took less has nothing to say about where its time went.
_WORTH_TELLING_S = 1.0


def print_run(console: Console, summary: RunSummary) -> None:
    """The whole report of a run."""
    _headline(console, summary)
    _documents(console, summary)
    _changes(console, summary)
    if summary.analysis:
        _prices(console, summary.analysis)
    if summary.outcome in ("interrupted", "crashed", "running"):
        console.print(Text("  it did not come to its end; what Bik took is remembered, the next run goes on"))
    else:
        _gates(console, summary)
        _pushed(console, summary)
    if sum(summary.seconds.values()) >= _WORTH_TELLING_S:
        print_hanging(console, f"  time     {stages_words(summary)}", indent=11)
    _rejected(console, summary)
    for line in next_steps(summary):
        if ": feedsync " in line:
            console.print(Text(f"→ {line}"), soft_wrap=True)  # a command stays on one line, to be copied
        else:
            print_hanging(console, f"→ {line}", indent=2)


def plain(text: str, limit: int = 60, *, strip: bool = True) -> str:
    """Untrusted text on one line: printable characters only, cut to ``limit``; ``strip``: without white space to spare."""
    line = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(line.split()) if strip else line
    return line if len(line) <= limit else line[: limit - 1] + "…"


def moved(before: str | None, after: str | None, limit: int) -> str:
    """From what to what, each cut to ``limit``; only one of them where there is only one."""
    return " → ".join(plain(text, limit) for text in (before, after) if text is not None)


def readable_when(moment: str) -> str:
    """A moment of the view model as a person reads it."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M:%S} UTC"


def count(number: int, word: str) -> str:
    """``1 item``, ``1,200 items``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def stages_words(summary: RunSummary) -> str:
    """Where the time went and what came in: ``fetch 1.2 s, read 10.0 s, push 3.1 s; 2,250,000 bytes``."""
    stages = ", ".join(f"{name} {seconds:,.1f} s" for name, seconds in summary.seconds.items())
    return f"{stages}; {count(sum(d.bytes for d in summary.documents), 'byte')} in the documents"


def print_hanging(console: Console, line: str, *, indent: int = 4, style: str = "") -> None:
    """A line that may be long, wrapped between words, with what follows set in."""
    for number, part in enumerate(Text(line, style).wrap(console, console.width - indent)):
        part.rstrip()
        console.print(Text(" " * indent if number else "") + part, soft_wrap=True)


def print_table(console: Console, table: Table) -> None:
    """A table without the blanks that fill its lines up, which nobody wants in a log."""
    with console.capture() as captured:
        console.print(table)
    console.print(Text("\n".join(line.rstrip() for line in captured.get().splitlines())), soft_wrap=True)


def _headline(console: Console, summary: RunSummary) -> None:
    began, ended = (datetime.fromisoformat(t) for t in (summary.started_at, summary.finished_at))
    what = "plan" if summary.trigger == "diff" else f"run {summary.run}"
    line = Text.assemble((summary.schedule, "bold"), f" · {what} · ")
    line.append(summary.outcome, _STYLES.get(summary.outcome, "bold red"))
    line.append(f" · {began:%Y-%m-%d %H:%M:%S} UTC · {(ended - began).total_seconds():.1f} s")
    console.print(line)
    if summary.died:
        print_hanging(
            console, f"  the run before this one died: {plain(summary.died, 200)}; nothing of it is lost", indent=4
        )
    if summary.error:
        print_hanging(console, f"  {summary.error.code}: {plain(summary.error.message, 400)}", style="red")


def _documents(console: Console, summary: RunSummary) -> None:
    for document in summary.documents:
        name = plain(document.location.rsplit("/", 1)[-1] or document.location, 30)
        read = f"{document.parsed:,} read anew" if document.fresh else "unchanged"
        said = f"{document.verdict}, {document.items:,} items, {read}"
        if document.failed:
            said = "could not be read; what it said last stays"
        console.print(Text(f"  feed     {name}: {said}"))
        for reason in [] if document.failed else document.reasons:
            print_hanging(console, f"           {reason.code}: {plain(reason.message, 300)}", indent=13)


def _changes(console: Console, summary: RunSummary) -> None:
    if not summary.changes:
        console.print(Text("  changes  none"))
        return
    by_kind: dict[str, list[Difference]] = defaultdict(list)
    for difference in summary.differences:
        by_kind[difference.kind].append(difference)
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False, width=console.width)
    table.add_column(width=20)
    table.add_column(justify="right", width=7)
    table.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
    for kind, words in KINDS.items():
        if count := summary.changes.get(kind):
            example = max(by_kind[kind], key=_weight, default=None)
            table.add_row(Text(f"    {words}"), f"{count:,}", Text(_example(example) if example else ""))
    console.print(Text("  changes"))
    print_table(console, table)


def _prices(console: Console, analysis: Analysis) -> None:
    """How prices moved, and where most."""
    prices = analysis.prices
    if prices.median is None:
        return
    line = f"  prices   {prices.up:,} up, {prices.down:,} down, median {prices.median:+.1%}"
    console.print(Text(line))
    for words, groups in (("catalog", prices.by_catalog), ("brand", prices.by_brand)):
        group = groups[0]
        sums = f"{group.up:,} up, {group.down:,} down, median {group.median:+.1%}"
        print_hanging(console, f"    most in the {words} {plain(group.name, 40)}: {sums}", indent=6)


def _weight(difference: Difference) -> float:
    """How much a price moved, as a ratio: the largest move is the example that people want to see."""
    try:
        before, after = (float((text or "").split(" ")[0]) for text in (difference.before, difference.after))
        return abs(after - before) / before
    except (ValueError, ZeroDivisionError):
        return 0.0


def _example(difference: Difference) -> str:
    if difference.kind.startswith("catalog_"):
        names = [plain(name, 40) for name in (difference.before, difference.after) if name]
        return " → ".join(names)
    subject = plain(difference.variant_id or difference.subject, 24)
    field = f" {difference.field}" if difference.kind == "content" else ""
    note = f" ({difference.note})" if difference.note else ""
    return f"{subject}{field}  {moved(difference.before, difference.after, 40)}{note}"


def _gates(console: Console, summary: RunSummary) -> None:
    """Every gate's measure with its limit; first those that hold or let something through."""
    passed = []
    for gate in summary.gates:
        if gate.verdict in ("pass", "off"):
            passed.append(gate)
            continue
        held = f", holds {count(gate.held, 'change')}" if gate.held else ""
        held = ", nothing to hold" if gate.verdict == "held" and not gate.held else held
        line = f"  gate     {gate.gate}: {gate.verdict}, {_measured(gate)}{held}"
        print_hanging(console, line, indent=11, style="yellow" if gate.verdict == "held" else "")
        if gate.note:
            print_hanging(console, f"           {plain(gate.note, 200)}", indent=11)
    if passed:
        what = "all pass" if len(passed) == len(summary.gates) else "the others pass"
        listed = ", ".join(f"{gate.gate} {_measured(gate, short=True)}" for gate in passed)
        print_hanging(console, f"  gates    {what}: {listed}", indent=11)


def _measured(gate: GateResult, *, short: bool = False) -> str:
    if gate.verdict == "off":
        return "off"
    if gate.gate == "identity":
        return f"{_amount(gate.value)} of at least {_amount(gate.limit)}"
    if gate.limit == 0 and not isinstance(gate.limit, float):
        return _amount(gate.value)
    return f"{_amount(gate.value)} {'of' if short else 'with a limit of'} {_amount(gate.limit)}"


def _amount(value: float | int | str) -> str:
    return f"{value * 100:.1f}%" if isinstance(value, float) else str(value)


def _pushed(console: Console, summary: RunSummary) -> None:
    pushed = summary.pushed
    if summary.trigger == "diff":
        console.print(Text(f"  plan     {count(summary.planned, 'product')} would be sent; nothing was"))
        return
    line = (
        f"  pushed   {count(pushed.products, 'product')}, {count(pushed.catalogs, 'catalog')}, "
        f"{pushed.deleted:,} deleted, in {count(pushed.requests, 'request')}"
    )
    if pushed.verified or pushed.unread:
        line += f"; {pushed.verified:,} read back" + (f", {pushed.unread:,} could not be" if pushed.unread else "")
    if summary.remaining:
        line += f"; {summary.remaining:,} remain for the next run"
    print_hanging(console, line, indent=11)


def _rejected(console: Console, summary: RunSummary) -> None:
    if not summary.rejected:
        return
    console.print(Text(f"  rejected {len(summary.rejected):,} (each keeps what the store has of it)"))
    for rejection in summary.rejected[:_SHOWN]:
        place = plain(rejection.where.rsplit("/", 1)[-1], 30)
        print_hanging(console, f"    {plain(rejection.id or 'no id', 40)}  {place}  {rejection.code}", indent=6)
        print_hanging(console, f"      {plain(rejection.message, 200)}", indent=6)
    if len(summary.rejected) > _SHOWN:
        console.print(
            Text(f"    … and {len(summary.rejected) - _SHOWN:,} more: feedsync report {summary.schedule} --json")
        )


def next_steps(summary: RunSummary) -> list[str]:
    """What a person may want to do about it, as commands."""
    steps = []
    held = {gate.gate for gate in summary.gates if gate.verdict == "held" and gate.held}
    broken = [plain(d.location.rsplit("/", 1)[-1], 30) for d in summary.documents if d.verdict == "degraded"]
    if broken and "degraded" not in held:
        steps.append(f"what {', '.join(broken)} lacks stays in the store until the feed is whole again")
    if "degraded" in held:
        steps.append("removals wait for a whole document; mend the feed")
    for gate in sorted(held - {"degraded"}):
        if summary.trigger == "diff":
            steps.append(f"held by {gate}; to let it through in a run: feedsync run {summary.schedule} --allow {gate}")
        else:
            steps.append(f"let through what {gate} holds: feedsync approve {summary.schedule} --only {gate}")
    if summary.pinned_to is not None:
        what = "is retired" if summary.pinned_to == 0 else f"is held at run {summary.pinned_to}"
        steps.append(f"the schedule {what}; follow its feeds again: feedsync rollback {summary.schedule} --release")
    if summary.unused_catalogs:
        names = ", ".join(plain(name, 40) for name in summary.unused_catalogs[:3])
        steps.append(f"no product names these catalogs any more; Bik can only delete them by hand: {names}")
    return steps
