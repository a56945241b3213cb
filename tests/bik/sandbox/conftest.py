"""Running sandboxes for the tests: one with the defaults that is reset before each test, and others on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from feedsync.bik.sandbox import Sandbox, SandboxSettings

from .support import Api, Start


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def api(shared_sandbox: Sandbox) -> Iterator[Api]:
    shared_sandbox.reset()
    with httpx.Client(auth=(shared_sandbox.key, shared_sandbox.secret)) as client:
        yield Api(shared_sandbox, client)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a sandbox with settings of its own."""
    with ExitStack() as stack:

        def start_one(settings: SandboxSettings) -> Api:
            sandbox = stack.enter_context(Sandbox(settings=settings))
            client = stack.enter_context(httpx.Client(auth=(sandbox.key, sandbox.secret)))
            return Api(sandbox, client)

        yield start_one
