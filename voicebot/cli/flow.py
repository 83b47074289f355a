"""`voicebot flow`: the conversations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicebot.cli.flow_lint import lint
from voicebot.errors import VoicebotError

app = typer.Typer(help="The flows: check, draw, test and publish them.", no_args_is_help=True)

app.command("lint")(lint)


@app.command("graph")
def graph(
    flow: Annotated[str | None, typer.Argument(help="Flow or pattern, such as wismo; all of them without it.")] = None,
    flows: Annotated[Path, typer.Option(help="Folder with the flows.")] = Path("flows"),
    language: Annotated[str, typer.Option(help="Language of the wordings.")] = "en",
    as_svg: Annotated[bool, typer.Option("--svg", help="Draw one flow as an SVG picture.")] = False,
) -> None:
    """Draw a flow as a Mermaid diagram, or all of them and how they lead to one another.

    Example: voicebot flow graph wismo > wismo.mmd; voicebot flow graph wismo --svg > wismo.svg
    """
    from voicebot.dialogue.graph import mermaid, overview
    from voicebot.dialogue.graph_svg import svg
    from voicebot.dialogue.loader import load_flows

    found = load_flows(flows)
    if flow is None and as_svg:
        raise VoicebotError(
            "a picture shows one flow", where=str(flows), fix="name it: voicebot flow graph wismo --svg"
        )
    if flow is None:
        typer.echo(overview(found), nl=False)
        return
    if flow not in found.flows:
        known = ", ".join(sorted(found.flows))
        raise VoicebotError(f"there is no flow {flow!r}", where=str(flows), fix=f"name one of {known}")
    typer.echo((svg if as_svg else mermaid)(found.flows[flow], language), nl=False)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of a flow file, for editors that check and complete while you write.

    Example: voicebot flow schema > flow.schema.json
    """
    from voicebot.dialogue.json_schema import text

    typer.echo(text(), nl=False)
