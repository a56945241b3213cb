"""The JSON Schemas of a schedule and of every ``--json`` output, as files: ``python -m feedsync.cli.schemas FOLDER``."""

from __future__ import annotations

import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from feedsync.bik.wire import BikProduct
from feedsync.cli.common import ErrorOutput
from feedsync.cli.doctor import DoctorOutput
from feedsync.cli.history import History
from feedsync.cli.look import CheckOutput
from feedsync.cli.run import RunsOutput
from feedsync.cli.schedule import TimesOutput
from feedsync.cli.status import StatusOutput
from feedsync.cli.upkeep import BackupOutput, VacuumOutput
from feedsync.config import json_schema
from feedsync.exported import ExportedProduct
from feedsync.inspection import Inspection
from feedsync.reconcile import Reconciliation
from feedsync.report.summary import RunSummary
from feedsync.story import Story
from feedsync.upkeep import Restored

#: file -> what writes it. ``run``, ``diff`` and ``report`` of one schedule write a run.
OUTPUTS: dict[str, type] = {
    "run": RunSummary,
    "runs": RunsOutput,
    "check": CheckOutput,
    "inspect": Inspection,
    "reconcile": Reconciliation,
    "explain": Story,
    "doctor": DoctorOutput,
    "history": History,
    "export": ExportedProduct,
    "export-bik": BikProduct,
    "schedule-check": TimesOutput,
    "backup": BackupOutput,
    "restore": Restored,
    "vacuum": VacuumOutput,
    "status": StatusOutput,
    "error": ErrorOutput,
}


def _canonical(part: Any) -> Any:
    """The schema as every msgspec writes it: they differ in docstrings' indentation and in the order of alternatives."""
    if isinstance(part, list):
        return [_canonical(each) for each in part]
    if not isinstance(part, dict):
        return part
    clean = {key: _canonical(value) for key, value in part.items()}
    if isinstance(clean.get("description"), str):
        clean["description"] = cleandoc(clean["description"])
    if "anyOf" in clean:
        clean["anyOf"].sort(key=msgspec.json.encode)
    return clean


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by its path in the repository."""
    found = {"schedule.schema.json": json_schema()}
    for name, model in OUTPUTS.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(model)}
        found[f"docs/schemas/{name}.schema.json"] = _canonical(schema)
    return found


def write(folder: Path) -> None:
    """Write them below a folder."""
    for path, schema in schemas().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2) + b"\n")


if __name__ == "__main__":  # pragma: no cover - the tests call write()
    write(Path(sys.argv[1]))
