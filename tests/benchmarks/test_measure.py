"""A command is measured with all the processes that it starts."""

from __future__ import annotations

import sys

import pytest

from benchmarks.measure import run

_TREE = """
import subprocess, sys
held = subprocess.run([sys.executable, "-c", '''
import time
held = bytearray(b"x") * 60_000_000
until = time.process_time() + 0.4
while time.process_time() < until:
    pass
print("the child is done")
'''])
"""


def test_memory_and_cpu_of_a_child_of_the_child_count() -> None:
    cost = run([sys.executable, "-c", _TREE])
    assert cost.exit_code == 0
    assert cost.output == "the child is done\n"
    assert cost.peak_bytes > 60_000_000
    assert cost.cpu_s >= 0.4
    first, last = cost.samples[0].at_s, cost.samples[-1].at_s
    assert cost.peak_between(first, last) == cost.peak_bytes
    assert cost.peak_between(last + 1, last + 2) == 0
    assert cost.cpu_between(first, last) > 0


def test_what_goes_over_the_limit_is_stopped_with_its_children() -> None:
    cost = run([sys.executable, "-c", _TREE.replace("+ 0.4", "+ 600")], limit_s=1)
    assert cost.exit_code is None
    assert "done" not in cost.output


def test_a_command_that_fails_says_so() -> None:
    cost = run([sys.executable, "-c", "raise SystemExit('no luck')"])
    assert (cost.exit_code, cost.output) == (1, "no luck\n")


@pytest.mark.parametrize("moment_s", [0.0, 1e9])
def test_a_command_without_samples_has_no_spans(moment_s: float) -> None:
    cost = run(["/bin/true"])
    cost.samples.clear()
    assert cost.cpu_between(moment_s, moment_s + 1) == 0
