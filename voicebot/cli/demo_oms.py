"""`voicebot demo-oms`: the demo shop as a service of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo_oms(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8090,
    host: Annotated[str, typer.Option(help="Address to bind.")] = "127.0.0.1",
    data_dir: Annotated[Path, typer.Option(help="Folder that keeps the shop.")] = Path("var"),
    latency_ms: Annotated[int, typer.Option(min=0, help="Delay every answer by this much.")] = 0,
    fail_rate: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of answers that go wrong.")] = 0.0,
    fail_kind: Annotated[
        str, typer.Option(help="How they go wrong: http_500, html, wrong_json, hang or throttle.")
    ] = "http_500",
    seed: Annotated[int, typer.Option(help="Seed number: the same number makes the same shop.")] = 7,
) -> None:
    """Serve a demo shop over HTTP: 2,000 orders in every state, dates relative to today.

    Example: voicebot demo-oms --port 8090 --latency-ms 150 --fail-rate 0.1

    Then: curl 'http://127.0.0.1:8090/v1/orders?number=4481207'
    """
    from pydantic import ValidationError

    from voicebot.errors import VoicebotError
    from voicebot.oms.demo.faults import Faults
    from voicebot.oms.demo.service import serve

    try:
        faults = Faults.model_validate({"latency_ms": latency_ms, "fail_rate": fail_rate, "kind": fail_kind})
    except ValidationError as error:
        typer.echo(f"error: --fail-kind {fail_kind}: {error.errors()[0]['msg']}", err=True)
        raise typer.Exit(2) from error
    try:
        serve(host=host, port=port, data_dir=data_dir, seed=seed, faults=faults)
    except VoicebotError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
