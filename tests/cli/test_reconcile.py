"""``reconcile`` on the command line."""

from __future__ import annotations

from feedsync.bik.sandbox import Fault
from tests.cli.project import Shop, items


def test_a_store_that_is_equal(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("run", "acme")
    result = shop("reconcile", "acme")
    assert result.code == 0
    assert "acme · 3 products there, 3 of ours" in result.out
    assert "the store holds exactly what Bik acknowledged" in result.out


def test_what_differs_is_shown_and_mended(shop: Shop) -> None:
    shop.add("acme", *items(12))
    shop("run", "acme")
    stored = shop.project.sandbox.products()
    shop.project.sandbox.put_products(*({**stored[f"P{n:02}"], "name": "\x1b[31mOther"} for n in range(7)))
    shop.project.sandbox.put_products({"id": "X", "name": "theirs"})
    result = shop("reconcile", "acme")
    assert result.code == 3
    assert "different there: 7" in result.out
    assert "… and 2 more" in result.out
    assert "there, never ours: 1" in result.out
    assert "\x1b" not in result.out
    assert "→ mend it: feedsync reconcile acme --fix" in result.out
    mended = shop("reconcile", "acme", "--fix", "--json")
    assert (mended.code, mended.json()["repair"]["pushed"]["products"]) == (0, 7)
    assert shop.project.sandbox.products() == {**stored, "X": {"id": "X", "name": "theirs"}}


def test_the_repair_is_shown_as_a_run(shop: Shop) -> None:
    shop.add("acme", *items(12))
    shop("run", "acme")
    stored = shop.project.sandbox.products()
    shop.project.sandbox.put_products({**stored["P00"], "name": "Other"})
    result = shop("reconcile", "acme", "--fix")
    assert "acme · run 2 · done" in result.out


def test_a_store_that_does_not_answer(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    shop.project.sandbox.add_fault(Fault("forbidden"))
    result = shop("reconcile", "acme")
    assert result.code == 1
    assert "cannot know all of it: FS-701" in result.out


def test_taking_over_asks_first(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    assert shop("reconcile", "acme", "--adopt").code == 2
    shop.project.sandbox.put_products({"id": "X", "name": "theirs"})
    result = shop("reconcile", "acme", "--adopt", "--yes", "--allow", "removals", "--json")
    assert (result.code, result.json()["adopted"]) == (0, 1)
    assert set(shop.project.sandbox.products()) == {"P00", "P01"}


def test_a_catalog_that_is_gone(shop: Shop) -> None:
    shop.add("acme", *items(2, product_type="Tea"))
    shop("run", "acme")
    shop.project.sandbox.reset()
    result = shop("reconcile", "acme")
    assert "missing there: 3" in result.out
    assert "catalog " in result.out


def test_a_run_that_died_is_told(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    left = '{"pid": 1, "host": "there", "since": "then", "command": "feedsync run acme"}'
    (shop.project.state / "acme.lock").write_text(left)
    result = shop("reconcile", "acme")
    assert (result.code, "the run before this one died: pid 1 on there since then" in result.out) == (0, True)
    shop.project.sandbox.reset()
    (shop.project.state / "acme.lock").write_text(left)
    assert shop("reconcile", "acme", "--fix").out.count("pid 1 on there") == 1


def test_what_the_feeds_want_stands_beside_what_differs(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    shop.project.sandbox.put_products({"id": "X", "name": "theirs"})
    assert "X  theirs (the feeds do not have it)" in shop("reconcile", "acme").out
