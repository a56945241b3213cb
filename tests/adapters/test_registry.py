"""A document's format is told by its bytes or by a name, whoever wrote its adapter; a bad package costs its own format alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedsync.adapters import registry
from feedsync.adapters.google_xml import GoogleXml
from feedsync.adapters.registry import OWN, adapter_for, candidates, format_names, installed, own
from feedsync.errors import Fatal
from tests.adapters.reading import feed, item

GOOD = """
class Eggs:
    name = "{name}"
    version = 1
    def recognizes(self, head):
        return head.startswith(b"EGGS")
    def split(self, stream, location, charset, options):
        raise NotImplementedError
"""
ADAPTERS = [own(name) for name in OWN]
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a package where Python finds it, as an installer leaves it: its module and what it says of itself."""
    modules = []

    def put(package: str, code: str, points: str, *, module: str | None = None) -> None:
        module = module or package
        modules.append(module)
        site = tmp_path / package
        info = site / f"{package}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[feedsync.adapters]\n{points}\n")
        monkeypatch.syspath_prepend(site)
        registry.look_again()

    registry.look_again()
    yield put
    for module in modules:
        sys.modules.pop(module, None)
    monkeypatch.undo()
    registry.look_again()


def refusal(head: bytes, name: str | None = None) -> str:
    with pytest.raises(Fatal) as refused:
        adapter_for(head, "https://a.example/feed", name)
    assert refused.value.code == "FS-301"
    assert "https://a.example/feed" in refused.value.message
    return refused.value.message


@pytest.mark.parametrize(
    "head",
    [
        feed(item("1")),
        b"\xef\xbb\xbf" + feed(item("1")),
        feed(item("1")).decode().encode("utf-16"),
        b"---\nlayout: null\n---\n" + feed(),
        b'<?xml version="1.0" encoding="unheardof"?><rss/>',
        feed(item("1", "<d>&lt;html&gt;</d>")),
        feed(b" " * 5000, item("1", "<d><![CDATA[<html>]]></d>")),
    ],
)
def test_xml_is_recognized(head: bytes) -> None:
    assert isinstance(adapter_for(head, "feed"), GoogleXml)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", "it is empty"),
        (b" \n\t", "it is empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "it is a web page"),
        (b"<!doctype HTML>\n<title>404</title>", "it is a web page"),
        (b"<HTML lang='en'>", "it is a web page"),
        (b"<html>", "it is a web page"),
        (b"Dear customer", "it begins with 'Dear customer'"),
        (b"\x1f\x8b\x08\x00\xff", "this version reads google-xml"),
    ],
)
def test_anything_else_is_refused(head: bytes, reason: str) -> None:
    assert reason in refusal(head)


def test_a_name_decides_whatever_the_bytes_are() -> None:
    assert adapter_for(b"<html>", "feed", "google-xml").name == "google-xml"
    assert "there is no format 'unheardof'; there are google-xml" in refusal(feed(), "unheardof")


def test_names_are_unique_and_versions_are_numbers() -> None:
    assert [adapter.name for adapter in ADAPTERS] == list(OWN)
    assert [registry.adapter_fault(adapter, adapter.name) for adapter in ADAPTERS] == [""] * len(ADAPTERS)


# -- packages


def test_a_package_is_found_by_its_name_or_by_its_documents(install: Install) -> None:
    install("eggs", GOOD.format(name="eggs"), "eggs = eggs:Eggs")
    assert format_names() == [*(adapter.name for adapter in ADAPTERS), "eggs"]
    assert adapter_for(b"EGGS 1", "feed").name == "eggs"
    assert adapter_for(b"", "feed", "eggs").name == "eggs"
    assert [one.name for one in candidates()] == format_names()
    assert [(one.name, one.package, one.reason) for one in installed()] == [("eggs", "eggs", "")]


def test_an_entry_point_may_name_an_object_instead_of_a_class(install: Install) -> None:
    install("eggs", GOOD.format(name="eggs") + "\nADAPTER = Eggs()\n", "eggs = eggs:ADAPTER")
    assert adapter_for(b"EGGS 1", "feed").name == "eggs"


def test_a_package_is_imported_only_when_it_is_needed(install: Install) -> None:
    install("eggs", GOOD.format(name="eggs"), "eggs = eggs:Eggs")
    assert adapter_for(feed(), "feed").name == "google-xml"
    assert adapter_for(b"", "feed", "google-xml").name == "google-xml"
    assert "eggs" in format_names()
    assert "eggs" not in sys.modules


