"""A folder with schedules, feeds and state, driven through the command line as a person would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import msgspec
import pytest

from feedsync.bik.sandbox import Sandbox
from feedsync.cli.main import run_program

HEAD = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
TAIL = "</channel></rss>"


def item(id_: str, **fields: str) -> str:
    """One item, valid with nothing but an id; ``fields`` are attributes without their prefix, "" leaves one out."""
    attributes = {
        "id": id_,
        "title": f"Title of {id_}",
        "link": "https://shop.example/p",
        "image_link": "https://shop.example/p.jpg",
        "price": "100.00 INR",
        "availability": "in_stock",
        **fields,
    }
    body = "".join(f"<g:{name}>{escape(value)}</g:{name}>" for name, value in attributes.items() if value)
    return f"<item>{body}</item>\n"


def items(count: int, **fields: str) -> list[str]:
    """Items ``P00``, ``P01`` and so on."""
    return [item(f"P{number:02}", **fields) for number in range(count)]


class Result(msgspec.Struct):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What stands on stdout, which must be one JSON document and nothing else."""
        return json.loads(self.out)

    def error(self) -> tuple[str, str]:
        """The code and the words of an error document on stdout."""
        error = self.json()["error"]
        return error["code"], error["message"]


class Project:
    """Schedules, feeds and state in one folder, with a sandbox as the store."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.schedules, self.state = folder / "schedules", folder / "state"
        self.schedules.mkdir(parents=True)
        (folder / "key").write_text(sandbox.key)
        (folder / "secret").write_text(sandbox.secret)

    def settings(self, name: str, *, key: str = "key", bik: str = "", first: str = "", more: str = "") -> str:
        """The text of a schedule whose feed is ``NAME.xml``; ``first``, ``bik`` and ``more`` are further lines of it."""
        return (
            f"{first}\n[bik]\nkey = {{ file = '{self.folder / key}' }}\nsecret = {{ file = '{self.folder / 'secret'}' }}\n"
            f"base_url = '{self.sandbox.base_url}'\nrate = 1000\nverify = 'off'\n{bik}\n"
            f"[[feeds]]\nlocation = '../{name}.xml'\n{more}\n"
        )

    def write(self, name: str, text: str) -> None:
        """Write a schedule's file."""
        (self.schedules / f"{name}.toml").write_text(text, encoding="utf-8")

    def publish(self, name: str, *records: str, end: str = TAIL) -> None:
        """Write a feed."""
        (self.folder / f"{name}.xml").write_text(HEAD + "".join(records) + end, encoding="utf-8")

    def add(self, name: str, *records: str, first: str = "", bik: str = "", more: str = "") -> None:
        """Write a schedule and its feed."""
        self.write(name, self.settings(name, first=first, bik=bik, more=more))
        self.publish(name, *records)

    def arguments(self, *arguments: str) -> list[str]:
        """A command with this project's folders."""
        return ["--schedules", str(self.schedules), "--state", str(self.state), *arguments]


class Cli:
    """Commands of this process, with what they wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Result:
        """Run one command."""
        self._capsys.readouterr()
        code = run_program(list(arguments))
        written = self._capsys.readouterr()
        assert "Traceback" not in written.err
        return Result(code, written.out, written.err)


class Shop:
    """A project and the command line over it."""

    def __init__(self, project: Project, cli: Cli) -> None:
        self.project, self.cli = project, cli

    def __call__(self, *arguments: str) -> Result:
        """Run one command over the project."""
        return self.cli(*self.project.arguments(*arguments))

    def add(self, name: str, *records: str, first: str = "", bik: str = "", more: str = "") -> None:
        """Write a schedule and its feed."""
        self.project.add(name, *records, first=first, bik=bik, more=more)

    def prices(self) -> set[float]:
        """Every list price in the store, of the first combinations."""
        return {p["combinations"][0]["price"] for p in self.project.sandbox.products().values()}
