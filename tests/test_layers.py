"""The rules of the layout (design, section 9): who imports whom, who prints, how long a module may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.api import read_configuration
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "feedsync").rglob("*.py"))
LONGEST = 330
#: All but those that speak to people. A report is given the console that it writes to, and never opens one.
SILENT = [path for path in MODULES if path.relative_to(ROOT / "feedsync").parts[0] not in ("cli", "daemon.py", "web")]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_run_one_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(cache_dir=None, no_cache=True) == 0, capsys.readouterr().out


def test_the_contracts_are_those_of_the_design(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contract that somebody takes out is missed."""
    monkeypatch.chdir(ROOT)
    kinds = [contract["type"] for contract in read_configuration()["contracts_options"]]
    assert kinds.count("layers") >= 1
    assert kinds.count("forbidden") >= 2


def test_every_module_stands_in_a_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no layer names could import anything."""
    monkeypatch.chdir(ROOT)
    [layers] = [one["layers"] for one in read_configuration()["contracts_options"] if one["type"] == "layers"]
    named = {part.strip() for layer in layers for part in str(layer).replace("|", ":").split(":")}
    stems = {path.stem if path.suffix else path.name for path in (ROOT / "feedsync").iterdir()}
    ours = {f"feedsync.{stem}" for stem in stems if not stem.startswith("_")}
    assert ours - named <= {"feedsync.demo", "feedsync.inspection", "feedsync.py", "feedsync.testing"}


@pytest.mark.parametrize("path", SILENT, ids=_name)
def test_only_what_speaks_to_people_prints(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = [node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert "print" not in called
    assert "Console" not in called
    streams = [
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr")
    ]
    assert streams == []
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    if path.parts[-2:] != ("report", "terminal.py"):
        assert not [name for name in imported if name.split(".")[0] in ("rich", "typer", "click")]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_is_one_idea(path: Path) -> None:
    """Short, and it says in its first lines what it is for."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(ast.parse(text))


def test_the_command_line_does_without_pandas() -> None:
    """It costs 56 MB and half of the start."""
    code = "import sys, feedsync.cli.main; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
