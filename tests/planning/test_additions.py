"""Products that the store does not have are planned the same, whether they take the short way, and where it is gone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.deriving import Derived, Deriver
from feedsync.effective import effective, payload_hash
from feedsync.model import Change, Member, ProductPayload
from feedsync.planner import Options, Planner
from feedsync.planning import make_plan
from feedsync.settings import AbsencePolicy, Products
from feedsync.snapshot.consent import Consent
from feedsync.snapshot.past import Pin, Pins
from feedsync.snapshot.products import Products as Table
from feedsync.snapshot.productstate import StoredMember
from feedsync.snapshot.records import Packer, learn
from feedsync.snapshot.store import Store
from feedsync.urls import VOLATILE
from tests.effective.support import POLICIES, SETTINGS, members
from tests.ingest.street import schedule
from tests.records import DAY, NOW, member, variant
from tests.snapshot.shelf import put, step

SHOP = schedule()
DICTIONARY = learn([msgspec.msgpack.encode(variant(f"v{n}", title=f"Shirt {n}")) for n in range(500)])


def shelve(store: Store) -> None:
    """Products of every kind: 60 that are plain, and some that are not."""
    table = Table(store)
    for n in range(60):
        put(table, f"p{n:02}", f"p{n:02}-1", f"p{n:02}-2", catalogs=("Tea",))
    put(table, "empty")
    put(table, "moved", "m-1", moved={"m-1": "p00"})
    put(table, "absent", "a-1", absent={"a-1": 1})
    put(table, "half", "h-1", "h-2", absent={"h-1": 1})
    for name in ("refused", "doubt", "back", "sent", "held"):
        put(table, name, name)
    for name, changed in (("free", {"price_minor": 0}), ("sale", {"sale_minor": 5_00, "sale_to": NOW + DAY})):
        put(table, name, name)
        record = msgspec.structs.replace(variant(name), **changed)
        store.execute("update variants set record = ? where id = ?", msgspec.msgpack.encode(record), name)
    store.execute("update products set attempted = 1, outcome = 'unknown' where id = 'doubt'")
    store.execute("update products set once_sent = 1, cause = 'operator' where id = 'back'")
    store.execute("update products set held = 1 where id = 'held'")
    table.acknowledged([step("sent")], 1)
    store.execute("update products set pending = 1 where id = 'sent'")


def refuse(store: Store) -> None:
    """Bik refused a product as it is."""
    target = effective(
        "refused",
        Table(store).state("refused").members,
        now=NOW,
        products=SHOP.products,
        absence=SHOP.absence,
        sent=None,
    )
    hashed = payload_hash(target.payload, SHOP.ignored_query)
    store.execute("update products set attempted_hash = ?, outcome = 'rejected' where id = 'refused'", hashed)


def planned(path: Path, options: Options | None = None, *, packer: bool = False) -> dict[str, Any]:
    """What a plan leaves."""
    with Store(path) as store, store.transaction():
        if packer and DICTIONARY is not None:
            store.set_dictionary(DICTIONARY)
        shelve(store)
        refuse(store)
        run = store.begin_run("manual", NOW)
        seen: list[int] = []
        plan = make_plan(store, SHOP, [], run=run, now=NOW, options=options or Options(), progress=seen.append)
        assert seen == list(range(1, 72))
        rows = store.rows
        return {
            "plan": list(rows("select product_id, urgency, action, unpacked(payload), hash from plan order by 1")),
            "changes": list(rows("select * from changes order by rowid")),
            "products": list(rows("select * from products order by id")),
            "counts": plan.changes,
            "catalogs": [catalog.name for catalog in plan.catalogs],
            "sizes": (plan.sends, plan.deletes, plan.held, plan.left),
            "gates": plan.gates,
        }


@pytest.fixture
def long_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The plan of one who looks at every product."""
    with monkeypatch.context() as patch:
        patch.setattr(Planner, "plain", lambda self, results: lambda stored: False)
        return planned(tmp_path / "long.db")


def test_the_short_way_leads_to_the_same_plan(tmp_path: Path, long_way: dict[str, Any]) -> None:
    assert planned(tmp_path / "short.db") == long_way
    assert long_way["sizes"] == (67, 0, 1, 0)
    assert dict(long_way["counts"]) == {
        "product_added": 67, "product_returned": 1, "variant_moved": 1, "variant_added": 1, "variant_removed": 1,
        "catalog_added": 1,
    }  # fmt: skip


