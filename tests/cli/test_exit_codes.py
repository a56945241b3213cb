"""Each exit code by a situation that causes it (design, section 7)."""

from __future__ import annotations

import pytest

from feedsync.bik.sandbox import Fault
from feedsync.cli.common import worst
from feedsync.snapshot.lock import schedule_lock

from .project import Shop, item, items

PRECEDENCE = (143, 130, 2, 5, 1, 4, 3, 0)


def test_a_run_that_brings_the_store_up_to_date_ends_with_0(shop: Shop) -> None:
    shop.add("acme", *items(3))
    assert shop("run", "acme").code == 0
    assert set(shop.project.sandbox.products()) == {"P00", "P01", "P02"}


def test_a_run_without_changes_ends_with_0(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("run", "acme")
    assert shop("run", "acme").code == 0


def test_a_feed_that_cannot_be_read_ends_with_1(shop: Shop) -> None:
    shop.add("acme", *items(3))
    (shop.project.folder / "acme.xml").unlink()
    result = shop("run", "acme")
    assert result.code == 1
    assert "FS-201" in result.out


def test_refused_credentials_end_with_1(shop: Shop) -> None:
    shop.add("acme", *items(3))
    (shop.project.folder / "key").write_text("wrong")
    result = shop("run", "acme")
    assert result.code == 1
    assert "FS-701" in result.out


def test_a_store_that_cannot_take_anything_ends_with_1(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop.project.sandbox.add_fault(Fault("500"))
    result = shop("run", "acme")
    assert result.code == 1
    assert "FS-704" in result.out


def test_a_wrong_setting_ends_with_2(shop: Shop) -> None:
    shop.add("acme", *items(3), more="[products]\ncurrency = 'rupees'")
    result = shop("run", "acme")
    assert result.code == 2
    assert "FS-103" in result.err


def test_another_store_ends_with_2_until_somebody_says_what_is_meant(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("run", "acme")
    shop.project.write("acme", shop.project.settings("acme").replace("127.0.0.1", "localhost"))
    result = shop("run", "acme")
    assert result.code == 2
    assert "FS-505" in result.err
    assert "--same-store" in result.err
    assert shop("run", "acme", "--same-store").code == 0


def test_a_new_store_gets_everything_again(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("run", "acme")
    shop.project.write("acme", shop.project.settings("acme").replace("127.0.0.1", "localhost"))
    result = shop("run", "acme", "--new-store", "--json")
    assert result.code == 0
    assert result.json()["pushed"]["products"] == 3


def test_a_rejected_item_ends_with_3(shop: Shop) -> None:
    shop.add("acme", *items(3), item("BAD", price="cheap"))
    result = shop("run", "acme")
    assert result.code == 3
    assert "FS-404" in result.out


def test_a_product_that_bik_refuses_ends_with_3(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop.project.sandbox.add_fault(Fault("poison", id="P01"))
    result = shop("run", "acme")
    assert result.code == 3
    assert "FS-703" in result.out
    assert set(shop.project.sandbox.products()) == {"P00", "P02"}


def test_held_removals_end_with_4_and_go_out_when_they_are_allowed(shop: Shop) -> None:
    shop.add("acme", *items(10))
    shop("run", "acme")
    shop.project.publish("acme", *items(5))
    held = shop("run", "acme")
    assert held.code == 4
    assert "feedsync approve acme --only removals" in held.out
    assert shop("run", "acme", "--allow", "removals").code == 0


def test_what_is_held_stays_held_in_the_next_run(shop: Shop) -> None:
    shop.add("acme", *items(10))
    shop("run", "acme")
    shop.project.publish("acme", *items(5))
    assert [shop("run", "acme").code for _ in range(3)] == [4, 4, 4]
    assert all(p["combinations"][0]["quantity"] for p in shop.project.sandbox.products().values())


def test_an_empty_feed_holds_its_removals(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("run", "acme")
    shop.project.publish("acme")
    result = shop("run", "acme")
    assert result.code == 4
    assert "feedsync approve acme --only empty" in result.out


@pytest.mark.parametrize("command", ["run", "diff"])
def test_a_schedule_that_is_being_run_ends_with_5(shop: Shop, command: str) -> None:
    shop.add("acme", *items(3))
    with schedule_lock(shop.project.state / "acme.lock", "acme"):
        result = shop(command, "acme")
    assert result.code == 5
    assert "FS-501" in result.err


@pytest.mark.parametrize("feed", ["good", "rejecting", "held", "missing"])
def test_diff_ends_as_the_run_would(shop: Shop, feed: str) -> None:
    shop.add("acme", *items(10))
    shop("run", "acme")
    records = {"good": items(11), "rejecting": [*items(10), item("X", price="?")], "held": items(3), "missing": []}
    shop.project.publish("acme", *records[feed])
    if feed == "missing":
        (shop.project.folder / "acme.xml").unlink()
    codes = {"good": 0, "rejecting": 3, "held": 4, "missing": 1}
    assert (shop("diff", "acme").code, shop("run", "acme").code) == (codes[feed], codes[feed])


@pytest.mark.parametrize("number", range(len(PRECEDENCE)))
def test_the_first_of_the_list_wins(number: int) -> None:
    codes = PRECEDENCE[number:]
    assert worst(codes) == worst(reversed(codes)) == codes[0]


def test_nothing_at_all_is_done() -> None:
    assert worst([]) == 0
