"""Products that are plain are planned the same, whether they take the short way, and where it is gone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsync.crew import NOBODY, Crew
from feedsync.derivers import worth
from feedsync.deriving import Derived, Deriver, Given, Terms
from feedsync.diff import diff_product
from feedsync.effective import effective, payload_hash
from feedsync.model import Member, ProductPayload, Variant
from feedsync.planner import Options, Planner
from feedsync.planning import Plan, make_plan
from feedsync.settings import AbsencePolicy, Products, Schedule
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.past import Pin, Pins
from feedsync.snapshot.plans import PlanTable
from feedsync.snapshot.products import Products as Table
from feedsync.snapshot.productstate import StoredMember
from feedsync.snapshot.records import Packer, learn
from feedsync.snapshot.store import Store
from feedsync.urls import VOLATILE
from tests.effective.support import POLICIES, SETTINGS, at, members
from tests.ingest.street import schedule
from tests.records import DAY, NOW, member, variant
from tests.snapshot.shelf import put, step

SHOP = schedule()
DICTIONARY = learn([msgspec.msgpack.encode(variant(f"v{n}", title=f"Shirt {n}")) for n in range(500)])


def shelve(store: Store) -> None:
    """Products of every kind, most of them plain."""
    table = Table(store)
    for n in range(60):
        put(table, f"p{n:02}", f"p{n:02}-1", f"p{n:02}-2", catalogs=("Tea",))
    put(table, "empty")
    put(table, "moved", "m-1", moved={"m-1": "p00"})
    put(table, "absent", "a-1", absent={"a-1": 1})
    put(table, "half", "h-1", "h-2", absent={"h-1": 1})
    for name in ("refused", "doubt", "back", "sent", "held", "free", "sale", "same", "left"):
        put(table, name, name)
    change(store, "free", price_minor=0)
    change(store, "sale", sale_minor=5_00, sale_to=NOW + DAY)
    store.execute("update products set attempted = 1, outcome = 'unknown' where id = 'doubt'")
    store.execute("update products set once_sent = 1, cause = 'operator' where id = 'back'")
    store.execute("update products set held = 1 where id = 'held'")
    Deliveries(store).acknowledged([step("sent")], 1)


def change(store: Store, variant_id: str, **changed: Any) -> None:
    """The feed says something else now."""
    record = msgspec.msgpack.decode(
        store.scalar("select unpacked(record) from variants where id = ?", variant_id), type=Variant
    )
    record = msgspec.structs.replace(record, **changed)
    store.execute("update variants set record = ? where id = ?", msgspec.msgpack.encode(record), variant_id)


def next_day(store: Store) -> None:
    """Bik has everything, and something of every kind is different."""
    for steps in PlanTable(store).batches("send"):
        Deliveries(store).acknowledged(steps, 1)
    store.execute("update products set pending = 1")
    changes: list[dict[str, Any]] = [
        {"price_minor": 90_00}, {"price_minor": 1_00}, {"price_minor": 0}, {"quantity": 0}, {"quantity": 7},
        {"title": "Another"}, {"catalogs": ("Tea", "Green")}, {"currency": "EUR"}, {"sale_minor": 50_00},
        {"link": "https://shop.example/shirt?v=2"}, {"link": "https://shop.example/coat"}, {"expires_at": NOW - 5},
        {"image_link": "https://cdn.example/shirt.jpg?v=3"}, {"metafields": (("brand", "Acme"),)},
        {"options": (("Size", "M"),)}, {"expires_at": NOW + 50},
    ]  # fmt: skip
    for n, changed in enumerate(changes):
        change(store, f"p{n:02}-1", **changed)
    store.execute("update variants set product_id = 'p21', moved_from = 'p20' where id = 'p20-1'")
    store.execute("delete from variants where id = 'left'")
    store.execute("update variants set absent_since = 7, absent_counted = 7, absent_documents = 1 where id = 'p22-1'")
    store.execute("update products set outcome = 'unknown' where id = 'p23'")
    store.execute("insert into variants select 'p24-3', product_id, feed, null, record, 1, null, null, null, null, null, null "
                  "from variants where id = 'p24-1'")  # fmt: skip
    change(store, "p24-3", id="p24-3")


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


def planned(
    path: Path, *, settings: Schedule = SHOP, packer: bool = False, crew: Crew = NOBODY
) -> list[dict[str, Any]]:
    """What the plans of two days leave."""
    with Store(path) as store, store.transaction():
        if packer and DICTIONARY is not None:
            store.set_dictionary(DICTIONARY)
        shelve(store)
        refuse(store)
        days = [day(store, settings, NOW, crew)]
        next_day(store)
        return [*days, day(store, settings, NOW + 1, crew)]


def day(store: Store, settings: Schedule, now: int, crew: Crew) -> dict[str, Any]:
    """What a plan leaves."""
    run = store.begin_run("manual", now)
    seen: list[int] = []
    pending = store.scalar("select count(*) from products where pending")
    plan = make_plan(store, settings, [], run=run, now=now, options=Options(), progress=seen.append, crew=crew)
    assert seen == list(range(1, pending + 1))
    return planned_rows(store, run, plan)


def planned_rows(store: Store, run: int, plan: Plan) -> dict[str, Any]:
    """What a plan left."""
    rows = store.rows
    return {
        "plan": list(rows("select product_id, urgency, action, unpacked(payload), hash from plan order by 1")),
        "changes": list(rows("select * from changes where run = ? order by rowid", run)),
        "products": list(rows("select * from products order by id")),
        "held": list(rows("select * from held order by 1, 2, 3")),
        "counts": plan.changes,
        "catalogs": [catalog.name for catalog in plan.catalogs],
        "sizes": (plan.sends, plan.deletes, plan.held, plan.left),
        "gates": plan.gates,
    }


@pytest.fixture
def long_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The plan of one who looks at every product."""
    return by_looking(tmp_path, monkeypatch, SHOP)


