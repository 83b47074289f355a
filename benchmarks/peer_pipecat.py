"""The peer: a stock pipecat 1.x voice bot with local models, as its documentation assembles one.

    transport -> WhisperSTTService (base, int8) -> user aggregator (Silero, default turn strategies with Smart Turn v3)
              -> fixed reply in place of an LLM -> PiperTTSService -> transport -> assistant aggregator

Nothing is tuned. A process of its own feeds clips in real time, 20 ms a frame, to its input transport, and the time is
taken at its output transport: it has no SIP, no RTP, no jitter buffer and no order system to ask, all of which favours
it. The reply begins with a short sentence, so that little has to be synthesised before the first sound: that favours it
too.

Clips are taken in blocks: a line of paths (JSON list) on stdin is one block, played one after the other; the answer is
a JSON line per turn and one with the pacing error of the feed in that block, and who was heard when. A pair instead of
a path, [PATH, MS], is fed over the bot, so long after it began to speak. Between blocks nothing is fed, so that the bot
rests. The end of stdin ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _feeder import FRAME, RATE_HZ, STEP_S, Feeder, feeding
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.workers.runner import WorkerRunner

from voicebot.caller.measure import Figures, Level, Spell, measure, spells
from voicebot.caller.voiced import level_dbfs

_SETTLE_S = 0.9
_LEAD_S = 1.0
_GIVE_UP_S = 8.0
#: Silence between two stretches of the bot's voice in the timeline.
_TIMELINE_GAP_S = 0.1


@dataclass(frozen=True, slots=True)
class Cue:
    """A clip, and how long the bot must have spoken before it is fed; None waits for the bot's end."""

    clip: Path
    over_ms: int | None = None


