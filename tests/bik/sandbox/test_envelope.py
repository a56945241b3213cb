"""Every answer is Bik's envelope, also for what is no call of the API at all."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from .support import Api

NO_SUCH_API = {"status": 404, "errors": [{"message": "There is no such API."}]}


@pytest.mark.parametrize("path", ["/integrations/bikPlatformFunctions-orders/get", "/integrations", "/", "/_sandbox/x"])
def test_an_unknown_path(api: Api, path: str) -> None:
    response = api.client.post(httpx.URL(api.sandbox.base_url).copy_with(path=path), json={})
    assert (response.status_code, response.json()) == (404, NO_SUCH_API)


def test_a_call_without_the_base_url(api: Api) -> None:
    response = api.client.post(api.url("products/list").replace("/integrations", ""))
    assert (response.status_code, response.json()) == (404, NO_SUCH_API)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_post_is_a_call(api: Api, method: str) -> None:
    response = api.client.request(method, api.url("products/list"))
    assert (response.status_code, response.json()) == (404, NO_SUCH_API)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "Input data was truncated"),
        (b'{"products": NaN}', "JSON is malformed"),
        (b'{"products": "\xff"}', "can't decode byte 0xff|Invalid UTF-8"),  # msgspec's words until 0.22 and since
        (b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_what_is_not_json(api: Api, content: bytes, reason: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = api.client.post(api.url("products/createOrUpdate"), content=content, headers=headers)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["message"].startswith("The body is not valid JSON: ")
    assert re.search(reason, error["message"])


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/jsonx"}])
def test_another_content_type(api: Api, headers: dict[str, str]) -> None:
    response = api.client.post(api.url("products/list"), content=b"{}", headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"] == [{"message": "The Content-Type must be application/json."}]


def test_a_content_type_with_a_charset(api: Api) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert api.client.post(api.url("products/list"), content=b"{}", headers=headers).status_code == 200


def test_a_body_that_is_too_large(api: Api) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"productIds": []}'
    largest = body + b" " * (10 * 1024 * 1024 - len(body))
    assert api.client.post(api.url("products/get"), content=largest, headers=headers).status_code == 200
    response = api.client.post(api.url("products/get"), content=largest + b" ", headers=headers)
    assert response.status_code == 413
    assert response.json() == {
        "status": 413,
        "errors": [{"message": "The body must not be larger than 10485760 bytes."}],
    }


def test_a_client_that_goes_away_while_it_sends(api: Api) -> None:
    parts = urlsplit(api.url("products/get"))
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(f"POST {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode())
    assert api.get("SKU-1") == []
    assert [record.count for record in api.sandbox.requests()] == [1]
