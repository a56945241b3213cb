"""The measurements as the tables of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.checks import checks
from benchmarks.results import OPERATIONS, Measured, Results

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_MEGA = 1e6


def machine(versions: Mapping[str, str | None]) -> str:
    """Cores and versions."""
    own = f"{os.cpu_count()} cores, {platform.system()}, CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    there = [f"{name} {version}" for name, version in versions.items() if version]
    missing = [name for name, version in versions.items() if not version]
    return "; ".join([", ".join([own, *there]), *([f"not installed: {', '.join(missing)}"] if missing else [])]) + "."


def written(results: Results, machine_line: str) -> str:
    """All tables, as Markdown."""
    parts = [machine_line, "\n".join(_check_list(results))]
    for items in results.sizes:
        for form in results.forms(items):
            parts.append("\n".join(_table(results, form, items)))
    return "\n\n".join(part for part in parts if part) + "\n"


def write_into(page: Path, text: str) -> None:
    """Put the tables between the page's marks.

    Raises:
        RuntimeError: the page has no such marks.
    """
    before, mark, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise RuntimeError(f"{page} has no lines {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def _check_list(results: Results) -> Iterator[str]:
    yield "| goal | at most | measured | by CPU seconds | |"
    yield "|---|---:|---:|---:|---|"
    for check in checks(results):
        measured = "not measured" if check.wall is None else f"{check.wall:{check.style}}"
        cpu = "" if check.cpu is None else f"{check.cpu:{check.style}}"
        verdict = "" if check.wall is None else "within" if check.wall <= check.bound else "**over**"
        yield f"| {check.what} | {check.bound:g} | {measured} | {cpu} | {verdict} |"


def _table(results: Results, form: str, items: int) -> Iterator[str]:
    limit = results.median("google-xml", items, "xmllint", "read")
    first = results.programs(form, items)[0]
    some = next(m for o in OPERATIONS if (m := results.median(form, items, first, o)))
    times = "times xmllint" if form == "google-xml" else "times xmllint (of the XML)"
    yield f"### {form}, {items:,} items, {some.feed_bytes / _MEGA:,.0f} MB\n"
    columns = f"program | operation | s | CPU s | {times}: s | CPU s | without the calls: s | CPU s | peak MB | rounds"
    yield f"| {columns} | stages (s), remarks |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|"
    for program in results.programs(form, items):
        for operation, words in OPERATIONS.items():
            if one := results.median(form, items, program, operation):
                rounds = results.rounds(form, items, program, operation)
                yield f"| {program} | {words} | {' | '.join(_cells(one, limit))} | {rounds} | {_remarks(one)} |"


def _cells(one: Measured, limit: Measured | None) -> list[str]:
    if not one.finished:
        return [f"over {one.wall_s:.0f}", "", "", "", "", "", f"{one.peak_bytes / _MEGA:.0f}"]
    ratios = [f"{one.wall_s / limit.wall_s:.2f}", f"{one.cpu_s / limit.cpu_s:.2f}"] if limit else ["", ""]
    wall_s, cpu_s = one.without("push", "verify")
    own = [f"{wall_s:.2f}", f"{cpu_s:.2f}"] if one.stages else ["", ""]
    return [f"{one.wall_s:.2f}", f"{one.cpu_s:.2f}", *ratios, *own, f"{one.peak_bytes / _MEGA:.0f}"]


def _remarks(one: Measured) -> str:
    rest_s = one.wall_s - sum(wall for wall, _, _ in one.stages.values())
    stages = [f"{name} {wall:.2f}" for name, (wall, _, _) in one.stages.items() if wall >= 0.005]
    return "; ".join(
        part for part in (", ".join([*stages, f"start and end {rest_s:.2f}"]) if one.stages else "", one.note) if part
    )
