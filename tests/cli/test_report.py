"""``report`` shows a run again as it was shown when it ran."""

from __future__ import annotations

from feedsync.bik.sandbox import Fault

from .project import Shop, item, items


def test_the_last_run_is_shown_as_it_was(shop: Shop) -> None:
    shop.add("acme", *items(12), item("BAD", price="cheap"))
    ran = shop("run", "acme")
    shown = shop("report", "acme")
    assert (shown.code, shown.out) == (0, ran.out)


def test_the_document_of_a_run_is_the_same_later(shop: Shop) -> None:
    shop.add("acme", *items(12), item("BAD", price="cheap"))
    ran = shop("run", "acme", "--json").json()
    assert shop("report", "acme", "1", "--json").json() == ran


def test_an_earlier_run_is_shown_by_its_number(shop: Shop) -> None:
    shop.add("acme", *items(2))
    first = shop("run", "acme")
    shop.project.publish("acme", *items(3))
    shop("run", "acme")
    assert shop("report", "acme", "1").out == first.out
    assert "run 2" in shop("report", "acme").out


def test_products_that_bik_refused_are_shown_again(shop: Shop) -> None:
    shop.add("acme", item("A", product_type="Tea"), item("B"))
    shop.project.sandbox.add_fault(Fault("poison", id="A"))
    ran = shop("run", "acme", "--json")
    assert [rejection["id"] for rejection in ran.json()["rejected"]] == ["A"]
    assert shop("report", "acme", "--json").json() == ran.json()


def test_a_number_that_no_run_has(shop: Shop) -> None:
    shop.add("acme", item("A"))
    shop("run", "acme")
    result = shop("report", "acme", "9")
    assert (result.code, result.out) == (2, "")
    assert "there is no run 9" in result.err


def test_a_schedule_that_never_ran(shop: Shop) -> None:
    shop.add("acme", item("A"))
    result = shop("report", "acme")
    assert result.code == 2
    assert "FS-504" in result.err


def test_a_schedule_that_was_only_looked_at(shop: Shop) -> None:
    shop.add("acme", item("A"))
    shop("diff", "acme")
    result = shop("report", "acme")
    assert result.code == 2
    assert "FS-504" in result.err


def test_a_schedule_whose_file_is_gone_still_has_its_reports(shop: Shop) -> None:
    shop.add("acme", item("A"))
    shop("run", "acme")
    (shop.project.schedules / "acme.toml").unlink()
    assert shop("report", "acme").code == 0
