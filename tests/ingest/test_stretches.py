"""Items that stand together as they stood in the last document are passed by; what is kept for that is never needed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsync.adapters import xml_follow, xml_split
from feedsync.snapshot.feeds import forget_feeds
from feedsync.snapshot.store import Store
from tests.adapters.remembering import small
from tests.edits import edited, edits
from tests.ingest.street import FOOT, HEAD, Street, item, rss, schedule, unreadable

ITEMS = [item(str(number)) for number in range(60)]


def _count(street: Street) -> int:
    count: int = street.store.scalar("select count(*) from stretches")
    return count


def test_one_day_follows_the_other(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, {"TOGETHER": 2})
    street.read(rss(*ITEMS))
    assert _count(street) == 1
    changed = [*ITEMS[:20], item("20", price="7.00 INR"), *ITEMS[22:], item("new")]
    reading = street.read(rss(*changed))
    assert (reading.items, reading.parsed, street.absent()) == (60, 2, {"21": 1})
    assert street.variants()["20"].price_minor == 700
    assert _count(street) > 1
    street.read(rss(*ITEMS))
    assert (street.absent(), street.variants()["20"].price_minor) == ({"new": 1}, 10_000)


def test_without_what_is_kept_the_same_is_read(street: Street) -> None:
    street.read(rss(*ITEMS))
    street.store.execute("delete from stretches")
    reading = street.read(rss(*ITEMS[1:], ITEMS[5]))
    assert (reading.items, reading.parsed, street.absent()) == (60, 0, {"0": 1})
    assert street.problems() == [("5", "FS-402")]


def test_under_other_settings_all_is_read(street: Street) -> None:
    street.read(rss(*ITEMS))
    before = _count(street)
    reading = street.read(rss(*ITEMS), schedule(catalogs={"depth": 1}))
    assert (reading.items, reading.parsed, _count(street)) == (60, 60, before)


def test_a_second_copy_among_them_is_noticed_where_it_stands(street: Street) -> None:
    document = rss(*ITEMS, ITEMS[30])
    street.read(document)
    street.read(document.replace(b"<title>Shop", b"<title>The same shop"))
    assert street.problems() == [("30", "FS-402")]
    line = street.store.scalar("select line from problems")
    assert line == document.decode().splitlines().index(ITEMS[30], 40) + 1


def test_a_feed_that_left_leaves_none(street: Street) -> None:
    street.read(rss(*ITEMS))
    assert _count(street) == 1
    with street.store.transaction():
        forget_feeds(street.store, 0)
    assert _count(street) == 0


@pytest.mark.parametrize("damage", [lambda kept: kept[:50], lambda kept: b"", lambda kept: kept[:-1] + b"x"])
def test_what_is_damaged_is_as_good_as_nothing(street: Street, damage: Any) -> None:
    street.read(rss(*ITEMS))
    kept = street.store.scalar("select kept from stretches")
    street.store.execute("update stretches set kept = ?", damage(kept))
    reading = street.read(rss(*ITEMS[:-1]))
    assert (reading.items, reading.parsed, street.absent()) == (59, 0, {"59": 1})
    assert street.store.scalar("select kept from stretches") != damage(kept)


def test_the_same_document_is_not_stored_again_because_of_items_that_are_read_each_time(street: Street) -> None:
    document = [item(str(n), price="" if n % 20 == 7 else "5.00 INR") for n in range(200)]
    street.read(rss(*document))
    kept = street.store.scalar("select kept from stretches")
    reading = street.read(rss(*document, head=HEAD.replace("Shop", "The same shop")))
    assert (reading.items, reading.parsed) == (200, 10)
    assert street.store.scalar("select kept from stretches") == kept


def test_what_shrank_is_stored_anew(street: Street) -> None:
    street.read(rss(*ITEMS))
    kept = street.store.scalar("select kept from stretches")
    street.read(rss(*ITEMS[:16]))
    assert len(street.store.scalar("select kept from stretches")) < len(kept) / 2


def test_where_much_changed_the_next_document_is_kept(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, {"_BREAK_BYTES": 1 << 20})
    monkeypatch.setattr(xml_split, "BLOCK_BYTES", 3000)
    monkeypatch.setattr(xml_follow, "LEAST_BYTES", 600)
    documents = [[item(str(n), price=f"{price if n % 7 == 0 else 1}.00 INR") for n in range(300)] for price in (2, 3)]
    street.read(rss(*documents[0]))
    kept = street.store.scalar("select kept from stretches")
    assert street.read(rss(*documents[1])).parsed == 43
    assert street.store.meta("stretches:0") == b""
    assert street.store.scalar("select kept from stretches") == kept
    assert street.read(rss(*documents[1], head=HEAD.replace("Shop", "The same shop"))).parsed == 0
    assert street.store.meta("stretches:0") is None
    assert street.store.scalar("select kept from stretches") != kept


def _table(rows: list[str]) -> bytes:
    head = "id,title,description,link,image_link,price,availability"
    return "\n".join([head, *rows, ""]).encode()


def _row(number: int, price: int = 1) -> str:
    link = f"https://shop.example/{number}"
    return f'{number},Tea {number},"Good\ntea",{link},{link}.jpg,{price} INR,in_stock'


def test_tables_are_followed_too(street: Street) -> None:
    rows = [_row(number) for number in range(100)]
    street.read(_table(rows))
    assert _count(street) == 1
    rows[50], rows[70:72] = _row(50, 2), ["71,odd", _row(71, 3)]
    reading = street.read(_table(rows))
    assert (reading.items, reading.parsed, reading.verdict) == (100, 3, "degraded")
    assert street.variants()["50"].price_minor == 200
    assert street.absent() == {}
    assert list(street.store.rows("select code, line from problems order by 1")) == [("FS-304", 142)]


PIECES = st.one_of(
    st.integers(0, 20).map(lambda number: item(str(number))),
    st.integers(0, 20).map(lambda number: item(str(number), price="2.00 INR")),
    st.integers(0, 20).map(lambda number: "<!-- season\n -->" + item(str(number))),
    st.sampled_from(
        (
            item("21", price=""), item(None, title="nameless"), unreadable(), "<!-- season -->" + unreadable("!"), "\n\n",
            item("22", title="<![CDATA[ </item> ]]>"), "<item>", "</item>", "<!--", "-->", "<item/>",
        )
    ),
)  # fmt: skip


@given(
    pieces=st.lists(PIECES, max_size=30), days=st.lists(edits(PIECES, most=3), min_size=1, max_size=4),
    few=st.sampled_from((1, 2, 8)),
    block=st.sampled_from((1, 600, 3000, 1 << 20)), foot=st.sampled_from((FOOT, FOOT, "")),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_with_and_without_leave_the_same(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], days: list[list[tuple[str, int, str]]], few: int,
    block: int, foot: str,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("streets")
    with Store(folder / "with.db") as one, Store(folder / "without.db") as other, pytest.MonkeyPatch.context() as patch:
        small(patch, {"ITEMS": few, "_WORTH_STORING": 0})
        patch.setattr(xml_split, "BLOCK_BYTES", block)
        patch.setattr(xml_follow, "LEAST_BYTES", max(1, block // 4))
        remembering, forgetting = Street(one, folder), Street(other, folder)
        for changes in [[], *days]:
            pieces = edited(pieces, changes)
            other.execute("delete from stretches")
            document = rss(*pieces, foot=foot)
            left = [(street.read(document), street) for street in (remembering, forgetting)]
            told = [
                (
                    reading.verdict, reading.reasons, reading.items, reading.parsed, street.picture(), street.hashes(),
                    list(street.store.rows("select hash, item_id, code, line from problems order by 1, 2, 3, 4")),
                )
                for reading, street in left
            ]  # fmt: skip
            assert told[0] == told[1]
