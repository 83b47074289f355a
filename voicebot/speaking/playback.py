"""What was said is not what was heard: the queue of clauses, and the ledger of what reached the caller.

Pure: no clock. The shell pulls samples and says how many of those pulled have not been heard yet; everything reported
follows from that. "Handed out" counts every sample pulled, silence included, and is the playback's own time line.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from voicebot.speaking.speech import SAMPLE_RATE_HZ, Speech, WordTime

_SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A clause to be played.

    Attributes:
        utterance: id; several lines may share one.
        speech: its audio; None only to say that the utterance has no further lines.
        display: the clause as the eye reads it.
        last: no further lines of this utterance follow.
        interruptible: False keeps playing through an interruption.
        pause_ms: silence between this line and the next, if that is waiting by then.
    """

    utterance: str
    speech: Speech | None
    display: str = ""
    last: bool = True
    interruptible: bool = True
    pause_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The first sample of an utterance was handed out."""

    utterance: str
    interruptible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An utterance is over. `heard` and `unheard` are its words on either side of the boundary."""

    utterance: str
    complete: bool
    heard_ms: float
    heard: str
    unheard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOn:
    """The first sample of another line of an utterance was handed out."""

    utterance: str


Report = Started | WentOn | Ended


@dataclass(slots=True)
class _Track:
    """A line being played: which of its samples were handed out, and when on the time line."""

    line: Line
    pcm: bytes
    position: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)
    """(handed-out count at its start, length), in the order of the line's samples."""
    cut_at: int | None = None
    """Samples heard when it was cut off."""

    @property
    def length(self) -> int:
        return len(self.pcm) // _SAMPLE_BYTES

    def take(self, count: int, at: int) -> bytes:
        """The next samples, handed out from `at` on."""
        piece = self.pcm[self.position * _SAMPLE_BYTES : (self.position + count) * _SAMPLE_BYTES]
        taken = len(piece) // _SAMPLE_BYTES
        if self.spans and sum(self.spans[-1]) == at:
            self.spans[-1] = (self.spans[-1][0], self.spans[-1][1] + taken)
        elif taken:
            self.spans.append((at, taken))
        self.position += taken
        return piece

    def heard(self, played: int) -> int:
        """Samples of this line that the caller heard, when `played` of the time line was."""
        if self.cut_at is not None:
            return self.cut_at
        return sum(min(max(played - start, 0), length) for start, length in self.spans)

    def words(self, heard: int) -> tuple[str, str]:
        """Heard and unheard words. The display serves for a line that is all one or the other."""
        whole = self.line.display or (self.line.speech.text if self.line.speech else "")
        if heard >= self.length:
            return whole, ""
        times = self.line.speech.words if self.line.speech else ()
        count = words_heard(times, heard * 1000 / SAMPLE_RATE_HZ)
        if not count:
            return "", whole
        if count == len(times):
            return whole, ""
        shown = whole.split()
        words = shown if len(shown) == len(times) else [time.word for time in times]
        return " ".join(words[:count]), " ".join(words[count:])


@dataclass(slots=True)
class _Utterance:
    tracks: list[_Track] = field(default_factory=list)
    closed: bool = False
    """No further lines are taken: the last one came, or an interruption."""
    cut: bool = False
    started: bool = False


def words_heard(times: tuple[WordTime, ...], heard_ms: float) -> int:
    """How many words were heard to their end."""
    return sum(time.end_ms <= heard_ms for time in times)


