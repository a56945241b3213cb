"""The errors: their codes, sentences and parts, in the package, in the tree and in the documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import feedsync
from feedsync import errors
from feedsync.errors import (
    SENTENCES,
    ConfigError,
    Fatal,
    FeedsyncError,
    Locked,
    Problem,
    Rejected,
    Retryable,
    Unsafe,
)

PACKAGE = Path(feedsync.__file__).parent
DOCUMENT = PACKAGE.parent / "docs" / "errors.md"
CODE = re.compile(r"FS-\d{3}")
#: What an error takes beside the parts of its sentence.
NOT_A_PART = {"after_s"}


def _parts(code: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name}


def _sources() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text(encoding="utf-8"))


def _codes_used() -> dict[str, list[str]]:
    """Code -> the modules in which it stands in a value (a docstring is none), other than the one that defines it."""
    used: dict[str, list[str]] = {}
    for module, tree in _sources():
        if module == "errors.py":
            continue
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                for code in CODE.findall(node.value):
                    used.setdefault(code, []).append(module)
    return used


def _codes_mentioned() -> set[str]:
    return {code for path in PACKAGE.rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}


def _given() -> Iterator[tuple[str, str, set[str]]]:
    """Every call that names a code and spells out the parts: where, the code, the parts."""
    for module, tree in _sources():
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)):
                continue
            code = call.args[0].value
            if not (isinstance(code, str) and code in SENTENCES):
                continue
            names = {keyword.arg for keyword in call.keywords}
            if len(call.args) == 1 and None not in names:
                yield f"{module}:{call.lineno}", code, {str(name) for name in names} - NOT_A_PART
            elif len(call.args) == 2 and isinstance(call.args[1], ast.Dict):
                keys = {key.value if isinstance(key, ast.Constant) else None for key in call.args[1].keys}
                yield f"{module}:{call.lineno}", code, {str(key) for key in keys}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_code_and_its_sentence_are_well_formed(code: str) -> None:
    assert re.fullmatch(r"FS-[1-9]\d\d", code)
    sentence = SENTENCES[code]
    assert sentence == sentence.strip() != ""
    assert not sentence.endswith(".")
    assert all(name.isidentifier() for name in _parts(code))
    filled = Problem(code, dict.fromkeys(_parts(code), "<part>")).message
    assert filled.count("<part>") >= len(_parts(code))
    assert "{" not in filled


def test_every_code_is_used_and_every_code_used_is_defined() -> None:
    assert sorted(SENTENCES.keys() - _codes_used().keys()) == []
    assert sorted(_codes_mentioned() - SENTENCES.keys()) == []


def test_every_call_gives_exactly_the_parts_of_its_sentence() -> None:
    given = list(_given())
    assert len(given) > 30
    assert [(where, code, parts ^ _parts(code)) for where, code, parts in given if parts != _parts(code)] == []


def test_every_code_has_one_entry_in_the_documentation_in_order() -> None:
    entries = re.findall(r"^#+ (FS-\d{3})\b.*$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert entries == sorted(SENTENCES)


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [(FeedsyncError, 1), (ConfigError, 2), (Locked, 5), (Retryable, 1), (Rejected, 1), (Fatal, 1), (Unsafe, 1)],
)
def test_a_kind_says_how_the_command_ends(kind: type[FeedsyncError], exit_code: int) -> None:
    assert kind.exit_code == exit_code
    assert issubclass(kind, FeedsyncError)


def test_the_tree_is_whole() -> None:
    kinds = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, FeedsyncError)}
    assert kinds == {FeedsyncError, ConfigError, Locked, Retryable, Rejected, Fatal, Unsafe}
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)


def test_an_error_carries_its_code_and_parts_and_says_its_sentence() -> None:
    error = Fatal("FS-202", location="https://h/feed", status=404)
    assert (error.code, error.parts) == ("FS-202", {"location": "https://h/feed", "status": 404})
    assert error.message == str(error) == "https://h/feed: the server answered 404"


def test_only_the_named_parts_reach_a_sentence() -> None:
    error = Fatal("FS-202", location="{status.__class__} {0}", status=404, secret="hidden")
    assert error.message == "{status.__class__} {0}: the server answered 404"


def test_a_passing_fault_may_say_how_long_to_wait() -> None:
    assert Retryable("FS-705", reason="timeout", after_s=1.5).after_s == 1.5
    assert Retryable("FS-705", reason="timeout").after_s is None


def test_a_problem_says_the_same_sentence_as_an_error() -> None:
    parts = {"field": "price", "value": "x", "reason": "y"}
    assert Problem("FS-404", parts).message == Rejected("FS-404", **parts).message == "price 'x' is not a price: y"


def test_a_part_that_is_missing_is_a_mistake_of_ours_and_loud() -> None:
    with pytest.raises(KeyError):
        Fatal("FS-202", location="https://h/feed")
    with pytest.raises(KeyError):
        Fatal("FS-000")
