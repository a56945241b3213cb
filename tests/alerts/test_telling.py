"""One message when something begins, one when it is over, and nothing twice: real runs, and a real service."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from feedsync.alerts import after_run, check_alerts, file_checked, send_test, watched
from feedsync.alerts.receivers import _overheard
from feedsync.alerts.telling import AGAIN_S
from feedsync.errors import ConfigError, FeedsyncError, Locked
from feedsync.health import health
from feedsync.notes import notes_path, read_notes
from feedsync.settings import Schedule
from feedsync.snapshot.store import Store
from feedsync.sync import snapshot_path
from tests.sync.shop import HOUR, Shop, item, items

from .listening import TOKEN, Service, listening


@pytest.fixture
def alarmed(shop: Shop, service: Service) -> Shop:
    """A shop whose alerts reach the service."""
    tell(shop, 'to = [{ env = "SHOP_ALERTS" }]')
    return shop


def tell(shop: Shop, alerts: str) -> None:
    """Change the table of alerts."""
    shop.settings = f"[alerts]\n{alerts}"


def _of_ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What reaches a log of ours; pytest also listens where nobody else does."""
    return [record for record in caplog.records if record.name != "apprise"]


def run(shop: Shop) -> Schedule:
    """A run as the command makes one."""
    schedule = shop.schedule()
    error: FeedsyncError | None = None
    try:
        shop.run()
    except FeedsyncError as caught:
        error = caught
    after_run(schedule, shop.state, error, clock=lambda: shop.now)
    shop.now += HOUR
    return schedule


def test_one_message_a_change_of_state(alarmed: Shop, service: Service) -> None:
    alarmed.publish(*items(3))
    run(alarmed)
    assert service.heard() == []
    alarmed.withdraw()
    run(alarmed)
    [failed] = service.heard()
    assert (failed.title, failed.level) == ("feedsync shop: failed", "failure")
    assert failed.body.startswith("shop: the last run failed: FS-201: ")
    assert failed.body.endswith("Next: feedsync report shop")
    assert failed.path == f"/{TOKEN}"
    run(alarmed)
    check_alerts(alarmed.schedule(), alarmed.state, clock=lambda: alarmed.now)
    assert service.heard() == []
    alarmed.publish(*items(3))
    run(alarmed)
    [over] = service.heard()
    assert (over.title, over.level) == ("feedsync shop: failed is over", "success")
    assert "runs come to their end again, after 2 h (told 2026-11-16 01:00 UTC)" in over.body
    run(alarmed)
    assert service.heard() == []


def test_another_gate_is_another_state(alarmed: Shop, service: Service) -> None:
    alarmed.publish(*items(12))
    run(alarmed)
    alarmed.publish(*items(6))
    run(alarmed)
    [held] = service.heard()
    assert held.body == "shop: changes are held: 6 by removals.\nNext: feedsync approve shop"
    alarmed.publish(*items(6, price="0 INR"))
    run(alarmed)
    [held] = service.heard()
    assert "by removals" in held.body
    assert "by zero_price" in held.body
    alarmed.publish(*items(12))
    run(alarmed)
    assert service.kinds() == ["held is over"]


def test_hostile_text_is_plain_text(alarmed: Shop, service: Service) -> None:
    hostile = "<!channel> @everyone <b>[x](http://evil.example)</b>"
    alarmed.publish(*items(3), item("BAD", price=hostile))
    alarmed.location = "<!channel>@everyone.xml"
    run(alarmed)
    [failed] = service.heard()
    assert "@everyone" not in failed.body
    assert "<" not in failed.body
    assert "‹!channel›" in failed.body


