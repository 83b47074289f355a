"""The console's JSON: calls, their events and recordings, hand-offs, call-backs."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from fastapi import APIRouter, HTTPException, Query
from fastapi import Path as PathParam
from fastapi.responses import FileResponse

from voicebot.console.deps import ConsoleDeps
from voicebot.errors import VoicebotError
from voicebot.records.events import Record
from voicebot.records.events.call import RecordingStarted
from voicebot.records.projections.summary import summarise
from voicebot.records.projections.transcript import transcript
from voicebot.records.projections.waterfall import waterfall
from voicebot.records.reading import CallFilter

P = ParamSpec("P")
T = TypeVar("T")

_ID = r"^[A-Za-z0-9_-][A-Za-z0-9._:@+-]*$"
CallId = Annotated[str, PathParam(max_length=128, pattern=_ID)]
#: Of containers that a recording may have; nothing else in the data directory can be asked for.
_AUDIO_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".mp3": "audio/mpeg",
}


class Reader:
    """Runs reads of the store on a few threads of the console's own, with a deadline."""

    def __init__(self, *, timeout_s: float, threads: int = 2) -> None:
        self._timeout_s = timeout_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="voicebot-console")

    async def __call__(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work`.

        Raises:
            HTTPException: 503 when it takes too long or the store cannot be read.
        """
        job = asyncio.get_running_loop().run_in_executor(self._pool, functools.partial(work, *args, **kwargs))
        try:
            return await asyncio.wait_for(job, self._timeout_s)
        except TimeoutError:
            raise HTTPException(503, {"error": "the event store does not answer", "fix": "try again"}) from None
        except VoicebotError as error:
            raise HTTPException(
                503, {"error": error.what, "fix": error.fix or "the server's log has the cause"}
            ) from None

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def api_router(deps: ConsoleDeps, read: Reader) -> APIRouter:
    """Routes under `/api`. Events are the records' JSON form: `call, seq, at_ms, wall, turn, kind, data`."""
    router = APIRouter(prefix="/api")

    @router.get("/calls")
    async def calls(
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        before: Annotated[str | None, Query(max_length=128)] = None,
        outcome: Literal["contained", "handed_off", "abandoned", "unfinished"] | None = None,
        transport: Literal["sip", "webrtc", "text"] | None = None,
        caller: Annotated[str | None, Query(max_length=128)] = None,
    ) -> dict[str, Any]:
        """Calls, the latest first; `next` is the `before` of the following page."""
        filters = CallFilter(outcome=outcome, transport=transport, caller=caller or None)
        found = await read(deps.store.calls, limit=limit, before=before, filters=filters)
        rows = [summary.to_json() for summary in found]
        return {"calls": rows, "next": rows[-1]["call"] if len(rows) == limit else None}

    @router.get("/calls/{call_id}")
    async def call(call_id: CallId, after: Annotated[int, Query(ge=0)] = 0) -> dict[str, Any]:
        """A call: summary, transcript and waterfall of all of it; `events` only those after sequence number `after`."""
        return await read(call_json, _found(await read(deps.store.records, call_id)), after)

    @router.get("/calls/{call_id}/events")
    async def events(
        call_id: CallId,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
    ) -> dict[str, Any]:
        """Events after a sequence number, in order; `last` is where to go on."""
        records = await read(deps.store.records, call_id, after_seq=after, limit=limit)
        if not records and after == 0:
            _found(records)
        return {"events": [record.to_json() for record in records], "last": records[-1].seq if records else after}

    @router.get("/calls/{call_id}/recording")
    async def recording(call_id: CallId) -> FileResponse:
        """The stereo recording: left the caller, right the bot. Byte ranges (RFC 9110 section 14) work."""
        records = _found(await read(deps.store.records, call_id))
        started = next((r.event for r in records if isinstance(r.event, RecordingStarted)), None)
        path = recording_path(deps.data_dir, started.file) if started else None
        if path is None or not path.is_file():
            raise HTTPException(
                404, {"error": "no recording of this call", "fix": "it may be off, or past its retention"}
            )
        return FileResponse(path, media_type=_AUDIO_TYPES[path.suffix])

    @router.get("/handoffs/{handoff_id}")
    async def handoff(handoff_id: CallId) -> dict[str, Any]:
        packet = await read(deps.packet, handoff_id)
        if packet is None:
            raise HTTPException(404, {"error": "no such hand-off", "fix": "check the id"})
        return dict(packet)

    @router.get("/callbacks")
    async def callbacks() -> dict[str, Any]:
        return {"callbacks": [dict(row) for row in await read(deps.callbacks)]}

    @router.get("/{rest:path}", include_in_schema=False)
    async def missing(rest: str) -> None:
        raise HTTPException(404, {"error": "no such address", "fix": "see /api/openapi.json"})

    return router


def call_json(records: Sequence[Record], after: int = 0) -> dict[str, Any]:
    """What the replay page shows of a call. Pure."""
    started = next((record for record in records if isinstance(record.event, RecordingStarted)), None)
    summary = summarise(records)
    return {
        "call": summary.to_json(),
        "live": summary.ended is None,
        "last": records[-1].seq,
        "recording": started and {"url": f"/api/calls/{summary.call}/recording", "offset_ms": started.at_ms},
        "lines": [line.to_json() for line in transcript(records)],
        "turns": [turn.to_json() for turn in waterfall(records)],
        "events": [record.to_json() for record in records if record.seq > after],
    }


def recording_path(data_dir: Path, file: str) -> Path | None:
    """The recording's path, or None when the name leads out of the data directory or is no audio file."""
    root = data_dir.resolve()
    path = (root / file).resolve()
    return path if path.is_relative_to(root) and path.suffix in _AUDIO_TYPES else None


def _found(records: Sequence[Record]) -> Sequence[Record]:
    if not records:
        raise HTTPException(404, {"error": "no such call", "fix": "see /calls for the ones there are"})
    return records
