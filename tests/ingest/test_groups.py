"""Items without a group that share their id with one, and items that move from product to product."""

from __future__ import annotations

import pytest

from tests.ingest.street import Street, item, rss

LONE = item("g")
MEMBER = item("g-1", item_group_id="g")
JOINED = [("g", "FS-410")]


def test_an_item_whose_id_is_a_group_joins_it_and_is_reported(street: Street) -> None:
    street.read(rss(LONE, MEMBER))
    assert street.problems() == JOINED
    assert dict(street.store.rows("select id, product_id from variants")) == {"g": "g", "g-1": "g"}


def test_the_report_comes_when_the_group_comes_later(street: Street) -> None:
    street.read(rss(LONE))
    assert street.problems() == []
    street.read(rss(LONE, MEMBER))
    assert street.problems() == JOINED


def test_the_report_stays_while_nothing_changes(street: Street) -> None:
    street.read(rss(LONE, MEMBER))
    street.read(rss(LONE, MEMBER, item("x")))
    street.read(rss(LONE, MEMBER.replace("100.00", "120.00")))
    street.read(rss(LONE, MEMBER, foot=""))
    assert street.problems() == JOINED
    rows = list(street.store.rows("select first_run, last_run from problems where code = 'FS-410'"))
    assert rows == [(1, None)]


@pytest.mark.parametrize("group", ["g", "other"])
def test_the_report_ends_with_a_group_of_its_own(street: Street, group: str) -> None:
    street.read(rss(LONE, MEMBER))
    street.read(rss(item("g", item_group_id=group), MEMBER))
    assert street.problems() == []


def test_the_report_ends_when_the_group_moves_away(street: Street) -> None:
    street.read(rss(LONE, MEMBER))
    street.read(rss(LONE, item("g-1", item_group_id="h")))
    assert street.problems() == []


def test_the_report_ends_when_the_item_is_missing(street: Street) -> None:
    street.read(rss(LONE, MEMBER))
    street.read(rss(MEMBER))
    assert street.problems() == []


def test_a_group_that_is_the_id_of_its_only_item_is_no_news(street: Street) -> None:
    street.read(rss(item("g", item_group_id="g")))
    assert street.problems() == []


def test_a_move_touches_the_old_and_the_new_product(street: Street) -> None:
    street.read(rss(MEMBER, item("g-2", item_group_id="g"), item("x")))
    street.planned()
    street.read(rss(item("g-1", item_group_id="h"), item("g-2", item_group_id="g"), item("x")))
    assert street.pending() == {"g", "h"}
    assert street.store.one("select product_id, moved_from from variants where id = 'g-1'") == ("h", "g")


def test_a_change_within_the_product_is_no_move(street: Street) -> None:
    street.read(rss(MEMBER))
    street.planned()
    street.read(rss(MEMBER.replace("100.00", "120.00")))
    assert street.pending() == {"g"}
    assert street.store.one("select product_id, moved_from from variants") == ("g", None)


def test_an_invalid_item_stays_in_its_product(street: Street) -> None:
    street.read(rss(MEMBER))
    street.read(rss(item("g-1", item_group_id="h", price="")))
    assert street.store.scalar("select product_id from variants") == "g"
