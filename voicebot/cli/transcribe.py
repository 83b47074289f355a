"""`voicebot transcribe`: audio files, heard as a call would hear them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voicebot.cli.errors import told_in_a_line
from voicebot.cli.options import AsJson, ConfigFile, DataDir

if TYPE_CHECKING:
    from voicebot.identifiers import Grounding
    from voicebot.listening import Listening
    from voicebot.listening.recognition import Audio, Recognition
    from voicebot.listening.settings import ListeningSettings
    from voicebot.oms.start import NumberIndex

#: Taken for the number of orders when the index does not tell: careful.
_POPULATION = 100_000
_NEAREST = 8


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
        typer.Option(help="What the caller was asked for: order_number, phone, postcode, spelling, date, … or open."),
    ] = "open",
    grounded: Annotated[bool, typer.Option("--grounded", help="Match order numbers with orders that exist.")] = False,
    own: Annotated[
        list[str] | None, typer.Option(help="An order of the caller, when he is known; may be given several times.")
    ] = None,
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
    from voicebot.identifiers import KINDS

    if expect not in {*KINDS, "open"}:
        typer.echo(f"error: unknown kind {expect!r} (use one of: open, {', '.join(KINDS)})", err=True)
        raise typer.Exit(2)
    with told_in_a_line():
        settings = load(config, server__data_dir=data_dir)
        failed = asyncio.run(
            _run(files, expect, settings.listening, settings.server.data_dir, grounded, own, oms, as_json)
        )
    if failed:
        raise typer.Exit(1)


async def _run(
    files: list[Path],
    expect: str,
    settings: ListeningSettings,
    data_dir: Path,
    grounded: bool,
    own: list[str] | None,
    oms: str | None,
    as_json: bool,
) -> int:
    """Returns how many files could not be read."""
    from voicebot.logs import quiet_pipecat

    quiet_pipecat()
    from voicebot.listening import open_listening
    from voicebot.oms import open_index

    index: NumberIndex | None = open_index(data_dir, oms) if grounded and expect == "order_number" else None
    listening = await open_listening(settings, data_dir / "cache")
    failed = 0
    try:
        for file in files:
            audio = _read(file)
            if audio is None:
                failed += 1
                continue
            transcript = await _hear(str(file), audio, expect, tuple(own or ()), listening, index)
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


async def _hear(
    file: str, audio: Audio, expect: str, own: tuple[str, ...], listening: Listening, index: NumberIndex | None
) -> Transcript:
    from voicebot.listening.recognition import Expectation, Recognition, Urgency
    from voicebot.listening.speech_in_file import voiced

    voice = voiced(audio, listening.voice_activity())
    recognition = Recognition(text="")
    if voice is not None:
        recognition = await listening.recogniser.recognise(
            voice, expect=Expectation(kind=expect, patience="dictation", bias=own), urgency=Urgency.FINAL
        )
    grounding = await _ground(recognition, own, index) if index is not None or own else _doubt(recognition, expect)
    return Transcript(
        file=file,
        text=recognition.text,
        value=grounding.value,
        nbest=[hypothesis.text for hypothesis in recognition.nbest],
        confirm=grounding.decision.value != "accept",
        ms=round(recognition.decode_ms, 1),
    )


def _doubt(recognition: Recognition, expect: str) -> Grounding:
    """Nothing to match the value with."""
    from voicebot.identifiers import Decision, Grounding
    from voicebot.identifiers.grounding import doubt

    if recognition.value is None or expect == "yes_no":
        return Grounding(decision=Decision.ACCEPT, value=recognition.value)
    return replace(doubt(_candidates(recognition)), value=recognition.value)


async def _ground(recognition: Recognition, own: tuple[str, ...], index: NumberIndex | None) -> Grounding:
    from voicebot.identifiers import ground

    heard = _candidates(recognition)
    if index is None or not heard:
        return ground(heard, own)
    return ground(heard, await index.nearest_numbers(heard, _NEAREST), population=_POPULATION, own=own)


def _candidates(recognition: Recognition) -> list[tuple[str, float]]:
    """The value and the hypotheses, with their scores."""
    heard = [(hypothesis.text, hypothesis.score) for hypothesis in recognition.nbest]
    if recognition.value and recognition.value not in {value for value, _ in heard}:
        heard.insert(0, (recognition.value, heard[0][1] if heard else 0.0))
    return heard


def _line(transcript: Transcript) -> str:
    value = f"  [{transcript.value}{'?' if transcript.confirm else ''}]" if transcript.value else ""
    return f"{transcript.file}: {transcript.text}{value}"
