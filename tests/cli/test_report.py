"""``report`` shows a run again as it was shown when it ran."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from feedsync.bik.sandbox import Fault

from .project import Result, Shop, item, items


def _but_for_the_analysis(result: Result) -> dict[str, Any]:
    """A run's document; the numbers of the analysis are in a report alone."""
    return {**result.json(), "analysis": None}


def test_the_last_run_is_shown_as_it_was(shop: Shop) -> None:
    shop.add("acme", *items(12), item("BAD", price="cheap"))
    ran = shop("run", "acme")
    shown = shop("report", "acme")
    assert (shown.code, shown.out) == (0, ran.out)


def test_the_document_of_a_run_is_the_same_later(shop: Shop) -> None:
    shop.add("acme", *items(12), item("BAD", price="cheap"))
    ran = shop("run", "acme", "--json")
    assert _but_for_the_analysis(shop("report", "acme", "1", "--json")) == _but_for_the_analysis(ran)


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
    assert _but_for_the_analysis(shop("report", "acme", "--json")) == _but_for_the_analysis(ran)


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


# -- forms


def test_a_report_says_how_prices_moved(shop: Shop) -> None:
    shop.add("acme", *items(4, product_type="Tea", brand="Leaf"))
    shop("run", "acme")
    shop.project.publish(
        "acme", *items(3, price="110.00 INR", product_type="Tea", brand="Leaf"), item("P03", price="90.00 INR")
    )
    shop("run", "acme")
    lines = shop("report", "acme").out.splitlines()
    assert "  prices   3 up, 1 down, median +10.0%" in lines
    assert "    most in the catalog Tea: 3 up, 0 down, median +10.0%" in lines
    assert shop("report", "acme", "--json").json()["analysis"]["prices"]["up"] == 3


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("terminal", "acme · run 1"),
        ("json", "{"),
        ("csv", "\ufeffrun,at"),
        ("markdown", "## `acme`"),
        ("html", "<!doctype"),
    ],
)
def test_each_form_goes_to_stdout_and_into_a_file(shop: Shop, tmp_path: Path, form: str, begins: str) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    shown = shop("report", "acme", "--format", form)
    file = tmp_path / "report.out"
    written = shop("report", "acme", "--format", form, "--output", str(file))
    assert (shown.code, written.code, written.out) == (0, 0, "")
    assert shown.out.startswith(begins)
    assert file.read_bytes().decode("utf-8").replace("\r", "") == shown.out.replace("\r", "")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_raw_goes_with_csv(shop: Shop) -> None:
    shop.add("acme", *items(1))
    shop("run", "acme")
    assert shop("report", "acme", "--format", "csv", "--raw").out.splitlines()[-1].split(",")[7] == "product_added"
    refused = shop("report", "acme", "--raw")
    assert (refused.code, refused.err) == (2, "feedsync: FS-106: --raw goes with --format csv\n")


def test_a_file_that_cannot_be_written_is_told(shop: Shop, tmp_path: Path) -> None:
    shop.add("acme", *items(1))
    shop("run", "acme")
    refused = shop("report", "acme", "--format", "html", "--output", str(tmp_path / "nowhere" / "r.html"))
    assert refused.code == 1
    assert "FS-109" in refused.err
    assert "r.html: No such file or directory" in refused.err
