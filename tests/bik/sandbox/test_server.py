"""The server comes up, stops cleanly, keeps its state in a file, and is quiet."""

from __future__ import annotations

import signal
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from feedsync.bik.sandbox import Fault, Sandbox, SandboxSettings, serve

from .support import Api, product


def can_connect(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port or 0)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_sandbox_leaves_nothing_behind() -> None:
    threads = threading.active_count()
    with Sandbox() as sandbox:
        assert can_connect(sandbox.base_url)
        assert threading.active_count() == threads + 1
    assert not can_connect(sandbox.base_url)
    assert threading.active_count() == threads


def test_several_at_once() -> None:
    with Sandbox() as one, Sandbox() as other:
        one.put_products(product())
        assert one.base_url != other.base_url
        assert other.products() == {}


def test_a_port_of_ones_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(OSError, match="in use"), Sandbox(port=port):
            pytest.fail("the port was taken")
    with Sandbox(port=port) as sandbox:
        assert sandbox.base_url == f"http://127.0.0.1:{port}/integrations"


def test_filled_before_it_runs() -> None:
    sandbox = Sandbox()
    sandbox.put_products(product())
    with sandbox, httpx.Client(auth=("sandbox", "sandbox")) as client:
        assert Api(sandbox, client).get("SKU-1") == [product()]


def test_the_state_is_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "bik.db"
    with Sandbox(state=path) as sandbox, httpx.Client(auth=("sandbox", "sandbox")) as client:
        Api(sandbox, client).put(product())
    assert [file.name for file in tmp_path.iterdir()] == ["bik.db"]
    with Sandbox(state=path, settings=SandboxSettings(read_delay_s=3600)) as sandbox:
        assert sandbox.products() == {"SKU-1": product()}


def test_stopping_does_not_wait_for_a_slow_answer() -> None:
    answered = threading.Event()

    def send(url: str) -> None:
        auth = ("sandbox", "sandbox")
        assert httpx.post(f"{url}/bikPlatformFunctions-products/list", auth=auth, timeout=30).status_code == 200
        answered.set()

    with Sandbox(faults=[Fault("slow", seconds=3600)]) as sandbox:
        client = threading.Thread(target=send, args=(sandbox.base_url,))
        client.start()
        control = sandbox.base_url.replace("/integrations", "/_sandbox/faults")
        while httpx.get(control).json()["faults"][0]["hits"] == 0:
            pass
    client.join()
    assert answered.is_set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_returns_after_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    urls = []

    def on_ready(url: str) -> None:
        urls.append(url)
        assert can_connect(url)
        signal.raise_signal(number)

    serve(state=tmp_path / "bik.db", faults=[Fault("500")], on_ready=on_ready)
    assert not can_connect(urls[0])
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_it_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    faults = [Fault("cut_before", count=1), Fault("500", count=1)]
    with Sandbox(faults=faults) as sandbox, httpx.Client(auth=("sandbox", "sandbox")) as client:
        api = Api(sandbox, client)
        with pytest.raises(httpx.RemoteProtocolError):
            api.send("products/list")
        assert [api.send("products/list").status_code for _ in range(2)] == [500, 200]
    assert capfd.readouterr() == ("", "")