def test_a_package_is_imported_once(install: Install) -> None:
    install("eggs", GOOD.format(name="eggs"), "eggs = eggs:Eggs")
    assert adapter_for(b"", "feed", "eggs") is adapter_for(b"EGGS", "feed")


def test_what_feedsync_reads_stays_what_it_is(install: Install) -> None:
    """Also beside a package that takes everything."""
    install("eggs", GOOD.format(name="eggs").replace('head.startswith(b"EGGS")', "True"), "eggs = eggs:Eggs")
    assert adapter_for(feed(), "feed").name == "google-xml"


def test_the_names_of_feedsync_itself_cannot_be_taken(install: Install) -> None:
    install("eggs", GOOD.format(name="google-xml"), "google-xml = eggs:Eggs")
    assert isinstance(adapter_for(b"", "feed", "google-xml"), GoogleXml)
    assert format_names().count("google-xml") == 1
    [clash] = installed()
    assert (clash.package, clash.adapter) == ("eggs", None)
    assert "feedsync itself" in clash.reason


def test_of_two_packages_with_one_name_neither_is_used(install: Install) -> None:
    install("eggs", GOOD.format(name="eggs"), "eggs = eggs:Eggs")
    install("spam", GOOD.format(name="eggs"), "eggs = spam:Eggs")
    assert "several packages offer it: eggs and spam" in refusal(b"EGGS", "eggs")
    refusal(b"EGGS")


BAD = {
    "no module": ("", "eggs = nowhere:Eggs", "nowhere:Eggs of eggs: ModuleNotFoundError: No module named 'nowhere'"),
    "no class": ("", "eggs = eggs:Eggs", "AttributeError"),
    "no Python": ("def", "eggs = eggs:Eggs", "SyntaxError"),
    "it fails": ("raise ValueError('a secret')", "eggs = eggs:Eggs", "eggs:Eggs of eggs: ValueError"),
    "it ends the process": ("raise SystemExit(3)", "eggs = eggs:Eggs", "SystemExit"),
    "it needs more": (GOOD.format(name="eggs") + "    def __init__(self, x): pass", "eggs = eggs:Eggs", "TypeError"),
    "another name": (GOOD.format(name="ham"), "eggs = eggs:Eggs", "its name is 'ham', and its entry point's is 'eggs'"),
    "no name": ("class Eggs: pass", "eggs = eggs:Eggs", "its name is None"),
    "an odd name": (GOOD.format(name="My Eggs"), "My Eggs = eggs:Eggs", "small letters"),
    "no version": (
        GOOD.format(name="eggs").replace("version = 1", "version = True"),
        "eggs = eggs:Eggs",
        "its version",
    ),
    "no method": (GOOD.format(name="eggs").replace("split", "cut"), "eggs = eggs:Eggs", "it has no split()"),
    "no options": (GOOD.format(name="eggs").replace(", options", ""), "eggs = eggs:Eggs", "split(): too many"),
}


@pytest.mark.parametrize(("code", "points", "reason"), BAD.values(), ids=BAD)
def test_a_package_that_cannot_be_used_says_why_and_costs_nobody_else(
    install: Install, code: str, points: str, reason: str
) -> None:
    install("eggs", code, points)
    install("spam", GOOD.format(name="spam").replace("EGGS", "SPAM"), "spam = spam:Eggs")
    name = points.partition(" =")[0]
    message = refusal(b"", name)
    assert reason in message
    assert "a secret" not in message
    assert adapter_for(b"SPAM", "feed").name == "spam"
    assert adapter_for(feed(), "feed").name == "google-xml"
    assert [(one.name, bool(one.reason)) for one in installed()] == sorted([(name, True), ("spam", False)])
    assert [one.name for one in candidates()] == [*(adapter.name for adapter in ADAPTERS), "spam"]


def test_a_package_that_fails_on_a_document_is_passed_over(install: Install) -> None:
    install(
        "eggs", GOOD.format(name="eggs").replace("return head", "return head[0] and 1 / 0 and head"), "eggs = eggs:Eggs"
    )
    install("spam", GOOD.format(name="spam").replace("EGGS", "SPAM"), "spam = spam:Eggs")
    assert adapter_for(b"SPAM", "feed").name == "spam"
    assert "eggs failed on it (ZeroDivisionError)" in refusal(b"Dear customer")
