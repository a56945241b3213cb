"""A first plan is the same whether its products were derived while their items were read, or from the snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as how
from hypothesis import strategies as st

from feedsync import drafting, ingest, workers
from feedsync.crew import Crew
from feedsync.deriving import Deriver
from feedsync.planner import Options
from feedsync.planning import make_plan
from feedsync.settings import Schedule
from feedsync.snapshot.feeds import Reading
from feedsync.snapshot.items import Items
from feedsync.snapshot.past import Pin, Pins
from feedsync.snapshot.products import Products
from feedsync.snapshot.records import Packer
from feedsync.snapshot.store import Store
from tests.ingest.street import Street, document, item, rss, unreadable
from tests.planning.test_short_way import planned_rows, terms
from tests.records import NOW, variant
from tests.snapshot.shelf import put

#: When items are read, and the moments at which something of them changes by itself.
READ = NOW
#: What makes an item longer than a block, so that the next one is read with another lot.
LONG = "x" * (1 << 18)
TIMES = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:10Z", "2026-01-01T00:01:00Z", "2026-01-02T00:00:00Z"]


def shop(**given: Any) -> Schedule:
    """A schedule of two primary feeds."""
    feeds = [{"location": "feed.xml"}, {"location": "other.xml", "id_prefix": given.pop("prefix", "")}]
    bik = {"key": {"env": "KEY"}, "secret": {"env": "SECRET"}}
    return Schedule.model_validate({"bik": bik, "feeds": feeds, **given})


SHOPS = [
    shop(), shop(products={"preorder": "unbuyable"}), shop(gates={"zero_price": "off"}), shop(prefix="x-"),
    shop(rules=[{"when": "title == 'Hidden'", "exclude": True}], protect={"ids": ["a"]}),
]  # fmt: skip
IDS = st.sampled_from(["a", "b", "c", "d", "e", "f", "G", "H"])


@st.composite
def items(draw: st.DrawFn) -> str:
    """Items of few ids and fewer groups, some of which change with the time, are free, refused, or cannot be read."""
    if draw(st.integers(0, 15)) == 0:
        return unreadable(draw(IDS))
    time = st.sampled_from(TIMES)
    maybe: dict[str, st.SearchStrategy[str]] = {
        "item_group_id": st.sampled_from(["G", "H"]),
        "price": st.sampled_from(["", "0 INR", "90.00 INR", "100.00 EUR"]),
        "sale_price": st.sampled_from(["50.00 INR", "0 INR"]),
        "sale_price_effective_date": st.builds("{}/{}".format, time, time),
        "availability": st.sampled_from(["preorder", "out_of_stock", ""]),
        "availability_date": time,
        "expiration_date": time,
        "title": st.sampled_from(["Hidden", "Shirt"]),
        "product_type": st.sampled_from(["Tea &gt; Green", "tea &gt; green", "Coffee"]),
        "image_link": st.just("https://shop.example/a.jpg?v=7"),
        "color": st.sampled_from(["red", "blue"]),
        "description": st.sampled_from([LONG, "Soft"]),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(maybe)), max_size=4, unique=True))
    grouped = {"item_group_id"} if draw(st.booleans()) else set()
    return item(draw(IDS), **{name: draw(maybe[name]) for name in {*chosen, *grouped}})


DOCUMENTS = st.none() | st.builds(lambda found, cut: rss(*found)[: -1 if cut else None], st.lists(items(), max_size=12),
                                  st.sampled_from([False, False, False, True]))  # fmt: skip


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Store, Store]]:
    """Two snapshots; each example is undone in both."""
    folder = tmp_path_factory.mktemp("drafts")
    with Store(folder / "drafted.db") as one, Store(folder / "derived.db") as two:
        yield folder, one, two


@contextmanager
def patched(*, drafts: bool) -> Iterator[None]:
    """Documents are read in small lots, with drafts or without."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedsync.adapters.xml_split.BLOCK_BYTES", 1)
        patch.setattr(workers, "LOT_BYTES", len(LONG))
        patch.setattr(drafting, "_SAMPLED", 1)
        if not drafts:
            patch.setattr(ingest, "_drafter", lambda *_: None)
        yield


