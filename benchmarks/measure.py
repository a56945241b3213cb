"""What a command costs with all the processes that it starts: wall and CPU seconds, and the peak of their memory.

The memory is the sum of the proportional set sizes (PSS, ``/proc/PID/smaps_rollup``) of the whole tree, looked at every few
hundredths of a second: ``ru_maxrss`` knows one process only, and a control group's peak counts the page cache. Linux only.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np

_LOOK_EVERY_S = 0.02
#: Looking walks through all memory of the tree: so many times as long nobody looks.
_REST = 20
_TICKS = os.sysconf("SC_CLK_TCK")


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """A moment of the monotonic clock: the tree's memory then, and its user and system seconds so far."""

    at_s: float
    pss_bytes: int
    cpu_s: float


class Cost(msgspec.Struct):
    """What a command cost. ``exit_code`` is None where it was stopped at the time limit."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    exit_code: int | None
    output: str
    samples: list[Sample] = []

    def cpu_between(self, began_s: float, ended_s: float) -> float:
        """CPU seconds in a span of the monotonic clock, as exact as the samples are dense."""
        return self._cpu_at(ended_s) - self._cpu_at(began_s)

    def _cpu_at(self, moment_s: float) -> float:
        """In between two samples as if the time were spent evenly."""
        moments = [sample.at_s for sample in self.samples]
        return float(np.interp(moment_s, moments, [sample.cpu_s for sample in self.samples])) if moments else 0.0

    def peak_between(self, began_s: float, ended_s: float) -> int:
        """The peak in a span of the monotonic clock; 0 where no sample was taken in it."""
        return max((s.pss_bytes for s in self.samples if began_s <= s.at_s <= ended_s), default=0)


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, limit_s: float = 3600) -> Cost:
    """Run a command to its end, or for ``limit_s`` seconds; its output is what it wrote, errors and all."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        began = time.monotonic()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=env, start_new_session=True)
        tree = _Tree(child.pid)
        stopped = False
        while True:
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            looked_s = tree.look()
            if time.monotonic() - began > limit_s and not stopped:
                stopped = True
                tree.kill()
            time.sleep(max(_LOOK_EVERY_S, _REST * looked_s))
        wall_s = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Cost(
            wall_s,
            max(used.ru_utime + used.ru_stime, tree.cpu_s()),  # a child that nobody waited for is in the second alone
            max((sample.pss_bytes for sample in tree.samples), default=0),
            None if stopped else child.returncode,
            output.read(),
            tree.samples,
        )


class _Tree:
    """A process and its descendants."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._cpu_ticks: dict[int, int] = {}  # of each process that was ever seen, without its children
        self.samples: list[Sample] = []

    def look(self) -> float:
        """Take a sample; the CPU seconds that it took. A process may end while it is looked at."""
        began = time.thread_time()
        pss_bytes = 0
        for pid in self._pids():
            with suppress(OSError, ValueError, IndexError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                self._cpu_ticks[pid] = int(fields[11]) + int(fields[12])
                pss_bytes += _pss_bytes(pid)
        if pss_bytes:
            self.samples.append(Sample(time.monotonic(), pss_bytes, self.cpu_s()))
        return time.thread_time() - began

    def cpu_s(self) -> float:
        """User and system seconds, as far as they were seen."""
        return sum(self._cpu_ticks.values()) / _TICKS

    def kill(self) -> None:
        """End all of it."""
        for pid in reversed(self._pids()):
            with suppress(ProcessLookupError):
                os.kill(pid, 9)

    def _pids(self) -> list[int]:
        found = [self._root]
        for pid in found:  # grows while it is walked through
            with suppress(OSError), os.scandir(f"/proc/{pid}/task") as tasks:
                for task in tasks:
                    found += map(int, Path(task.path, "children").read_text().split())
        return found


def _pss_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
