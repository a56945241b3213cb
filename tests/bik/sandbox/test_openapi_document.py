"""The published document is the one that the code makes."""

from __future__ import annotations

import json
from pathlib import Path

from feedsync.bik.sandbox import openapi
from feedsync.bik.sandbox.schema import CALLS

PUBLISHED = Path(__file__).parents[3] / "docs" / "bik-sandbox.openapi.json"


def test_the_published_document_is_this_one() -> None:
    assert PUBLISHED.read_text("utf-8") == json.dumps(openapi(), indent=2, ensure_ascii=False) + "\n"


def test_it_has_every_call() -> None:
    assert list(openapi()["paths"]) == [f"/{path}" for path in CALLS]
    assert len(CALLS) == 8


def test_every_caller_gets_a_document_of_its_own() -> None:
    openapi()["components"]["schemas"]["BikProduct"]["required"].clear()
    assert openapi()["components"]["schemas"]["BikProduct"]["required"]