class Playback:
    """One call's playback."""

    def __init__(self, *, fade_ms: float = 5.0) -> None:
        self._fade = int(SAMPLE_RATE_HZ * fade_ms / 1000)
        self._queue: deque[_Track] = deque()
        self._utterances: dict[str, _Utterance] = {}
        self._over: set[str] = set()
        self._handed_out = 0
        self._gap = 0
        self._begun: list[Started | WentOn] = []
        self._fade_in = self._fade_out = False
        self.paused = False
        self.guarded = False
        """Whether the last pull holds audio that an interruption must not stop."""

    # --- what is to be played

    def enqueue(self, line: Line) -> bool:
        """Add a line behind those waiting; False when its utterance is over already (it was interrupted).

        A pause that outlasted everything it held back is over: it is not for what is said next.
        """
        if line.utterance in self._over:
            return False
        if self.settled:
            self.resume()
        utterance = self._utterances.setdefault(line.utterance, _Utterance())
        if utterance.closed:
            return False
        if line.speech is not None:
            track = _Track(line, line.speech.pcm)
            utterance.tracks.append(track)
            self._queue.append(track)
        utterance.closed = line.last
        return True

    @property
    def waiting(self) -> bool:
        """Whether there is anything left to pull, now or after a pause."""
        return bool(self._queue)

    @property
    def ready(self) -> bool:
        """Whether a pull now would give anything."""
        return bool(self._queue) and (not self.paused or self._fade_out)

    @property
    def ending(self) -> bool:
        """Whether an utterance was handed out to its end and has yet to be reported as heard."""
        waiting = self._waiting_utterances()
        return any(utterance.closed and name not in waiting for name, utterance in self._utterances.items())

    @property
    def settled(self) -> bool:
        """Whether no utterance is open: all were heard to their end or cut, and reported."""
        return not self._utterances

    def _waiting_utterances(self) -> set[str]:
        return {track.line.utterance for track in self._queue}

    # --- what is played

    def pull(self, count: int) -> bytes | None:
        """The next `count` samples (padded with silence behind the last line); None when there is nothing to play."""
        if self.paused:
            return self._pull_fade_out(count)
        if not self._queue:
            return None
        resuming, self._fade_in = self._fade_in, False
        self.guarded = False
        out = bytearray()
        need = count * _SAMPLE_BYTES
        while len(out) < need and self._queue:
            if self._gap:
                silent = min(self._gap, (need - len(out)) // _SAMPLE_BYTES)
                self._gap -= silent
                out += bytes(silent * _SAMPLE_BYTES)
                continue
            track = self._queue[0]
            at = self._handed_out + len(out) // _SAMPLE_BYTES
            self._begin(track)
            self.guarded |= not track.line.interruptible
            out += track.take((need - len(out)) // _SAMPLE_BYTES, at)
            if track.position >= track.length:
                self._queue.popleft()
                self._gap = int(track.line.pause_ms * SAMPLE_RATE_HZ / 1000) if self._queue else 0
        out += bytes(need - len(out))
        self._handed_out += count
        return _faded(bytes(out), self._fade, into=True) if resuming else bytes(out)

    def pause(self) -> None:
        """Hold the voice: the next pull fades out, further ones give nothing."""
        if self.paused:
            return
        self.paused = True
        speaking = bool(self._queue) and self._queue[0].position > 0 and not self._gap
        self._fade_out = speaking and not self._fade_in
        self._fade_in = self._fade_in or speaking

    def resume(self) -> None:
        """Go on with the sample at which the pause began."""
        self.paused = False
        if self._fade_out:  # nobody heard the pause
            self._fade_out = self._fade_in = False

    def _begin(self, track: _Track) -> None:
        utterance = self._utterances[track.line.utterance]
        if not utterance.started:
            utterance.started = True
            self._begun.append(Started(utterance=track.line.utterance, interruptible=track.line.interruptible))
        elif not track.position:
            self._begun.append(WentOn(utterance=track.line.utterance))

    def _pull_fade_out(self, count: int) -> bytes | None:
        if not self._fade_out or not self._queue:
            return None
        self._fade_out = False
        track = self._queue[0]
        ahead = track.pcm[track.position * _SAMPLE_BYTES : (track.position + min(self._fade, count)) * _SAMPLE_BYTES]
        self._handed_out += count
        return _faded(ahead, len(ahead) // _SAMPLE_BYTES, into=False).ljust(count * _SAMPLE_BYTES, b"\0")

    # --- what was heard

    def reports(self, queued_ms: float) -> tuple[Report, ...]:
        """What has begun and what has been heard to its end since the last report, in order.

        Args:
            queued_ms: audio handed out but not heard yet.
        """
        played = self._played(queued_ms)
        begun, self._begun = self._begun, []
        waiting = self._waiting_utterances()
        ended = [
            self._end(name, played)
            for name, utterance in list(self._utterances.items())
            if utterance.closed and name not in waiting and self._all_heard(utterance, played)
        ]
        return (*begun, *ended)

    def interrupt(self, queued_ms: float) -> tuple[Report, ...]:
        """Drop everything interruptible; what was handed out but not heard counts as unheard.

        Lines that are not interruptible stay, and so does their utterance until they were heard. A pause ends.
        """
        return self._stop(queued_ms, everything=False)

    def close(self, queued_ms: float) -> tuple[Report, ...]:
        """The call is over: drop everything."""
        return self._stop(queued_ms, everything=True)

    def _stop(self, queued_ms: float, *, everything: bool) -> tuple[Report, ...]:
        played = self._played(queued_ms)
        for utterance in self._utterances.values():
            for track in utterance.tracks:
                if everything or track.line.interruptible:
                    heard = track.heard(played)
                    utterance.cut |= heard < track.length
                    track.cut_at = heard
            if everything or not utterance.tracks or any(t.line.interruptible for t in utterance.tracks):
                utterance.cut |= not utterance.closed
                utterance.closed = True
        self._queue = deque(track for track in self._queue if track.cut_at is None)
        self._gap = 0
        self._fade_in = self._fade_in and bool(self._queue) and self._queue[0].position > 0
        self.resume()
        return self.reports(queued_ms)

    def _played(self, queued_ms: float) -> int:
        return max(0, self._handed_out - round(queued_ms * SAMPLE_RATE_HZ / 1000))

    def _all_heard(self, utterance: _Utterance, played: int) -> bool:
        return all(track.cut_at is not None or track.heard(played) >= track.length for track in utterance.tracks)

    def _end(self, name: str, played: int) -> Ended:
        utterance = self._utterances.pop(name)
        self._over.add(name)
        heard = [track.heard(played) for track in utterance.tracks]
        words = [track.words(samples) for track, samples in zip(utterance.tracks, heard, strict=True)]
        return Ended(
            utterance=name,
            complete=not utterance.cut,
            heard_ms=sum(heard) * 1000 / SAMPLE_RATE_HZ,
            heard=" ".join(said for said, _ in words if said),
            unheard=" ".join(rest for _, rest in words if rest),
        )


def _faded(pcm: bytes, length: int, *, into: bool) -> bytes:
    """A linear ramp over the first `length` samples: up when going `into` the sound, else down to silence."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    length = min(length, len(samples))
    ramp = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
    samples[:length] *= ramp if into else ramp[::-1]
    return samples.astype("<i2").tobytes()
