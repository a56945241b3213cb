"""What a unit or a crontab has to know beside the schedule itself: the program, the folders, the account, the secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from pydantic import BaseModel

from feedsync.errors import ConfigError
from feedsync.settings import Schedule
from feedsync.settings_values import SecretRef

#: A file in the folder into which systemd puts the credentials of a unit, as a schedule's file writes it.
_CREDENTIAL = re.compile(r"\$(?:CREDENTIALS_DIRECTORY|\{CREDENTIALS_DIRECTORY\})/([\w.-]+)")


class Place(msgspec.Struct, frozen=True):
    """Where things are on the machine that the units are for; all paths are absolute.

    ``program`` are the words that begin a command, and ``folder`` is where it is given. ``secrets`` holds ``NAME.env`` for
    the variables of a schedule, and ``credentials/ID`` for its credentials.
    """

    program: tuple[str, ...]
    folder: Path
    schedules: Path
    state: Path
    secrets: Path
    user: str

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The words of one command."""
        return (*self.program, "--schedules", str(self.schedules), "--state", str(self.state), *arguments)


class Secrets(msgspec.Struct, frozen=True):
    """What a schedule refers to: variables, credentials by their id, and files that it reads where they are."""

    variables: tuple[str, ...]
    credentials: tuple[str, ...]
    files: tuple[str, ...]


def secrets_of(schedule: Schedule) -> Secrets:
    """Every reference to a secret in the settings of a schedule."""
    references = list(_references(schedule))
    files = {reference.file for reference in references if reference.file is not None}
    found = {file: _CREDENTIAL.fullmatch(file) for file in files}
    return Secrets(
        tuple(sorted({reference.env for reference in references if reference.env is not None})),
        tuple(sorted({match[1] for match in found.values() if match})),
        tuple(sorted(os.path.expandvars(file) for file, match in found.items() if not match)),
    )


def _references(value: object) -> Iterator[SecretRef]:
    if isinstance(value, SecretRef):
        yield value
    elif isinstance(value, BaseModel):
        yield from _references([part for _, part in value])
    elif isinstance(value, Mapping):
        yield from _references(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _references(part)


def writable(text: str) -> str:
    """Text that may stand in one line of a file that another program reads.

    Raises:
        ConfigError: FS-106, it holds a line break or something else that does not print.
    """
    if not text.isprintable() or text != text.strip() or text.endswith("\\"):
        raise ConfigError("FS-106", reason=f"{text!r} cannot be written into a unit or a crontab: choose another path")
    return text
