"""Measure whole runs in child processes: ``python -m benchmarks.run [ITEMS]`` (default 100,000).

Each line is one process: its seconds, the ratio to reading the file's bytes in the same session, and its peak memory.
Timings are for people; no test depends on them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from benchmarks.feeds import write_feed
from feedsync.bik.sandbox import Sandbox

_SCHEDULE = """\
[bik]
key = {{ env = "BENCH_KEY" }}
secret = {{ env = "BENCH_KEY" }}
base_url = "{base_url}"
rate = 1000
batch_size = 200
[[feeds]]
location = "feed.xml"
"""
_READ = """
import sys
n = 0
with open(sys.argv[1], "rb") as file:
    while chunk := file.read(1 << 20):
        n += chunk.count(b"</item>")
"""
_PARSE_ALL = """
import sys
from lxml import etree
n = 0
for _, element in etree.iterparse(sys.argv[1], tag="item"):
    record = {child.tag: child.text for child in element}
    n += 1
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
"""


def _measure(name: str, command: list[str], base_s: float | None) -> float:
    with TemporaryFile("w+") as output:
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
        took = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        ratio = took / base_s if base_s else 1
        print(
            f"| {name} | {took:.2f} | {used.ru_utime + used.ru_stime:.2f} | {ratio:.1f} | {used.ru_maxrss // 1024} |",
            flush=True,
        )
        if child.returncode not in (0, 3, 4):
            output.seek(0)
            print(output.read()[-2000:])
    return took


def main() -> None:
    """Print the table."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    os.environ["BENCH_KEY"] = "sandbox"
    with TemporaryDirectory(prefix="feedsync-bench-") as folder, Sandbox() as store:
        root = Path(folder)
        (root / "bench.toml").write_text(_SCHEDULE.format(base_url=store.base_url))
        program = [sys.executable, "-m", "feedsync", "--schedules", folder, "--state", f"{folder}/state"]
        write_feed(root / "feed.xml", items)
        print(f"{items:,} items, {(root / 'feed.xml').stat().st_size / 1e6:,.0f} MB\n")
        print("| | seconds | CPU seconds | times reading | peak MB |\n|---|---:|---:|---:|---:|")
        base = _measure("read the file, count items", [sys.executable, "-c", _READ, str(root / "feed.xml")], None)
        _measure("lxml: parse every item", [sys.executable, "-c", _PARSE_ALL, str(root / "feed.xml")], base)
        _measure("diff, first time", [*program, "diff", "bench"], base)
        _measure("run, first time (with the push)", [*program, "run", "bench"], base)
        _measure("run, same file", [*program, "run", "bench"], base)
        with (root / "feed.xml").open("a") as file:
            file.write("\n")
        _measure("run, other file, same items", [*program, "run", "bench"], base)
        write_feed(root / "feed.xml", items, changed_percent=2)
        _measure("run, 2 % of items changed", [*program, "run", "bench"], base)


if __name__ == "__main__":
    main()
