"""What an answer means: both statuses count, and only a clear yes is a yes."""

from __future__ import annotations

import socket

import pytest

from feedsync.errors import Fatal, FeedsyncError, Rejected, Retryable

from .conftest import Connect, Script
from .scripted import Answer


def error_of(connect: Connect, script: Script, answer: Answer) -> FeedsyncError:
    """What a client makes of an answer that is no yes."""
    with pytest.raises(FeedsyncError) as caught:
        connect(script(answer).base_url).put_products([], 0)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        b'{"status": 200, "success": true, "data": {}}',
        b'{"status": "200", "success": true, "data": {}}',
        b'{"status": 200}',
        b'{"status": "200"}',
        b'{"status": 201, "data": {"products": []}}',
        b'{"success": true}',
        b'{"status": 200, "errors": []}',
    ],
)
def test_a_clear_yes_is_a_yes(connect: Connect, script: Script, body: bytes) -> None:
    server = script(Answer(body))
    connect(server.base_url).delete_products(["A"], 0)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>It works!</html>",
        b"[]",
        b"null",
        b'"ok"',
        b"{}",
        b'{"error": "internal"}',
        b'{"errors": [{"message": "no"}]}',
        b'{"status": "well"}',
        b'{"status": null}',
        b'{"status": {"code": 200}}',
        b'{"status": 200, "data": "\xff"}',
        b"[" * 100_000,
        b'{"status": 1e999}',
        b'{"status": 200',
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_no_clear_yes_is_not_understood_and_left_open(connect: Connect, script: Script, body: bytes) -> None:
    error = error_of(connect, script, Answer(body))
    assert (type(error), error.code) == (Retryable, "FS-706")


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (Answer(b'{"status": 400, "errors": []}', 400), Rejected, "FS-703"),
        (Answer(b'{"status": 400, "errors": []}'), Rejected, "FS-703"),
        (Answer(b'{"status": "400"}'), Rejected, "FS-703"),
        (Answer(b'{"status": 200}', 400), Rejected, "FS-703"),
        (Answer(b"<html>Bad Request</html>", 400), Rejected, "FS-703"),
        (Answer(b'{"success": false, "errors": [{"message": "bad"}]}', 400), Rejected, "FS-703"),
        (Answer(b'{"status": 422, "success": false}'), Rejected, "FS-703"),
        (Answer(b'{"status": 413}', 413), Rejected, "FS-703"),
        (Answer(b'{"status": 401}', 401), Fatal, "FS-701"),
        (Answer(b'{"status": "403"}'), Fatal, "FS-701"),
        (Answer(b'{"success": false}', 401), Fatal, "FS-701"),
        (Answer(b"", 403), Fatal, "FS-701"),
        (Answer(b'{"status": 404}', 404), Fatal, "FS-702"),
        (Answer(b'{"status": 404}'), Fatal, "FS-702"),
        (Answer(b"", 302, {"Location": "https://elsewhere.example/"}), Fatal, "FS-702"),
        (Answer(b'{"success": false, "status": 200}'), Retryable, "FS-704"),
        (Answer(b'{"success": false}'), Retryable, "FS-704"),
        (Answer(b'{"status": 200}', 500), Retryable, "FS-704"),
        (Answer(b'{"status": "503"}'), Retryable, "FS-704"),
        (Answer(b"", 429), Retryable, "FS-704"),
        (Answer(b"", 408), Retryable, "FS-704"),
        (Answer(b"", 425), Retryable, "FS-704"),
        (Answer(b"", 599), Retryable, "FS-704"),
    ],
)
def test_a_no_is_told_by_both_statuses(
    connect: Connect, script: Script, answer: Answer, kind: type[FeedsyncError], code: str
) -> None:
    error = error_of(connect, script, answer)
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize("answer", [Answer(b'{"status": 404}', 404), Answer(b'{"status": 404}')])
def test_404_of_a_deletion_may_be_about_an_id(connect: Connect, script: Script, answer: Answer) -> None:
    with pytest.raises(Rejected):
        connect(script(answer).base_url).delete_products(["A"], 0)


@pytest.mark.parametrize(("bound", "least"), [("LARGEST_BYTES", 40), ("LONGEST_S", -1)])
def test_an_answer_without_end_is_given_up(
    connect: Connect, script: Script, monkeypatch: pytest.MonkeyPatch, bound: str, least: int
) -> None:
    monkeypatch.setattr(f"feedsync.bik.transport.{bound}", least)
    error = error_of(connect, script, Answer(b'{"status": 200, "success": true, "data": {"products": []}}'))
    assert (error.code, "without end" in error.message) == ("FS-706", True)


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (401, 1), (403, 1), (404, 1), (302, 1), (429, 3), (500, 3)])
def test_only_what_may_help_is_tried_again(connect: Connect, script: Script, status: int, tries: int) -> None:
    server = script(Answer(b"", status))
    bik = connect(server.base_url)
    with pytest.raises(FeedsyncError):
        bik.put_products([], 0)
    assert len(server.asked) == bik.requests == tries


def test_an_answer_that_comes_at_last_is_taken(connect: Connect, script: Script) -> None:
    server = script(Answer(b"", 500), Answer(b"nonsense"), Answer(b'{"status": 200}'))
    connect(server.base_url).put_products([], 0)
    assert len(server.asked) == 3


def test_nobody_at_the_address_leaves_it_open(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Retryable) as caught:
        connect(f"http://127.0.0.1:{port}").put_products([], 0)
    assert caught.value.code == "FS-705"


def test_bik_s_words_are_kept_short_and_printable(connect: Connect, script: Script) -> None:
    body = b'{"status": 400, "errors": [{"message": "one\\u001b[31m"}, 7, {"message": 5}, {"message": "%s"}]}'
    error = error_of(connect, script, Answer(body % (b"x" * 500)))
    assert error.message.startswith("Bik refused the data: one [31m; xxx")
    assert len(error.message) < 340
    assert error.message.isprintable()


@pytest.mark.parametrize("body", [b"", b'{"status": 400, "errors": "no"}', b'{"status": 400, "errors": [7]}'])
def test_a_no_without_words_is_told_by_its_status(connect: Connect, script: Script, body: bytes) -> None:
    assert "status 400 without a message" in error_of(connect, script, Answer(body, 400)).message


@pytest.mark.parametrize(
    "data", [b"null", b"[]", b'{"products": null}', b'{"products": [7]}', b'{"products": [{"id": 7}]}']
)
def test_a_list_that_is_none_is_not_taken_for_an_empty_one(connect: Connect, script: Script, data: bytes) -> None:
    with pytest.raises(Retryable) as caught:
        connect(script(Answer(b'{"status": 200, "data": %s}' % data)).base_url).get_products(["A"], 0)
    assert caught.value.code == "FS-706"


def test_retries_are_not_told_on_the_terminal(
    connect: Connect, script: Script, capfd: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    connect(script(Answer(b"", 500), Answer(b'{"status": 200}')).base_url).put_products([], 0)
    assert capfd.readouterr() == ("", "")
