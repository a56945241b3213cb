"""A run as one HTML file that needs nothing else: no server, no network.

Its content security policy allows the two texts of ours, by their hashes, and nothing else, so a text of a feed that
slipped through every escape would still not run. The changes stand in it as JSON; the script shows those rows that are in
view, so a hundred thousand open like ten. Pictures are at the shop's addresses: the page asks for them only when told to.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, TextIO

import msgspec
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feedsync.report.charts import Bar, bars, moves
from feedsync.report.figures import Analysis
from feedsync.report.labels import labelled_changes
from feedsync.report.summary import RunSummary
from feedsync.report.terminal import KINDS, next_steps, readable_when, stages_words
from feedsync.snapshot.store import Store

#: Characters that could end the element that holds the JSON, or a line of it for an old reader.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
_REJECTS_SHOWN = 1000


def environment(*packages: str) -> Environment:
    """Templates of packages, the first that has one, which escape everything and know no undefined name."""
    loader = ChoiceLoader([PackageLoader(package) for package in packages])
    known = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    known.filters["words"] = lambda kind: KINDS.get(kind, kind)
    known.filters["when"] = readable_when
    known.filters["stages"] = stages_words
    known.filters["share"] = lambda ratio: f"{ratio:+.1%}"
    known.filters["number"] = lambda number: f"{number:,}"
    return known


_PAGES = environment("feedsync.report")


def style() -> str:
    """The style sheet of the report, which the web pages share."""
    return _text("report.css")


def write_html(stream: TextIO, store: Store, summary: RunSummary, analysis: Analysis) -> None:
    """Write the whole file."""
    css, script = style(), _text("report.js")
    page = _PAGES.get_template(
        "report.html"
    ).stream(
        run=summary,
        analysis=analysis,
        title=f"{summary.schedule}, {'plan' if summary.trigger == 'diff' else f'run {summary.run}'}",
        css=Markup(css),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        css_hash=_hash(css),
        script_hash=_hash(script),
        kinds=[kind for kind in KINDS if kind in summary.changes],
        kinds_chart=kinds_chart(summary.changes),
        moves_chart=moves("Price changes by how much they moved", analysis.prices.bins),
        steps=next_steps(summary),
        rejected=summary.rejected[:_REJECTS_SHOWN],
        rows=_json(store, summary.run),
        words_json=Markup(msgspec.json.encode(KINDS).decode()),  # noqa: S704 - words of this package
    )
    page.enable_buffering(200)
    stream.writelines(page)


def kinds_chart(changes: dict[str, int]) -> Markup:
    """How many changes there are of each kind."""
    return bars("Changes by kind", [Bar(words, changes[kind]) for kind, words in KINDS.items() if kind in changes])


def _json(store: Store, run: int) -> Iterator[Markup]:
    """The rows, each ``[kind, product, variant, title, field, before, after, verdict, note]``, safe within a script element."""
    separator = "["
    for change in labelled_changes(store, run):
        row: list[Any] = [
            change.kind, change.subject, change.variant_id, change.label.title, change.field, change.before,
            change.after, change.verdict, change.note,
        ]  # fmt: skip
        encoded = msgspec.json.encode(row).decode().translate(_ESCAPES)
        yield Markup(f"{separator}{encoded}")  # noqa: S704 - no character of it ends the element
        separator = ",\n"
    yield Markup("[]") if separator == "[" else Markup("]")


def _text(name: str) -> str:
    return (files("feedsync.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
