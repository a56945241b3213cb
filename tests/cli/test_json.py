"""With --json stdout carries one JSON document and nothing else, whatever happens."""

from __future__ import annotations

import pytest

from .project import Shop, item, items


def test_one_run_is_one_document(shop: Shop) -> None:
    shop.add("acme", *items(2))
    result = shop("run", "acme", "--json")
    assert result.code == 0
    assert (result.json()["schedule"], result.json()["run"], result.json()["outcome"]) == ("acme", 1, "done")
    assert result.json()["pushed"] == {
        "products": 2,
        "catalogs": 0,
        "deleted": 0,
        "requests": 2,
        "verified": 0,
        "unread": 0,
        "answers": {"200": 2},
    }


def test_several_runs_are_one_document(shop: Shop) -> None:
    for name in ("a", "b"):
        shop.add(name, item(name))
    assert [run["schedule"] for run in shop("run", "a", "b", "--json").json()["runs"]] == ["a", "b"]


def test_a_plan_is_written_and_nothing_is_sent_or_remembered(shop: Shop) -> None:
    shop.add("acme", *items(2))
    first, second = shop("diff", "acme", "--json"), shop("diff", "acme", "--json")
    assert first.json()["changes"] == second.json()["changes"] == {"product_added": 2}
    assert (first.json()["trigger"], first.json()["planned"], first.json()["run"]) == ("diff", 2, 1)
    assert shop.project.sandbox.requests() == []


def test_every_difference_says_what_became_of_it(shop: Shop) -> None:
    shop.add("acme", *items(3))
    [*differences] = shop("run", "acme", "--limit", "1", "--json").json()["differences"]
    assert sorted(difference["subject"] for difference in differences) == ["P00", "P01", "P02"]


def test_a_rejected_item_says_where_it_stands(shop: Shop) -> None:
    shop.add("acme", item("A"), item("BAD", price="cheap"))
    [rejection] = shop("run", "acme", "--json").json()["rejected"]
    assert (rejection["id"], rejection["code"]) == ("BAD", "FS-404")
    assert rejection["where"].endswith("acme.xml:3")


def test_the_bars_and_lines_of_progress_stay_away(shop: Shop) -> None:
    shop.add("acme", *items(2))
    assert shop("run", "acme", "--json").err == ""


def test_one_schedule_that_could_not_run_is_one_error(shop: Shop) -> None:
    result = shop("run", "nobody", "--json")
    assert result.code == 2
    assert result.error()[0] == "FS-104"
    assert result.json()["schedule"] == "nobody"
    assert "FS-104" in result.err


def test_all_is_a_list_even_of_one(shop: Shop) -> None:
    shop.add("acme", item("A"))
    assert [run["schedule"] for run in shop("run", "--all", "--json").json()["runs"]] == ["acme"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["diff", "nobody"], "FS-104"),
        (["report", "nobody"], "FS-104"),
        (["report", "acme"], "FS-504"),
        (["report", "acme", "7"], "FS-504"),
        (["inspect", "nowhere.xml"], "FS-201"),
        (["run"], "FS-106"),
        (["run", "acme", "--allow", "x"], "FS-108"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_an_error_is_a_document_on_stdout_and_a_line_on_stderr(shop: Shop, arguments: list[str], code: str) -> None:
    shop.add("acme", item("A"))
    result = shop(*arguments, "--json")
    assert result.code in (1, 2)
    assert result.error()[0] == code
    assert result.err == f"feedsync: {code}: {result.error()[1]}\n"


def test_text_of_the_feed_comes_out_as_it_was(shop: Shop) -> None:
    title = "[red]‮ \U0001f600 <b>&amp;"
    shop.add("acme", item("A", title=title))
    shop("run", "acme")
    shop.project.publish("acme", item("A", title="plain"))
    [change] = shop("diff", "acme", "--json").json()["differences"]
    assert (change["field"], change["after"]) == ("title", "plain")
    assert "[red]" in change["before"]
