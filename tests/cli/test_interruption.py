"""SIGINT and SIGTERM in the middle of a push: what is under way is heard out, and the next run goes on."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import httpx
import pytest

from feedsync.bik.sandbox import Fault, Sandbox

from .project import Cli, Project, items


def _strike_when_pushing(sandbox: Sandbox, number: signal.Signals) -> None:
    """Wait for the first product request, send the signal to this process, and let the store answer."""
    faults = sandbox.base_url.replace("/integrations", "/_sandbox/faults")
    while httpx.get(faults).json()["faults"][0]["hits"] == 0:
        pass
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, number)
    sandbox.__exit__(None, None, None)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_and_loses_nothing(
    tmp_path: Path, cli: Cli, number: signal.Signals, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    sandbox = Sandbox(state=tmp_path / "bik.db", faults=[Fault("slow", seconds=3600, path="products/createOrUpdate")])
    sandbox.__enter__()
    project = Project(tmp_path / "project", sandbox)
    project.add("acme", *items(3), bik="batch_size = 1\nin_flight = 1")
    project.add("next", *items(3))
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    striker = threading.Thread(target=_strike_when_pushing, args=(sandbox, number))
    striker.start()
    result = cli(*project.arguments("run", "acme", "next"))
    striker.join()
    assert result.code == code
    assert "the next run goes on from here" in result.err
    assert "next" not in result.out
    assert result.err.rindex("\x1b[?25h") > result.err.rindex("\x1b[?25l"), "the cursor is back"
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers

    shown = cli(*project.arguments("report", "acme", "--json")).json()
    assert shown["outcome"] == "interrupted"
    assert "interrupted" in cli(*project.arguments("report", "acme")).out
    with Sandbox(state=tmp_path / "bik.db") as again:
        assert len(again.products()) == 1
        project.sandbox = again
        project.write("acme", project.settings("acme"))
        after = cli(*project.arguments("run", "acme", "--same-store", "--json"))
        assert (after.code, after.json()["pushed"]["products"]) == (0, 2)
        assert set(again.products()) == {"P00", "P01", "P02"}