def read(
    store: Store, folder: Path, settings: Schedule, number: int, content: bytes, run: int, *, processes: int = 0
) -> Reading:
    """Read one feed's document."""
    with Crew(processes) as crew, store.transaction():
        return ingest.ingest(
            Items(store), settings, number, document(folder, content), run=run, now=READ,
            progress=lambda items, parsed: None, crew=crew,
        )  # fmt: skip


def first_sync(
    store: Store, folder: Path, settings: Schedule, documents: list[bytes | None], later: int,
    options: Options, *, processes: int = 0, planned: Schedule | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Read the documents (None: it failed) and plan; what is left of both."""
    run = store.begin_run("hand", READ)
    readings = [
        read(store, folder, settings, number, content, run, processes=processes)
        for number, content in enumerate(documents)
        if content is not None
    ]
    seen: list[int] = []
    plan = make_plan(
        store, planned or settings, readings, run=run, now=READ + later, options=options, progress=seen.append
    )
    assert seen == sorted(seen)
    assert store.scalar("select count(*) from temp.drafts") == 0
    left = planned_rows(store, run, plan)
    left["changes"] = sorted(left["changes"], key=repr)
    return {**left, **Street(store, folder).picture(), "all products": left["products"], "readings": readings}


@given(
    documents=st.lists(DOCUMENTS, min_size=1, max_size=2),
    settings=st.sampled_from(SHOPS),
    later=st.sampled_from([-5, 0, 5, 10, 100, 200_000]),
    options=st.sampled_from(
        [
            Options(),
            Options(),
            Options(limit=2),
            Options(ids=frozenset({"a", "G"})),
            Options(allow=frozenset({"zero_price"})),
        ]
    ),
)
@example(  # the row of an item that lost its id to an earlier one is another's later
    documents=[rss(item("a", item_group_id="G"), item("a", item_group_id="G", price="9.00 INR")),
               rss(item("b", item_group_id="G"))],
    settings=SHOPS[0], later=0, options=Options(),
)  # fmt: skip
@example(  # one of the items that stand together is none of the product's
    documents=[rss(item("b", item_group_id="H"), *(item(n, item_group_id="G") for n in "abc"))],
    settings=SHOPS[0], later=0, options=Options(),
)  # fmt: skip
@example(  # and as many others join it further on
    documents=[rss(item("b", item_group_id="H"), *(item(n, item_group_id="G") for n in "ab"), item("d", description=LONG),
                   item("c", item_group_id="G"))],
    settings=SHOPS[0], later=0, options=Options(),
)  # fmt: skip
@how(max_examples=200, deadline=None)
def test_a_first_plan_is_the_same_with_drafts_and_without(
    stores: tuple[Path, Store, Store], documents: list[bytes | None], settings: Schedule, later: int, options: Options
) -> None:  # fmt: skip
    folder, one, two = stores
    with one.rehearsal(), patched(drafts=True):
        drafted = first_sync(one, folder, settings, documents, later, options)
    with two.rehearsal(), patched(drafts=False):
        derived = first_sync(two, folder, settings, documents, later, options)
    assert drafted == derived


@contextmanager
def rehearsed(store: Store) -> Iterator[None]:
    """Undone at its end, unless something around it is."""
    with nullcontext() if store.connection.in_transaction else store.rehearsal():
        yield


def looked_at(
    store: Store, folder: Path, content: bytes, monkeypatch: pytest.MonkeyPatch, *, later: int = 0,
    planned: Schedule = SHOPS[0],
) -> set[str]:  # fmt: skip
    """The products that a first plan derives itself."""
    found: set[str] = set()
    pending = Products.pending

    def watched(self: Products) -> Iterator[Any]:
        for batch in pending(self):
            found.update(product.id for product in batch)
            yield batch

    monkeypatch.setattr(Products, "pending", watched)
    with rehearsed(store), patched(drafts=True):
        first_sync(store, folder, SHOPS[0], [content], later, Options(), planned=planned)
    return found


GROUPS = (
    *(item(f"a{n}", item_group_id="A") for n in range(3)),
    item("b"),
    item("free", price="0 INR"),
    item("sale", sale_price="5.00 INR", sale_price_effective_date=f"{TIMES[1]}/{TIMES[3]}"),
    item("c1", item_group_id="C"),
    item("bad", price=""),
    item("c2", item_group_id="C"),
    item("b", price="7.00 INR"),
    item("d"),
    item("a3", item_group_id="A"),
)


@pytest.mark.parametrize(
    ("later", "not_any_more"), [(0, set()), (9, set()), (10, {"sale"}), (-1, {"A", "C", "d", "sale"})]
)
def test_only_what_a_draft_cannot_tell_is_looked_at(
    stores: tuple[Path, Store, Store], monkeypatch: pytest.MonkeyPatch, later: int, not_any_more: set[str]
) -> None:
    folder, store, _ = stores
    assert looked_at(store, folder, rss(*GROUPS), monkeypatch, later=later) == {"b", "free"} | not_any_more


def test_a_product_that_goes_on_in_another_lot_is_looked_at(
    stores: tuple[Path, Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, store, _ = stores
    cut = rss(*GROUPS[:7], item("long", description=LONG), *GROUPS[7:])
    assert looked_at(store, folder, cut, monkeypatch) == {"A", "C", "free"}


def test_what_the_store_may_have_is_looked_at(
    stores: tuple[Path, Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, store, _ = stores
    for known in ("attempted = 1", "once_sent = 1", "outcome = 'unknown'", "held = 1", "cause = 'settings'"):
        with store.rehearsal():
            put(Products(store), "old")
            store.execute(f"update products set {known}")
            assert looked_at(store, folder, rss(*GROUPS), monkeypatch) == {"A", "C", "b", "d", "free", "sale", "old"}


def test_under_other_terms_all_is_looked_at(stores: tuple[Path, Store, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, store, _ = stores
    other = shop(products={"in_stock_quantity": 7})
    found = looked_at(store, folder, rss(*GROUPS), monkeypatch, planned=other)
    assert found == {"A", "C", "b", "d", "free", "sale"}


def test_where_somebody_has_a_word_nothing_is_drafted(stores: tuple[Path, Store, Store]) -> None:
    folder, store, _ = stores
    with store.rehearsal(), store.transaction():
        Pins(store).set(Pin(0, False, "x", 1))
        read(store, folder, SHOPS[0], 0, rss(*GROUPS), 1)
        assert store.scalar("select count(*) from temp.drafts") == 0


def test_workers_draft_what_this_process_drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a dictionary, which is learnt while the first of them wait."""
    monkeypatch.setattr(workers, "MANY", 1000)
    content = rss(*(item(f"i{n}", item_group_id=f"G{n // 3}", description="A shirt " * 40) for n in range(1500)))
    pictures = []
    for processes, drafts in ((0, True), (2, True), (0, False)):
        with Store(tmp_path / f"{processes}{drafts}.db") as store, store.transaction(), patched(drafts=drafts):
            pictures.append(first_sync(store, tmp_path, SHOPS[0], [content], 1, Options(), processes=processes))
            assert store.packer.has_dictionary
    assert pictures[0] == pictures[1] == pictures[2]
    assert len(pictures[0]["plan"]) == 500


def test_of_products_whose_items_stand_apart_no_more_drafts_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "_SAMPLED", 1)
    drafter = drafting.Drafter(Deriver(NOW, terms(), Packer()))
    lots = [[(n, variant(f"v{n}", group_id=f"G{n % 20}")) for n in range(at, at + 20)] for at in range(0, 80, 20)]
    assert [len(drafter.draft(lot)) for lot in lots] == [20, 20, 0, 0]
    assert drafter.draft([(0, None)]) == []
    together = drafting.Drafter(Deriver(NOW, terms(), Packer()))
    lots = [[(n, variant(f"v{n}", group_id=f"G{n // 3}")) for n in range(at, at + 20)] for at in range(0, 80, 20)]
    assert [len(together.draft(lot)) for lot in lots] == [7, 8, 7, 7]
