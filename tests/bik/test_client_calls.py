"""Every call of the API, against the sandbox."""

from __future__ import annotations

import gc
import threading

import httpx
import pytest
from pydantic import SecretStr

from feedsync.bik.client import Bik
from feedsync.bik.rate import RateBudget
from feedsync.bik.sandbox import Sandbox
from feedsync.bik.wire import BikCatalog
from feedsync.errors import Fatal, Rejected

from .payloads import payload, product


def test_good_credentials_are_accepted(bik: Bik) -> None:
    bik.authenticate("sandbox")


def test_what_is_ready_early_answers_as_ever(bik: Bik) -> None:
    bik.get_ready()
    bik.get_ready()
    bik.authenticate("sandbox")


def test_without_threads_it_is_ready_when_it_is_asked(bik: Bik, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refused)
        bik.get_ready()
    bik.authenticate("sandbox")


def test_what_was_answered_is_let_go_at_once(bik: Bik) -> None:
    def answers() -> int:
        return sum(isinstance(one, httpx.Response) for one in gc.get_objects())

    bik.authenticate("sandbox")
    gc.collect()
    gc.disable()
    try:
        before = answers()
        bik.authenticate("sandbox")
        assert answers() == before
    finally:
        gc.enable()


def test_an_unknown_application_is_refused(bik: Bik) -> None:
    with pytest.raises(Fatal) as caught:
        bik.authenticate("another")
    assert caught.value.code == "FS-701"


def test_a_wrong_secret_is_refused_and_not_shown(store: Sandbox, budget: RateBudget) -> None:
    bik = Bik(store.base_url, SecretStr("sandbox"), SecretStr("hidden"), budget)
    with pytest.raises(Fatal) as caught:
        bik.list_products(None, 0)
    bik.close()
    assert "hidden" not in repr(caught.value) + caught.value.message
    assert len(store.requests()) == 1


def test_products_are_put_and_read_back(bik: Bik) -> None:
    bik.put_products([product(payload(id="A")), product(payload(id="B"))], 0)
    assert [record["id"] for record in bik.get_products(["A", "B", "C"], 0)] == ["A", "B"]
    assert bik.requests == 2


def test_products_are_walked_page_by_page(bik: Bik, store: Sandbox) -> None:
    store.put_products(*({"id": f"P{n:02}"} for n in range(60)))
    first = bik.list_products(None, 0)
    second = bik.list_products(first[-1]["id"], 0)
    assert (len(first), len(second)) == (50, 10)
    assert bik.list_products(second[-1]["id"], 0) == []


def test_products_are_deleted_whether_they_are_there_or_not(bik: Bik, store: Sandbox) -> None:
    store.put_products({"id": "A"})
    bik.delete_products(["A", "B"], 0)
    assert store.products() == {}


def test_catalogs_are_put_and_read_back(bik: Bik) -> None:
    bik.put_catalogs([BikCatalog("c1", "Tea"), BikCatalog("c2", "Coffee")], 0)
    assert [record["name"] for record in bik.get_catalogs(["c2"], 0)] == ["Coffee"]
    assert [record["id"] for record in bik.list_catalogs(None, 0)] == ["c1", "c2"]
    assert [record["id"] for record in bik.list_catalogs("c1", 0)] == ["c2"]


def test_a_product_in_a_catalog_that_does_not_exist_is_refused_in_bik_s_words(bik: Bik) -> None:
    with pytest.raises(Rejected) as caught:
        bik.put_products([product(payload(catalog_ids=("nowhere",)))], 0)
    assert "there is no catalog 'nowhere'" in caught.value.message
