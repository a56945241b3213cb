"""The JSON Schema that editors use says what the loader says."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feedsync.config import json_schema, load
from feedsync.errors import ConfigError

BIK = '[bik]\nkey = { env = "K" }\nsecret = { file = "s" }\n'
FEED = '[[feeds]]\nlocation = "feed.xml"\n'
GOOD = BIK + FEED
FULL = """
timezone = "Asia/Kolkata"
cron = "*/15 * * * *"
enabled = false
[bik]
key = { env = "K" }
secret = { file = "/run/secrets/bik" }
app_id = "1"
base_url = "https://bik.example"
batch_size = 10
rate = 1
in_flight = 8
keep_foreign_catalogs = false
[[feeds]]
location = "https://shop.example/feed.xml.gz"
format = "google-xml"
id_prefix = "x-"
headers = { X-Key = { env = "X" } }
accept = ["FS-303"]
allow_private_hosts = ["10.0.0.1"]
member = "feed.xml"
[feeds.auth]
username = "me"
password = { env = "P" }
[products]
currency = "INR"
in_stock_quantity = 7
preorder = "unbuyable"
missing_availability = "out_of_stock"
require_image = false
tags = ["brand"]
metafields = []
ignored_query = ["v"]
[catalogs]
from = "google_product_category"
depth = 3
names = { 166 = "Home" }
[gates]
removals = "2.5 %"
[absence]
after_runs = 3
after = "1d 12h"
then = "keep"
"""
SCHEMA = json_schema()


def _valid(data: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(data))


def _loads(folder: Path, text: str) -> bool:
    path = folder / "shop.toml"
    path.write_text(text)
    try:
        load(path)
    except ConfigError:
        return False
    return True


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")
    assert SCHEMA["title"] == "A feedsync schedule"


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        FULL,
        'every = "15m"\n' + GOOD,
        GOOD + "[gates]\nremovals = 0\n",
        GOOD + '[gates]\nremovals = "off"\n',
        GOOD + '[gates]\nremovals = "100%"\n',
    ],
)
def test_a_good_schedule_is_valid_and_loads(tmp_path: Path, text: str) -> None:
    assert _valid(tomllib.loads(text))
    assert _loads(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        BIK,
        FEED,
        GOOD + "x = 1\n",
        'tme = "UTC"\n' + GOOD,
        "every = 900\n" + GOOD,
        'every = "often"\n' + GOOD,
        BIK + "[[feeds]]\n",
        BIK + '[[feeds]]\nlocation = ""\n',
        BIK.replace("{ env", "{ evn") + FEED,
        '[bik]\nkey = "k"\nsecret = "s"\n' + FEED,
        BIK + "batch_size = 0\n" + FEED,
        BIK + "in_flight = 9\n" + FEED,
        GOOD + 'format = "Google XML"\n',
        GOOD + '[products]\npreorder = "maybe"\n',
        GOOD + '[products]\ntags = ["colour"]\n',
        GOOD + "[catalogs]\ndepth = 0\n",
        GOOD + '[catalogs]\nsource = "brand"\n',
        GOOD + '[gates]\nremovals = "150%"\n',
        GOOD + "[gates]\nremovals = -1\n",
        GOOD + "[gates]\nremovals = true\n",
        GOOD + '[absence]\nthen = "hide"\n',
    ],
)
def test_a_bad_schedule_is_neither_valid_nor_loaded(tmp_path: Path, text: str) -> None:
    assert not _valid(tomllib.loads(text))
    assert not _loads(tmp_path, text)


@pytest.mark.parametrize("section", ["Products", "Catalogs", "Gates", "AbsencePolicy", "Bik"])
def test_every_default_is_valid(section: str) -> None:
    """An editor fills them in."""
    for key, node in SCHEMA["$defs"][section]["properties"].items():
        if node.get("default") is not None:
            node = {**node, "$defs": SCHEMA["$defs"]}
            assert jsonschema.Draft202012Validator(node).is_valid(node["default"]), key