def by_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Schedule) -> list[dict[str, Any]]:
    with monkeypatch.context() as patch:
        patch.setattr(Planner, "deriver", lambda self: None)
        return planned(tmp_path / "long.db", settings=settings)


@pytest.mark.parametrize(
    "given",
    [
        {}, {"gates": {"price": 0, "stock_out": 0, "removals": 0}}, {"gates": {"price": "off", "price_move": "off"}},
        {"protect": {"ids": ["p22"]}}, {"absence": {"after_runs": 1}},
    ],
)  # fmt: skip
def test_the_short_way_leads_to_the_same_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    settings = schedule(**given)
    assert planned(tmp_path / "short.db", settings=settings) == by_looking(tmp_path, monkeypatch, settings)


def test_the_days_have_something_of_every_kind(long_way: list[dict[str, Any]]) -> None:
    first, second = long_way
    assert first["counts"].keys() == {"product_added", "product_returned", "variant_moved", "catalog_added"}
    assert second["counts"].keys() >= {
        "price_down", "sale_started", "out_of_stock", "quantity", "content", "catalogs", "variant_added", "variant_moved",
        "variant_removed",
    }  # fmt: skip
    assert {row[0] for row in second["held"]} >= {"p02", "p07"}


@pytest.mark.parametrize("packer", [False, True])
def test_workers_lead_to_the_same_plan(
    tmp_path: Path, long_way: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, packer: bool
) -> None:
    _many(monkeypatch)
    with Crew(2) as crew:
        assert planned(tmp_path / "there.db", packer=packer, crew=crew) == long_way
        assert len(crew.workers) == 2


