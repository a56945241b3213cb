"""What a daemon costs that has nothing to do, and one that has: ``python -m benchmarks.daemon``.

500 schedules that wait for tomorrow, then 50 that run every ten seconds over 200 items of which some change: memory (PSS of the
process) and CPU seconds of a minute, from ``/proc``, after it has come to rest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from feedsync.bik.sandbox import Sandbox
from tests.cli.project import Project, item

_WAIT = threading.Event()
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Both, one after the other."""
    parser = argparse.ArgumentParser(description="What a daemon costs.")
    parser.add_argument("--idle", type=int, default=500, help="schedules that wait")
    parser.add_argument("--busy", type=int, default=50, help="schedules that run every ten seconds")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each is watched")
    options = parser.parse_args()
    print(f"{'schedules':>10} {'':6} {'PSS':>9} {'threads':>8} {'CPU':>8} {'runs':>6}")
    _measure("idle", options.idle, "24h", 3, options.seconds)
    _measure("busy", options.busy, "10s", 200, options.seconds)


def _measure(word: str, count: int, every: str, items: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        project = Project(Path(folder), sandbox)
        names = [f"shop{number:03}" for number in range(count)]
        for name in names:
            project.add(name, first=f"every = '{every}'")
            _publish(project, name, items, 0)
        command = [sys.executable, "-m", "feedsync", *project.arguments("daemon", "--listen", "off")]
        with (Path(folder) / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
            while (Path(folder) / "log").read_bytes().count(b'"run ended"') < count:
                _WAIT.wait(0.5)
            before, cpu, began = _runs(Path(folder)), _cpu_s(process.pid), time.monotonic()
            serial = 0
            while (left := began + seconds - time.monotonic()) > 0:
                _WAIT.wait(min(left, 10.0))
                serial += 1
                for name in names if word == "busy" else ():
                    _publish(project, name, items, serial)
            used = _cpu_s(process.pid) - cpu
            pss, threads = _pss_mib(process.pid), len(os.listdir(f"/proc/{process.pid}/task"))
            print(f"{count:>10} {word:6} {pss:>5.0f} MiB {threads:>8} {used:>6.2f} s {_runs(Path(folder)) - before:>6}")
            process.terminate()


def _publish(project: Project, name: str, items: int, serial: int) -> None:
    """The feed, in which two items of a hundred have another price than before."""
    records = [
        item(f"{name}-{n:03}", price=f"{100 + (serial if n % 50 == serial % 50 else 0)}.00 INR") for n in range(items)
    ]
    project.publish(name, f"<title>{serial}</title>", *records)


def _runs(folder: Path) -> int:
    return (folder / "log").read_bytes().count(b'"run ended"')


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _pss_mib(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) / 1024


if __name__ == "__main__":
    main()
