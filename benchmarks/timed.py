"""The program as it is, which also tells when each stage of a run began and ended: ``python -m benchmarks.timed FILE …``.

FILE takes a JSON list of stage, beginning and end, in seconds of the monotonic clock, so that memory and CPU that were seen from
the outside can be told apart by stage. What follows it is for ``feedsync``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec

from feedsync.progress import Stages
from feedsync.start import main

_spans: list[tuple[str, float, float]] = []
_stage = Stages.stage


@contextmanager
def _told(stages: Stages, name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        inner: AbstractContextManager[None] = _stage(stages, name)
        with inner:
            yield
    finally:
        _spans.append((name, began, time.monotonic()))


if __name__ == "__main__":
    spans = Path(sys.argv.pop(1))
    Stages.stage = _told  # type: ignore[method-assign, assignment]
    try:
        main()
    finally:
        spans.write_bytes(msgspec.json.encode(_spans))
