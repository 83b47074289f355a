"""`voicebot transcribe`: audio files, heard as a call would hear them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from voicebot.identifiers import Grounding
    from voicebot.listening import Listening
    from voicebot.listening.recognition import Audio, Recognition
    from voicebot.listening.settings import ListeningSettings

#: Taken for the number of orders when the index does not tell: careful.
_POPULATION = 100_000
_NEAREST = 8
_LEAD_MS, _TAIL_MS = 300, 120


class OrderIndex(Protocol):
    """Which order numbers exist near a heard one."""

    async def nearest_numbers(self, number: str, limit: int) -> list[str]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One file, heard."""

    file: str
    text: str
    value: str | None
    nbest: list[str]
    confirm: bool
    """The value must be read back before it is used."""
    ms: float


def transcribe(
    files: Annotated[list[Path], typer.Argument(help="WAV, FLAC or OGG files, any rate.", metavar="FILE...")],
    expect: Annotated[
        str,
        typer.Option(help="What the caller was asked for: order_number, phone, email, postcode, digits, yes_no, open."),
    ] = "open",
    grounded: Annotated[bool, typer.Option("--grounded", help="Match order numbers with orders that exist.")] = False,
    oms: Annotated[
        str | None, typer.Option(help="URL of the demo OMS to ask; default: the shop of the data dir.")
    ] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write down what callers say in audio files, through the same recogniser as a live call.

    Every file goes through 8 kHz mu-law first, as on the telephone.

    Example: voicebot transcribe --json --expect order_number --grounded caller.wav
    """
    from voicebot.config import load
    from voicebot.errors import VoicebotError
    from voicebot.identifiers import KINDS

    if expect not in {*KINDS, "open"}:
        typer.echo(f"error: unknown kind {expect!r} (use one of: open, {', '.join(KINDS)})", err=True)
        raise typer.Exit(2)
    try:
        settings = load(config, server__data_dir=data_dir)
        failed = asyncio.run(_run(files, expect, settings.listening, settings.server.data_dir, grounded, oms, as_json))
    except VoicebotError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    if failed:
        raise typer.Exit(1)


async def _run(
    files: list[Path],
    expect: str,
    settings: ListeningSettings,
    data_dir: Path,
    grounded: bool,
    oms: str | None,
    as_json: bool,
) -> int:
    """Returns how many files could not be read."""
    from voicebot.logs import quiet_pipecat

    quiet_pipecat()
    from voicebot.listening import open_listening
    from voicebot.oms import open_index

    index: OrderIndex | None = open_index(data_dir, oms) if grounded and expect == "order_number" else None
    listening = await open_listening(settings, data_dir / "cache")
    failed = 0
    try:
        for file in files:
            audio = _read(file)
            if audio is None:
                failed += 1
                continue
            transcript = await _hear(str(file), audio, expect, listening, index)
            typer.echo(json.dumps(asdict(transcript), ensure_ascii=False) if as_json else _line(transcript))
    finally:
        await listening.close()
        if index is not None:
            await index.close()
    return failed


def _read(file: Path) -> Audio | None:
    """Mono audio as the telephone delivers it; None, with a message, when the file is no audio."""
    import soundfile

    from voicebot.listening.telephone import over_telephone

    try:
        samples, rate = soundfile.read(str(file), dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        typer.echo(f"error: {file}: cannot be read as audio: {error} (give WAV, FLAC or OGG)", err=True)
        return None
    return over_telephone(samples.mean(axis=1), int(rate))


async def _hear(file: str, audio: Audio, expect: str, listening: Listening, index: OrderIndex | None) -> Transcript:
    from voicebot.listening.recognition import Expectation, Recognition, Urgency

    voice = _voice(audio, listening)
    recognition = Recognition(text="")
    if voice is not None:
        recognition = await listening.recogniser.recognise(
            voice, expect=Expectation(kind=expect, patience="dictation"), urgency=Urgency.FINAL
        )
    value = recognition.value
    confirm = value is not None and expect != "yes_no" and len(recognition.nbest) != 1
    if index is not None:
        grounding = await _ground(recognition, index)
        value, confirm = grounding.value, grounding.decision.value != "accept"
    return Transcript(
        file=file,
        text=recognition.text,
        value=value,
        nbest=[hypothesis.text for hypothesis in recognition.nbest],
        confirm=confirm,
        ms=round(recognition.decode_ms, 1),
    )


def _voice(audio: Audio, listening: Listening) -> Audio | None:
    """From the first voice to the last, with the lead and tail that a live call keeps; None when there is none."""
    import numpy as np

    from voicebot.listening.vad import FRAME_BYTES, FRAME_MS

    activity = listening.voice_activity()
    pcm = (np.clip(audio, -1.0, 1.0) * 32767).astype("<i2").tobytes() + bytes(10 * FRAME_BYTES)
    first, last = None, 0.0
    for number in range(len(pcm) // FRAME_BYTES):
        heard = activity.feed(pcm[number * FRAME_BYTES : (number + 1) * FRAME_BYTES], (number + 1) * FRAME_MS)
        if heard.voiced and first is None:
            first = heard.position_ms - 3 * FRAME_MS
        last = heard.voiced_until_ms
    if first is None:
        return None
    start, end = (int(max(0.0, ms) * 16) for ms in (first - _LEAD_MS, last + _TAIL_MS))
    return audio[start:end]


async def _ground(recognition: Recognition, index: OrderIndex) -> Grounding:
    from voicebot.identifiers import ground

    heard = [(h.text, h.score) for h in recognition.nbest]
    if recognition.value and recognition.value not in {value for value, _ in heard}:
        heard.insert(0, (recognition.value, heard[0][1] if heard else 0.0))
    known: dict[str, None] = {}
    for value, _ in heard:
        known.update(dict.fromkeys(await index.nearest_numbers(value, _NEAREST)))
    return ground(heard, list(known), population=_POPULATION)


def _line(transcript: Transcript) -> str:
    value = f"  [{transcript.value}{'?' if transcript.confirm else ''}]" if transcript.value else ""
    return f"{transcript.file}: {transcript.text}{value}"
