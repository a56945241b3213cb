"""A local server with Bik's product and catalog API, to test and try feedsync against without a real store.

It does what Bik's public reference states and refuses what the reference does not allow. Where the reference is silent,
:class:`SandboxSettings` chooses; what can go wrong on the way is a :class:`Fault`. It must never be taken for the real
Bik: how the real one behaves beyond its reference is unknown.
"""

from feedsync.bik.sandbox.app import build_app
from feedsync.bik.sandbox.faults import Fault, parse_fault
from feedsync.bik.sandbox.openapi import openapi
from feedsync.bik.sandbox.server import Sandbox, serve
from feedsync.bik.sandbox.settings import RequestRecord, SandboxSettings

__all__ = ["Fault", "RequestRecord", "Sandbox", "SandboxSettings", "build_app", "openapi", "parse_fault", "serve"]
