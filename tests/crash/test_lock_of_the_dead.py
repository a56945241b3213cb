"""The lock dies with its holder; while the holder lives, nobody else gets in."""

from __future__ import annotations

from tests.crash.gate import Gate
from tests.crash.victim import Victim, run
from tests.sync.shop import PUT, Shop, items


def test_a_second_run_is_turned_away_and_told_by_whom(shop: Shop, gate: Gate) -> None:
    shop.publish(*items(2))
    gate.hold(PUT, "before")
    with Victim(shop) as first:
        gate.wait()
        code, summary = run(shop)
        assert code == 5
        assert summary["error"]["code"] == "FS-501"
        assert f"pid {first.process.pid} " in summary["error"]["message"]
        gate.release()
        assert first.end()[0] == 0


def test_the_lock_of_a_killed_run_is_taken_over(shop: Shop, gate: Gate) -> None:
    shop.publish(*items(2))
    gate.hold(PUT, "before")
    with Victim(shop) as victim:
        gate.wait()
        victim.kill()
    gate.drop()
    assert str(victim.process.pid) in (shop.state / "shop.lock").read_text(encoding="utf-8")
    code, _ = run(shop)
    assert code == 0
    assert shop.rows("select run, outcome from runs order by run") == [(1, "crashed"), (2, "done")]
    assert (shop.state / "shop.lock").read_text(encoding="utf-8") == ""
