"""``sandbox``: a local Bik to try things against."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Annotated, Literal

import typer

from feedsync.bik.sandbox import SandboxSettings, parse_fault, serve
from feedsync.errors import ConfigError


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("sandbox")(sandbox)


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8765,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    file: Annotated[
        Path | None,
        typer.Option(help="Keep the store in this file; without it, it is gone at the end.", show_default=False),
    ] = None,
    key: Annotated[str, typer.Option(help="The app key that is accepted.")] = "sandbox",
    secret: Annotated[str, typer.Option(help="The app secret that is accepted.")] = "sandbox",
    app_id: Annotated[str, typer.Option(help="The app id that is accepted.")] = "sandbox",
    fault: Annotated[
        list[str],
        typer.Option(
            metavar="KIND[:key=value,…]",
            help="A fault, such as 429:count=2,retry_after=1 or poison:id=SKU-1 or cut_after:count=1. Kinds: 429, 500, inner, "
            "slow, cut_before, cut_after, garbage, poison, lose, unauthorized, forbidden.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    page_size: Annotated[int, typer.Option(min=1, help="Records on a page of a list.")] = 50,
    max_batch: Annotated[
        int | None, typer.Option(min=1, help="Refuse requests with more products.", show_default=False)
    ] = None,
    combinations: Annotated[
        Literal["replace", "merge"], typer.Option(help="Whether a combination that is left out goes or stays.")
    ] = "replace",
    fields: Annotated[
        Literal["replace", "merge"], typer.Option(help="Whether an optional field that is left out goes or stays.")
    ] = "replace",
    delete_unknown: Annotated[
        Literal["ok", "error"], typer.Option(help="How the delete of an unknown id ends.")
    ] = "ok",
    bad_product: Annotated[
        Literal["all_or_nothing", "partial"],
        typer.Option(help="What becomes of the good products of a refused request."),
    ] = "all_or_nothing",
    read_delay_s: Annotated[float, typer.Option(min=0, help="Seconds until a write can be read.")] = 0.0,
) -> None:
    """Serve a local store with Bik's API, for trials and tests. Faults can also be set at /_sandbox/faults."""
    try:
        faults = [parse_fault(text) for text in fault]
    except ValueError as error:
        raise ConfigError("FS-106", reason=f"--fault: {error}") from None
    settings = SandboxSettings(
        page_size=page_size,
        max_batch=max_batch,
        combinations=combinations,
        fields=fields,
        delete_unknown=delete_unknown,
        bad_product=bad_product,
        read_delay_s=read_delay_s,
    )

    def ready(url: str) -> None:
        print(f'a sandbox of Bik listens at {url}\nbase_url = "{url}"   key: {key}   secret: {secret}', flush=True)

    try:
        serve(
            state=file, host=host, port=port, key=key, secret=secret, app_id=app_id, faults=faults, settings=settings,
            on_ready=ready,
        )  # fmt: skip
    except sqlite3.Error as error:
        raise ConfigError("FS-106", reason=f"--file {file}: {error}") from None
    except OSError as error:
        raise ConfigError("FS-106", reason=f"cannot listen on {host}:{port}: {error.strerror or error}") from None
