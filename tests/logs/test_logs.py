"""Lines for machines and for people, of ours and of every library; and nothing secret in any of them."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feedsync import logs, secrecy
from feedsync.logcontext import about, bind, bound
from feedsync.secrecy import remember


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError("No space left on device")


Start = Callable[..., Callable[[], list[Any]]]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Begin to log; what gives the lines so far."""
    monkeypatch.setattr(secrecy, "_KNOWN", set())
    monkeypatch.setattr(secrecy, "_pattern", None)
    ends: list[Callable[[], None]] = []

    def begin(stream: io.StringIO | None = None, form: logs.Form = "auto", level: logs.Level = "info") -> Any:
        stream = stream if stream is not None else io.StringIO()
        ends.append(logs.configure(stream, form=form, level=level))
        return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]

    yield begin
    for end in reversed(ends):
        end()


ours = logging.getLogger("feedsync.test")


def test_in_a_pipe_a_line_is_json_with_what_it_is_about(start: Start) -> None:
    lines = start()
    with bound(schedule="acme", run=7):
        ours.info("read %d items", 3, extra={"seconds": 1.5})
        structlog.get_logger("feedsync.test").warning("late", items=[1, None, True], deep={"a": ("b",)})
    first, second = lines()
    assert list(first)[:4] == ["timestamp", "level", "logger", "event"]
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "read 3 items", "seconds": 1.5, "schedule": "acme", "run": 7, "logger": "feedsync.test", "level": "info",
    }  # fmt: skip
    assert (second["items"], second["deep"], second["level"]) == ([1, None, True], {"a": ["b"]}, "warning")


def test_a_line_is_about_what_is_bound_where_it_is_logged(start: Start) -> None:
    lines = start()
    with bound(schedule="acme", run=None):
        bind(run=7)
        ours.info("one")
        with bound(run=8, call="put"):
            ours.info("two", extra={"run": 9})
        ours.info("three")
    ours.info("four")
    assert not about()
    assert [[line.get(name) for name in ("schedule", "run", "call")] for line in lines()] == [
        ["acme", 7, None], ["acme", 9, "put"], ["acme", 7, None], [None, None, None],
    ]  # fmt: skip


