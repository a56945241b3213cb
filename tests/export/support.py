"""Schedules, and a place for them whose every name is as awkward as a file system allows."""

from __future__ import annotations

from pathlib import Path

from feedsync.config import load
from feedsync.export_place import Place
from feedsync.settings import Schedule

#: Spaces, a specifier, quotes of both kinds, a variable, a backslash, an escape, a semicolon, and letters of elsewhere.
AWKWARD = "a b%n'c\"d$HOME\\e\\%f;g #ü"


def schedule(
    folder: Path, name: str = "acme", first: str = "", *, key: str = "env = 'ACME_KEY'", more: str = ""
) -> Schedule:
    """A schedule from a file in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.toml"
    file.write_text(
        f"{first}\n[bik]\nkey = {{ {key} }}\nsecret = {{ env = 'ACME_SECRET' }}\n"
        f"[[feeds]]\nlocation = 'https://acme.example/feed.xml'\n{more}\n",
        encoding="utf-8",
    )
    return load(file)


def place(folder: Path, *program: str, user: str = "daemon") -> Place:
    """Where everything is below ``folder``."""
    return Place(program or ("/usr/bin/env",), folder, folder / "schedules", folder / "state", folder / "secrets", user)