@pytest.mark.parametrize("form", ["html", "markdown", "text"])
def test_no_format_of_a_service_makes_markup_of_it(alarmed: Shop, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    with listening() as service:
        monkeypatch.setenv("SHOP_ALERTS", f"{service.address()}?format={form}")
        alarmed.location = "<b>@everyone</b> [x](http:/evil.example) *y* _z_.xml"
        run(alarmed)
        [failed] = service.heard()
    assert not set("<`") & set(failed.body.replace("<br/>", "").replace("<br />", ""))
    assert "@everyone" not in failed.body
    assert "](http" not in failed.body
    assert "feedsync report shop" in failed.body.replace("\u00a0", " ").replace("&nbsp;", " ")


def test_credentials_that_are_refused(alarmed: Shop, service: Service) -> None:
    alarmed.publish(*items(3))
    alarmed.fault("unauthorized")
    run(alarmed)
    [refused] = service.heard()
    assert refused.title == "feedsync shop: credentials"
    assert refused.body.endswith("Next: feedsync check shop")


def test_a_run_that_could_not_begin(alarmed: Shop, service: Service) -> None:
    alarmed.publish(*items(3))
    run(alarmed)
    (alarmed.folder / "key").write_text("")
    run(alarmed)
    run(alarmed)
    assert service.kinds() == ["failed"]
    assert health(alarmed.state, "shop").word == "failed"
    (alarmed.folder / "key").write_text(alarmed.sandbox.key)
    run(alarmed)
    assert service.kinds() == ["failed is over"]
    assert health(alarmed.state, "shop").word == "done"


def test_another_run_that_goes_on_is_no_news(alarmed: Shop, service: Service) -> None:
    error = Locked("FS-501", schedule="shop", pid=1, host="h", since="then", command="feedsync")
    after_run(alarmed.schedule(), alarmed.state, error)
    assert service.heard() == []
    assert not notes_path(alarmed.state, "shop").exists()


def test_a_file_that_broke(alarmed: Shop, service: Service) -> None:
    schedule = alarmed.schedule()
    error = ConfigError("FS-101", file="shop.toml", reason="no TOML")
    for _ in range(2):
        file_checked(schedule, alarmed.state, error, clock=lambda: alarmed.now)
    [broken] = service.heard()
    assert "the last good form of it goes on: shop.toml: this is not valid TOML" in broken.body
    alarmed.publish(*items(3))
    run(alarmed)
    assert service.heard() == []
    for _ in range(2):
        file_checked(schedule, alarmed.state, None, clock=lambda: alarmed.now)
    assert service.kinds() == ["settings is over"]


def test_silence_is_noticed_between_runs(shop: Shop, service: Service) -> None:
    shop.publish(*items(3))
    tell(shop, 'to = [{ env = "SHOP_ALERTS" }]\nsilent_after = "2h"')
    run(shop)
    schedule = shop.schedule()
    late = schedule.model_copy(update={"every": 900})
    late._name = "shop"
    check_alerts(late, shop.state, clock=lambda: shop.now + 3 * HOUR)
    check_alerts(late, shop.state, clock=lambda: shop.now + 4 * HOUR)
    assert service.kinds() == ["silent"]
    resting = late.model_copy(update={"enabled": False})
    resting._name = "shop"
    check_alerts(resting, shop.state, clock=lambda: shop.now + 5 * HOUR)
    assert service.kinds() == ["silent is over"]


def test_a_service_that_fails_is_told_and_tried_again(
    alarmed: Shop, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answer(500)
    run(alarmed)
    [undelivered] = read_notes(alarmed.state, "shop").undelivered
    assert undelivered.receiver == "env SHOP_ALERTS, address 1"
    assert undelivered.reason == "JSON did not take it (it answered 500)"
    [record] = _of_ours(caplog)
    assert record.getMessage() == "somebody could not be told"
    assert TOKEN not in str(record.__dict__) + notes_path(alarmed.state, "shop").read_text()
    service.answer(200)
    check_alerts(alarmed.schedule(), alarmed.state, clock=lambda: undelivered.tried_at + AGAIN_S - 1)
    assert service.heard() == []
    run(alarmed)
    assert service.kinds() == ["failed"]
    assert read_notes(alarmed.state, "shop").undelivered == []


def test_since_when_somebody_cannot_be_told(alarmed: Shop, service: Service) -> None:
    service.answer(302)
    run(alarmed)
    run(alarmed)
    [undelivered] = read_notes(alarmed.state, "shop").undelivered
    assert undelivered.tried_at - undelivered.since == HOUR


def test_a_run_that_was_stopped_says_nothing_about_the_one_before(alarmed: Shop, service: Service) -> None:
    run(alarmed)
    assert service.kinds() == ["failed"]
    with Store(snapshot_path(alarmed.state, "shop")) as store:
        store.end_run(store.begin_run("hand", int(alarmed.now)), int(alarmed.now), "interrupted", b"")
    check_alerts(alarmed.schedule(), alarmed.state)
    assert service.heard() == []
    alarmed.publish(*items(3))
    run(alarmed)
    assert service.kinds() == ["failed is over"]


def test_each_address_knows_what_it_was_told(
    shop: Shop, service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHOP_ALERTS", f"{service.address('one')}, {service.address('two')}")
    tell(shop, 'to = [{ env = "SHOP_ALERTS" }]')
    run(shop)
    assert sorted(one.path for one in service.heard()) == ["/one", "/two"]
    (tmp_path / "more").write_text(service.address("three"))
    tell(shop, f'to = [{{ env = "SHOP_ALERTS" }}, {{ file = "{tmp_path / "more"}" }}]')
    run(shop)
    assert [one.path for one in service.heard()] == ["/three"]
    tell(shop, 'to = [{ env = "SHOP_ALERTS" }]')
    shop.publish(*items(3))
    run(shop)
    assert sorted(one.path for one in service.heard()) == ["/one", "/two"]
    assert read_notes(shop.state, "shop").told == []


def test_a_kind_that_is_not_asked_for_any_more_is_forgotten(alarmed: Shop, service: Service) -> None:
    run(alarmed)
    assert service.kinds() == ["failed"]
    tell(alarmed, 'to = [{ env = "SHOP_ALERTS" }]\non = ["held"]')
    run(alarmed)
    assert service.heard() == []
    assert read_notes(alarmed.state, "shop").told == []


def test_without_receivers_nothing_happens(shop: Shop) -> None:
    run(shop)
    check_alerts(shop.schedule(), shop.state)
    assert not notes_path(shop.state, "shop").exists()


def test_a_state_that_cannot_be_written_stops_nothing(alarmed: Shop, caplog: pytest.LogCaptureFixture) -> None:
    alarmed.state.mkdir()
    (alarmed.state / "alerts").write_text("a file")
    after_run(alarmed.schedule(), alarmed.state, ConfigError("FS-106", reason="no"))
    assert [record.getMessage() for record in caplog.records] == ["the notes cannot be written", "nobody can be told"]


def test_a_test_reaches_everybody(alarmed: Shop, service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert send_test(alarmed.schedule()) == [("env SHOP_ALERTS, address 1", None)]
    [heard] = service.heard()
    assert (heard.title, heard.level) == ("feedsync shop: a test", "info")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "FS-105"),
        ("nonsense s3cret-t0ken", "not all of it are addresses that apprise knows (https://appriseit.com)"),
        ("json://user:s3cret-t0ken@127.0.0.1:9/s3cret-t0ken", "JSON did not take it"),
    ],
)
def test_what_is_wrong_with_an_address_is_told_without_it(
    alarmed: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str, reason: str
) -> None:
    monkeypatch.setenv("SHOP_ALERTS", address)
    [(_, problem)] = send_test(alarmed.schedule())
    assert problem is not None
    assert problem.startswith(reason)
    assert "t0ken" not in problem
    assert _of_ours(caplog) == []
    assert not logging.getLogger("apprise").propagate


def test_two_who_send_at_once_hear_their_own_service_alone(alarmed: Shop, service: Service) -> None:
    assert send_test(alarmed.schedule())
    logging.getLogger("apprise").warning("nobody listens")
    with _overheard() as heard:
        thread = threading.Thread(target=lambda: logging.getLogger("apprise").warning("another"))
        thread.start()
        thread.join()
        logging.getLogger("apprise").warning("ours")
    assert heard == ["ours"]


def test_a_run_that_is_watched(alarmed: Shop, service: Service) -> None:
    alarmed.publish(*items(3))
    assert watched(alarmed.schedule(), alarmed.state, alarmed.run).outcome == "done"
    (alarmed.folder / "key").write_text("")
    with pytest.raises(ConfigError):
        watched(alarmed.schedule(), alarmed.state, alarmed.run)
    assert "failed" in service.kinds()


def test_a_service_whose_code_fails_stops_nothing(alarmed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> bool:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr("apprise.Apprise.notify", broken)
    assert send_test(alarmed.schedule()) == [("env SHOP_ALERTS, address 1", "JSON failed (RuntimeError)")]
