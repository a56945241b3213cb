"""What a probe learns of stores that behave in every way that Bik's reference leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import stamina
from pydantic import SecretStr

from feedsync.bik.client import Bik
from feedsync.bik.rate import RateBudget
from feedsync.bik.sandbox import Fault, Sandbox, SandboxSettings
from feedsync.errors import FeedsyncError
from feedsync.probe import known, probe
from feedsync.snapshot.bikfindings import BikFindings, bik_findings, keep_findings
from feedsync.snapshot.store import Store
from tests.sync.fixtures import OtherStore


@contextmanager
def client(sandbox: Sandbox, folder: Path) -> Iterator[Bik]:
    key, secret = SecretStr(sandbox.key), SecretStr(sandbox.secret)
    with (
        closing(RateBudget(folder / "rate.db", sandbox.key, 1000)) as budget,
        closing(Bik(sandbox.base_url, key, secret, budget)) as bik,
    ):
        yield bik


def found(sandbox: Sandbox, folder: Path) -> BikFindings:
    with client(sandbox, folder) as bik:
        return probe(bik)


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


def test_a_store_that_shows_writes_late(other_store: OtherStore, tmp_path: Path) -> None:
    with stamina.set_testing(False):
        findings = found(other_store(SandboxSettings(read_delay_s=0.3)), tmp_path)
    assert findings.read_delay_s is not None
    assert findings.read_delay_s >= 0.3
    assert (findings.fields_replaced, findings.combinations_dropped) == (True, True)


def test_what_was_not_seen_is_unknown(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("lose", id="feedsync-probe"))
    findings = found(store, tmp_path)
    assert (findings.fields_replaced, findings.combinations_dropped, findings.good_of_bad_applied) == (None, None, None)
    assert findings.read_delay_s is None
    assert ("a write is seen after", "unknown") in known(findings)


def test_a_store_that_accepts_what_is_bad_says_nothing_of_refusals(other_store: OtherStore, tmp_path: Path) -> None:
    sandbox = other_store(SandboxSettings())
    sandbox.add_fault(Fault("inner", path="products/list", status=500))
    with client(sandbox, tmp_path) as bik, pytest.raises(FeedsyncError):
        probe(bik)
    assert sandbox.products() == {}, "it is removed also where the probe fails"


def test_what_a_killed_probe_left_is_taken_away(store: Sandbox, tmp_path: Path) -> None:
    store.put_products({"id": "feedsync-probe", "name": "feedsync probe (disposable, can be deleted) 1"})
    assert found(store, tmp_path).fields_replaced is True
    assert store.products() == {}


def test_a_product_of_somebody_else_is_not_touched(store: Sandbox, tmp_path: Path) -> None:
    store.put_products({"id": "feedsync-probe", "name": "theirs"})
    with pytest.raises(FeedsyncError, match="nothing was done"):
        found(store, tmp_path)
    assert store.products() == {"feedsync-probe": {"id": "feedsync-probe", "name": "theirs"}}


def test_what_was_found_belongs_to_one_store(tmp_path: Path) -> None:
    with Store(tmp_path / "shop.db") as store:
        assert bik_findings(store) is None
        store.set_meta("target", b"one")
        keep_findings(store, BikFindings(at=1, version="1"))
        assert bik_findings(store) == BikFindings(at=1, version="1")
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
