"""The first item of an id wins, whatever was known before, and the others are reported each time."""

from __future__ import annotations

import pytest

from tests.ingest.street import Street, item, rss

CHEAP, DEAR = item("a", price="100 INR"), item("a", price="900 INR")
DOUBLE = [("a", "FS-402")]


def _price(street: Street) -> int:
    return street.variants()["a"].price_minor


@pytest.mark.parametrize("known", [[], [CHEAP], [DEAR], [CHEAP, DEAR], [DEAR, CHEAP]])
def test_the_first_of_the_document_wins(street: Street, known: list[str]) -> None:
    street.read(rss(*known, item("b")))
    street.read(rss(CHEAP, DEAR))
    assert _price(street) == 10000
    street.read(rss(DEAR, CHEAP))
    assert _price(street) == 90000
    assert street.problems() == DOUBLE


def test_what_lost_takes_over_when_the_winner_goes(street: Street) -> None:
    street.read(rss(CHEAP, DEAR))
    street.read(rss(DEAR))
    assert _price(street) == 90000
    assert street.problems() == []


def test_equal_copies_are_reported_though_they_are_skipped(street: Street) -> None:
    street.read(rss(CHEAP))
    assert street.read(rss(CHEAP, CHEAP)).parsed == 0
    assert street.problems() == DOUBLE
    assert street.read(rss(CHEAP, CHEAP, item("b"))).parsed == 1
    assert street.problems() == DOUBLE
    street.read(rss(CHEAP))
    assert street.problems() == []


def test_contested_ids_are_decided_anew_each_time(street: Street) -> None:
    street.read(rss(CHEAP, DEAR))
    assert street.read(rss(CHEAP, DEAR)).parsed == 2
    street.read(rss(CHEAP))
    assert street.read(rss(CHEAP)).parsed == 0


def test_a_skipped_copy_behind_a_new_one_loses(street: Street) -> None:
    street.read(rss(CHEAP, item("b")))
    street.read(rss(DEAR, item("b"), CHEAP))
    assert _price(street) == 90000
    assert street.problems() == DOUBLE


def test_copies_on_both_sides_of_a_new_one(street: Street) -> None:
    street.read(rss(CHEAP))
    street.read(rss(CHEAP, DEAR, CHEAP))
    assert _price(street) == 10000
    street.read(rss(DEAR, CHEAP, CHEAP))
    assert _price(street) == 90000


def test_an_invalid_item_in_front_holds_the_id(street: Street) -> None:
    """Which of the two the shop means, nobody knows: the record stays as it was."""
    street.read(rss(CHEAP))
    street.read(rss(item("a", price=""), DEAR))
    assert _price(street) == 10000
    assert street.absent() == {}
    assert street.problems() == [("a", "FS-402"), ("a", "FS-403")]


def test_what_is_said_of_an_item_ends_when_it_loses_its_id(street: Street) -> None:
    noted = item("a", sale_price="500 INR")
    street.read(rss(noted))
    assert street.problems() == [("a", "FS-411")]
    street.read(rss(DEAR, noted))
    assert street.problems() == DOUBLE


def test_duplicates_do_not_make_a_document_degraded(street: Street) -> None:
    assert street.read(rss(CHEAP, DEAR, CHEAP)).verdict == "complete"


@pytest.mark.parametrize("seen_before", [False, True])
def test_the_line_of_a_duplicate_is_its_own(street: Street, *, seen_before: bool) -> None:
    if seen_before:
        street.read(rss(CHEAP, item("b")))
    content = rss(CHEAP, item("b"), CHEAP)
    street.read(content)
    line = 1 + content[: content.rindex(b"<item>")].count(b"\n")
    assert street.store.scalar("select line from problems") == line
