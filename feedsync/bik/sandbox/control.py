"""The control endpoints below ``/_sandbox``: faults, what is stored, the log of requests, and a reset.

They need no credentials, so they answer only clients on this machine unless the settings say otherwise. They are no
part of Bik's API, and its envelope is not used here.

=================================== ====================================================================================
``GET /_sandbox/faults``            ``{"faults": [{"fault": {"kind": "429", "count": 2}, "hits": 1}]}``
``PUT``, ``POST``                   replaces all by a list, adds one; a fault is an object or its short text
``DELETE``                          removes all
``GET /_sandbox/state``             ``{"products": {ID: {…}}, "catalogs": {ID: {…}}}``
``GET /_sandbox/requests``          ``{"requests": [RequestRecord]}``, the oldest first
``POST /_sandbox/reset``            back to the start
=================================== ====================================================================================
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feedsync.bik.sandbox.faults import Fault, parse_fault
from feedsync.bik.sandbox.schema import Kind
from feedsync.bik.sandbox.service import Service
from feedsync.bik.sandbox.state import encode

_Endpoint = Callable[[Request], Awaitable[Response]]


def control_routes(service: Service) -> list[Route]:
    """The routes of the control endpoints of a service."""

    async def faults(request: Request) -> Response:
        try:
            match request.method:
                case "PUT":
                    service.faults.replace(_faults(await request.body()))
                case "POST":
                    service.faults.add(_fault(await request.body()))
                case "DELETE":
                    service.faults.replace(())
        except (ValueError, msgspec.DecodeError) as error:
            return _json({"error": str(error)}, 400)
        return _json({"faults": [{"fault": fault, "hits": hits} for fault, hits in service.faults.counted()]})

    async def state(request: Request) -> Response:
        kinds: dict[str, Kind] = {"products": "product", "catalogs": "catalog"}
        return _json(
            {
                name: {id_: msgspec.Raw(text.encode()) for id_, text in service.store.all(kind).items()}
                for name, kind in kinds.items()
            }
        )

    async def requests(request: Request) -> Response:
        return _json({"requests": service.requests()})

    async def reset(request: Request) -> Response:
        service.reset()
        return Response(status_code=204)

    def route(name: str, endpoint: _Endpoint, *methods: str) -> Route:
        async def guarded(request: Request) -> Response:
            if service.settings.control == "loopback" and not _is_local(request):
                return _json({"error": "the control endpoints answer on loopback only"}, 403)
            return await endpoint(request)

        return Route(f"/_sandbox/{name}", guarded, methods=methods)

    return [
        route("faults", faults, "GET", "PUT", "POST", "DELETE"),
        route("state", state, "GET"),
        route("requests", requests, "GET"),
        route("reset", reset, "POST"),
    ]


def _json(value: object, status: int = 200) -> Response:
    return Response(encode(value), status, media_type="application/json")


def _fault(body: bytes) -> Fault:
    return _as_fault(msgspec.json.decode(body, type=Fault | str))


def _faults(body: bytes) -> list[Fault]:
    return [_as_fault(fault) for fault in msgspec.json.decode(body, type=list[Fault | str])]


def _as_fault(fault: Fault | str) -> Fault:
    return parse_fault(fault) if isinstance(fault, str) else fault


def _is_local(request: Request) -> bool:
    try:
        return request.client is None or ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        # Only a client in the same process has a name in the place of its address.
        return True