class FixedReply(FrameProcessor):
    """Stands where the LLM would: answers every completed user turn with the same sentence, at once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self.push_frame(LLMFullResponseStartFrame())
            await self.push_frame(LLMTextFrame(self._text))
            await self.push_frame(LLMFullResponseEndFrame())
        else:
            await self.push_frame(frame, direction)


class Feed(BaseInputTransport):
    """Hands over what the feeder speaks, frame by frame, as a socket would."""

    def __init__(self, params: TransportParams, line: socket.socket) -> None:
        super().__init__(params)
        self.ready = asyncio.Event()
        self._line = line
        self._reading: asyncio.Task[None] | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._reading = asyncio.create_task(self._read())
        self.ready.set()

    async def cleanup(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        await super().cleanup()  # type: ignore[no-untyped-call]

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while audio := await loop.sock_recv(self._line, 4 * FRAME):
            await self.push_audio_frame(InputAudioRawFrame(audio=audio, sample_rate=RATE_HZ, num_channels=1))


class Ear(BaseOutputTransport):
    """Plays in real time into a log of levels, one per 20 ms."""

    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self.levels: list[Level] = []
        self._free_at = 0.0

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        now = time.monotonic()
        begin = max(now, self._free_at)
        samples = np.frombuffer(frame.audio, dtype=np.int16)
        step = int(frame.sample_rate * STEP_S)
        for index, start in enumerate(range(0, len(samples), step)):
            self.levels.append(Level(begin + index * STEP_S, level_dbfs(samples[start : start + step])))
        self._free_at = begin + len(samples) / frame.sample_rate
        await asyncio.sleep(max(0.0, begin - now))
        return True


async def run(args: argparse.Namespace, feeder: Feeder) -> None:
    """Build the pipeline, play the clips, print the turns."""
    params = TransportParams(
        audio_in_enabled=True, audio_out_enabled=True, audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ
    )
    feed, ear = Feed(params, feeder.line), Ear(params)
    stt = WhisperSTTService(
        device="cpu", compute_type="int8", settings=WhisperSTTService.Settings(model=str(args.model))
    )
    voice = PiperTTSService.Settings(voice=args.voice.stem)
    tts = PiperTTSService(download_dir=args.voice.parent, settings=voice)
    user, assistant = LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    pipeline = Pipeline([feed, stt, user, FixedReply(args.reply), tts, ear, assistant])
    worker = PipelineWorker(
        pipeline, params=PipelineParams(audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ)
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    serving = asyncio.create_task(runner.run())
    await asyncio.wait_for(feed.ready.wait(), 60)
    try:
        # A turn that is not reported warms up caches and allocators, as the other side's server does by itself.
        await block(feeder, ear, [Cue(path) for path in args.warm_up], report=False)
        print(json.dumps({"event": "ready"}), flush=True)
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := await lines.readline():
            await block(feeder, ear, [_cue(one) for one in json.loads(line)])
    finally:
        await worker.cancel()
        await serving


def _cue(given: str | list[Any]) -> Cue:
    return Cue(Path(given)) if isinstance(given, str) else Cue(Path(given[0]), given[1])


async def block(feeder: Feeder, ear: Ear, cues: Sequence[Cue], *, report: bool = True) -> None:
    """Feed the bot, play the clips, print the turns and how late the feed was, and stop feeding."""
    feeder.begin()
    heard_before, began = len(ear.levels), time.monotonic()
    await asyncio.sleep(_LEAD_S)
    voices: list[tuple[float, float] | None] = []
    for cue, following in zip(cues, [*cues[1:], None], strict=True):
        over_next = following is not None and following.over_ms is not None
        voice, figures = await turn(feeder, ear, cue, then_over=over_next)
        voices.append(voice)
        row = {"clip": cue.clip.name, "v2v_ms": figures.v2v_ms, "talked_over": figures.talked_over}
        if report:
            print(json.dumps({"event": "turn", **row}), flush=True)
    kept = await asyncio.to_thread(feeder.rest)
    if report:
        bot = spells(ear.levels[heard_before:], gap_s=_TIMELINE_GAP_S)
        timeline = {
            "caller": [[round((at - began) * 1000) for at in voice] if voice else None for voice in voices],
            "bot": [[round((at - began) * 1000) for at in (one.start, one.end)] for one in bot],
        }
        witness = {"pacing_p99_ms": kept.late_p99_ms, "scheduling": kept.scheduling, "timeline_ms": timeline}
        print(json.dumps({"event": "block", **witness}), flush=True)


async def turn(feeder: Feeder, ear: Ear, cue: Cue, *, then_over: bool) -> tuple[tuple[float, float] | None, Figures]:
    """One turn, measured as on the telephone. Returns when the bot has finished, or `then_over`, when it speaks."""
    heard_before = len(ear.levels)
    if cue.over_ms is not None:
        await _bot_speaks(ear, cue.over_ms / 1000, since=time.monotonic())
    voice = await asyncio.to_thread(feeder.play, cue.clip)
    if voice is None:
        return None, Figures()
    began, ended = voice
    if then_over and cue.over_ms is not None:
        return (began, ended), Figures()
    answers: list[Spell] = []
    while True:
        await asyncio.sleep(0.1 if not then_over else 0.02)
        now = time.monotonic()
        spoken = spells(ear.levels[heard_before:], gap_s=0.2)
        answers = [one for one in spoken if one.start > began]
        last = spoken[-1].end if spoken else 0.0
        if then_over and answers and answers[-1].start > ended:
            break
        # Who was spoken over may fall silent for good, go on, or fall silent and answer.
        if last > (began if cue.over_ms is None else ended) and now - last > _SETTLE_S:
            break
        if now - max(ended, last) > _GIVE_UP_S:
            break
    return (began, ended), measure(voice=(began, ended), until=float("inf"), speech=answers)


async def _bot_speaks(ear: Ear, for_s: float, *, since: float) -> None:
    """Wait until the bot has spoken for so long, or gives no sound for a while."""
    until = time.monotonic() + _GIVE_UP_S
    while (now := time.monotonic()) < until:
        spoken = spells(ear.levels[-500:], gap_s=0.3)
        if spoken and now - spoken[-1].end < 0.1 and now - max(spoken[-1].start, since) >= for_s:
            return
        await asyncio.sleep(0.005)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: `peer_pipecat.py --model DIR --voice FILE.onnx --warm-up CLIP`, blocks of clips on stdin."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="directory of Whisper base for CTranslate2")
    parser.add_argument("--voice", type=Path, required=True, help="Piper voice, an .onnx file")
    parser.add_argument("--reply", default="I found your order. It should arrive on Thursday.")
    parser.add_argument("--warm-up", type=Path, nargs="+", required=True, help="clips of turns that are not reported")
    logger.remove()
    args = parser.parse_args(arguments)
    with feeding() as feeder:
        asyncio.run(run(args, feeder))


if __name__ == "__main__":
    main()
