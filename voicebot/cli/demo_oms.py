"""`voicebot demo-oms`: the demo shop as a service of its own."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from voicebot.cli.errors import told_in_a_line
from voicebot.cli.options import AsJson, ConfigFile, DataDir


def demo_oms(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8090,
    host: Annotated[str, typer.Option(help="Address to bind.")] = "127.0.0.1",
    config: ConfigFile = None,
    data_dir: DataDir = None,
    latency_ms: Annotated[int, typer.Option(min=0, help="Delay every answer by this much.")] = 0,
    fail_rate: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of answers that go wrong.")] = 0.0,
    fail_kind: Annotated[
        str, typer.Option(help="How they go wrong: http_500, html, wrong_json, hang, throttle or answer_lost.")
    ] = "http_500",
    seed: Annotated[
        int | None, typer.Option(help="Seed number: the same number makes the same shop (default: oms.demo_seed).")
    ] = None,
    webhook_url: Annotated[str | None, typer.Option(help="Tell every change of an order to this address.")] = None,
    webhook_secret: Annotated[
        str, typer.Option(envvar="VOICEBOT_DEMO_WEBHOOK_SECRET", help="What webhooks are signed with.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Serve a demo shop over HTTP: orders in every state and for every use, dates relative to today.

    Example: voicebot demo-oms --port 8090 --latency-ms 150 --fail-rate 0.1

    Then: curl 'http://127.0.0.1:8090/v1/orders?number=4481207'
    """
    from pydantic import ValidationError

    from voicebot import config as configuration
    from voicebot.oms.demo.faults import Faults
    from voicebot.oms.demo.service import serve
    from voicebot.oms.demo.writes import Webhook

    try:
        faults = Faults.model_validate({"latency_ms": latency_ms, "fail_rate": fail_rate, "kind": fail_kind})
    except ValidationError as error:
        typer.echo(f"error: --fail-kind {fail_kind}: {error.errors()[0]['msg']}", err=True)
        raise typer.Exit(2) from error
    try:
        with told_in_a_line():
            settings = configuration.load(config, server__data_dir=data_dir, oms__demo_seed=seed)
            serve(
                host=host,
                port=port,
                data_dir=settings.server.data_dir,
                seed=settings.oms.demo_seed,
                faults=faults,
                webhook=Webhook(url=webhook_url, secret=webhook_secret) if webhook_url else None,
                announce=lambda url: typer.echo(_ready(url, as_json=as_json)),
            )
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _ready(url: str, *, as_json: bool) -> str:
    return json.dumps({"event": "ready", "web": url}) if as_json else f"ready: {url}"
