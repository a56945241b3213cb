"""``doctor`` on the command line."""

from __future__ import annotations

import pytest

from feedsync.bik.sandbox import Fault
from tests.cli.project import Shop, items


def test_all_schedules(shop: Shop) -> None:
    shop.add("acme", *items(2))
    result = shop("doctor")
    assert result.code == 0
    assert "acme" in result.out
    assert "takes the credentials" in " ".join(result.out.split())
    shop.project.write("broken", "nonsense = 1")
    result = shop("doctor")
    assert result.code == 1
    assert "feedsync check says more" in result.out
    assert max(map(len, result.out.splitlines())) <= 80


def test_a_probe_asks_and_its_findings_are_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add("acme", *items(2))
    assert shop("doctor", "--probe").code == 2
    assert "give --yes" in shop("doctor", "acme", "--probe").err
    assert shop.project.sandbox.catalogs() == {}
    result = shop("doctor", "acme", "--probe", "--yes")
    assert (result.code, shop.project.sandbox.products()) == (0, {})
    assert "a combination that is left out           is removed" in result.out
    assert shop("doctor", "acme", "--json").json()["schedules"][0]["findings"]["combinations_dropped"] is True


def test_a_store_that_refuses_is_not_probed(shop: Shop) -> None:
    shop.add("acme", *items(2))
    (shop.project.folder / "secret").write_text("wrong")
    result = shop("doctor", "acme", "--probe", "--yes")
    assert (result.code, "FS-701" in result.out, "nothing was probed" in result.out) == (1, True, True)
    assert not shop.project.state.exists()


def test_a_run_that_died_deserves_a_look(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop("run", "acme")
    holder = '{"pid": 1, "host": "there", "since": "then", "command": "feedsync run acme"}'
    (shop.project.state / "acme.lock").write_text(holder)
    assert shop("doctor", "acme").code == 3
    assert "the run before this one died: pid 1 on there since then" in shop("run", "acme").out


def test_a_schedule_that_is_not_there_is_wrong_usage(shop: Shop) -> None:
    shop.add("acme", *items(2))
    result = shop("doctor", "akme")
    assert (result.code, "FS-104" in result.err, "acme" in result.err) == (2, True, True)


def test_one_damaged_snapshot_ends_nothing(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop.add("best", *items(2))
    shop("run", "acme")
    (shop.project.state / "acme.db").write_bytes(b"junk" * 1000)
    result = shop("doctor", "--json")
    first, second = result.json()["schedules"]
    levels = [{check["what"]: check["level"] for check in one["checks"]} for one in (first, second)]
    assert (result.code, levels[0]["snapshot"], levels[1]["snapshot"]) == (1, "bad", "ok")
    assert levels[0]["bik"] == levels[1]["bik"] == "ok"


def test_a_state_that_is_a_file_is_told(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop.project.state.write_text("a file")
    result = shop("doctor")
    assert (result.code, "is a file" in result.out, result.err) == (1, True, "")


def test_a_look_makes_no_folder(shop: Shop) -> None:
    shop.add("acme", *items(2))
    assert shop("doctor").code == 0
    assert not shop.project.state.exists()


def test_what_was_found_before_the_first_run_is_known_after_it(shop: Shop) -> None:
    shop.add("acme", *items(2))
    assert shop("doctor", "acme", "--probe", "--yes").code == 0
    found = shop("doctor", "acme", "--json").json()["schedules"][0]["findings"]
    assert found["combinations_dropped"] is True
    shop("run", "acme")
    assert shop("doctor", "acme", "--json").json()["schedules"][0]["findings"] == found


def test_what_a_probe_could_not_take_away_is_told_with_its_id(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop.project.sandbox.add_fault(Fault("inner", path="products/delete", status=400, skip=1))
    result = shop("doctor", "acme", "--probe", "--yes")
    words = " ".join(result.out.split())
    assert result.code == 1
    assert "the product 'feedsync-probe' is left over: it is shown there; its deletion failed: FS-703" in words
    assert "→ delete feedsync-probe in Bik's dashboard" in words
    assert "a combination that is left out is removed" in words, "what was learned is kept all the same"


def test_a_probe_that_breaks_off_keeps_what_was_known(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop("doctor", "acme", "--probe", "--yes")
    shop.project.sandbox.add_fault(Fault("forbidden", path="createOrUpdate"))
    result = shop("doctor", "acme", "--probe", "--yes", "--json")
    (health,) = result.json()["schedules"]
    assert (result.code, health["findings"]["combinations_dropped"]) == (1, True)
    assert health["checks"][-1]["message"].startswith("it broke off: FS-701")


def test_a_product_of_somebody_else_under_the_name_of_the_probe_is_told(shop: Shop) -> None:
    shop.add("acme", *items(2))
    shop.project.sandbox.put_products({"id": "feedsync-probe", "name": "theirs"})
    result = shop("doctor", "acme", "--probe", "--yes")
    words = " ".join(result.out.split())
    assert (result.code, "is not the probe's; nothing was done" in words, "takes the credentials" in words) == (
        1,
        True,
        True,
    )
    assert set(shop.project.sandbox.products()) == {"feedsync-probe"}
