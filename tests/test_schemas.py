"""The published schemas are those of the code, and every JSON output keeps to them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feedsync.bik.sandbox import Fault, Sandbox
from feedsync.cli.main import run_program
from feedsync.cli.schemas import schemas, write
from feedsync.config import load
from feedsync.errors import ConfigError

from .cli.project import Project, item, items

ROOT = Path(__file__).parent.parent
SCHEMAS = schemas()


def test_there_is_one_schema_for_each_kind_of_output() -> None:
    published = {str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "schemas").iterdir()}
    assert {*published, "schedule.schema.json"} == set(SCHEMAS)


@pytest.mark.parametrize("path", SCHEMAS)
def test_the_published_file_is_the_schema_of_the_code(path: str) -> None:
    assert json.loads((ROOT / path).read_text(encoding="utf-8")) == SCHEMAS[path]


@pytest.mark.parametrize("path", SCHEMAS)
def test_each_is_a_schema_that_says_which_draft_it_is(path: str) -> None:
    assert SCHEMAS[path]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[path])


def test_the_files_are_written_as_they_are_published(tmp_path: Path) -> None:
    write(tmp_path)
    for path in SCHEMAS:
        assert (tmp_path / path).read_bytes() == (ROOT / path).read_bytes()


def _valid(kind: str, document: Any) -> None:
    jsonschema.validate(document, SCHEMAS[f"docs/schemas/{kind}.schema.json"], jsonschema.Draft202012Validator)


def _output(capsys: pytest.CaptureFixture[str], project: Project, *arguments: str) -> Any:
    capsys.readouterr()
    run_program(project.arguments(*arguments, "--json"))
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two schedules: one with changes of many kinds, rejections and held removals, and one that is wrong."""
    with Sandbox() as sandbox:
        project = Project(tmp_path_factory.mktemp("schemas"), sandbox)
        project.add("acme", *items(10, product_type="Tea > Black"), first="every = '1h'")
        assert run_program(project.arguments("run", "acme")) == 0
        sandbox.add_fault(Fault("poison", id="P01"))
        changed = item("P01", price="90.00 INR", sale_price="999.00 INR", product_type="Tea > Green")
        project.publish("acme", item("P00", availability="out_of_stock"), changed, item("NEW"), item("BAD", price="?"))
        project.write("wrong", "colour = 'red'")
        yield project


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("run", ["diff", "acme"]),
        ("run", ["run", "acme"]),
        ("run", ["report", "acme"]),
        ("run", ["report", "acme", "1"]),
        ("runs", ["run", "acme", "wrong"]),
        ("runs", ["run", "--all"]),
        ("runs", ["run", "--due"]),
        ("check", ["check"]),
        ("status", ["status"]),
        ("status", ["status", "acme"]),
        ("schedule-check", ["schedule", "check"]),
        ("error", ["run", "wrong"]),
        ("error", ["diff", "wrong"]),
        ("error", ["diff", "nobody"]),
        ("error", ["report", "acme", "99"]),
        ("error", ["inspect", "nowhere.xml"]),
        ("error", ["run"]),
        ("error", ["diff"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_what_is_written_keeps_to_its_schema(
    project: Project, capsys: pytest.CaptureFixture[str], kind: str, arguments: list[str]
) -> None:
    _valid(kind, _output(capsys, project, *arguments))


def test_a_rich_run_fills_all_of_its_lists(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    document = _output(capsys, project, "run", "acme")
    _valid("run", document)
    assert document["rejected"]
    assert document["gates"]
    assert document["differences"]
    assert document["notes"]


@pytest.mark.parametrize("records", [[], items(2), [item("A", price="?"), "<item>"]], ids=["empty", "good", "bad"])
def test_an_inspection_keeps_to_its_schema(
    project: Project, capsys: pytest.CaptureFixture[str], records: list[str]
) -> None:
    project.publish("look", *records)
    _valid("inspect", _output(capsys, project, "inspect", str(project.folder / "look.xml")))


@pytest.mark.parametrize("wrong", [{}, {"run": "seven"}, {"error": None}], ids=str)
@pytest.mark.parametrize("kind", ["run", "runs", "check", "inspect", "error"])
def test_the_schemas_refuse_what_is_something_else(kind: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        _valid(kind, wrong)


@pytest.mark.parametrize(
    "more",
    [
        "",
        "accept = ['FS-304']\nid_prefix = 'a-'\nauth = { username = 'u', password = { env = 'P' } }",
        "[products]\ncurrency = 'INR'\nin_stock_quantity = 5\nrequire_image = false\ntags = ['brand']",
        "[catalogs]\nfrom = 'brand'\ndepth = 3\nnames = { 1 = 'Tea' }",
        "[gates]\nremovals = '12.5%'",
        "[gates]\nremovals = 'off'",
        "[gates]\nremovals = 0",
        "[absence]\nafter_runs = 1\nafter = '36h'\nthen = 'keep'",
    ],
)
def test_the_schema_of_a_schedule_takes_what_the_program_takes(project: Project, more: str) -> None:
    text = project.settings("x", first="timezone = 'Asia/Kolkata'\nevery = '15m'", more=more)
    jsonschema.validate(tomllib.loads(text), SCHEMAS["schedule.schema.json"])
    (project.folder / "x.toml").write_text(text)
    assert load(project.folder / "x.toml").name == "x"


@pytest.mark.parametrize(
    "more",
    [
        "colour = 'red'",
        "[products]\npreorder = 'maybe'",
        "[gates]\nremovals = '20'",
        "[absence]\nafter = '1y'",
        "[bik2]",
    ],
)
def test_the_schema_of_a_schedule_refuses_what_the_program_refuses(project: Project, more: str) -> None:
    text = project.settings("x", more=more)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMAS["schedule.schema.json"])
    (project.folder / "x.toml").write_text(text)
    with pytest.raises(ConfigError):
        load(project.folder / "x.toml")
