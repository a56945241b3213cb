"""The shapes of Bik's product and catalog API as JSON Schema: the one place where a field is declared.

The server's checks and the OpenAPI document are both made from these values, so they cannot disagree. Nothing here may
say more than Bik's public reference does (docs.bik.ai: Products, Catalogs), except that an id has a character at least.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

Schema = dict[str, Any]
Kind = Literal["product", "catalog"]

#: The path under which every call stands, as in Bik's base URL ``https://bikapi.bikayi.app/integrations``.
BASE: Final = "/integrations"

_STRING: Final[Schema] = {"type": "string"}
_NUMBER: Final[Schema] = {"type": "number"}
_BOOLEAN: Final[Schema] = {"type": "boolean"}
_ID: Final[Schema] = {"type": "string", "minLength": 1}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


PHOTO: Final = _object({"photoUrl": _STRING})
METAFIELD: Final = _object({"id": _STRING, "namespace": _STRING, "key": _STRING, "value": _STRING})
COMBINATION: Final = _object(
    {
        "id": _ID,
        "name": _STRING,
        "productId": _STRING,
        "price": _NUMBER,
        "discountedPrice": _NUMBER,
        "quantity": _NUMBER,
        "image": _STRING,
        "productUrl": _STRING,
    },
    {"currency": _STRING, "options": {"type": "object", "additionalProperties": _STRING}},
)
PRODUCT: Final = _object(
    {"id": _ID, "name": _STRING, "url": _STRING, "photos": _array(PHOTO), "combinations": _array(COMBINATION)},
    {
        "description": _STRING,
        "image": _STRING,
        "currency": _STRING,
        "tags": _STRING,
        "catalogIds": _array(_STRING),
        "metafields": _array(METAFIELD),
        "addToCartDisabled": _BOOLEAN,
    },
)
CATALOG: Final = _object({"id": _ID, "name": _STRING}, {"description": _STRING, "image": _STRING, "url": _STRING})


class Call(msgspec.Struct, frozen=True):
    """One call: what it does, its path after :data:`BASE`, its body's schema, and the body's list of records or ids."""

    action: Literal["auth", "put", "get", "list", "delete"]
    path: str
    body: Schema
    kind: Kind = "product"
    key: str = ""
    summary: str = ""

    @property
    def plural(self) -> Literal["products", "catalogs"]:
        """The name that records of this kind have in an answer's ``data``."""
        return "products" if self.kind == "product" else "catalogs"


_CALLS: Final = (
    Call("auth", "authPartnerViaKey", _object({"appId": _STRING}), summary="Checks the credentials of an application."),
    Call(
        "put",
        "products/createOrUpdate",
        _object({"products": _array(PRODUCT)}),
        key="products",
        summary="Creates and updates products. Their catalogs must exist.",
    ),
    Call(
        "get",
        "products/get",
        _object({"productIds": _array(_STRING)}),
        key="productIds",
        summary="The named products, without those that do not exist.",
    ),
    Call(
        "list",
        "products/list",
        _object({}, {"afterProductId": _STRING}),
        key="afterProductId",
        summary="The page of products after an id. An empty page ends the list.",
    ),
    Call(
        "delete",
        "products/delete",
        _object({"productIds": _array(_STRING)}),
        key="productIds",
        summary="Deletes the named products.",
    ),
    Call(
        "put",
        "catalogs/createOrUpdate",
        _object({"catalogs": _array(CATALOG)}),
        kind="catalog",
        key="catalogs",
        summary="Creates and updates catalogs.",
    ),
    Call(
        "get",
        "catalogs/get",
        _object({"catalogIds": _array(_STRING)}),
        kind="catalog",
        key="catalogIds",
        summary="The named catalogs, without those that do not exist.",
    ),
    Call(
        "list",
        "catalogs/list",
        _object({}, {"afterCatalogId": _STRING}),
        kind="catalog",
        key="afterCatalogId",
        summary="The page of catalogs after an id. An empty page ends the list.",
    ),
)

#: path after :data:`BASE` -> the call
CALLS: Final[dict[str, Call]] = {f"bikPlatformFunctions-{call.path}": call for call in _CALLS}