def test_a_worker_that_is_there_derives_what_others_would_not_be_started_for(
    tmp_path: Path, long_way: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _many(monkeypatch, 1000)
    with Crew(2) as crew:
        crew.want(1)
        assert planned(tmp_path / "there.db", crew=crew) == long_way
        assert [worker._told is not None for worker in crew.workers] == [True]


def test_few_products_are_worth_nobody() -> None:
    with Crew(2) as crew:
        assert [worth(crew, lambda most, n=n: min(n, most)) for n in (3_999, 4_000, 8_000, 10**6)] == [0, 1, 2, 2]  # type: ignore[misc]
        crew.want(1)
        assert [worth(crew, lambda most, n=n: min(n, most)) for n in (399, 400, 10**6)] == [0, 1, 2]  # type: ignore[misc]
    assert worth(NOBODY, lambda most: most) == 0


def test_workers_that_cannot_be_started_are_done_without(
    tmp_path: Path, long_way: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _many(monkeypatch)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Crew(2) as crew:
        assert planned(tmp_path / "dead.db", crew=crew) == long_way


def test_a_plan_that_is_interrupted_leaves_no_process_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _children()

    def stop(number: int) -> None:
        assert len(_children() - before) == 2
        raise KeyboardInterrupt

    _many(monkeypatch)
    with Store(tmp_path / "s.db") as store, store.transaction():
        shelve(store)
        run = store.begin_run("manual", NOW)
        with pytest.raises(KeyboardInterrupt), Crew(2) as crew:
            make_plan(store, SHOP, [], run=run, now=NOW, options=Options(), progress=stop, crew=crew)
        assert _children() == before


def _children() -> set[str]:
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}


def _many(monkeypatch: pytest.MonkeyPatch, products: int = 10) -> None:
    """So many products are worth a worker, fewer one that is there."""
    monkeypatch.setattr("feedsync.derivers.MANY", products)
    monkeypatch.setattr("feedsync.derivers._MANY_FOR_ONE_THAT_IS_THERE", 10)
    monkeypatch.setattr("feedsync.snapshot.products._CHUNK", 10)


@pytest.mark.parametrize("why", ["decision", "pin", "ids", "identity"])
def test_what_somebody_or_a_gate_has_to_do_with_goes_the_long_way(tmp_path: Path, why: str) -> None:
    with Store(tmp_path / "s.db") as store, store.transaction():
        put(table := Table(store), "p", "p")
        if why == "decision":
            store.execute(
                "insert into decisions values "
                "('p', 'addition', '', null, 'Shirt', 0, 'rejected', 'identity', 'x', 1, null)"
            )
        if why == "pin":
            Pins(store).set(Pin(0, False, "x", 1))
        if why == "identity":
            put(table, "q", *(f"q{n}" for n in range(20)), absent={f"q{n}": 1 for n in range(20)})
            Deliveries(store).acknowledged([step("q")], 1)
            store.execute("update products set sent_variants = 20 where id = 'q'")
        run = store.begin_run("manual", NOW)
        options = Options(ids=frozenset({"other"})) if why == "ids" else Options()
        plan = make_plan(store, SHOP, [], run=run, now=NOW, options=options, progress=lambda number: None)
        verdicts = set(store.rows("select verdict from changes where subject = 'p'"))
    expected = {"decision": "rejected", "ids": "left", "identity": "held by identity"}
    assert verdicts == ({(expected[why],)} if why in expected else set())
    assert plan.sends == 0


@given(members(min_size=0), members(), POLICIES, SETTINGS, st.booleans(), st.booleans(), st.booleans())
def test_what_is_derived_is_what_the_product_should_be(
    found: list[Member],
    before: list[Member],
    absence: AbsencePolicy,
    products: Products,
    new: bool,
    packs: bool,
    protects: bool,
) -> None:
    sent = None if new else at(*before).payload
    packer = Packer(DICTIONARY if packs else None)
    given: Given = (
        "p1", "clock", 1, None if sent is None else packer.pack(msgspec.msgpack.encode(sent)),
        [row(m, packer) for m in found],
    )  # fmt: skip
    deriver = Deriver(NOW, terms(products, absence, protects=protects), packer)
    (derived,) = deriver.derive([given])
    target = effective("p1", found, now=NOW, products=products, absence=absence, sent=sent)
    changes = diff_product(sent, target, cause="clock", ignored=VOLATILE, returned=True)
    if derived is None:
        assert target.payload is None or target.left or (protects and any(c.klass == "removal" for c in changes))
        return
    assert target.payload is not None
    assert msgspec.msgpack.decode(packer.unpack(derived.payload), type=ProductPayload) == target.payload
    assert (derived.hash, derived.changes) == (payload_hash(target.payload, VOLATILE), changes)
    assert derived.next_change_at == target.next_change_at
    answer = deriver.answer(msgspec.msgpack.encode([given]))
    assert msgspec.msgpack.decode(answer, type=list[Derived | None]) == [derived]


def row(member: Member, packer: Packer) -> StoredMember:
    record, gone = packer.pack(msgspec.msgpack.encode(member.variant)), member.absence
    return (record, gone.since, gone.documents, gone.counted_from, None) if gone else (record, None, None, None, None)


def terms(
    products: Products = SHOP.products, absence: AbsencePolicy = SHOP.absence, *, protects: bool = False
) -> Terms:  # fmt: skip
    return Terms(
        products.preorder, products.in_stock_quantity, absence.then, absence.after_runs, absence.after, 0.5, VOLATILE,
        False, {}, protects,
    )  # fmt: skip


def test_what_is_not_plain_is_left_to_the_planner() -> None:
    plain, free = (msgspec.msgpack.encode(member("v1", price_minor=price).variant) for price in (1, 0))
    cases: dict[str, list[StoredMember]] = {
        "plain": [(plain, None, None, None, None)], "free": [(free, None, None, None, None)],
        "moved": [(plain, None, None, None, "other")], "gone": [(plain, 7, 1, 7, None)], "none": [],
    }  # fmt: skip
    found = Deriver(NOW, terms(), Packer()).derive([(name, "feed", 0, None, rows) for name, rows in cases.items()])
    assert [one is not None for one in found] == [True, False, False, False, False]
