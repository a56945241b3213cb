"""Real feeds version by version against one sandbox, with the oracle and the ledger beside it.

As a script it replays whole series and prints a table: ``python -m tests.real.replay FEEDS [SERIES...]``, where FEEDS is
the folder with ``series/*.tar.xz``.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from feedsync.bik.sandbox import Sandbox
from feedsync.config import load
from feedsync.planning import Options
from feedsync.report.summary import RunSummary
from feedsync.settings import Schedule
from feedsync.sync import run_schedule
from tests.real.ledger import Expected, Ledger
from tests.real.oracle import Assumptions, Product, Reading, read, stored

SCHEDULE = """\
[bik]
key = {{ file = "{folder}/secret" }}
secret = {{ file = "{folder}/secret" }}
base_url = "{base_url}"
rate = 1000
verify = "off"

[[feeds]]
location = "feed.xml"

[products]
{products}

[gates]
identity = "off"
invalid = "off"
zero_price = "off"
price = "off"
stock_out = "off"
"""
ALLOWED = Options(allow=frozenset({"removals", "empty"}))


PLAIN = Assumptions()


@dataclass(frozen=True)
class Series:
    """One feed's history: the beginning of its archive's name, and what its schedule must say."""

    name: str
    products: str = ""
    assumptions: Assumptions = PLAIN
    #: the versions that the ordinary test replays: those where something happens
    picked: tuple[range, ...] = (range(1000),)


SERIES = {
    series.name: series
    for series in (
        Series("AGTFRL__Hue-Nox", picked=(range(2), range(13, 16), range(27, 31))),
        Series(
            "orenagassy__MW_feed",
            'missing_availability = "in_stock"',
            Assumptions(missing_availability="in_stock"),
            (range(6), range(21, 25), range(31, 34), range(51, 55), range(72, 76), range(97, 100)),
        ),
        Series("petrfilo-arch__importpc"),
        Series("vaivora-shop__vaivora"),
        Series("boopin__joyco"),
    )
}


@dataclass(frozen=True)
class Step:
    """One version replayed: what was run, what had to happen, and what the store was asked."""

    version: str
    reading: Reading
    expected: Expected
    summary: RunSummary
    sent: list[str]
    deleted: list[str]
    requests: int
    #: what the store holds otherwise than the ledger says, a line each
    wrong: list[str] = field(default_factory=list)


def versions(feeds: Path, series: Series, folder: Path) -> list[Path]:
    """Unpack a series; its versions in order."""
    (archive,) = (feeds / "series").glob(f"{series.name}*.tar.xz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return sorted(folder.rglob("*.xml"))


class Replay:
    """One store, one schedule, one ledger."""

    def __init__(self, series: Series, folder: Path, sandbox: Sandbox) -> None:
        self.series = series
        self.folder = folder
        self.sandbox = sandbox
        self.ledger = Ledger()
        (folder / "secret").write_text("sandbox", encoding="utf-8")
        self.schedule = _schedule(series, folder, sandbox.base_url)

    def step(self, path: Path, *, allowed: bool = False) -> Step:
        """Run over a version as of its own time, which its name tells."""
        shutil.copyfile(path, self.folder / "feed.xml")
        now = int(datetime.strptime(path.name.split("_")[1], "%Y-%m-%dT%H%M").replace(tzinfo=UTC).timestamp())
        reading = read(path, self.series.assumptions)
        document = hashlib.sha256(path.read_bytes()).hexdigest()
        expected = self.ledger.run(reading, document, now, allowed=allowed)
        self.sandbox.clear_requests()
        options = ALLOWED if allowed else Options()
        summary = run_schedule(
            self.schedule, self.folder / "state", trigger="test", options=options, clock=lambda: float(now)
        )
        requests = self.sandbox.requests()
        return Step(
            version=path.stem,
            reading=reading,
            expected=expected,
            summary=summary,
            sent=[i for r in requests if r.path.endswith("products/createOrUpdate") for i in r.ids],
            deleted=[i for r in requests if r.path.endswith("products/delete") for i in r.ids],
            requests=len(requests),
            wrong=self._wrong(),
        )

    def _wrong(self) -> list[str]:
        names = {key: record["name"] for key, record in self.sandbox.catalogs().items()}
        have = {key: stored(record, names) for key, record in self.sandbox.products().items()}
        want = self.ledger.holds
        found = [f"{key}: the store lacks it" for key in sorted(want.keys() - have.keys())]
        found += [f"{key}: the store must not have it" for key in sorted(have.keys() - want.keys())]
        for key in sorted(want.keys() & have.keys()):
            found += [f"{key}: {line}" for line in _unlike(have[key], want[key])]
        return found


def _unlike(have: Product, want: Product) -> Iterator[str]:
    for name in Product.__dataclass_fields__:
        if getattr(have, name) != getattr(want, name):
            yield f"{name} is {getattr(have, name)!r}, must be {getattr(want, name)!r}"


def _schedule(series: Series, folder: Path, base_url: str) -> Schedule:
    path = folder / "shop.toml"
    path.write_text(
        SCHEDULE.format(folder=folder, base_url=base_url, products=series.products), encoding="utf-8", newline="\n"
    )
    return load(path)


@contextmanager
def replaying(series: Series, folder: Path) -> Iterator[Replay]:
    """A replay into a fresh sandbox."""
    with Sandbox() as sandbox:
        yield Replay(series, folder, sandbox)


def main() -> None:
    """Print the table of whole series."""
    parser = argparse.ArgumentParser(description="Replay real series against a sandbox.")
    parser.add_argument("feeds", type=Path)
    parser.add_argument("series", nargs="*", choices=[*SERIES, []])
    arguments = parser.parse_args()
    print("| series | version | items | read anew | changes | requests | sent | deleted | held | as expected |")
    print("|---|---|---:|---:|---|---:|---:|---:|---|---|")
    for name in arguments.series or SERIES:
        with tempfile.TemporaryDirectory() as folder, replaying(SERIES[name], Path(folder)) as replay:
            for path in versions(arguments.feeds, SERIES[name], Path(folder) / "versions"):
                print(_row(name, replay.step(path)), flush=True)


def _row(name: str, step: Step) -> str:
    summary = step.summary
    changes = ", ".join(f"{kind} {count}" for kind, count in summary.changes.items()) or "none"
    held = ", ".join(f"{gate.gate} {gate.held}" for gate in summary.gates if gate.verdict == "held")
    right = not step.wrong and set(step.sent) == step.expected.sent and set(step.deleted) == step.expected.deleted
    parsed = sum(document.parsed for document in summary.documents if document.fresh)
    columns = (
        name, step.version[:19], step.reading.items, parsed, changes, step.requests, len(step.sent), len(step.deleted),
        held, "yes" if right else f"NO ({len(step.wrong)} wrong)",
    )  # fmt: skip
    return "| " + " | ".join(str(column) for column in columns) + " |"


if __name__ == "__main__":
    main()
