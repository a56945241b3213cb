"""The OpenAPI document of the sandbox, which is also the written form of what its checks accept.

``docs/bik-sandbox.openapi.json`` is exactly this document; a test holds both equal. It describes Bik's calls alone: the
control endpoints and the faults are no part of the API.
"""

from __future__ import annotations

from typing import Any, Final

from feedsync.bik.sandbox.schema import BASE, CALLS, CATALOG, COMBINATION, METAFIELD, PHOTO, PRODUCT, Call, Schema

_NAMED: Final = {
    "BikProduct": PRODUCT,
    "BikCombination": COMBINATION,
    "BikPhoto": PHOTO,
    "Metafield": METAFIELD,
    "BikCatalog": CATALOG,
}
_ERRORS: Final = {
    "400": "The body is not what the call takes, or names something that does not exist. Nothing was applied.",
    "401": "The credentials are missing or wrong.",
    "404": "There is no such API.",
    "413": "The body is larger than 10 MiB.",
    "500": "A fault of the server. Try again later.",
}


def openapi() -> dict[str, Any]:
    """The document (OpenAPI 3.1), made anew for every caller."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bik sandbox",
            "version": "1",
            "description": "Bik's product and catalog API as the local sandbox has it, after Bik's public reference.",
        },
        "servers": [{"url": BASE}],
        "security": [{"basic": []}],
        "paths": {f"/{path}": {"post": _operation(call)} for path, call in CALLS.items()},
        "components": {
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
            "schemas": {
                **{name: _referring(schema, top=True) for name, schema in _NAMED.items()},
                "ProductAnswer": _as_answer(PRODUCT),
                "CatalogAnswer": _as_answer(CATALOG),
                "Error": {
                    "type": "object",
                    "required": ["status", "errors"],
                    "properties": {
                        "status": {"type": "integer"},
                        "errors": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["message"],
                                "properties": {"message": {"type": "string"}},
                            },
                        },
                    },
                },
            },
        },
    }


def _operation(call: Call) -> dict[str, Any]:
    return {
        "operationId": call.path.replace("/", "_"),
        "summary": call.summary,
        "requestBody": {"required": bool(call.body["required"]), "content": _json(_referring(call.body))},
        "responses": {
            "200": {"description": "Done.", "content": _json(_success(call))},
            **{
                status: {"description": text, "content": _json({"$ref": "#/components/schemas/Error"})}
                for status, text in _ERRORS.items()
            },
        },
    }


def _success(call: Call) -> Schema:
    status: Schema = {"const": 200}
    if call.action == "auth":
        return {"type": "object", "required": ["status"], "properties": {"status": status}}
    data: Schema = {"type": "object"}
    if call.action != "delete":
        name = "ProductAnswer" if call.kind == "product" else "CatalogAnswer"
        records = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
        data |= {"required": [call.plural], "properties": {call.plural: records}}
    return {
        "type": "object",
        "required": ["status", "success", "data"],
        "properties": {"status": status, "success": {"const": True}, "data": data},
    }


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _referring(schema: Any, *, top: bool = False) -> Any:
    """A copy of a schema in which the named ones inside it are references."""
    for name, named in _NAMED.items():
        if schema is named and not top:
            return {"$ref": f"#/components/schemas/{name}"}
    if isinstance(schema, dict):
        return {key: _referring(value) for key, value in schema.items()}
    return list(schema) if isinstance(schema, list) else schema


def _as_answer(schema: Schema) -> Schema:
    """What an answer has: more fields are possible, since a stored record can be older than the newest reference."""
    return {key: _referring(value) for key, value in schema.items() if key != "additionalProperties"}
