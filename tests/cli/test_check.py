"""``check`` looks at schedules, feeds and credentials, and changes nothing."""

from __future__ import annotations

from feedsync.bik.sandbox import Fault

from .project import Shop, item, items


def test_what_is_in_order_is_ok(shop: Shop) -> None:
    shop.add("acme", *items(3))
    result = shop("check", "acme")
    assert result.code == 0
    assert result.out.startswith("acme: ok; 3 items, 0 rejected\n  a product as Bik would get it:\n")
    assert '"discountedPrice": 100' in result.out
    assert shop("check", "acme", "--json").json()["schedules"][0]["sample"]["id"] == "P00"


def test_nothing_is_changed(shop: Shop) -> None:
    shop.add("acme", *items(3))
    shop("check")
    assert not shop.project.state.exists()
    assert {record.path for record in shop.project.sandbox.requests()} == {"bikPlatformFunctions-catalogs/list"}


def test_all_schedules_are_checked_when_none_is_named(shop: Shop) -> None:
    shop.add("a", item("A"))
    shop.add("b", item("B"))
    shop.project.write("c", "[bik")
    result = shop("check", "--json")
    assert result.code == 2
    found = {one["schedule"]: one["exit_code"] for one in result.json()["schedules"]}
    assert found == {"a": 0, "b": 0, "c": 2}


def test_rejected_items_are_named_with_their_place(shop: Shop) -> None:
    shop.add("acme", item("A"), item("BAD", price="cheap"), "<item><g:title>nameless</g:title></item>")
    result = shop("check", "acme")
    assert "acme.xml:3: BAD: price 'cheap'" in result.out
    assert "acme.xml:4: no id: " in result.out


def test_rejected_items_alone_end_with_3(shop: Shop) -> None:
    shop.add("acme", item("A"), item("BAD", price="cheap"))
    result = shop("check", "acme")
    assert result.code == 3
    assert result.out.startswith("acme: rejects items; 2 items, 1 rejected\n")


def test_a_long_list_of_rejections_is_cut(shop: Shop) -> None:
    shop.add("acme", *items(50, price="cheap"))
    [one] = shop("check", "acme", "--json").json()["schedules"]
    assert one["rejected"] == 50
    assert 0 < len(one["problems"]) < 50


def test_a_missing_secret_does_not_hide_what_is_wrong_with_the_feed(shop: Shop) -> None:
    shop.add("acme", item("BAD", price="cheap"))
    (shop.project.folder / "key").unlink()
    result = shop("check", "acme", "--json")
    [one] = result.json()["schedules"]
    assert [problem["code"] for problem in one["problems"]] == ["FS-105", "FS-404"]
    assert result.code == 2


def test_wrong_credentials(shop: Shop) -> None:
    shop.add("acme", item("A"))
    (shop.project.folder / "key").write_text("wrong")
    result = shop("check", "acme")
    assert result.code == 1
    assert "FS-701" in result.out


def test_an_app_id_is_tried_where_there_is_one(shop: Shop) -> None:
    shop.add("acme", item("A"), bik="app_id = 'sandbox'")
    assert shop("check", "acme").code == 0
    shop.add("acme", item("A"), bik="app_id = 'another'")
    assert shop("check", "acme").code == 1
    assert all("auth" in record.path for record in shop.project.sandbox.requests())


def test_a_feed_that_is_missing(shop: Shop) -> None:
    shop.add("acme", item("A"))
    (shop.project.folder / "acme.xml").unlink()
    result = shop("check", "acme")
    assert result.code == 1
    assert "FS-201" in result.out


def test_a_feed_that_is_cut_off(shop: Shop) -> None:
    shop.add("acme", item("A"))
    shop.project.publish("acme", item("A"), end="")
    result = shop("check", "acme")
    assert result.code == 1
    assert "FS-303" in result.out


def test_a_store_that_has_a_fault(shop: Shop) -> None:
    shop.add("acme", item("A"))
    shop.project.sandbox.add_fault(Fault("500"))
    result = shop("check", "acme")
    assert result.code == 1
    assert "FS-704" in result.out
