"""When a document is degraded (design, section 2): exactly then, and `accept` forgives what it names."""

from __future__ import annotations

import pytest

from tests.ingest.street import Street, item, rss, schedule, unreadable

A, B = item("a"), item("b")
NAMELESS = item(None)


@pytest.mark.parametrize(("broken", "code"), [(unreadable(), "FS-304"), (NAMELESS, "FS-415")])
def test_an_item_whose_id_cannot_be_read_degrades_the_first_time(street: Street, broken: str, code: str) -> None:
    reading = street.read(rss(A, broken, B))
    assert reading.verdict == "degraded"
    assert [reason.code for reason in reading.reasons] == [code]
    assert street.problems() == [(None, code)]
    assert set(street.variants()) == {"a", "b"}


def test_it_goes_on_to_degrade_until_a_complete_document_held_its_bytes(street: Street) -> None:
    """A degraded document vouches for nothing, so its broken items are no better known for having been seen."""
    assert street.read(rss(A, unreadable())).verdict == "degraded"
    assert street.read(rss(A, unreadable())).verdict == "degraded"


def test_the_bytes_of_the_last_complete_document_say_nothing_new(street: Street) -> None:
    accepting = schedule(feed={"accept": ["FS-304"]})
    assert street.read(rss(A, unreadable()), accepting).verdict == "complete"
    assert street.read(rss(B, unreadable())).verdict == "complete"
    assert street.absent() == {"a": 1}
    assert street.read(rss(B, unreadable("new"), unreadable())).verdict == "degraded"


def test_only_the_last_complete_document_vouches(street: Street) -> None:
    accepting = schedule(feed={"accept": ["FS-304"]})
    street.read(rss(A, unreadable()), accepting)
    street.read(rss(A))
    assert street.read(rss(A, unreadable())).verdict == "degraded"


def test_a_degraded_document_leaves_what_the_last_complete_one_vouched_for(street: Street) -> None:
    accepting = schedule(feed={"accept": ["FS-304"]})
    street.read(rss(A, unreadable()), accepting)
    street.read(rss(A, foot=""))
    assert street.read(rss(A, unreadable())).verdict == "complete"


def test_accepting_one_reason_accepts_no_other(street: Street) -> None:
    reading = street.read(rss(A, unreadable(), NAMELESS), schedule(feed={"accept": ["FS-304"]}))
    assert reading.verdict == "degraded"
    assert [reason.code for reason in reading.reasons] == ["FS-415"]


def test_a_broken_item_that_names_its_id_costs_itself_alone(street: Street) -> None:
    broken = B.replace("</g:title>", "</g:titel>")
    assert street.read(rss(A, broken)).verdict == "complete"
    assert street.problems() == [("b", "FS-401")]


def test_an_item_that_swallowed_the_next_one_degrades(street: Street) -> None:
    reading = street.read(rss(A.replace("</item>", ""), B, item("c")))
    assert reading.verdict == "degraded"
    assert "FS-305" in [reason.code for reason in reading.reasons]
    assert set(street.variants()) == {"b", "c"}


@pytest.mark.parametrize("seen_before", [False, True])
def test_a_whole_item_that_lost_its_end_is_not_the_item_it_was(street: Street, *, seen_before: bool) -> None:
    """Nobody can say where it ends now: when the document counts as complete, its id is missing."""
    accepting = schedule(feed={"accept": ["FS-305"]})
    street.read(rss("".join([A, B, item("c")])), accepting)
    content = rss("".join([A.replace("</item>", ""), B, item("c")]))
    assert street.read(content, accepting, anew=not seen_before).verdict == "complete"
    assert street.absent() == {"a": 1}


def test_a_root_that_is_not_closed_degrades(street: Street) -> None:
    reading = street.read(rss(A, foot="</channel>"))
    assert (reading.verdict, [r.code for r in reading.reasons]) == ("degraded", ["FS-303"])


def test_an_accepted_short_root_makes_the_document_complete(street: Street) -> None:
    accepting = schedule(feed={"accept": ["FS-303"]})
    street.read(rss(A, B), accepting)
    assert street.read(rss(A, foot=""), accepting).verdict == "complete"
    assert street.absent() == {"b": 1}


def test_a_short_transfer_degrades_though_the_document_looks_whole(street: Street) -> None:
    street.read(rss(A, B))
    reading = street.read(rss(A), short="the connection was closed, 10 of 20 bytes came")
    assert (reading.verdict, [r.code for r in reading.reasons]) == ("degraded", ["FS-203"])
    assert street.absent() == {}


def test_five_reasons_are_shown_and_remarks_do_no_harm(street: Street) -> None:
    twice = ' xmlns:g="http://base.google.com/ns/1.0"'
    reading = street.read(rss(A).replace(twice.encode(), 2 * twice.encode(), 1))
    assert (reading.verdict, [r.code for r in reading.reasons]) == ("complete", ["FS-310"])
