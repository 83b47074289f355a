"""Effects, in order, to the mouth: what may be prepared early is, nothing is heard before its turn is committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from voicebot.call.frames import SpeakFrame
from voicebot.dialogue.effects import Act, BookCallback, Handoff, HangUp, Say
from voicebot.errors import VoicebotError
from voicebot.speaking.clauses import Clause
from voicebot.speaking.speech import Speech, Synthesiser

log = logging.getLogger(__name__)

#: How far apart the deadlines of an utterance's clauses are: while one plays, the next is made.
CLAUSE_SPACING_S = 0.5

#: What is done for the caller. An `Act` begins at once; the others wait until everything said before has been played.
Deed = Handoff | BookCallback | HangUp | Act


@dataclass(slots=True)
class Prepared:
    """An utterance whose clauses are being synthesised."""

    say: Say
    clauses: Sequence[Clause]
    speech: Sequence[asyncio.Task[Speech]]

    def cancel(self) -> None:
        for task in self.speech:
            task.cancel()


class Delivery:
    """One per call: a queue of prepared utterances and deeds, worked off in order by one task.

    Args:
        voice: the shared synthesiser.
        split: an utterance to the clauses in which it is synthesised.
        push: hands a clause to the mouth.
        perform: begins a deed, without waiting for its outcome.
        on_fault: where and what, for the log.
    """

    def __init__(
        self,
        *,
        voice: Synthesiser,
        split: Callable[[Say], Sequence[Clause]],
        push: Callable[[SpeakFrame], Awaitable[None]],
        perform: Callable[[Deed], Awaitable[None]],
        on_fault: Callable[[str, str], object],
    ) -> None:
        self._voice, self._split, self._push, self._perform, self._on_fault = voice, split, push, perform, on_fault
        self._queue: asyncio.Queue[Prepared | Deed] = asyncio.Queue()
        self._playing: dict[str, bool] = {}  # utterance -> interruptible
        self._lost: set[str] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._current: Prepared | None = None
        self._next: Deed | None = None
        self._cut = asyncio.Event()
        self._beginning: set[asyncio.Task[None]] = set()

    def prepare(self, say: Say) -> Prepared:
        """Start synthesis; nothing is heard until `put`."""
        clauses = self._split(say)
        soon = asyncio.get_running_loop().time()
        speech = [
            asyncio.create_task(self._voice.synthesise(clause.spoken, deadline=soon + i * CLAUSE_SPACING_S))
            for i, clause in enumerate(clauses)
        ]
        return Prepared(say, clauses, speech)

    def put(self, item: Prepared | Deed) -> None:
        if not isinstance(item, Act):
            self._queue.put_nowait(item)
            return
        # The order system works while the filler is spoken; tasks begin in the order in which they are made.
        task = asyncio.create_task(self._guarded(self._perform(item), item), name=type(item).__name__)
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    @property
    def busy(self) -> bool:
        """Whether anything is being said or waits to be."""
        return bool(self._playing) or not self._queue.empty() or self._current is not None

    def cut(self) -> None:
        """The caller interrupted: forget what may be interrupted, and a hang-up too, for there is more to say.

        A hand-off already decided still happens.
        """
        self._forget(lambda item: isinstance(item, HangUp) or (isinstance(item, Prepared) and item.say.interruptible))
        if self._current is not None and self._current.say.interruptible:
            self._current.cancel()
            self._cut.set()
        # Clauses on their way to the mouth are dropped on the way: do not wait for word of them.
        for utterance in [u for u, interruptible in self._playing.items() if interruptible]:
            self.played(utterance)

    def keep_line(self) -> None:
        """The caller goes on talking after the goodbye: a hang-up that has not begun is forgotten."""
        self._forget(lambda item: isinstance(item, HangUp))

    def _forget(self, unwanted: Callable[[Prepared | Deed], bool]) -> None:
        for item in self._drain():
            if not unwanted(item):
                self._queue.put_nowait(item)
            elif isinstance(item, Prepared):
                item.cancel()
        if self._next is not None and unwanted(self._next):
            self._next = None

    def _drain(self) -> list[Prepared | Deed]:
        items = []
        while not self._queue.empty():
            items.append(self._queue.get_nowait())
        return items

    def lost(self, utterance: str) -> bool:
        """Whether words of an utterance could not be spoken, so that nobody heard all of it."""
        return utterance in self._lost

    def played(self, utterance: str) -> None:
        """The mouth has finished with an utterance, heard or not."""
        self._playing.pop(utterance, None)
        if not self._playing:
            self._quiet.set()

    async def run(self) -> None:
        """Work the queue off until cancelled. A fault costs one item, never the rest of the call."""
        while True:
            item = await self._queue.get()
            await self._guarded(self._say(item) if isinstance(item, Prepared) else self._do(item), item)

    async def _guarded(self, work: Awaitable[None], item: Prepared | Deed) -> None:
        try:
            await work
        except Exception as error:
            log.error("%s failed: %s", type(item).__name__, type(error).__name__)
            log.debug("the fault", exc_info=error)
            self._on_fault("delivery", type(error).__name__)

    async def _say(self, prepared: Prepared) -> None:
        self._current = prepared
        self._cut.clear()
        try:
            await self._speak(prepared)
        finally:
            self._current = None

    async def _do(self, deed: Deed) -> None:
        """Once everything said before it has been played, unless it was forgotten meanwhile."""
        self._next = deed
        await self._quiet.wait()
        if self._next is not None:
            self._next = None
            await self._perform(deed)

    async def _speak(self, prepared: Prepared) -> None:
        final = len(prepared.clauses) - 1
        for i, (clause, task) in enumerate(zip(prepared.clauses, prepared.speech, strict=True)):
            speech: Speech | None = None
            try:
                speech = await asyncio.shield(task)
            except asyncio.CancelledError:
                if self._cut.is_set() or task.cancelled():
                    return
                raise
            except Exception as error:
                # These words are lost to the ear, not to the log; the next clause may still work.
                self._lost.add(prepared.say.utterance)
                self._on_fault("speaking", str(error) if isinstance(error, VoicebotError) else type(error).__name__)
            if self._cut.is_set():
                return
            if speech is None and i < final:
                continue
            self._playing[prepared.say.utterance] = prepared.say.interruptible
            self._quiet.clear()
            await self._push(
                SpeakFrame(
                    utterance=prepared.say.utterance,
                    speech=speech,
                    display=clause.display if speech is not None else "",
                    last=i == final,
                    interruptible=prepared.say.interruptible,
                )
            )

    def close(self) -> None:
        for item in self._drain():
            if isinstance(item, Prepared):
                item.cancel()
        if self._current is not None:
            self._current.cancel()
