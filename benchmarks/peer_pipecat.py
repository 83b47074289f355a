"""The peer: a stock pipecat 1.x voice bot with local models, as its documentation assembles one.

    transport -> WhisperSTTService (base, int8) -> user aggregator (Silero, default turn strategies with Smart Turn v3)
              -> fixed reply in place of an LLM -> PiperTTSService -> transport -> assistant aggregator

Nothing is tuned. A process of its own feeds clips in real time, 20 ms a frame, to its input transport, and the time is
taken at its output transport: it has no SIP, no RTP, no jitter buffer and no order system to ask, all of which favours
it. The reply begins with a short sentence, so that little has to be synthesised before the first sound: that favours it
too.

Clips are taken in blocks: a line of paths (JSON list) on stdin is one block, played one after the other; the answer is
a JSON line per turn and one with the pacing error of the feed in that block. Between blocks nothing is fed, so that the
bot rests. The end of stdin ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

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

from voicebot.caller.measure import Figures, Level, measure, spells
from voicebot.caller.voiced import level_dbfs

_SETTLE_S = 0.9
_LEAD_S = 1.0
_GIVE_UP_S = 8.0


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
        await block(feeder, ear, args.warm_up, report=False)
        print(json.dumps({"event": "ready"}), flush=True)
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := await lines.readline():
            await block(feeder, ear, [Path(one) for one in json.loads(line)])
    finally:
        await worker.cancel()
        await serving


async def block(feeder: Feeder, ear: Ear, paths: Sequence[Path], *, report: bool = True) -> None:
    """Feed the bot, play the clips, print the turns and how late the feed was, and stop feeding."""
    feeder.begin()
    await asyncio.sleep(_LEAD_S)
    for path in paths:
        figures = await turn(feeder, ear, path)
        row = {"clip": path.name, "v2v_ms": figures.v2v_ms, "talked_over": figures.talked_over}
        if report:
            print(json.dumps({"event": "turn", **row}), flush=True)
    kept = await asyncio.to_thread(feeder.rest)
    if report:
        witness = {"pacing_p99_ms": kept.late_p99_ms, "scheduling": kept.scheduling}
        print(json.dumps({"event": "block", **witness}), flush=True)


async def turn(feeder: Feeder, ear: Ear, path: Path) -> Figures:
    """One turn, measured as on the telephone. Returns when the bot has finished."""
    heard_before = len(ear.levels)
    voice = await asyncio.to_thread(feeder.play, path)
    if voice is None:
        return Figures()
    began, ended = voice
    while True:
        await asyncio.sleep(0.1)
        now = time.monotonic()
        answers = [one for one in spells(ear.levels[heard_before:], gap_s=0.2) if one.start > began]
        if (answers and now - answers[-1].end > _SETTLE_S) or (not answers and now - ended > _GIVE_UP_S):
            break
    return measure(voice=(began, ended), until=float("inf"), speech=answers)


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
