"""A small brand for tests: a feed that a test writes, a schedule, a clock that a test sets, and the sandbox as its store."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import httpx
import msgspec

from feedsync.bik import wire
from feedsync.bik.sandbox import Fault, Sandbox
from feedsync.config import load
from feedsync.model import ProductPayload
from feedsync.planning import Options
from feedsync.report.summary import RunSummary
from feedsync.settings import Schedule
from feedsync.snapshot.store import Store
from feedsync.sync import STOP, Target, preview, run_schedule, snapshot_path

#: The time of the first run: 2026-11-16, 00:00 UTC.
START = 1_794_787_200
HOUR = 3600
PUT = "products/createOrUpdate"
CATALOGS = "catalogs/createOrUpdate"


def item(id_: str, price: str = "100.00 INR", **fields: str) -> str:
    """One item of the feed, valid with nothing but an id; ``fields`` are attributes without their prefix."""
    attributes = {
        "id": id_,
        "title": f"Title of {id_}",
        "link": f"https://shop.example/{id_}",
        "image_link": f"https://shop.example/{id_}.jpg",
        "price": price,
        "availability": "in_stock",
        **fields,
    }
    body = "".join(f"<g:{name}>{escape(value)}</g:{name}>" for name, value in attributes.items() if value)
    return f"<item>{body}</item>\n"


def items(count: int, price: str = "100.00 INR", **fields: str) -> list[str]:
    """Items ``P00``, ``P01`` and so on."""
    return [item(f"P{number:02}", price, **fields) for number in range(count)]


class Shop:
    """A schedule with its feed, its snapshot and its store."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.now = float(START)
        self.bik = {"base_url": f'"{sandbox.base_url}"', "rate": "1000", "verify": '"off"'}
        self.location = "feed.xml"
        #: Further lines of the schedule, after [[feeds]].
        self.settings = ""
        #: Lines before its first table.
        self.top = ""
        self._serial = 0
        folder.mkdir(exist_ok=True)
        (folder / "key").write_text(sandbox.key)
        (folder / "secret").write_text(sandbox.secret)
        self.state = folder / "state"

    def publish(self, *records: str, end: str = "</channel></rss>") -> None:
        """Write the feed; every one differs from the last at least in its head."""
        self._serial += 1
        head = f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>{self._serial}</title>\n'
        (self.folder / "feed.xml").write_text(head + "".join(records) + end, encoding="utf-8")

    def withdraw(self) -> None:
        """Take the feed away."""
        (self.folder / "feed.xml").unlink()

    def schedule(self) -> Schedule:
        """The schedule as its file says it now."""
        lines = [
            self.top,
            "[bik]",
            'key = { file = "%s" }' % (self.folder / "key"),
            'secret = { file = "%s" }' % (self.folder / "secret"),
            *(f"{name} = {value}" for name, value in self.bik.items()),
            "[[feeds]]",
            f'location = "{self.location}"',
            self.settings,
        ]
        path = self.folder / "shop.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return load(path)

    def run(
        self, *, allow: tuple[str, ...] = (), limit: int | None = None, ids: tuple[str, ...] | None = None,
        target: Target = STOP,
    ) -> RunSummary:  # fmt: skip
        """One run, with an empty log of requests before it."""
        self.sandbox.clear_requests()
        return run_schedule(
            self.schedule(), self.state, trigger="hand", options=_options(allow, limit, ids), target=target,
            clock=lambda: self.now,
        )  # fmt: skip

    def preview(
        self, *, allow: tuple[str, ...] = (), limit: int | None = None, ids: tuple[str, ...] | None = None
    ) -> RunSummary:
        """What a run would do."""
        self.sandbox.clear_requests()
        return preview(self.schedule(), self.state, options=_options(allow, limit, ids), clock=lambda: self.now)

    def fault(self, kind: str, **parts: Any) -> None:
        """Let the store do something wrong from now on."""
        self.sandbox.add_fault(Fault(kind, **parts))  # type: ignore[arg-type]

    def calls(self) -> list[str]:
        """The requests of the last run, in the order in which they were answered."""
        return [record.path.removeprefix("bikPlatformFunctions-") for record in self.sandbox.requests()]

    def touched(self, call: str = PUT) -> list[tuple[str, ...]]:
        """The ids in each request of that call, in order."""
        return [record.ids for record in self.sandbox.requests() if record.path.endswith(call)]

    def prices(self) -> dict[str, float]:
        """The selling price of every product in the store, of its first combination."""
        return {id_: p["combinations"][0]["discountedPrice"] for id_, p in self.sandbox.products().items()}

    def prices_of_ours(self) -> dict[str, float]:
        """The same without what was made by hand."""
        ours = {id_: p for id_, p in self.sandbox.products().items() if p["name"] != "made by hand"}
        return {id_: p["combinations"][0]["discountedPrice"] for id_, p in ours.items()}

    def quantities(self, product_id: str) -> dict[str, int]:
        """Each combination's quantity of one product in the store."""
        return {c["id"]: c["quantity"] for c in self.sandbox.products()[product_id]["combinations"]}

    def lose(self, *ids: str) -> None:
        """Somebody else deletes products."""
        url = f"{self.sandbox.base_url}/bikPlatformFunctions-products/delete"
        httpx.post(url, json={"productIds": ids}, auth=(self.sandbox.key, self.sandbox.secret)).raise_for_status()

    # -- the snapshot

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the snapshot."""
        with Store(snapshot_path(self.state, "shop"), read_only=True) as store:
            return list(store.rows(query))

    def sent(self) -> dict[str, Any]:
        """What the snapshot says was acknowledged, as Bik would give it back."""
        rows = self.rows("select product_id, payload from sent order by product_id")
        products = [wire.product(msgspec.msgpack.decode(payload, type=ProductPayload), []) for _, payload in rows]
        return {p.id: msgspec.json.decode(msgspec.json.encode(p)) for p in products}

    def outcomes(self) -> dict[str, str | None]:
        """How the last request for each product ended."""
        return dict(self.rows("select id, outcome from products order by id"))


def _options(allow: tuple[str, ...], limit: int | None, ids: tuple[str, ...] | None) -> Options:
    return Options(allow=frozenset(allow), limit=limit, ids=None if ids is None else frozenset(ids))
