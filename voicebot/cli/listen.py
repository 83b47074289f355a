"""`voicebot listen`: what the ears of a call would do with an audio file, and why."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicebot.cli.errors import told_in_a_line
from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from voicebot.call.rehearsal import Happened, Scene
    from voicebot.listening.recognition import Audio
    from voicebot.listening.settings import ListeningSettings

_PATIENCE = ("instant", "normal", "dictation")


def listen(
    files: Annotated[list[Path], typer.Argument(help="WAV, FLAC or OGG files, any rate.", metavar="FILE...")],
    expect: Annotated[
        str, typer.Option(help="What the flow waits for: order_number, phone, email, postcode, digits, yes_no, open …")
    ] = "open",
    patience: Annotated[
        str | None, typer.Option(help="instant, normal or dictation; default: as a flow has it for what it waits for.")
    ] = None,
    bot: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM-TO", help="The bot speaks from FROM to TO seconds of the file; may be repeated."),
    ] = None,
    gain_db: Annotated[float, typer.Option(help="Louder (or softer, when negative) by so much.")] = 0.0,
    wideband: Annotated[bool, typer.Option("--wideband", help="Not through 8 kHz mu-law first.")] = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Play audio files to the ears of a call: every decision with its time and its reasons.

    Shows where voice begins and ceases, each hypothesis, the end of each turn and why it was then, what becomes of
    speech over the bot, keys that are pressed as tones, and silences. No server and no sound card are needed.

    Example: voicebot listen --expect order_number --bot 0-2.5 caller.wav
    """
    from voicebot.logs import quiet_pipecat

    quiet_pipecat()
    from voicebot.call.rehearsal import Scene
    from voicebot.config import load
    from voicebot.dialogue.kinds import PATIENCE
    from voicebot.listening.recognition import Expectation

    if patience is not None and patience not in _PATIENCE:
        _usage(f"unknown patience {patience!r} (use one of: {', '.join(_PATIENCE)})")
    expectation = Expectation(kind=expect, patience=patience or PATIENCE.get(expect, "normal"))
    scene = Scene(expectation=expectation, bot=tuple(_times(times) for times in bot or ()))
    with told_in_a_line():
        settings = load(config, server__data_dir=data_dir)
        cache = settings.server.data_dir / "cache"
        failed = asyncio.run(_run(files, scene, settings.listening, cache, gain_db, wideband, as_json))
    if failed:
        raise typer.Exit(1)


def _usage(message: str) -> None:
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(2)


def _times(text: str) -> tuple[float, float]:
    """`1.5-4` -> (1500.0, 4000.0)."""
    begin, _, end = text.partition("-")
    try:
        times = float(begin) * 1000, float(end) * 1000
        if 0 <= times[0] < times[1]:
            return times
    except ValueError:
        pass
    _usage(f"--bot {text!r} is no stretch of time (give seconds, e.g. 0-2.5)")
    raise AssertionError


async def _run(
    files: list[Path],
    scene: Scene,
    settings: ListeningSettings,
    cache: Path,
    gain_db: float,
    wideband: bool,
    as_json: bool,
) -> int:
    """Returns how many files could not be read."""
    from voicebot.call.rehearsal import rehearse
    from voicebot.listening import open_listening

    heard = [(file, audio) for file in files if (audio := _read(file, gain_db, wideband)) is not None]
    if not heard:
        return len(files)
    listening = await open_listening(settings, cache)
    try:
        for file, audio in heard:
            story = await rehearse(listening, audio, scene)
            if not as_json:
                typer.echo(f"{file}  {len(audio) / 16_000:.2f} s")
            for happened in story:
                row = {"file": str(file), **happened.to_json()}
                typer.echo(json.dumps(row, ensure_ascii=False) if as_json else _line(happened))
    finally:
        await listening.close()
    return len(files) - len(heard)


def _read(file: Path, gain_db: float, wideband: bool) -> Audio | None:
    """Mono audio as the telephone delivers it; None, with a message, when the file is no audio."""
    import numpy as np
    import soundfile
    import soxr

    from voicebot.listening.telephone import over_telephone

    try:
        samples, rate = soundfile.read(str(file), dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        typer.echo(f"error: {file}: cannot be read as audio: {error} (give WAV, FLAC or OGG)", err=True)
        return None
    mono = np.clip(samples.mean(axis=1) * 10 ** (gain_db / 20), -1.0, 1.0).astype(np.float32)
    if not wideband:
        return over_telephone(mono, int(rate))
    wide: Audio = soxr.resample(mono, int(rate), 16_000).astype(np.float32)
    return wide


def _line(happened: Happened) -> str:
    text = "  ".join(_shown(name, value) for name, value in happened.data.items() if value not in (None, "", [], {}))
    return f"{happened.at_ms / 1000:9.2f}  {happened.kind:<22} {text}".rstrip()


def _shown(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {one}" for key, one in value.items() if one is not None) + ")"
    if name in ("text", "reason"):
        return json.dumps(value, ensure_ascii=False)
    return f"{name} {','.join(map(str, value)) if isinstance(value, list) else value}"
