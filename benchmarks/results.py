"""What was measured: one line of JSON for each command, and the medians of them."""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Iterable
from pathlib import Path

import msgspec

#: Where a program began and what it was given; the words of the tables.
OPERATIONS = {
    "read": "reading alone",
    "first": "first sync",
    "same": "no change",
    "next": "next day",
    "shuffled": "no change, shuffled",
    "next-shuffled": "next day, shuffled",
}


class Measured(msgspec.Struct):
    """One command. ``stages``: wall seconds, CPU seconds and peak bytes of each. Not ``finished``: the time limit ended it.

    ``note`` is what it got wrong.
    """

    program: str
    operation: str
    wall_s: float
    cpu_s: float
    peak_bytes: float
    finished: bool = True
    stages: dict[str, list[float]] = {}
    counts: dict[str, int] = {}
    note: str = ""
    form: str = ""
    items: int = 0
    feed_bytes: int = 0

    def without(self, *stages: str) -> tuple[float, float]:
        """Wall and CPU seconds without those stages."""
        left_out = [self.stages[name] for name in stages if name in self.stages]
        return self.wall_s - sum(s[0] for s in left_out), self.cpu_s - sum(s[1] for s in left_out)

    def line(self) -> str:
        """It on one line, for whoever waits."""
        stages = ", ".join(f"{name} {wall:.2f} (CPU {cpu:.2f})" for name, (wall, cpu, _) in self.stages.items())
        counts = ", ".join(f"{count:,} {name}" for name, count in self.counts.items())
        head = f"{self.form} {self.items:,} {self.program}, {OPERATIONS[self.operation]}: {self.wall_s:.2f} s, "
        head += f"CPU {self.cpu_s:.2f} s, {self.peak_bytes / 1e6:.0f} MB"
        return "; ".join(part for part in (head, stages, counts, self.note) if part)


class Results:
    """All that was measured, by form, number of items, program and operation; the median of several rounds."""

    def __init__(self, measured: Iterable[Measured]) -> None:
        self._rounds: dict[tuple[str, int, str, str], list[Measured]] = {}
        for one in measured:
            self._rounds.setdefault((one.form, one.items, one.program, one.operation), []).append(one)

    @property
    def sizes(self) -> list[int]:
        """Numbers of items, the smallest first."""
        return sorted({items for _, items, _, _ in self._rounds})

    def forms(self, items: int) -> list[str]:
        """The formats that were measured with that many items, in the order in which they were."""
        return list(dict.fromkeys(form for form, many, _, _ in self._rounds if many == items))

    def programs(self, form: str, items: int) -> list[str]:
        """What was measured, in the order in which it was."""
        return list(dict.fromkeys(p for f, many, p, _ in self._rounds if (f, many) == (form, items)))

    def rounds(self, form: str, items: int, program: str, operation: str) -> int:
        """How often it was measured."""
        return len(self._rounds.get((form, items, program, operation), []))

    def median(self, form: str, items: int, program: str, operation: str) -> Measured | None:
        """The median of each number; of a command that did not finish, what there is."""
        found = self._rounds.get((form, items, program, operation))
        if not found:
            return None
        middle = msgspec.structs.replace(found[-1], finished=all(one.finished for one in found))
        for name in ("wall_s", "cpu_s", "peak_bytes"):
            setattr(middle, name, statistics.median(getattr(one, name) for one in found))
        middle.stages = {
            name: [statistics.median(one.stages[name][n] for one in found if name in one.stages) for n in range(3)]
            for name in found[-1].stages
        }
        return middle


def begin(state: Path, base: Path | None) -> None:
    """Make ``state`` a copy of the folder ``base``, or an empty folder."""
    shutil.rmtree(state, ignore_errors=True)
    if base is None:
        state.mkdir()
    else:
        shutil.copytree(base, state)
    os.sync()  # what was copied is on the disk, so that nobody waits for it who waits for the own


def load(path: Path) -> list[Measured]:
    """What an earlier session measured, or nothing."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [msgspec.json.decode(line, type=Measured) for line in lines]


def append(path: Path, measured: Measured) -> None:
    """Keep one more."""
    with path.open("ab") as file:
        file.write(msgspec.json.encode(measured) + b"\n")
