"""A Dockerfile as a list of instructions, for tests that hold it to what is in the repository."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def instructions() -> list[tuple[str, str]]:
    """(instruction, the rest) of the Dockerfile, lines that go on put together."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def copied() -> list[str]:
    """What is copied from the repository, as it is named."""
    found = [rest.split() for name, rest in instructions() if name == "COPY" and not rest.startswith("--from")]
    return [source for words in found for source in words[:-1]]
