"""Reading with skipping leaves exactly the snapshot that reading everything anew leaves: generated documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters import stretches, stretchrows
from feedsync.settings import Schedule
from feedsync.snapshot.deliveries import Deliveries
from feedsync.snapshot.store import Store
from tests.ingest.street import FOOT, HEAD, Street, item, rss, schedule, unreadable

SCHEDULES = (
    schedule(),
    schedule(products={"currency": "INR"}),
    schedule(catalogs={"depth": 1}),
    schedule(feed={"accept": ["FS-304", "FS-415", "FS-305"]}),
    schedule(feed={"accept": ["FS-303", "FS-311", "FS-305", "FS-304", "FS-415"]}),
)
HEADS = (
    HEAD,
    HEAD.replace("<title>Shop</title>", "<lastBuildDate>today</lastBuildDate>"),
    HEAD.replace(" xmlns:g=", ' xmlns:c="http://base.google.com/cns/1.0" xmlns:g='),
)
CATALOGS = ("", "Tea &gt; Green", "tea &gt; green", "TEA &gt; Green", "Tea &gt; Black &gt; Assam")


@st.composite
def items(draw: st.DrawFn) -> str:
    """One item of a small world, so that ids, groups and catalogs meet often."""
    item_id = draw(st.sampled_from(["a", "b", "c", "g"]))
    kind = draw(
        st.sampled_from(["valid"] * 6 + ["noted", "refused", "bare", "repaired", "broken", "unreadable", "no id"])
    )
    attributes = {
        "price": draw(st.sampled_from(["100.00 INR", "120.00 INR"])),
        "item_group_id": draw(st.sampled_from(["", "", "g", "h"])),
        "product_type": draw(st.sampled_from(CATALOGS)),
    }
    if kind == "noted":
        attributes["sale_price"] = "500.00 INR"
    if kind == "refused":
        attributes["price"] = ""
    if kind == "bare":
        attributes["price"] = "77"
    if kind == "repaired":
        attributes["title"] = "Cup & Saucer"
    text = item(None if kind == "no id" else item_id, **attributes)
    if kind == "broken":
        text = text.replace("</g:title>", "</g:titel>")
    if kind == "unreadable":
        text = unreadable(item_id)
    return text


class Step(NamedTuple):
    """One document and what it is read under."""

    content: bytes
    settings: Schedule
    forget: bool


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Documents over one small stock of items: any order, any repetition, some cut short."""
    stock = draw(st.lists(items(), min_size=1, max_size=7))
    steps = []
    for _ in range(draw(st.integers(2, 5))):
        chosen = draw(st.lists(st.sampled_from(stock), max_size=7))
        between = draw(st.sampled_from(["", "\n", "\n  <!-- next -->\n"]))
        head = draw(st.sampled_from([HEADS[0]] * 4 + list(HEADS[1:])))
        content = (head + between.join(chosen) + FOOT).encode()
        if draw(st.integers(0, 4)) == 0:
            content = content[: draw(st.integers(len(head), len(content)))]
        elif chosen and draw(st.integers(0, 9)) == 0:
            content = content.replace(b"</item>", b"", 1)
        chosen_settings = draw(st.sampled_from([SCHEDULES[0]] * 5 + list(SCHEDULES)))
        steps.append(Step(content, chosen_settings, draw(st.booleans())))
    return steps


@pytest.fixture(scope="module", autouse=True)
def _small_stretches() -> Iterator[None]:
    """Two items each, since these documents have hardly more than one of the usual ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretchrows, "ITEMS", 2)
        patch.setattr(stretches, "_WORTH_STORING", 0)
        yield


@pytest.fixture(scope="module")
def streets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Street, Street]]:
    """Two snapshots; each example is undone in both."""
    folder = tmp_path_factory.mktemp("streets")
    with Store(folder / "skipping.db") as one, Store(folder / "parsing.db") as two:
        yield Street(one, folder), Street(two, folder)


@contextmanager
def _undone(*streets: Street) -> Iterator[None]:
    """Everything within is one example, and leaves nothing to the next."""
    with ExitStack() as stack:
        for street in streets:
            street.run = 0
            stack.enter_context(street.store.rehearsal())
        yield


def _plan(street: Street, *, forget: bool) -> None:
    """What planning and pushing change in the tables that readings use."""
    street.planned()
    if forget:
        gone = "select product_id from variants group by 1 having min(coalesce(absent_documents, 0)) > 1"
        for product_id in [row[0] for row in street.store.rows(gone)]:
            Deliveries(street.store).forget(product_id)


@given(history=histories())
@settings(max_examples=100, deadline=None)
def test_skipping_leaves_what_parsing_everything_leaves(streets: tuple[Street, Street], history: list[Step]) -> None:
    skipping, parsing = streets
    with _undone(skipping, parsing):
        last = "complete"
        for step in history:
            one = skipping.read(step.content, step.settings)
            two = parsing.read(step.content, step.settings, anew=True)
            assert (one.verdict, one.reasons, one.items) == (two.verdict, two.reasons, two.items)
            # Parsing all of a degraded document forgets the bytes of what it lacks, and with them why that changes next.
            causes = last == "complete"
            last = one.verdict
            assert skipping.picture(causes=causes) == parsing.picture(causes=causes)
            if one.verdict == "complete":
                assert skipping.hashes() == parsing.hashes()
            _plan(skipping, forget=step.forget)
            _plan(parsing, forget=step.forget)


@given(history=histories())
@settings(max_examples=40, deadline=None)
def test_what_a_complete_document_names_is_as_if_it_was_the_first(
    streets: tuple[Street, Street], history: list[Step]
) -> None:
    """The past decides nothing about an item that is valid now."""
    street, fresh = streets
    with _undone(street):
        for step in history:
            street.read(step.content, step.settings)
            with _undone(fresh):
                fresh.read(step.content, step.settings)
                known = street.variants()
                for item_id, variant in fresh.variants().items():
                    assert known[item_id] == variant
                    assert item_id not in street.absent()


@given(history=histories())
@settings(max_examples=40, deadline=None)
def test_a_second_reading_of_a_document_changes_nothing(streets: tuple[Street, Street], history: list[Step]) -> None:
    street, _ = streets
    with _undone(street):
        for step in history:
            street.read(step.content, step.settings)
            street.planned()
            before = street.picture()
            again = street.read(step.content, step.settings)
            after = street.picture()
            for table in ("variants", "catalogs", "spellings"):
                assert after[table] == before[table]
            assert again.verdict in ("complete", before["feeds"][0][5])


def test_an_unchanged_document_is_skipped_whole(streets: tuple[Street, Street]) -> None:
    """Else the properties above would hold for the wrong reason."""
    street, _ = streets
    with _undone(street):
        content = [item(str(n)) for n in range(20)]
        assert street.read(rss(*content)).parsed == 20
        assert street.read(rss(*content)).parsed == 0
        assert street.read(rss(*reversed(content))).parsed == 0
        assert street.read(rss(*content, item("new"))).parsed == 1


def test_the_head_of_a_document_does_not_decide(streets: tuple[Street, Street], tmp_path: Path) -> None:
    street, _ = streets
    with _undone(street):
        street.read(rss(item("a"), head=HEADS[0]))
        assert street.read(rss(item("a"), head=HEADS[1])).parsed == 0
        assert street.read(rss(item("a"), head=HEADS[2])).parsed == 1
