"""Logs of commands: nothing new on stderr unless it is asked for, and then all of it as JSON lines."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from feedsync.cli import progress
from tests.cli.project import Result, Shop, items


def lines(result: Result) -> list[dict[str, Any]]:
    """What stands on stderr, which must be JSON lines and nothing else."""
    return [json.loads(line) for line in result.err.splitlines()]


def test_a_run_says_nothing_that_it_did_not_say_before(shop: Shop) -> None:
    shop.add("acme", *items(3))
    assert shop("run", "acme").err == ""
    shop.add("other", *items(3))
    (shop.project.folder / "key").write_text("")
    assert shop("run", "other").err.startswith("feedsync: other: FS-105: ")


def test_json_is_all_that_stderr_says(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    shop.add("acme", *items(3))
    shop.project.write("broken", "teaspoons = 1")
    result = shop.cli("--log-format", "json", *shop.project.arguments("run", "--all"))
    found = lines(result)
    [error] = [line for line in found if line["level"] == "error"]
    assert (error["code"], error["schedule"]) == ("FS-102", "broken")
    assert "unknown key 'teaspoons'" in error["event"]
    assert "pushed 3 of 3 products" in [line["event"] for line in found]
    [ended] = [line for line in found if line["event"] == "run ended"]
    assert (ended["schedule"], ended["run"], ended["outcome"]) == ("acme", 1, "done")


def test_debug_tells_of_each_request_what_it_is_about(shop: Shop) -> None:
    shop.add("acme", *items(3))
    result = shop.cli("--log-level", "debug", *shop.project.arguments("run", "acme"))
    requests = [line for line in lines(result) if line["event"] == "request"]
    assert {(line["schedule"], line["run"], line["answer"]) for line in requests} == {("acme", 1, "200")}
    assert {"products/get", "products/createOrUpdate"} <= {line["call"] for line in requests}
    assert all(line["request"] for line in requests)
    assert shop.project.sandbox.secret not in result.err


def test_the_loggers_are_left_as_they_were(shop: Shop) -> None:
    before = logging.getLogger().handlers[:]
    shop.add("acme", *items(1))
    shop.cli("--log-format", "json", *shop.project.arguments("run", "acme"))
    assert logging.getLogger().handlers == before


def test_metrics_for_cron(shop: Shop) -> None:
    shop.add("acme", *items(3))
    path = shop.project.folder / "feedsync.prom"
    assert shop("run", "acme", "--metrics-file", str(path)).code == 0
    assert 'feedsync_products{schedule="acme"} 3.0' in path.read_text()
    result = shop("run", "acme", "--metrics-file", str(shop.project.folder / "missing" / "feedsync.prom"))
    assert (result.code, "FS-109" in result.err) == (1, True)