def test_what_logs_with_structlog_goes_the_same_way(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logs.be_ready()  # nobody said yet where logs go
    lines = start()
    logs.be_ready()
    with structlog.contextvars.bound_contextvars(store="theirs"):
        structlog.get_logger("package").warning("said", about=1)
    [line] = lines()
    assert (line["event"], line["store"], line["about"], line["level"]) == ("said", "theirs", 1, "warning")
    assert capsys.readouterr() == ("", "")


def test_warnings_of_libraries_come_through_and_their_chatter_does_not(start: Start) -> None:
    lines = start(level="debug")
    logging.getLogger("apscheduler.executors").warning("a job was missed")
    logging.getLogger("httpx").info("HTTP Request: GET https://u:p@shop.example")
    logging.getLogger("urllib3.connectionpool").debug("POST /services/T0/B0/token")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("this will change", FutureWarning, stacklevel=1)
    first, second = lines()
    assert (first["logger"], first["event"]) == ("apscheduler.executors", "a job was missed")
    assert second["logger"] == "py.warnings"
    assert "this will change" in second["event"]


@pytest.mark.parametrize(("level", "seen"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_levels(start: Start, level: logs.Level, seen: int) -> None:
    lines = start(level=level)
    for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        ours.log(number, "said")
    assert len(lines()) == seen
    for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        structlog.get_logger("feedsync.test").log(number, "said")
    assert len(lines()) == 2 * seen
    logging.getLogger("library").info("said")
    assert len(lines()) == 2 * seen + (level == "debug")


def test_on_a_terminal_it_is_text(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    start(terminal)
    ours.warning("the feed is late\x1b[2J\nfeedsync: all is well", extra={"schedule": "acme"})
    [line] = terminal.getvalue().splitlines()
    assert "the feed is late?[2J?feedsync: all is well" in line
    assert "schedule=acme" in line
    assert "\x1b" not in line
    assert not logs.json_asked_for()


def test_colours_on_a_terminal_that_wants_them(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    start(terminal)
    ours.warning("late")
    assert "\x1b[" in terminal.getvalue()


def test_json_on_a_terminal_that_asks_for_it(start: Start) -> None:
    terminal = Terminal()
    start(terminal, form="json")
    assert logs.json_asked_for()
    ours.info("said")
    assert json.loads(terminal.getvalue())["event"] == "said"


def test_a_traceback_is_in_its_line_without_what_variables_hold(start: Start) -> None:
    lines = start()
    password = "hunter-two"  # noqa: F841
    try:
        raise RuntimeError("it broke at https://user:sesame@shop.example/feed?token=abc")
    except RuntimeError:
        ours.exception("a fault of ours")
    [line] = lines()
    assert line["exception"].splitlines()[0] == "Traceback (most recent call last):"
    assert line["exception"].endswith("RuntimeError: it broke at https://shop.example/feed?token=***")
    assert "hunter-two" not in json.dumps(line)


def test_a_log_that_is_full_stops_nothing(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    start(Full())
    ours.warning("said")
    assert capsys.readouterr() == ("", "")


def test_everything_is_as_it_was_afterwards() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.getLogger("feedsync").level, logging.getLogger("httpx").level)
    logs.configure(io.StringIO(), form="json", level="debug")()
    assert before == (
        root.handlers, root.level, logging.getLogger("feedsync").level, logging.getLogger("httpx").level
    )  # fmt: skip
    assert not logs.json_asked_for()


# -- secrets

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def hiding_places(draw: st.DrawFn) -> tuple[str, Any]:
    """A secret, and a value in which it stands somewhere."""
    secret = draw(st.text(min_size=6, max_size=40) | st.integers(10**8, 10**12).map(str))
    around = st.tuples(st.text(max_size=20), st.text(max_size=20)).map(lambda pair: pair[0] + secret + pair[1])
    place = around | st.just(f"https://shop.example/?q={quote(secret, safe='', errors='replace')}")
    if secret.isdigit():
        place |= st.just(int(secret))  # type: ignore[arg-type]
    where = draw(st.sampled_from(["value", "list", "key", "object", "deep"]))
    text = draw(place)
    made = {
        "value": text, "list": [draw(values), text], "key": {str(text): 1}, "object": {text}, "deep": {"a": [{"b": (text,)}]},
    }  # fmt: skip
    return secret, made[where]


@settings(deadline=None)
@given(hiding_places(), values)
def test_no_secret_of_the_settings_passes(place: tuple[str, Any], other: Any) -> None:
    secret, value = place
    assume(not any(secret in text for text in ("https://shop.example/?q=", "feedsync.test", "schedule", "***")))
    secrecy._KNOWN.clear()
    remember(secret)
    stream = io.StringIO()
    restore = logs.configure(stream, form="json", level="info")
    try:
        with bound(schedule=value):
            ours.info("about %s", value, extra={"value": value, "other": other})
            try:
                raise RuntimeError(value)
            except RuntimeError:
                ours.exception("a fault")
    finally:
        restore()
    for line in stream.getvalue().splitlines():
        found = json.loads(line)
        found.pop("timestamp")
        assert secret not in json.dumps(found, ensure_ascii=False)
        assert not any(secret in text for text in _texts(found))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value)


_USERINFO = st.text("abcdefghijkXYZ0123456789-._~!$&'()*+,;=%:", min_size=6, max_size=30)


@settings(deadline=None)
@given(user=_USERINFO, text=st.text(), scheme=st.sampled_from(["https", "ftp", "sftp", "json", "mailtos", ""]))
def test_no_userinfo_of_any_address_passes(user: str, text: str, scheme: str) -> None:
    marked = f"{user}s3same"
    address = f"{scheme}:" if scheme else ""
    stream = io.StringIO()
    restore = logs.configure(stream, form="text", level="info")
    try:
        ours.info("%s %s//%s@shop.example/feed.xml", text, address, marked)
        ours.info("said", extra={"location": f"{address}//{marked}@shop.example"})
    finally:
        restore()
    assert "s3same" not in stream.getvalue()
