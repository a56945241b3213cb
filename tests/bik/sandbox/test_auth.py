"""Who is let in: Basic authentication, and the call that checks an application."""

from __future__ import annotations

import httpx
import pytest

from feedsync.bik.sandbox import Sandbox

from .support import Api


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Basic !"}, {"Authorization": "Bearer sandbox"}, {"Authorization": "Basic c2FuZGJveDp4"}],
)
def test_other_credentials_are_refused(api: Api, headers: dict[str, str]) -> None:
    response = httpx.post(api.url("products/list"), headers=headers)
    assert response.status_code == 401
    assert response.json() == {"status": 401, "errors": [{"message": "The app key or the app secret is wrong."}]}
    assert response.headers["WWW-Authenticate"] == 'Basic realm="Bik"'


def test_own_credentials() -> None:
    with Sandbox(key="schlüssel", secret="a:b", app_id="mine") as sandbox:
        url = f"{sandbox.base_url}/bikPlatformFunctions-authPartnerViaKey"
        auth = httpx.BasicAuth("schlüssel", "a:b")
        assert httpx.post(url, auth=auth, json={"appId": "mine"}).status_code == 200


def test_the_application_is_known(api: Api) -> None:
    assert api.send("authPartnerViaKey", {"appId": "sandbox"}).json() == {"status": 200}


def test_another_application_is_refused(api: Api) -> None:
    assert api.refused("authPartnerViaKey", {"appId": "other"}, status=401) == ["The application is not known."]


def test_the_app_id_is_required(api: Api) -> None:
    assert api.refused("authPartnerViaKey", {}) == ["'appId' is required."]
