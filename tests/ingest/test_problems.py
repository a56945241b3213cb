"""What is wrong with items: opened by the run that first sees it, closed by the first that does not."""

from __future__ import annotations

from tests.ingest.street import Street, item, rss, schedule, unreadable

A = item("a")
BAD = item("b", price="")
NOTED = item("n", sale_price="500 INR")


def _rows(street: Street) -> list[tuple[object, ...]]:
    return list(street.store.rows("select item_id, severity, code, first_run, last_run from problems order by 1, 4"))


def test_a_problem_keeps_the_run_that_found_it(street: Street) -> None:
    street.read(rss(A, BAD))
    street.read(rss(BAD, A, item("x")))
    assert _rows(street) == [("b", "rejected", "FS-403", 1, None)]


def test_a_mended_item_closes_its_problem_with_the_last_run_that_had_it(street: Street) -> None:
    street.read(rss(A, BAD))
    street.read(rss(A, BAD))
    street.read(rss(A, item("b")))
    assert _rows(street) == [("b", "rejected", "FS-403", 1, 2)]


def test_another_mistake_of_the_same_item_is_another_problem(street: Street) -> None:
    street.read(rss(BAD))
    street.read(rss(item("b", price="free")))
    assert [(row[2], row[3], row[4]) for row in _rows(street)] == [("FS-403", 1, 1), ("FS-404", 2, None)]


def test_a_missing_item_closes_its_problem(street: Street) -> None:
    street.read(rss(A, BAD, NOTED))
    street.read(rss(A))
    assert street.problems() == []


def test_a_note_on_a_skipped_item_still_holds(street: Street) -> None:
    street.read(rss(A, NOTED))
    assert street.read(rss(NOTED, A)).parsed == 0
    assert street.problems() == [("n", "FS-411")]


def test_a_note_ends_when_its_item_changes(street: Street) -> None:
    street.read(rss(NOTED))
    street.read(rss(item("n")))
    assert street.problems() == []


def test_a_degraded_document_says_nothing_of_what_it_lacks(street: Street) -> None:
    whole = rss(A, NOTED, BAD)
    street.read(whole)
    street.read(whole[: whole.index(b"<item><g:id>n")])
    assert street.problems() == [("b", "FS-403"), ("n", "FS-411")]


def test_a_degraded_document_does_speak_of_what_it_holds(street: Street) -> None:
    street.read(rss(A, NOTED, BAD))
    street.read(rss(item("b"), foot=""))
    assert street.problems() == [("n", "FS-411")]


def test_a_note_is_there_again_after_a_degraded_document_hid_its_item(street: Street) -> None:
    street.read(rss(A, NOTED))
    street.read(rss(A, foot=""))
    street.read(rss(A, NOTED))
    assert street.problems() == [("n", "FS-411")]


def test_a_rejection_keeps_the_beginning_of_the_item_and_its_line(street: Street) -> None:
    content = rss(A, item("b", price="", description="long " * 1000))
    street.read(content)
    line, excerpt = next(street.store.rows("select line, excerpt from problems"))
    assert line == 1 + content[: content.rindex(b"<item>")].count(b"\n")
    assert excerpt.startswith(b"<item><g:id>b</g:id>")
    assert len(excerpt) == 2000


def test_the_same_broken_bytes_twice_are_one_problem(street: Street) -> None:
    street.read(rss(A, unreadable(), unreadable()))
    assert street.problems() == [(None, "FS-304")]


def test_ids_carry_the_feeds_prefix_also_where_the_item_is_broken(street: Street) -> None:
    broken = item("b").replace("</g:title>", "</g:titel>")
    street.read(rss(A, broken), schedule(feed={"id_prefix": "x-"}))
    assert set(street.variants()) == {"x-a"}
    assert street.problems() == [("x-b", "FS-401")]


def test_a_repair_is_noted_and_costs_nothing(street: Street) -> None:
    street.read(rss(item("a", title="Cup & Saucer")))
    assert street.variants()["a"].title == "Cup & Saucer"
    assert street.problems() == [("a", "FS-414")]


def test_an_invalid_item_freezes_nothing_else(street: Street) -> None:
    street.read(rss(A, item("b")))
    street.read(rss(item("a", price="7 INR"), BAD))
    assert {name: v.price_minor for name, v in street.variants().items()} == {"a": 700, "b": 10000}


def test_an_item_that_never_was_valid_leaves_no_variant(street: Street) -> None:
    street.read(rss(A, BAD))
    street.read(rss(A, BAD))
    assert set(street.variants()) == {"a"}
    assert street.pending() == {"a"}
