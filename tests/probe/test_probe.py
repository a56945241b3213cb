"""What a probe learns of stores that behave in every way that Bik's reference leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import stamina
from pydantic import SecretStr

from feedsync.bik.client import Bik
from feedsync.bik.rate import RateBudget
from feedsync.bik.sandbox import Fault, Sandbox, SandboxSettings
from feedsync.errors import FeedsyncError
from feedsync.probe import Probed, known, probe
from feedsync.snapshot.bikfindings import BikFindings, bik_findings, keep_findings
from feedsync.snapshot.store import Store
from tests.bik.scripted import Answer, Scripted
from tests.sync.fixtures import OtherStore

NAME = "feedsync probe (disposable, can be deleted) 1"


@contextmanager
def client(sandbox: Sandbox, folder: Path) -> Iterator[Bik]:
    key, secret = SecretStr(sandbox.key), SecretStr(sandbox.secret)
    with (
        closing(RateBudget(folder / "rate.db", sandbox.key, 1000)) as budget,
        closing(Bik(sandbox.base_url, key, secret, budget)) as bik,
    ):
        yield bik


def probed(sandbox: Sandbox, folder: Path) -> Probed:
    with client(sandbox, folder) as bik:
        return probe(bik)


def found(sandbox: Sandbox, folder: Path) -> BikFindings:
    result = probed(sandbox, folder)
    assert (result.failed, result.left) == (None, [])
    assert result.found is not None
    return result.found


def test_a_store_that_replaces_and_takes_all_or_nothing(store: Sandbox, tmp_path: Path) -> None:
    findings = found(store, tmp_path)
    assert (findings.fields_replaced, findings.combinations_dropped) == (True, True)
    assert (findings.good_of_bad_applied, findings.delete_unknown_ok) == (False, True)
    assert (findings.page_size, findings.read_delay_s is not None) == (None, True)
    assert (store.products(), set(store.catalogs())) == ({}, {"feedsync-probe"})


def test_a_store_that_merges_and_takes_parts(other_store: OtherStore, tmp_path: Path) -> None:
    sandbox = other_store(
        SandboxSettings(
            combinations="merge", fields="merge", delete_unknown="error", bad_product="partial", page_size=2
        )
    )
    sandbox.put_products(*({"id": id_, "name": id_} for id_ in "abc"))
    findings = found(sandbox, tmp_path)
    assert (findings.fields_replaced, findings.combinations_dropped) == (False, False)
    assert (findings.good_of_bad_applied, findings.delete_unknown_ok, findings.page_size) == (True, False, 2)
    assert set(sandbox.products()) == {"a", "b", "c"}


@pytest.mark.parametrize(("bad_product", "applied"), [("all_or_nothing", False), ("partial", True)])
def test_a_store_that_shows_writes_late(
    other_store: OtherStore, tmp_path: Path, bad_product: Any, applied: bool
) -> None:
    with stamina.set_testing(False):
        findings = found(other_store(SandboxSettings(read_delay_s=0.3, bad_product=bad_product)), tmp_path)
    assert findings.read_delay_s is not None
    assert findings.read_delay_s >= 0.3
    assert (findings.fields_replaced, findings.combinations_dropped) == (True, True)
    assert findings.good_of_bad_applied is applied


def test_what_was_not_seen_is_unknown(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("lose", id="feedsync-probe"))
    findings = found(store, tmp_path)
    assert (findings.fields_replaced, findings.combinations_dropped, findings.good_of_bad_applied) == (None, None, None)
    assert findings.read_delay_s is None
    assert ("a write is seen after", "unknown") in known(findings)


def test_what_was_not_seen_in_time_is_not_known_to_be_refused(store: Sandbox, tmp_path: Path) -> None:
    """The third writing is never shown, so that nothing says whether the witness would have been by then."""
    store.add_fault(Fault("lose", id="feedsync-probe", skip=2))
    findings = found(store, tmp_path)
    assert (findings.combinations_dropped, findings.good_of_bad_applied) == (True, None)


def test_a_second_writing_that_is_never_shown(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("lose", id="feedsync-probe", skip=1))
    findings = found(store, tmp_path)
    assert findings.read_delay_s is not None
    assert (findings.fields_replaced, findings.combinations_dropped, findings.good_of_bad_applied) == (None, None, None)


def test_a_store_that_takes_what_is_bad_says_nothing_of_refusals(scripted: Scripted, tmp_path: Path) -> None:
    name = NAME[:-1]
    scripted.answers = [
        answer(products=[]), answer(catalogs=[]), answer(catalogs=[]),
        answer(), answer(products=[{"id": "feedsync-probe", "name": f"{name}1", "combinations": [1, 2]}]),
        answer(), answer(products=[{"id": "feedsync-probe", "name": f"{name}2", "combinations": 5}]),
        answer(), answer(), answer(products=[]), answer(), answer(), answer(), answer(products=[]),
    ]  # fmt: skip
    key = SecretStr("key")
    with (
        closing(RateBudget(tmp_path / "rate.db", "key", 1000)) as budget,
        closing(Bik(scripted.base_url, key, key, budget)) as bik,
    ):
        result = probe(bik)
    assert result.found is not None
    assert (result.found.good_of_bad_applied, result.found.combinations_dropped, result.found.page_size) == (
        None, None, None,
    )  # fmt: skip
    assert len(scripted.asked) == 14


def answer(**data: Any) -> Answer:
    return Answer(msgspec.json.encode({"status": 200, "success": True, "data": data}))


def test_a_list_that_fails_leaves_its_page_unknown(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("inner", path="products/list", status=500))
    assert found(store, tmp_path).page_size is None


def test_a_refusal_that_may_pass_says_nothing(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("500", path="products/createOrUpdate", skip=2))
    store.add_fault(Fault("500", path="products/delete", count=5))
    findings = found(store, tmp_path)
    assert (findings.good_of_bad_applied, findings.delete_unknown_ok) == (None, None)


def test_an_unknown_id_that_is_answered_with_404_is_a_finding(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("inner", path="products/delete", status=404, count=1))
    assert found(store, tmp_path).delete_unknown_ok is False


def test_what_a_killed_probe_left_is_taken_away(store: Sandbox, tmp_path: Path) -> None:
    store.put_products(
        {"id": "feedsync-probe", "name": NAME}, {"id": "feedsync-probe-bad", "description": NAME},
        {"id": "feedsync-probe-good", "name": NAME},
    )  # fmt: skip
    assert found(store, tmp_path).fields_replaced is True
    assert store.products() == {}


@pytest.mark.parametrize(
    "id_", ["feedsync-probe", "feedsync-probe-good", "feedsync-probe-bad", "feedsync-probe-nobody"]
)
def test_a_product_of_somebody_else_is_not_touched(store: Sandbox, tmp_path: Path, id_: str) -> None:
    store.put_products({"id": id_, "name": "theirs"})
    with pytest.raises(FeedsyncError, match="nothing was done"):
        probed(store, tmp_path)
    assert store.products() == {id_: {"id": id_, "name": "theirs"}}


def test_a_catalog_of_somebody_else_is_not_renamed(store: Sandbox, tmp_path: Path) -> None:
    store.put_catalogs({"id": "feedsync-probe", "name": "theirs"})
    with pytest.raises(FeedsyncError, match="nothing was done"):
        probed(store, tmp_path)
    assert store.catalogs() == {"feedsync-probe": {"id": "feedsync-probe", "name": "theirs"}}


def test_what_was_found_belongs_to_one_store(tmp_path: Path) -> None:
    findings = BikFindings(at=1, version="1")
    with Store(tmp_path / "shop.db") as store:
        assert bik_findings(store) is None
        keep_findings(store, findings, b"one")
        assert (bik_findings(store), bik_findings(store, b"one"), bik_findings(store, b"another")) == (
            None, findings, None,
        )  # fmt: skip
        store.set_meta("target", b"one")
        assert bik_findings(store) == findings
        store.set_meta("target", b"another")
        assert bik_findings(store) is None


def test_in_words() -> None:
    findings = BikFindings(
        at=1, version="1", fields_replaced=True, combinations_dropped=False, good_of_bad_applied=True,
        delete_unknown_ok=False, read_delay_s=0.5, page_size=50,
    )  # fmt: skip
    assert dict(known(findings)) == {
        "an optional field that is left out": "is removed",
        "a combination that is left out": "stays",
        "the good products of a refused request": "are applied",
        "deleting an unknown id": "is an error",
        "a write is seen after": "0.5 s",
        "a page of the list has": "50 products",
    }
