"""The SIP server under test: the real stack and transport with a tiny pipeline behind them, in a process of its own.

    python sip_echo_app.py PORT RTP_MIN RTP_MAX ['{"max_calls": 2}']

Prints one JSON object per line. The user part of the called address says what a call does:
`echo` sends everything back, `tone` plays 1 kHz, `quiet` says nothing, `ring` never answers, `busy` refuses,
`bye` hangs up half a second after the answer, `refer-USER-PORT` transfers to USER on that local port.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from typing import Any

import numpy as np
from pipecat.frames.frames import Frame, InputAudioRawFrame, InputDTMFFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from voicebot.errors import VoicebotError
from voicebot.transports.sip.leg import SipLeg
from voicebot.transports.sip.listener import open_sip
from voicebot.transports.sip.settings import SipSettings

RATE_HZ = 16000
TONE = (6000 * np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.int16).tobytes()


def tell(event: str, **facts: Any) -> None:
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


class Subject(FrameProcessor):
    """Echoes or stays quiet, and counts what it hears."""

    def __init__(self, leg: SipLeg, *, echo: bool) -> None:
        super().__init__()
        self._leg, self._echo = leg, echo
        self.frames = 0
        self.loud = 0
        self._was_loud = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                self.frames += 1
                loud = bool(np.abs(np.frombuffer(frame.audio, np.int16)).max(initial=0) > 500)
                if loud and not self._was_loud:
                    tell("heard", call=self._leg.id, at_s=time.monotonic())
                self._was_loud = loud
                self.loud += loud
                if self._echo:
                    await self.push_frame(OutputAudioRawFrame(frame.audio, RATE_HZ, 1))
            case InputDTMFFrame():
                tell("key", call=self._leg.id, key=frame.button.value)
            case _:
                await self.push_frame(frame, direction)


async def talk(leg: SipLeg) -> None:
    tell("call", call=leg.id, caller=leg.caller, called=leg.called, headers=dict(leg.headers))
    mode, *args = (leg.called or "echo").split("-")
    if mode == "busy":
        await leg.hangup("busy")
        return
    if mode == "ring":
        ended = await leg.wait_ended()
        tell("end", call=leg.id, by=ended.by, reason=ended.reason)
        return
    subject = Subject(leg, echo=mode == "echo")
    since = asyncio.get_running_loop().time()
    pipeline = Pipeline([leg.transport.input(), subject, leg.transport.output()])
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )

    async def connected(_transport: object, _client: object) -> None:
        nonlocal since
        since = asyncio.get_running_loop().time()
        tell("connected", call=leg.id, codec=leg.codec)
        if mode == "tone":
            for _ in range(30):
                await worker.queue_frame(OutputAudioRawFrame(TONE, RATE_HZ, 1))
        if mode == "bye":
            await asyncio.sleep(0.5)
            await leg.hangup("that is all")
        if mode == "refer":
            user, port = args
            outcome = await leg.transfer(f"sip:{user}@127.0.0.1:{port}", handoff_id="ho-7f3a", timeout_s=3.0)
            tell("transfer", call=leg.id, accepted=outcome.accepted, code=outcome.code, detail=outcome.detail)

    async def disconnected(_transport: object, _client: object) -> None:
        await worker.cancel()

    leg.transport.add_event_handler("on_client_connected", connected)
    leg.transport.add_event_handler("on_client_disconnected", disconnected)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()
    ended = await leg.wait_ended()
    tell(
        "end",
        call=leg.id,
        by=ended.by,
        reason=ended.reason,
        sent=ended.packets_sent,
        received=ended.packets_received,
        frames=subject.frames,
        loud=subject.loud,
        seconds=round(asyncio.get_running_loop().time() - since, 3),
    )


async def main() -> int:
    port, rtp_min, rtp_max = map(int, sys.argv[1:4])
    options = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}
    settings = SipSettings(**{"port": port, "rtp_port_min": rtp_min, "rtp_port_max": rtp_max, **options})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        listener = await open_sip(settings, talk, lambda why: tell("dead", why=why))
    except VoicebotError as error:
        tell("error", what=str(error))
        return 1
    tell("ready")
    await stop.wait()
    await listener.close()
    tell("closed")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