@pytest.mark.parametrize("packer", [False, True])
def test_workers_lead_to_the_same_plan(
    tmp_path: Path, long_way: dict[str, Any], monkeypatch: pytest.MonkeyPatch, packer: bool
) -> None:
    _workers(monkeypatch)
    assert planned(tmp_path / "there.db", packer=packer) == long_way


def test_workers_that_cannot_be_started_are_done_without(
    tmp_path: Path, long_way: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _workers(monkeypatch)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert planned(tmp_path / "dead.db") == long_way


def _workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsync.planning.MANY", 20)
    monkeypatch.setattr("feedsync.planning.usual_workers", lambda: 2)
    monkeypatch.setattr("feedsync.snapshot.products._CHUNK", 10)


@pytest.mark.parametrize("why", ["decision", "pin", "ids", "identity"])
def test_what_somebody_or_a_gate_has_to_do_with_goes_the_long_way(tmp_path: Path, why: str) -> None:
    with Store(tmp_path / "s.db") as store, store.transaction():
        put(table := Table(store), "p", "p")
        if why == "decision":
            change = Change("product_added", "p", None, None, None, "Shirt", "feed", "addition")
            store.execute(
                "insert into decisions values ('p', 'addition', '', null, ?, 0, 'rejected', 'identity', 'x', 1, null)",
                change.after,
            )
            assert Consent(store).any
        if why == "pin":
            Pins(store).set(Pin(0, False, "x", 1))
        if why == "identity":
            put(table, "q", *(f"q{n}" for n in range(20)), absent={f"q{n}": 1 for n in range(20)})
            table.acknowledged([step("q")], 1)
            store.execute("update products set sent_variants = 20 where id = 'q'")
        run = store.begin_run("manual", NOW)
        options = Options(ids=frozenset({"other"})) if why == "ids" else Options()
        plan = make_plan(store, SHOP, [], run=run, now=NOW, options=options, progress=lambda number: None)
        verdicts = set(store.rows("select verdict from changes where subject = 'p'"))
    expected = {"decision": "rejected", "ids": "left", "identity": "held by identity"}
    assert verdicts == ({(expected[why],)} if why in expected else set())
    assert plan.sends == 0


@given(members(min_size=0), POLICIES, SETTINGS, st.booleans())
def test_what_is_derived_is_what_the_product_should_be(
    found: list[Member], absence: AbsencePolicy, products: Products, with_dictionary: bool
) -> None:
    packer = Packer(DICTIONARY if with_dictionary else None)
    stored: list[StoredMember] = [
        (
            packer.pack(msgspec.msgpack.encode(m.variant)),
            *((m.absence.since, m.absence.documents, m.absence.counted_from) if m.absence else (None, None, None)), None,
        )
        for m in found
    ]  # fmt: skip
    deriver = Deriver(NOW, products, absence, VOLATILE, packer)
    (derived,) = deriver.derive([("p1", stored)])
    target = effective("p1", found, now=NOW, products=products, absence=absence, sent=None)
    if derived is None:
        assert target.payload is None
        return
    assert target.payload is not None
    assert msgspec.msgpack.decode(packer.unpack(derived.payload), type=ProductPayload) == target.payload
    assert (derived.hash, derived.title) == (payload_hash(target.payload, VOLATILE), target.payload.title)
    assert derived.next_change_at == target.next_change_at
    answer = deriver.answer(msgspec.msgpack.encode([("p1", stored)]))
    assert msgspec.msgpack.decode(answer, type=list[Derived | None]) == [derived]


def test_what_is_not_plain_is_left_to_the_planner() -> None:
    deriver = Deriver(NOW, SHOP.products, SHOP.absence, VOLATILE, Packer())
    plain, free = (msgspec.msgpack.encode(member("v1", price_minor=price).variant) for price in (1, 0))
    found = deriver.derive([
        ("plain", [(plain, None, None, None, None)]), ("free", [(free, None, None, None, None)]),
        ("moved", [(plain, None, None, None, "other")]), ("none", []),
    ])  # fmt: skip
    assert [one is not None for one in found] == [True, False, False, False]
