"""What a probe cannot take away again is told by its id, also where the probe itself broke off."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsync.bik.sandbox import Fault, Sandbox, SandboxSettings
from feedsync.probe import PRODUCT, WITNESS, probe
from tests.sync.fixtures import OtherStore

from .test_probe import NAME, client, probed


def test_a_deletion_that_is_refused(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("inner", path="products/delete", status=400, skip=1))
    result = probed(store, tmp_path)
    assert result.found is not None
    (left,) = result.left
    assert left.id == PRODUCT
    assert left.reason.startswith("it is shown there; its deletion failed: FS-703")
    assert set(store.products()) == {PRODUCT}
    store.clear_faults()
    assert probed(store, tmp_path).left == []
    assert store.products() == {}, "the next probe tries it once more"


def test_a_deletion_that_nobody_knows_the_end_of(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("cut_after", path="products/delete", skip=1))
    left = {one.id: one.reason for one in probed(store, tmp_path).left}
    assert left.keys() >= {PRODUCT, WITNESS}
    assert "it is not shown, but its deletion failed: FS-705" in left[PRODUCT]


def test_a_deletion_that_is_taken_and_not_shown(other_store: OtherStore, tmp_path: Path) -> None:
    sandbox = other_store(SandboxSettings(read_delay_s=3600))
    sandbox.put_products({"id": PRODUCT, "name": NAME})
    result = probed(sandbox, tmp_path)
    assert [(one.id, one.reason) for one in result.left] == [(PRODUCT, "it is shown there; its deletion was taken")]


def test_a_reading_that_fails_at_the_end(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("cut_before", path="products/delete", skip=1))
    store.add_fault(Fault("forbidden", path="products/get", skip=5))
    result = probed(store, tmp_path)
    assert result.left
    assert all(one.reason.startswith("nobody knows whether it is: FS-701") for one in result.left)


def test_a_probe_that_breaks_off_tidies_up(store: Sandbox, tmp_path: Path) -> None:
    store.add_fault(Fault("forbidden", path="products/createOrUpdate", skip=1))
    result = probed(store, tmp_path)
    assert result.found is None
    assert result.failed is not None
    assert (result.failed.code, result.left, store.products()) == ("FS-701", [], {})


def test_an_interrupted_probe_tidies_up(store: Sandbox, tmp_path: Path) -> None:
    def interrupted() -> float:
        assert PRODUCT in store.products()
        raise KeyboardInterrupt

    with client(store, tmp_path) as bik, pytest.raises(KeyboardInterrupt):
        probe(bik, clock=interrupted)
    assert store.products() == {}
