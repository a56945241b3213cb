"""A run as a person reads it: each part by an example."""

from __future__ import annotations

import pytest

from feedsync.gates import GateResult
from feedsync.report.summary import DocumentSummary, PushSummary, Reason, Rejection
from feedsync.report.terminal import KINDS, next_steps

from .runs import difference, run, shown


def words(text: str) -> list[str]:
    """The lines, without what only lines columns up."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_run_without_changes() -> None:
    assert shown(run()) == (
        "acme · run 7 · done · 2026-11-24 10:00:00 UTC · 2.5 s\n"
        "  feed     acme.xml: complete, 1,200 items, 3 read anew\n"
        "  changes  none\n"
        "  gates    all pass: degraded 0, removals 5.0% of 20.0%\n"
        "  pushed   0 products, 0 catalogs, 0 deleted, in 0 requests\n"
    )


def test_a_plan_says_that_nothing_was_sent() -> None:
    text = shown(run(trigger="diff", planned=1))
    assert "acme · plan · done" in text
    assert "1 product would be sent; nothing was" in text
    assert "pushed" not in text


def test_a_run_that_took_its_time_says_where() -> None:
    quick, slow = {"fetch": 0.4, "plan": 0.5}, {"fetch": 0.25, "read": 1234.5}
    assert "time" not in shown(run(seconds=quick))
    assert "  time     fetch 0.2 s, read 1,234.5 s; 50,000 bytes in the documents" in shown(run(seconds=slow))


def test_what_was_pushed_and_what_remains() -> None:
    text = shown(run(pushed=PushSummary(1, 1, 1200, 1), remaining=3))
    assert "pushed 1 product, 1 catalog, 1,200 deleted, in 1 request; 3 remain for the next run" in " ".join(
        words(text)
    )


def test_a_feed_that_did_not_change_was_not_read() -> None:
    assert "complete, 5 items, unchanged" in shown(
        run(documents=[DocumentSummary("a.xml", "google-xml", "complete", [], 5, 1, 0, fresh=False)])
    )


def test_why_a_feed_is_not_whole() -> None:
    reason = Reason("FS-303", "the document ends before its root element <rss> is closed")
    text = shown(run(documents=[DocumentSummary("a.xml", "google-xml", "degraded", [reason], 5, 1)]))
    assert "a.xml: degraded" in text
    assert "FS-303: the document ends" in text


def test_the_address_of_a_feed_is_told_by_its_last_part() -> None:
    document = DocumentSummary("https://acme.example/feeds/", "google-xml", "complete", [], 5, 1)
    assert "https://acme.example/feeds/: complete" in shown(run(documents=[document]))


def test_why_a_run_failed() -> None:
    text = shown(run(outcome="failed", error=Reason("FS-701", "Bik refused the credentials (401): wrong")))
    assert "failed" in text
    assert "FS-701: Bik refused the credentials (401): wrong" in text


def test_changes_are_counted_in_a_fixed_order_with_an_example() -> None:
    differences = [
        difference("price_up", before="100.00 INR", after="110.00 INR"),
        difference("product_removed", "P2", before="Shirt", note="missing from the feed"),
    ]
    lines = words(shown(run(changes={"price_up": 1200, "product_removed": 1}, differences=differences)))
    at = lines.index("changes")
    assert lines[at + 1] == "product removed 1 P2 Shirt (missing from the feed)"
    assert lines[at + 2] == "price up 1,200 P1 100.00 INR → 110.00 INR"


def test_the_example_of_a_price_is_the_one_that_moved_most() -> None:
    differences = [
        difference("price_up", "small", before="100.00 INR", after="101.00 INR"),
        difference("price_up", "large", before="100.00 INR", after="900.00 INR"),
        difference("price_up", "from nothing", before="0.00 INR", after="1.00 INR"),
    ]
    text = shown(run(changes={"price_up": 3}, differences=differences))
    assert "large" in text
    assert "small" not in text


def test_a_change_of_content_names_the_field() -> None:
    changed = difference(variant_id="V1", field="title", before="Old", after="New")
    assert "V1 title  Old → New" in shown(run(changes={"content": 1}, differences=[changed]))


def test_a_catalog_is_told_by_its_name() -> None:
    renamed = difference("catalog_renamed", "c0ffee", field="name", before="Tea", after="Teas")
    text = shown(run(changes={"catalog_renamed": 1}, differences=[renamed]))
    assert "Tea → Teas" in text
    assert "c0ffee" not in text


def test_a_count_without_its_list_is_still_a_count() -> None:
    assert "content 20,000" in words(shown(run(changes={"content": 20_000})))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_words_on_one_line(kind: str) -> None:
    assert f"{KINDS[kind]} 3" in words(shown(run(changes={kind: 3})))


def test_a_gate_that_holds_is_told_with_what_lets_it_go() -> None:
    gates = [GateResult("degraded", 0, 0, "pass"), GateResult("removals", 0.3, 0.2, "held", 1200)]
    text = shown(run(outcome="held", gates=gates, held=1200))
    assert "gate     removals: held, 30.0% with a limit of 20.0%, holds 1,200\n           changes\n" in text
    assert "→ let through what removals holds: feedsync approve acme --only removals\n" in text
    assert "the others pass: degraded 0" in text


def test_a_gate_that_was_let_through_and_one_that_is_off() -> None:
    text = shown(run(gates=[GateResult("empty", 1, 0, "allowed"), GateResult("removals", 3, "off", "off")]))
    assert "gate     empty: allowed, 1\n" in text
    assert "the others pass: removals off\n" in text
    assert "→" not in text


def test_no_gate_at_all() -> None:
    assert "gate" not in shown(run(gates=[]))


def test_what_a_gate_says_besides_stands_below_it() -> None:
    gate = GateResult("identity", 0.0, 0.5, "held", 8, note="the ids have changed, A is now \x1b[31mB")
    text = shown(run(gates=[gate]))
    assert "identity: held, 0.0% of at least 50.0%, holds 8 changes" in text
    assert "the ids have changed, A is now [31mB" in " ".join(text.split())


def test_a_plan_names_the_option_and_a_run_the_command() -> None:
    [step] = next_steps(run(trigger="diff", gates=[GateResult("price", 0.3, 0.1, "held", 3)]))
    assert step.endswith("feedsync run acme --allow price")


@pytest.mark.parametrize(("pinned_to", "words_"), [(0, "is retired"), (3, "is held at run 3")])
def test_a_schedule_that_does_not_follow_its_feeds_says_so(pinned_to: int, words_: str) -> None:
    [step] = next_steps(run(pinned_to=pinned_to))
    assert words_ in step
    assert step.endswith("feedsync rollback acme --release")


def test_each_gate_that_holds_has_its_command() -> None:
    gates = [GateResult("removals", 1.0, 0.2, "held", 3), GateResult("empty", 1, 0, "held", 3)]
    assert next_steps(run(gates=gates)) == [
        "let through what empty holds: feedsync approve acme --only empty",
        "let through what removals holds: feedsync approve acme --only removals",
    ]


def test_a_document_that_is_not_whole_cannot_be_let_through() -> None:
    gates = [GateResult("degraded", 1, 0, "held", 3), GateResult("removals", 1.0, 0.2, "held", 3)]
    step, *others = next_steps(run(gates=gates))
    assert "mend the feed" in step
    assert "approve" not in step
    assert len(others) == 1


def test_a_gate_that_holds_nothing_asks_for_nothing() -> None:
    assert next_steps(run(gates=[GateResult("degraded", 1, 0, "held", 0)])) == []


def test_catalogs_that_nobody_names_any_more() -> None:
    [step] = next_steps(run(unused_catalogs=["Tea", "Cups", "Pots", "Spoons"]))
    assert step.endswith("Tea, Cups, Pots")


def test_rejected_items_are_listed_with_place_and_reason() -> None:
    rejected = [Rejection("A", "FS-403", "image_link is missing", "feeds/acme.xml:17"),
                Rejection(None, "FS-415", "the item has no id", "feeds/acme.xml:29")]  # fmt: skip
    text = shown(run(outcome="rejected", rejected=rejected))
    assert "rejected 2 " in text
    assert "A  acme.xml:17  FS-403" in text
    assert "no id  acme.xml:29  FS-415" in text


def test_a_long_list_of_rejections_is_cut_and_says_where_the_rest_is() -> None:
    rejected = [Rejection(f"P{number}", "FS-403", "link is missing", "a.xml:1") for number in range(1205)]
    text = shown(run(outcome="rejected", rejected=rejected))
    assert "… and 1,200 more: feedsync report acme --json" in text
    assert text.count("FS-403") == 5
