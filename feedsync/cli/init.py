"""``init``: a schedule's file, written from what is in a feed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from feedsync.cli.common import Context, console
from feedsync.cli.look import AllowPrivateHost, looked_at
from feedsync.config import NAME, load
from feedsync.errors import ConfigError
from feedsync.inspection import Inspection
from feedsync.sources import redact

_NEEDED = ("id", "title", "link", "image_link", "price", "availability")
#: What is missing where a code says so without naming it.
_OF_CODE = {"FS-415": "id", "FS-407": "availability"}
_SHOWN = 25
#: What editors complete and check a schedule by, where it is there: beside the folder of schedules, as in the repository.
_SCHEMA = "../schedule.schema.json"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("init")(init)


def init(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the schedule shall be called.", show_default=False)],
    location: Annotated[str, typer.Argument(help="The feed: a path or an address.", show_default=False)],
    currency: Annotated[
        str | None, typer.Option(help="The currency of prices that name none, such as INR.", show_default=False)
    ] = None,
    site: Annotated[
        str | None,
        typer.Option(help="The shop's address, for feeds without links: https://shop.example", show_default=False),
    ] = None,
    allow_private_host: AllowPrivateHost = [],  # noqa: B006 - typer copies it
) -> None:
    """Look at a feed and write a schedule for it, with comments; nothing is sent."""
    where: Context = context.obj
    path = where.schedules / f"{name}.toml"
    if not NAME.fullmatch(name):
        raise ConfigError("FS-106", reason=f"{name!r} is no name: letters, digits, dots, dashes and underscores")
    if path.exists():
        raise ConfigError("FS-106", reason=f"{path} is there already; remove it first, or take another name")
    inspection = looked_at(location, currency, {"site": site}, allow_private_host)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = schedule_text(name, _from(path.parent, location), inspection, currency, site, allow_private_host)
    if path.parent.joinpath(_SCHEMA).exists():
        text = f"#:schema {_SCHEMA}\n{text}"
    path.write_text(text, encoding="utf-8")
    load(path)
    terminal = console()
    terminal.print(
        Text(f"wrote {path}: {inspection.format}, {inspection.variants:,} of {inspection.items:,} items fit")
    )
    terminal.print(Text(f"→ next: feedsync check {name}"), soft_wrap=True)


def _from(folder: Path, location: str) -> str:
    """The location as the schedule's file must say it, whose paths begin at its own folder."""
    if re.match(r"[a-z][a-z0-9+.-]*:", location, re.IGNORECASE):
        return location
    return str(Path(location).absolute())


def schedule_text(
    name: str, location: str, inspection: Inspection, currency: str | None, site: str | None, hosts: list[str]
) -> str:
    """The file's text: what was found works at once, what is open stands in comments."""
    prefix = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_") or "SHOP"
    lines = [
        f"# Written from {_quiet(redact(location))}: {inspection.format}, {inspection.items:,} items.",
        "# Every setting: docs/schedule.md",
        "",
        'timezone = "UTC"',
        '# cron = "*/15 * * * *"',
        "",
        "[bik]",
        f'key = {{ env = "{prefix}_BIK_KEY" }}',
        f'secret = {{ env = "{prefix}_BIK_SECRET" }}',
        "",
        "[[feeds]]",
        f"location = {_string(location)}",
        f'format = "{inspection.format}"',
    ]
    if hosts:
        lines.append(f"allow_private_hosts = [{', '.join(map(_string, hosts))}]")
    if site:
        lines.append(f"read = {{ site = {_string(site)} }}")
    missing = _lacking(inspection)
    if "link" in missing and not site:
        lines.append('# read = { site = "https://shop.example" }   # where the products can be seen')
    lines += ["", "[products]"]
    lines.append(f'currency = "{currency}"' if currency else '# currency = "INR"   # of prices that name none')
    open_fields = [field for field in inspection.fields if field.attribute is None][:_SHOWN]
    if open_fields or missing:
        lines += ["", "# [map]   # what else the items' fields are; see docs/mapping.md"]
        lines += [f"# {field} = …   # needed, and not every item has one" for field in missing]
        for field in open_fields:
            sample = _quiet(field.samples[0])[:60] if field.samples else ""
            lines.append(f"# … = {_string(_path(field.name))}   # {field.filled:,} items, such as {sample}")
    if inspection.problems:
        lines += ["", "# What was found wrong with items (docs/errors.md):"]
        lines += [f"# {p.count:,} x {p.code} {_quiet(p.message)[:100]}" for p in inspection.problems]
    return "\n".join(lines) + "\n"


def _lacking(inspection: Inspection) -> list[str]:
    """The attributes that an item needs and that some items do not have."""
    refused = [problem for problem in inspection.problems if problem.rejects]
    missed = {problem.message.partition(" ")[0] for problem in refused if problem.code == "FS-403"}
    missed |= {_OF_CODE[problem.code] for problem in refused if problem.code in _OF_CODE}
    return [field for field in _NEEDED if field in missed]


def _path(name: str) -> str:
    """A field's name as JMESPath writes it."""
    if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _string(text: str) -> str:
    """A TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'


def _quiet(text: str) -> str:
    """Untrusted text for a comment: on one line, printable."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
