"""Measure the report and the pages of a run with many changes: ``python -m benchmarks.pages [CHANGES]`` (default 100,000).

The changes are made up, straight in a snapshot: six in ten move a price, two empty a stock, two change a title. The browser is
Chromium, started anew; each number is the median of three. Timings are for people; no test depends on them.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec
from playwright.sync_api import Page

from feedsync.model import Variant
from feedsync.report.analysis import analyse
from feedsync.report.page import write_html
from feedsync.report.summary import DocumentSummary, PushSummary, RunSummary, load_summary
from feedsync.snapshot.store import Store
from tests.browser import started
from tests.cli.project import Project, items
from tests.web.served import served

_WORDS = ("cotton", "linen", "blue", "black", "slim", "tee", "shirt", "pack", "winter", "summer", "organic", "kids")
_AT = 1_795_000_000


def main(count: int) -> None:
    """Print a table of what each thing takes."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        path = root / "state" / "many.db"
        _fill(path, count)
        print(f"a run with {count:,} changes\n\n| what | seconds |\n|---|---:|")
        report = root / "report.html"
        with Store(path, read_only=True) as store, report.open("w", encoding="utf-8") as file:
            record = store.run_record()
            assert record
            summary = load_summary(store, "many", record)
            began = time.perf_counter()
            write_html(file, store, summary, analyse(store, summary))
        print(f"| writing the HTML file, {report.stat().st_size / 1e6:.1f} MB | {time.perf_counter() - began:.2f} |")
        _in_browser(report)
        _pages(root)


def _fill(path: Path, count: int) -> None:
    chance = random.Random(1)
    encoder = msgspec.msgpack.Encoder()
    with Store(path) as store, store.transaction():
        run = store.begin_run("hand", _AT)
        variants, changes = [], []
        for number in range(count):
            title = f"{' '.join(chance.choices(_WORDS, k=7))} {number}"
            one = Variant(
                f"SKU-{number:06}", None, title, None, "", "https://shop.example/p", "https://shop.example/p.jpg", (), "INR", 100,
                None, None, None, "in_stock", None, None, None, (), (f"Catalog {number % 40}",), (),
                (("brand", f"Brand {number % 25}"),),
            )  # fmt: skip
            variants.append((one.id, one.id, encoder.encode(one)))
            what: tuple[str, str, str, str, str]
            kind = chance.random()
            if kind < 0.6:
                before = chance.randint(100, 99_999)
                after = max(1, int(before * chance.lognormvariate(0, 0.12)))
                moved = "price_up" if after > before else "price_down"
                what = (moved, "price", f"{before}.00 INR", f"{after}.00 INR", "price")
            elif kind < 0.8:
                what = ("out_of_stock", "quantity", "5", "0", "stock_out")
            else:
                what = ("content", "title", title, " ".join(chance.choices(_WORDS, k=7)), "other")
            changes.append((run, _AT, one.id, one.id, *what))
        store.many("insert into variants (id, product_id, feed, record, grouped) values (?, ?, 0, ?, 0)", variants)
        store.many("insert into changes values (?, ?, ?, ?, ?, ?, ?, ?, 'feed', ?, null, 'send')", changes)
        kinds = dict(Counter(change[4] for change in changes))
        document = DocumentSummary("many.xml", "google-xml", "complete", [], count, count * 2000)
        push = PushSummary(count, 0, 0, count // 50)
        summary = RunSummary(
            "many", run, "hand", "done", "2026-11-18T00:00:00Z", "2026-11-18T00:00:09Z", [document], kinds, [], push, []
        )
        store.end_run(run, _AT + 9, "done", summary.stored())


def _in_browser(report: Path) -> None:
    """From opening the file until it can be used, then what a person does in it."""
    frames = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

    def timed(page: Page, action: str) -> float:
        script = (
            f"async () => {{ const began = performance.now(); {action}; {frames}; return performance.now() - began }}"
        )
        return float(page.evaluate(script)) / 1000

    steps = {
        "scrolling far": "document.getElementById('window').scrollTop = 3e6",
        "sorting by price": "document.querySelector('button[data-column=\"6\"]').click()",
        "choosing a kind": "const k = document.getElementById('kind'); k.value = 'content'; k.dispatchEvent(new Event('change'))",
    }
    with started() as browser:
        found: dict[str, list[float]] = {}
        for _ in range(3):
            page = browser.new_page(viewport={"width": 1100, "height": 900})
            began = time.perf_counter()
            page.goto(report.as_uri())
            page.wait_for_selector("html[data-ready=yes]", state="attached")
            found.setdefault("opening the file until it can be used", []).append(time.perf_counter() - began)
            for name, action in steps.items():
                found.setdefault(name, []).append(timed(page, action))
            page.close()
    _print(found)


def _pages(root: Path) -> None:
    project = Project(root, _Nowhere())  # type: ignore[arg-type]  # nothing is pushed
    project.add("many", *items(1))
    own = "/s/many"
    paths = {
        "page: all schedules": "/",
        "page: the run": f"{own}/runs/1",
        "page: a search in the run": f"{own}/runs/1?find=blue",
        "page: the run's last page": f"{own}/runs/1?page=1000",
        "page: a product": f"{own}/products/SKU-000100",
        "page: the run in numbers": f"{own}/runs/1/analysis",
    }
    with served(project) as page:
        got: Callable[[str], httpx.Response] = page.client.get
        found: dict[str, list[float]] = {}
        for _ in range(3):
            for name, path in paths.items():
                began = time.perf_counter()
                got(path).raise_for_status()
                found.setdefault(name, []).append(time.perf_counter() - began)
    first = found["page: the run in numbers"][0]
    _print(found | {"page: the run in numbers, the first time": [first]})


class _Nowhere:
    """A store that nobody asks."""

    key = secret = "none"
    base_url = "http://127.0.0.1:9"


def _print(found: dict[str, list[float]]) -> None:
    for name, seconds in found.items():
        print(f"| {name} | {statistics.median(seconds):.3f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
