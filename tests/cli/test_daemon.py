"""``daemon``: it runs until a signal, and leaves in order where there is time for that."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from feedsync.bik.sandbox import Fault
from feedsync.cli.common import Context
from feedsync.cli.daemon import _place, come_to_rest, serve, watched
from feedsync.cli.main import run_program
from feedsync.daemon import Daemon
from feedsync.snapshot.lock import schedule_lock

from ..daemon.service import Service, wait_for
from .project import Project, Shop, item, items

OFTEN = "every = '1h'"


def meanwhile(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def kill(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_runs_what_is_due_until_a_signal(shop: Shop, number: int, code: int) -> None:
    shop.add("tea", item("T"), first=OFTEN)
    look = Service(shop.project)

    def watch() -> None:
        wait_for(lambda: look.runs("tea") == [("first", "done")])
        kill(number)

    thread = meanwhile(watch)
    before = signal.getsignal(signal.SIGHUP)
    assert run_program(shop.project.arguments("daemon", "--jobs", "2", "--listen", "127.0.0.1:0")) == code
    thread.join()
    assert signal.getsignal(signal.SIGHUP) == before


def stopping() -> bool:
    return any(thread.name == "feedsync-stop" for thread in threading.enumerate())


class Left(BaseException):
    """The process would have ended."""


@pytest.mark.parametrize("patient", [True, False])
def test_a_second_signal_or_the_end_of_its_patience_ends_it_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, patient: bool
) -> None:
    codes = []

    def leave(code: int) -> None:
        codes.append(code)
        raise Left

    monkeypatch.setattr(os, "_exit", leave)
    shop.add("tea", *items(3), first=OFTEN)
    shop.project.sandbox.add_fault(Fault("slow", seconds=3, path="products/createOrUpdate"))

    def watch() -> None:
        wait_for(lambda: shop.project.sandbox.faults()[0][1] == 1)  # it is on its way to Bik, and stays there a while
        kill(signal.SIGTERM)
        if patient:
            wait_for(stopping)
            kill(signal.SIGTERM)

    thread = meanwhile(watch)
    with pytest.raises(Left):
        run_program(shop.project.arguments("daemon", "--listen", "off", "--grace", "100" if patient else "0"))
    thread.join()
    assert codes == [143]
    wait_for(lambda: not stopping())


def test_there_is_one_for_a_state_directory(shop: Shop) -> None:
    shop.add("tea", item("T"), first=OFTEN)
    with schedule_lock(shop.project.state / ".daemon.lock", "the daemon"):
        result = shop("daemon", "--listen", "off")
    assert result.code == 5
    assert "FS-801" in result.err
    assert f"pid {os.getpid()}" in result.err


def test_sighup_reads_the_files_anew_and_so_does_time(shop: Shop) -> None:
    service = Service(shop.project)
    service.start()
    inbox: queue.SimpleQueue[int | None] = queue.SimpleQueue()

    def watch() -> None:
        shop.add("tea", item("T"), first=OFTEN)
        wait_for(lambda: "tea" in service.daemon.waiting())
        (shop.project.schedules / "tea.toml").touch()
        inbox.put(None)  # of an earlier stop
        inbox.put(signal.SIGHUP)
        inbox.put(signal.SIGTERM)

    thread = meanwhile(watch)
    assert serve(service.daemon, inbox, every_s=0.01) == signal.SIGTERM
    thread.join()
    service.wait_for_runs("tea", 1)
    assert come_to_rest(service.daemon, inbox, 100)


def test_a_look_that_fails_ends_nothing(shop: Shop) -> None:
    asked: list[int] = []
    inbox: queue.SimpleQueue[int | None] = queue.SimpleQueue()

    def files() -> list[Path]:
        asked.append(1)
        if len(asked) == 3:
            inbox.put(signal.SIGTERM)
        if len(asked) > 1:
            raise OSError("the folder is gone")
        return []

    where = Context(shop.project.schedules, shop.project.state)
    service = Daemon(files, where.schedule, where.state, jobs=1)
    service.start()
    assert serve(service, inbox, every_s=0.01) == signal.SIGTERM
    inbox.put(signal.SIGHUP)  # of a terminal that closes
    assert come_to_rest(service, inbox, 100)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_those_who_watch_it_are_answered(shop: Shop, host: str) -> None:
    shop.add("tea", item("T"), first=OFTEN)
    shop.project.write("wrong", "colour = 'red'")
    service = Service(shop.project)
    service.start()
    service.wait_for_runs("tea", 1)
    where = Context(shop.project.schedules, shop.project.state)
    with watched(service.daemon, where, _place(f"{host}:0")) as url:
        assert url is not None
        assert httpx.get(f"{url}livez").status_code == 200
        health = httpx.get(f"{url}healthz").json()
        assert (health["ok"], health["schedules"]) == (True, 2)
        assert 'feedsync_products{schedule="tea"} 1.0' in httpx.get(f"{url}metrics").text
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}livez")
    service.end()


@pytest.mark.parametrize("address", ["8738", "localhost:", "localhost:http", "localhost:65536", "localhost:٣"])
def test_an_address_that_is_none(shop: Shop, address: str) -> None:
    result = shop("daemon", "--listen", address)
    assert result.code == 2
    assert "write HOST:PORT" in result.err


def test_an_address_that_is_taken(shop: Shop) -> None:
    shop.add("tea", item("T"), first=OFTEN)
    port = shop.project.sandbox.base_url.split(":")[2].split("/")[0]
    result = shop("daemon", "--listen", f"127.0.0.1:{port}")
    assert result.code == 2
    assert "cannot listen" in result.err
    assert not shop.project.sandbox.products()


@pytest.fixture
def process(shop: Shop) -> subprocess.Popen[bytes]:
    shop.add("tea", *items(40), first=OFTEN, bik="batch_size = 1\nin_flight = 2")
    shop.project.sandbox.add_fault(Fault("slow", seconds=0.2, path="products/createOrUpdate"))
    arguments = shop.project.arguments("daemon", "--listen", "off")
    return subprocess.Popen([sys.executable, "-m", "feedsync", *arguments], stderr=subprocess.PIPE)


def pushing(project: Project) -> bool:
    return len(project.sandbox.products()) >= 2


def test_a_process_ends_with_143_and_forgets_nothing(shop: Shop, process: subprocess.Popen[bytes]) -> None:
    with process:
        wait_for(lambda: pushing(shop.project))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
    assert Service(shop.project).runs("tea") == [("first", "interrupted")]
    sent = set(shop.project.sandbox.products())
    shop.project.sandbox.clear_faults()
    assert shop("run", "tea").code == 0
    again = {record.ids for record in shop.project.sandbox.requests() if record.path.endswith("createOrUpdate")}
    assert len(shop.project.sandbox.products()) == 40
    assert len(again) == 40
    assert sent


def test_a_process_that_is_killed_loses_nothing_either(shop: Shop, process: subprocess.Popen[bytes]) -> None:
    with process:
        wait_for(lambda: pushing(shop.project))
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
    shop.project.sandbox.clear_faults()
    assert shop("run", "tea").code == 0
    assert len(shop.project.sandbox.products()) == 40
