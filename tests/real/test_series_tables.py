"""The series of tables, version after version: only what a customer would notice is pushed, and all of that.

Cache busters in 18,000 addresses of pictures and expiry dates that move every day change every row and no product.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from feedsync.bik.sandbox import Sandbox
from feedsync.config import load
from feedsync.sync import run_schedule

FOLDER = Path(os.environ.get("FEEDSYNC_REAL_FEEDS", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("FEEDSYNC_REAL_FEEDS" not in os.environ, reason="FEEDSYNC_REAL_FEEDS names no folder"),
]

SCHEDULE = """\
[bik]
key = {{ file = "{folder}/secret" }}
secret = {{ file = "{folder}/secret" }}
base_url = "{base_url}"
rate = 1000
[[feeds]]
location = "feed"
[gates]
identity = "off"
invalid = "off"
zero_price = "off"
price = "off"
stock_out = "off"
removals = "off"
"""
#: What nobody sees: an item's expiry, unless it has come.
UNSEEN = {"expiration_date"}


@dataclass(frozen=True)
class Row:
    """One row as a customer sees it."""

    product: str
    seen: tuple[tuple[str, str], ...]
    title: str
    price: Decimal
    buyable: bool


def rows(path: Path) -> dict[str, Row]:
    """The rows of a version that can be sold, by id; read past the package."""
    text = path.read_bytes().decode("utf-8-sig")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    found: dict[str, Row] = {}
    for record in csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter):
        if not all(record[name] for name in ("id", "title", "link", "image_link", "price", "availability")):
            continue
        seen = tuple(
            (k, re.sub(r"\?v=\d+", "", " ".join(v.split()))) for k, v in record.items() if v and k not in UNSEEN
        )
        price = record.get("sale_price") or record["price"]
        found.setdefault(
            record["id"],
            Row(
                record.get("item_group_id") or record["id"],
                seen,
                " ".join(record["title"].split()),
                Decimal(price.split()[0]),
                record["availability"].replace("_", " ") == "in stock",
            ),
        )
    return found


def versions(feeds: Path, name: str, folder: Path) -> Iterator[tuple[float, Path]]:
    """The versions in order, with the time that each was written."""
    (archive,) = (feeds / "series").glob(f"{name}*.tar.xz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield datetime.strptime(path.name.split("_")[1], "%Y-%m-%dT%H%M").replace(tzinfo=UTC).timestamp(), path


@pytest.mark.parametrize(("name", "most"), [("dounattorunen", 0.05), ("pharleg__lecc", 0.2)])
def test_only_what_a_customer_would_notice_is_pushed(tmp_path: Path, name: str, most: float) -> None:
    (tmp_path / "secret").write_text("sandbox")
    before: dict[str, Row] = {}
    changed = pushed = 0
    with Sandbox() as store:
        (tmp_path / "shop.toml").write_text(SCHEDULE.format(folder=tmp_path, base_url=store.base_url))
        schedule = load(tmp_path / "shop.toml")
        for now, path in versions(FOLDER, name, tmp_path / "versions"):
            shutil.copyfile(path, tmp_path / "feed")
            store.clear_requests()
            summary = run_schedule(schedule, tmp_path / "state", trigger="test", clock=partial(float, now))
            after = rows(path)
            assert (summary.documents[0].format, summary.documents[0].verdict) == ("csv", "complete")
            noticed = {row.product for rows_ in (before, after) for row in rows_.values()
                       if before.get(_id(row)) != after.get(_id(row))}  # fmt: skip
            sent = {id_ for request in store.requests() for id_ in request.ids if "createOrUpdate" in request.path}
            assert sent - store.catalogs().keys() <= noticed, path.name
            if before:
                changed += summary.documents[0].parsed
                pushed += summary.pushed.products
            products = store.products()
            combinations = {c["id"]: c for p in products.values() for c in p["combinations"]}
            for id_, row in after.items():
                assert Decimal(str(combinations[id_]["discountedPrice"])) == row.price, (path.name, id_)
                assert (combinations[id_]["quantity"] > 0) == row.buyable
                assert row.product in products
            before = after
    assert pushed <= most * changed


def _id(row: Row) -> str:
    return dict(row.seen)["id"]
