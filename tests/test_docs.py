"""What the documentation says is what the program does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.text import Text

from feedsync.cli.main import program
from feedsync.config import load
from feedsync.errors import SENTENCES

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = sorted({README, *(ROOT / "docs").rglob("*.md")})
PROGRAM: Any = typer.main.get_command(program())
#: name -> command, those of a group by both words: ``schedule check``.
COMMANDS: dict[str, Any] = {
    f"{name} {inner}".rstrip(): command
    for name, group in PROGRAM.commands.items()
    for inner, command in getattr(group, "commands", {"": group}).items()
}
#: Options that the library adds to every program.
_COMMON = {"--help", "--install-completion", "--show-completion"}
#: What is no command as it stands, and the one that acts as soon as it is parsed.
_PLACEHOLDERS = ("--install-completion", "COMMAND", "--to RUN", "…", "...")

_SECTION = re.compile(r"^## (FS-\d{3})\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(feedsync [^`]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _page(path: Path) -> str:
    return str(path.relative_to(ROOT))


# -- error codes


def test_every_error_code_has_its_section_and_there_is_no_other() -> None:
    found = [code for code, _ in _SECTION.findall((ROOT / "docs" / "errors.md").read_text(encoding="utf-8"))]
    assert found == sorted(SENTENCES)


@pytest.mark.parametrize(
    ("code", "text"), _SECTION.findall((ROOT / "docs" / "errors.md").read_text(encoding="utf-8")), ids=lambda v: v[:6]
)
def test_every_section_says_what_it_means_and_what_to_do(code: str, text: str) -> None:
    meaning, mark, to_do = text.partition("**What to do:**")
    assert mark, code
    assert len(meaning.split()) > 5
    assert len(to_do.split()) > 3


@pytest.mark.parametrize("path", PAGES, ids=_page)
def test_a_page_names_no_code_that_does_not_exist(path: Path) -> None:
    assert set(re.findall(r"FS-\d{3}", path.read_text(encoding="utf-8"))) <= SENTENCES.keys()


# -- commands and options


def _parameters() -> Iterator[tuple[str, Any]]:
    for command in (PROGRAM, *COMMANDS.values()):
        for parameter in command.params:
            yield command.name or "feedsync", parameter


def _helps() -> Iterator[str]:
    for command in (PROGRAM, *COMMANDS.values()):
        yield command.help or ""
        yield from (parameter.help or "" for parameter in command.params)


OPTIONS = sorted({name for _, p in _parameters() for name in p.opts if name.startswith("--")} - _COMMON)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    assert COMMANDS[name].help


@pytest.mark.parametrize(
    ("command", "parameter"), list(_parameters()), ids=lambda v: v if isinstance(v, str) else v.name
)
def test_every_option_and_argument_says_what_it_is_for(command: str, parameter: Any) -> None:
    assert parameter.help, command


@pytest.mark.parametrize("text", sorted({text for text in _helps() if text}), ids=lambda text: text[:40])
def test_no_help_loses_a_word_in_brackets(text: str) -> None:
    """It is shown as rich reads it, to whom ``[history]`` is a style."""
    assert Text.from_markup(text).plain == text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_documentation(name: str) -> None:
    assert any(f"feedsync {name}" in path.read_text(encoding="utf-8") for path in PAGES)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_is_in_the_documentation(name: str) -> None:
    assert any(re.search(rf"{name}\b", path.read_text(encoding="utf-8")) for path in PAGES)


def _shown(path: Path) -> Iterator[str]:
    """The feedsync commands of a page: in shell blocks, and within a sentence."""
    text = path.read_text(encoding="utf-8")
    for language, block in _BLOCK.findall(text):
        if language in ("sh", "bash", "shell", "console"):
            for line in block.replace("\\\n", " ").splitlines():
                line = re.sub(r"^\s*(?:\$ )?(?:\w+=\S* )*(?:uv run |python -m )?", "", line)
                if line.startswith("feedsync "):
                    yield line
    yield from _INLINE.findall(_BLOCK.sub("", text))


SHOWN = [
    (_page(path), line) for path in PAGES if path.exists() for line in _shown(path)
    if not any(word in line for word in _PLACEHOLDERS)
]  # fmt: skip


def _parse(arguments: list[str]) -> None:
    """Parse a command without running it."""
    context = PROGRAM.make_context("feedsync", arguments)
    command = PROGRAM
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, rest, parent=context)


@pytest.mark.parametrize(("page", "line"), SHOWN, ids=lambda value: value)
def test_every_command_that_is_shown_can_be_given(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    for end in ("|", ">", ">>", "&&", "||", ";", "&", "2>"):
        words = words[: words.index(end)] if end in words else words
    with suppress(typer.Exit):  # --help and --version
        _parse(words)


def test_the_readme_shows_commands() -> None:
    assert [line for page, line in SHOWN if page == "README.md"]


# -- examples and links

EXAMPLES = [
    (_page(path), block) for path in PAGES if path.exists()
    for language, block in _BLOCK.findall(path.read_text(encoding="utf-8"))
    if language == "toml" and "[bik]" in block and "[[feeds]]" in block
]  # fmt: skip


@pytest.mark.parametrize(("page", "block"), EXAMPLES, ids=lambda value: value.split("\n")[0])
def test_every_schedule_that_is_shown_can_be_loaded(page: str, block: str, tmp_path: Path) -> None:
    (tmp_path / "example.toml").write_text(block, encoding="utf-8")
    assert load(tmp_path / "example.toml").feeds


def test_the_readme_shows_a_schedule() -> None:
    assert [page for page, _ in EXAMPLES if page == "README.md"]


@pytest.mark.parametrize("path", PAGES, ids=_page)
def test_every_link_within_the_repository_leads_somewhere(path: Path) -> None:
    targets = _LINK.findall(_BLOCK.sub("", path.read_text(encoding="utf-8")))
    inside = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if not (path.parent / target).exists()] == []
