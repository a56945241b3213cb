"""Schedules' files: found by name, read from TOML, checked whole before anything starts.

The models of :mod:`feedsync.settings` say what is allowed; a mistake is a :class:`ConfigError` that names the file, the
line and the nearest known key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from feedsync.errors import ConfigError
from feedsync.expressions import NotAnExpression
from feedsync.secrecy import remember_userinfo
from feedsync.settings import Schedule

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
#: Names whose snapshot would be another file of the state: ``rate.db`` is the budget of requests.
_TAKEN = frozenset({"rate"})


def load(path: Path) -> Schedule:
    """One schedule from its file.

    Raises:
        ConfigError: FS-101 (not TOML), FS-102 (an unknown key), FS-103 (a wrong value), FS-106 (no such file, or a taken name).
    """
    if path.stem in _TAKEN:
        raise ConfigError(
            "FS-106", reason=f"{path}: no schedule can be called {path.stem!r}; give the file another name"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigError("FS-106", reason=f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError("FS-101", file=str(path), reason=str(error)) from None
    except RecursionError:
        raise ConfigError("FS-101", file=str(path), reason="it is nested too deeply") from None
    mistake = None
    try:
        schedule = Schedule.model_validate(data)
    except ValidationError as error:
        mistake = _explain(path, text, error)
    if mistake:
        raise mistake  # out here, since the library's error quotes what the file holds, and would hang on to this one
    for feed in schedule.feeds:
        remember_userinfo(feed.location)
    schedule._name, schedule._file = path.stem, path
    return schedule


def find(directory: Path, name: str) -> Path:
    """The file of the schedule of that name.

    Raises:
        ConfigError: FS-104, naming the nearest schedule there is.
    """
    path = directory / f"{name}.toml"
    if NAME.fullmatch(name) and path in schedule_files(directory):
        return path
    near = difflib.get_close_matches(name, [p.stem for p in schedule_files(directory)], 1)
    raise ConfigError("FS-104", name=name, directory=directory, hint=f"; did you mean {near[0]!r}?" if near else "")


def schedule_files(directory: Path) -> list[Path]:
    """All schedules' files, by name; a hidden file is none."""
    return sorted(p for p in directory.glob("*.toml") if NAME.fullmatch(p.stem) and not p.is_dir())


def _explain(path: Path, text: str, error: ValidationError) -> ConfigError:
    """The first mistake with its line, its key and, for an unknown key, the nearest known one."""
    lines = dict(_key_lines(text))
    errors = error.errors(include_url=False)
    first = min(errors, key=lambda e: e["type"] != "extra_forbidden")  # a wrong key explains a missing one
    location = [str(part) for part in first["loc"] if part != "[key]"]
    line = next((lines[key] for n in range(len(location), 0, -1) if (key := tuple(location[:n])) in lines), 1)
    where, shown = f"{path}:{line}", ".".join(p for p in location if not p.isdigit())
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(location[-1], _known_keys(location[:-1]), 1, 0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return ConfigError("FS-102", where=where, key=location[-1], hint=hint)
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, NotAnExpression):
        return ConfigError("FS-110", where=where, expression=cause.expression[:200], reason=cause.reason)
    reason = first["msg"].removeprefix("Value error, ")
    return ConfigError("FS-103", where=where, key=shown or "the schedule", reason=reason[:1].lower() + reason[1:])


def _known_keys(location: list[str]) -> list[str]:
    """The keys that are allowed at a place, read from the JSON Schema so that they are written once."""
    schema = Schedule.model_json_schema(by_alias=True)
    node: dict[str, Any] = schema
    for part in location:
        named = node.get("properties", {}).get(part, node.get("additionalProperties", {}))
        node = node.get("items", {}) if part.isdigit() else named if isinstance(named, dict) else {}
        for choice in node.get("anyOf", [node]):
            if "$ref" in choice:
                node = schema["$defs"][choice["$ref"].rsplit("/", 1)[1]]
    return list(node.get("properties", {}))


_HEADER = re.compile(r"\s*\[(\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
_INLINE_KEY = re.compile(r"[{,]\s*([A-Za-z0-9_-]+)\s*=")


def _key_lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The line (from 1) of each key path. ``tomllib`` keeps no positions; this knows the shapes a schedule has."""
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = ()
            for part in header[2].split("."):
                table = (*table, part.strip(" \"'"))
                if table in counts and not header[1]:
                    table = (*table, str(counts[table]))
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
                yield table, number
                table = (*table, str(counts[table]))
            yield table, number
        elif key := _KEY.match(line):
            path = (*table, *(part.strip("\"'") for part in key[1].split(".")))
            yield path, number
            for inline in _INLINE_KEY.finditer(line):
                yield (*path, inline[1]), number


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a schedule file, for editors; ``schedule.schema.json`` is exactly this."""
    schema = Schedule.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A feedsync schedule"}
