"""A run as Markdown, for a pull request or a chat: the numbers, the largest price moves, what is held and rejected.

Every text from a feed stands in a code span, where it can neither be a link, an image, HTML nor the mention of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from feedsync.report.figures import Analysis, Move
from feedsync.report.summary import RunSummary
from feedsync.report.terminal import KINDS, count, next_steps, plain, stages_words

_SHOWN = 20


def markdown(summary: RunSummary, analysis: Analysis) -> str:
    """The report, in GitHub's Markdown."""
    what = "plan" if summary.trigger == "diff" else f"run {summary.run}"
    pushed = summary.pushed
    blocks = [
        f"## {code(summary.schedule)}, {what}: {summary.outcome}",
        f"{summary.started_at}. Sent {count(pushed.products, 'product')}, deleted {pushed.deleted:,}, in "
        f"{count(pushed.requests, 'request')}; {summary.held:,} held, {len(summary.rejected):,} rejected.",
        f"Time: {stages_words(summary)}." if summary.seconds else "",
        f"**{summary.error.code}** {code(summary.error.message)}" if summary.error else "",
        _table(("change", "count"), ((KINDS.get(k, k), f"{n:,}") for k, n in summary.changes.items())),
        *_prices(analysis),
        _section(
            "Gates",
            ("gate", "verdict", "held"),
            ((g.gate, g.verdict, f"{g.held:,}") for g in summary.gates if g.verdict != "pass"),
        ),
        _section(
            f"Rejected ({len(summary.rejected):,})",
            ("id", "code", "why", "where"),
            ((code(r.id or "no id"), r.code, code(r.message), code(r.where)) for r in summary.rejected[:_SHOWN]),
        ),
        "\n".join(f"- {_step(line)}" for line in next_steps(summary)),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def code(text: str, limit: int = 160) -> str:
    """Untrusted text as a code span that also fits a table's cell."""
    line = plain(text, limit).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line or ' '}{pad}{fence}"


def _step(line: str) -> str:
    words, colon, command = line.partition(": feedsync ")
    return f"{words}: {code('feedsync ' + command, 400)}" if colon else code(words, 400)


def _prices(analysis: Analysis) -> Iterator[str]:
    prices = analysis.prices
    if prices.median is None:
        return
    yield f"### Prices\n\n{prices.up:,} up, {prices.down:,} down, median {prices.median:+.1%}."
    for title, moves in (("Largest up", prices.largest_up), ("Largest down", prices.largest_down)):
        yield _section(title, ("product", "title", "before", "after", "move"), (_row(move) for move in moves), level=4)


def _row(move: Move) -> tuple[str, ...]:
    name, title = code(move.variant or move.product), code(move.title or "")
    return name, title, move.before, move.after, f"{move.ratio:+.1%}"


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, level: int = 3) -> str:
    table = _table(head, rows)
    return f"{'#' * level} {title}\n\n{table}" if table else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]) if lines else ""
