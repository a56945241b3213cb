"""The worked examples of docs/mapping.md are what the program does."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from feedsync.normalize.mapping import Mapping
from feedsync.normalize.transforms import step
from feedsync.settings_map import MapSettings, Rule, Transform, TransformSetting

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
TOML = [tomllib.loads(text) for language, text in BLOCKS if language == "toml"]
MAPS: TypeAdapter[Any] = TypeAdapter(MapSettings)
STEPS: TypeAdapter[Transform] = TypeAdapter(TransformSetting)


def _records(language: str, text: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text))) if language == "csv" else [json.loads(text)]


@pytest.mark.parametrize("first", [0, 3], ids=["csv", "json"])
def test_a_worked_example_becomes_what_the_page_says(first: int) -> None:
    given, settings, expected = BLOCKS[first : first + 3]
    mapping = Mapping(MAPS.validate_python(tomllib.loads(settings[1])["map"]))
    results = [mapping({}, record) for record in _records(*given)]
    assert [problem for _, problems in results for problem in problems] == []
    assert [attributes for attributes, _ in results] == json.loads(expected[1])


@pytest.mark.parametrize("document", TOML, ids=lambda document: ",".join(document))
def test_every_setting_that_is_shown_is_one(document: dict[str, Any]) -> None:
    for mapping in (document.get("map"), *(feed.get("map") for feed in document.get("feeds", []))):
        assert mapping is None or MAPS.validate_python(mapping)
    for rule in document.get("rules", []):
        assert Rule.model_validate(rule)


def test_every_transform_is_in_the_table_and_every_row_is_true() -> None:
    table = PAGE.split("## Transforms")[1].split("## Expressions")[0]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines() if "→" in line]
    shown = set()
    for written, _, example in rows:
        before, after = (
            re.findall(r"`([^`]*)`", example.replace("\\|", "|"))[:2] if example.count("`") > 3 else ("", "")
        )
        for code in re.findall(r"`([^`]*)`", written):
            setting = STEPS.validate_python(tomllib.loads("t = " + code.replace("\\|", "|"))["t"])
            shown.add(setting.name)
            if after and setting.name not in ("upper", "prefix", "join"):
                assert step(setting, "INR")(before.strip('"') if setting.name == "strip" else before) == after
    options = {"strict", "group", "replace"}
    assert shown == set(Transform.model_fields) - options
