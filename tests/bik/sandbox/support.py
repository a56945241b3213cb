"""A small client and sample records for the tests of the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from feedsync.bik.sandbox import Sandbox, SandboxSettings


def combination(id_: str = "SKU-1-S", **fields: Any) -> dict[str, Any]:
    """A combination with all required fields."""
    return {
        "id": id_,
        "name": "Small",
        "productId": "SKU-1",
        "price": 499,
        "discountedPrice": 499,
        "quantity": 3,
        "image": "https://shop.example/s.jpg",
        "productUrl": "https://shop.example/sku-1",
        **fields,
    }


def product(id_: str = "SKU-1", **fields: Any) -> dict[str, Any]:
    """A product with all required fields and one combination."""
    return {
        "id": id_,
        "name": "Shirt",
        "url": "https://shop.example/sku-1",
        "photos": [{"photoUrl": "https://shop.example/1.jpg"}],
        "combinations": [combination()],
        **fields,
    }


class Api:
    """Bik's calls, sent to one sandbox with the right credentials."""

    def __init__(self, sandbox: Sandbox, client: httpx.Client) -> None:
        self.sandbox = sandbox
        self.client = client

    def url(self, call: str) -> str:
        """The address of a call such as ``products/get``."""
        return f"{self.sandbox.base_url}/bikPlatformFunctions-{call}"

    def control(self, name: str) -> str:
        """The address of a control endpoint such as ``faults``."""
        return self.sandbox.base_url.replace("/integrations", f"/_sandbox/{name}")

    def send(self, call: str, body: object = None) -> httpx.Response:
        """Send a call; without a body if it is None."""
        return self.client.post(self.url(call)) if body is None else self.client.post(self.url(call), json=body)

    def data(self, call: str, body: object = None) -> dict[str, Any]:
        """Send a call that succeeds and give the answer's ``data``."""
        response = self.send(call, body)
        assert response.status_code == 200, response.text
        envelope = response.json()
        assert {**envelope, "data": None} == {"status": 200, "success": True, "data": None}
        data: dict[str, Any] = envelope["data"]
        return data

    def refused(self, call: str, body: object, *, status: int = 400) -> list[str]:
        """Send a call that is refused with this status, in both places, and give the messages."""
        response = self.send(call, body)
        envelope = response.json()
        assert (response.status_code, envelope["status"]) == (status, status)
        return [error["message"] for error in envelope["errors"]]

    def put(self, *products: dict[str, Any]) -> list[dict[str, Any]]:
        """Create or update products and give the answer's."""
        answered: list[dict[str, Any]] = self.data("products/createOrUpdate", {"products": list(products)})["products"]
        return answered

    def get(self, *ids: str) -> list[dict[str, Any]]:
        """The products of these ids."""
        found: list[dict[str, Any]] = self.data("products/get", {"productIds": list(ids)})["products"]
        return found


Start = Callable[[SandboxSettings], Api]
