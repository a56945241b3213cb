"""The document and the server say the same: what the one allows the other takes, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

from feedsync.bik.sandbox import Sandbox, openapi

schema = schemathesis.openapi.from_dict(
    openapi(),
    config=schemathesis.Config.from_dict(
        {
            "seed": 1,
            "auth": {"basic": {"username": "sandbox", "password": "sandbox"}},
            "generation": {"deterministic": True, "max-examples": 20, "database": "none"},
            # The reference knows no 405: what is not a call is "no such API", 404.
            "checks": {"unsupported_method": {"enabled": False}},
        }
    ),
)


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@schema.parametrize()
def test_every_call_keeps_to_the_document(case: schemathesis.Case[Any], running: Sandbox) -> None:
    response = case.call(base_url=running.base_url)
    # Which catalogs exist is more than a schema can say.
    unknown_catalog = "there is no catalog" in response.text
    case.validate_response(response, excluded_checks=[positive_data_acceptance] if unknown_catalog else [])
