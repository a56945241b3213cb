"""``web``: the page to look at runs and to say yes or no."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated

import typer

from feedsync.cli.common import Context
from feedsync.errors import ConfigError
from feedsync.web.app import app_of, listen, read_token, server_of
from feedsync.web.guard import LOOPBACK, Access


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("web")(web)


def web(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="The address to listen on; one for other machines needs a login.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any free one.")] = 8737,
    token_file: Annotated[
        Path | None, typer.Option(help="A file with the token that people log in with.", show_default=False)
    ] = None,
    allow_host: Annotated[
        list[str], typer.Option(metavar="NAME", help="A host name by which browsers reach this page.")
    ] = [],  # noqa: B006 - typer copies it
    certificate: Annotated[
        Path | None, typer.Option(help="Speak https with this certificate (PEM).", show_default=False)
    ] = None,
    certificate_key: Annotated[
        Path | None, typer.Option(help="The key of the certificate (PEM).", show_default=False)
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Show everything, and change nothing.")] = False,
) -> None:
    """Serve a page that shows schedules, runs and products, and starts runs."""
    where: Context = context.obj
    if host not in LOOPBACK and token_file is None:
        raise ConfigError("FS-901", host=host)
    hosts = LOOPBACK | {name.lower() for name in (host, *allow_host)}
    access = Access(hosts, read_token(token_file) if token_file else None, read_only)
    with listen(host, port) as listener:
        app = app_of(where.names, where.schedule, where.state, access)
        server = server_of(app, host, port, certificate=certificate, certificate_key=certificate_key)
        try:
            server.config.load()
        except (OSError, ssl.SSLError) as error:
            reason = f"--certificate {certificate}: {error.strerror or error}"
            raise ConfigError("FS-106", reason=reason) from None
        bound = listener.getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        print(f"feedsync: {'https' if certificate else 'http'}://{name}:{bound}/", flush=True)
        server.run([listener])
