"""``explain``: one product's whole story, for a terminal of 80 columns."""

from __future__ import annotations

import re
from typing import Annotated

import typer
from rich.cells import chop_cells
from rich.console import Console
from rich.text import Text

from feedsync.cli.common import Context, Json, Name, console, write_json
from feedsync.cli.progress import showing
from feedsync.decisions import Decision
from feedsync.explain import explain
from feedsync.report.summary import Reason, utc_minute
from feedsync.report.terminal import KINDS, count, moved, plain, print_hanging
from feedsync.snapshot.calls import Call
from feedsync.snapshot.consent import Held
from feedsync.story import DocumentStory, Occurrence, ProblemStory, Story, VariantStory

_CHANGES_SHOWN = 10
_CALLS_SHOWN = 5
_VARIANTS_SHOWN = 5
_ITEMS_SHOWN = 3
_PROBLEMS_SHOWN = 5
#: How much of a raw record, in lines.
_RAW_SHOWN = 16
_MARGIN = 11
_ID_SHOWN = 80
_BETWEEN_ELEMENTS = re.compile(r"(?<=>)(?=<(?!/))|(?<=>)(?=</(?:item|entry)>)")
#: What a stage is called in the margin.
_STAGES = {"supplemental feed": "stock"}

Id = Annotated[str, typer.Argument(help="A product's or a variant's id.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("explain")(explain_command)


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
    schedule = where.schedule(name)
    with showing() as progress:
        story = explain(schedule, where.state, item_id, fetched=not no_fetch, live=live, progress=progress)
    if as_json:
        write_json(story)
    else:
        _print(console(), story)


def _line(out: Console, label: str, words: str) -> None:
    """A line with its label in the margin, and what follows set in."""
    for number, part in enumerate(Text(words).wrap(out, out.width - _MARGIN - 2)):
        part.rstrip()
        out.print(Text(f"  {label:<8} " if number == 0 else " " * (_MARGIN + 2)) + part, soft_wrap=True)


def _raw(out: Console, record: str) -> None:
    """The first lines of a record as they stand in the feed; what does not print is a blank, and one long line is broken."""
    lines = [line for line in record.expandtabs(2).splitlines() if line.strip()]
    width = out.width - _MARGIN
    if len(lines) == 1 and lines[0].startswith("<"):
        lines = _BETWEEN_ELEMENTS.sub("\n", lines[0]).splitlines()
    elif len(lines) == 1:
        lines = chop_cells(plain(lines[0], len(lines[0]), strip=False), width)
    least = min((len(line) - len(line.lstrip()) for line in lines[1:]), default=0)
    for number, line in enumerate(lines[:_RAW_SHOWN]):
        shown = Text(plain(line if number == 0 else line[least:], 1000, strip=False).rstrip(), "dim")
        shown.truncate(width, overflow="ellipsis")
        out.print(Text("  raw      " if number == 0 else " " * _MARGIN, "dim") + shown, soft_wrap=True)
    if len(lines) > _RAW_SHOWN:
        _line(out, "", f"… and {count(len(lines) - _RAW_SHOWN, 'line')} more: --json")


def _print(out: Console, story: Story) -> None:
    variant = f", a variant of the product {plain(story.product_id, _ID_SHOWN)}" if story.product_id != story.id else ""
    print_hanging(out, f"{story.schedule} · {plain(story.id, _ID_SHOWN)}{variant}", style="bold")
    for document in story.documents:
        _print_document(out, story, document)
    for reason in story.unfetched:
        _line(out, "feed", f"{reason.code}: {plain(reason.message, 300)}")
    told = {(one.code, one.message) for item in story.feed for one in (item.reason, *item.notes) if one}
    problems = [one for one in story.problems if one.last_run is not None or (one.code, one.message) not in told]
    for problem in problems[:_PROBLEMS_SHOWN]:
        _print_problem(out, story, problem)
    _more(out, len(problems) - _PROBLEMS_SHOWN, "problem")
    variants = [one for one in story.variants if story.id in (one.id, story.product_id)]
    for one in variants[:_VARIANTS_SHOWN]:
        _print_variant(out, story, one)
    _more(out, len(variants) - _VARIANTS_SHOWN, "variant")
    if others := [plain(one.id, _ID_SHOWN) for one in story.variants if one not in variants]:
        _line(out, "", f"beside it {count(len(others), 'variant')}: {plain(', '.join(others), 200)}")
    if story.next_change_at is not None:
        _line(out, "clock", f"time alone changes it at {utc_minute(story.next_change_at)}")
    if story.pinned_to is not None:
        _line(out, "pinned", f"the schedule is held at run {story.pinned_to}, whatever its feeds say")
    for held in story.held:
        for kind, before, after in _held(story, held):
            _line(out, "held", f"by {held.gate}: {KINDS[kind]} {moved(before, after, 24)}")
    if story.held:
        _line(out, "", f"release it: feedsync approve {story.schedule} --ids {plain(story.product_id, _ID_SHOWN)}")
    for decision in story.decisions:
        over = "" if decision.open else ", which is over"
        what = f"{decision.klass} {moved(decision.before, decision.after, 24)}".rstrip()
        _line(out, "consent", f"{what} {decision.word} by {plain(decision.who, 40)} at {utc_minute(decision.at)}{over}")
    for run, at, change in story.changes[:_CHANGES_SHOWN]:
        subject = plain(change.variant_id, 24) if change.variant_id not in (None, story.id) else ""
        what = f"{KINDS.get(change.kind, change.kind)} {subject} {plain(change.field or '', 20)} "
        what += moved(change.before, change.after, 30)
        _line(out, f"run {run}", f"{utc_minute(at)} {' '.join(what.split())} ({change.verdict})")
    _more(out, len(story.changes) - _CHANGES_SHOWN, "change")
    for call in story.calls[:_CALLS_SHOWN]:
        _print_call(out, call)
    _more(out, len(story.calls) - _CALLS_SHOWN, "request")
    _print_store(out, story)


def _held(story: Story, held: Held) -> list[tuple[str, str | None, str | None]]:
    """The changes of what is held, as the last run told them one by one; else all of it as one."""
    told = [
        (run, change) for run, _, change in story.changes
        if change.verdict == f"held by {held.gate}" and (change.variant_id or "") == held.variant_id
    ]  # fmt: skip
    last = [(change.kind, change.before, change.after) for run, change in told if run == told[0][0]]
    return last or [(held.kind, held.before, held.after)]


def _more(out: Console, left: int, what: str) -> None:
    if left > 0:
        _line(out, "", f"… and {count(left, what)} more: --json")


def _print_document(out: Console, story: Story, document: DocumentStory) -> None:
    words = f"{_name(document.location)} ({document.format}): {document.verdict}, {count(document.items, 'item')}"
    if document.run is None:
        words += "; no run has read it yet"
    elif document.changed is not None:
        words += f"; {'changed' if document.changed else 'unchanged'} since run {document.run} read it"
    _line(out, "feed", words)
    for reason in document.reasons:
        _line(out, "", f"{reason.code}: {plain(reason.message, 300)}")
    items = [one for one in story.feed if one.feed == document.feed]
    for item in items[:_ITEMS_SHOWN]:
        _print_item(out, story, item)
    if not items:
        _line(out, "", f"it has no item {plain(story.id, _ID_SHOWN)}{_missing(story, document)}")
    if document.found > _ITEMS_SHOWN:
        _line(out, "", f"… and {count(document.found - _ITEMS_SHOWN, 'item')} more of it in this feed: --json")


def _missing(story: Story, document: DocumentStory) -> str:
    """What a run would make of that."""
    theirs = [one for one in story.variants if one.feed == document.location and one.says.absent_since is None]
    if not theirs:
        return ""
    if document.verdict == "complete":
        return ": the next run will count it as missing"
    return f": as the document is {document.verdict}, a run would not count it as missing"


def _print_item(out: Console, story: Story, item: Occurrence) -> None:
    place = f"line {item.line:,}" if item.line is not None else "a line that nobody knows"
    place += f", byte {item.byte:,}" if item.byte is not None else ""
    who = f"{plain(item.id, _ID_SHOWN)}, " if item.id != story.id else ""
    what = item.outcome if item.because is None else f"{item.outcome} by {plain(item.because, 200)}"
    what = "not taken" if item.outcome == "double" else what
    _line(out, "item", f"{who}{place}: {what}")
    if item.reason:
        _line(out, "", _reason(story, item.reason))
    _raw(out, item.raw)
    for note in item.notes:
        _line(out, "note", _reason(story, note))
    for stage in item.stages:
        if stage.stage != "read":
            value = "taken away" if stage.value is None else f"= {plain(stage.value, 60)}"
            _line(out, _STAGES.get(stage.stage, stage.stage), f"{plain(stage.attribute, 40)} {value}")
    label = "becomes"
    for decision in item.decisions:
        if not decision.plain:
            _line(out, label, _decision(decision))
            label = ""
    if item.unused:
        _line(out, "unused", plain(", ".join(item.unused), 300))
    if item.news:
        _line(out, "differs", "from what the last run took; the next run will take this:")
    for change in item.news or []:
        before, after = (plain(text, 40) if text is not None else "nothing" for text in (change.before, change.after))
        _line(out, "", f"{change.field}: {before} → {after}")


def _reason(story: Story, reason: Reason) -> str:
    """A reason, and since which run it holds."""
    since = next(
        (
            one.first_run
            for one in story.problems
            if (one.code, one.message, one.last_run) == (reason.code, reason.message, None)
        ),
        None,
    )
    return f"{reason.code}: {plain(reason.message, 300)}" + (f" (since run {since})" if since is not None else "")


def _decision(decision: Decision) -> str:
    of = [f"{plain(source.attribute, 40)} “{plain(source.text, 80, strip=False)}”" for source in decision.of]
    return f"{decision.field} {plain(decision.value, 80)}, from {', '.join([*of, *decision.settings])}"


def _print_problem(out: Console, story: Story, problem: ProblemStory) -> None:
    who = f"{plain(problem.id, _ID_SHOWN)}, " if problem.id != story.id else ""
    runs = f"since run {problem.first_run}"
    if problem.last_run is not None:
        runs = f"in run {problem.first_run}"
        runs = runs if problem.first_run == problem.last_run else f"in runs {problem.first_run} to {problem.last_run}"
    where = f" ({_name(problem.where)})"
    _line(out, problem.severity, f"{who}{runs}{where}: {problem.code}: {plain(problem.message, 300)}")
    if problem.raw and not story.feed:
        _raw(out, problem.raw)


def _print_variant(out: Console, story: Story, variant: VariantStory) -> None:
    says = variant.says.texts()
    short = ", ".join(says[name] for name in ("title", "price", "availability") if name in says)
    _line(out, "variant", f"{plain(variant.id, _ID_SHOWN)}: {plain(short, 120)}")
    for name in says if not story.feed else ():
        if name not in ("id", "absent_since"):
            _line(out, "", f"{name}: {plain(says[name], 120)}")
    for words in variant.now:
        _line(out, "", f"→ {words}")


def _print_call(out: Console, call: Call) -> None:
    heard = [f"HTTP {call.status}"] if call.status is not None else []
    if call.inner_status is not None and call.inner_status != call.status:
        heard.append(f"status {call.inner_status} within")
    heard += [f"{call.duration_ms:,} ms"] if call.duration_ms is not None else []
    heard += [f"{call.tries} tries"] if call.tries > 1 else []
    heard += [f"id {plain(call.request_id, 40)}"] if call.request_id else []
    words = f"{utc_minute(call.at)} {call.action}: {_OUTCOMES.get(call.outcome, call.outcome)}"
    words += f" ({', '.join(heard)})" if heard else ""
    words += f": {plain(call.message, 200)}" if call.message else ""
    _line(out, "request", words)


_OUTCOMES = {
    "again": "refused, and sent again in parts or without what was missing",
    "retryable": "not taken, to be sent again",
    "unknown": "nobody knows, to be sent again",
}


def _print_store(out: Console, story: Story) -> None:
    sent = story.sent
    if sent.product is None:
        _line(out, "store", "it has nothing of this from us")
    else:
        later = (
            ""
            if sent.outcome == "acknowledged"
            else f"; the last request: {_OUTCOMES.get(str(sent.outcome), sent.outcome)}"
        )
        _line(out, "store", f"as Bik acknowledged it in run {sent.run}{later}")
        combinations = [one for one in sent.product.combinations if story.id in (one.id, story.product_id)]
        for one in combinations[:_VARIANTS_SHOWN]:
            price = f"{bytes(one.discountedPrice).decode()} {one.currency}"
            _line(out, "", f"{plain(one.id, _ID_SHOWN)}: {price}, quantity {one.quantity}")
        _more(out, len(combinations) - _VARIANTS_SHOWN, "variant")
    if sent.message:
        _line(out, "", f"{sent.code}: {plain(sent.message, 200)}")
    if story.there is None:
        return
    if not story.there:
        _line(out, "live", "the store does not have it")
    elif story.live is None:
        _line(out, "live", "the store has it, but not from us")
    elif not story.live:
        _line(out, "live", "the store holds exactly that")
    for field in story.live or []:
        _line(out, "live", f"{plain(field.field, 40)}: {plain(field.sent, 40)} → {plain(field.stored, 40)}")


def _name(location: str) -> str:
    return plain(location.rsplit("/", 1)[-1], 40)
