"""What the caller does, turn by turn: `clip.wav`, `clip.wav@barge=400`, `4481207#`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voicebot.caller import clips, dtmf, g711
from voicebot.caller.voiced import PACKET_SAMPLES, clip_sound, clip_voice
from voicebot.errors import VoicebotError

_BARGE = re.compile(r"(?P<what>.+)@barge=(?P<ms>\d{1,6})")
_BETWEEN_KEYS = 3


class ScriptError(VoicebotError):
    """A turn cannot be understood."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What leaves in one 20 ms step: audio octets, or a key's event when `key` is set.

    `back`: how many steps before this one the event began (its packets share that timestamp).
    """

    payload: bytes
    key: bool = False
    marker: bool = False
    back: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One caller's turn, as written: a clip or keys, and whether it interrupts the bot."""

    label: str
    clip: Path | None = None
    keys: str = ""
    barge_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A turn made ready for the line. `voice`: first and last voiced slot (last key's end for keys), or None."""

    turn: Turn
    slots: tuple[Slot, ...]
    voice: tuple[int, int] | None

    @property
    def ms(self) -> int:
        return 20 * len(self.slots)


def read_turn(text: str, *, barge_ms: int | None = None) -> Turn:
    """Read one turn: only digits, `*`, `#` and A-D are keys, anything else is a file. `@barge=MS` overrides `barge_ms`.

    Raises:
        ScriptError: empty.
    """
    found = _BARGE.fullmatch(text.strip())
    what = found["what"] if found else text.strip()
    barge = int(found["ms"]) if found else barge_ms
    if not what:
        raise ScriptError("an empty turn", fix="give --say FILE or --dtmf KEYS")
    if all(key in dtmf.KEYS for key in what.upper()):
        return Turn(label=what, keys=what.upper(), barge_ms=barge)
    return Turn(label=Path(what).name, clip=Path(what), barge_ms=barge)


def prepare(turn: Turn, codec: str) -> Played:
    """Read and encode a turn for `codec`.

    Raises:
        ClipError: the clip cannot be used.
    """
    if turn.clip is None:
        return _keys(turn, codec)
    pcm = clips.load(turn.clip)
    pcm = np.pad(pcm, (0, -len(pcm) % PACKET_SAMPLES))
    octets = g711.encode(codec, pcm)
    slots = tuple(Slot(octets[i : i + PACKET_SAMPLES]) for i in range(0, len(octets), PACKET_SAMPLES))
    return Played(turn=turn, slots=slots, voice=clip_voice(pcm))


def sound(played: Played, codec: str) -> tuple[int, int] | None:
    """First and last loud slot of a clip in which nobody speaks: a cough, a slammed door."""
    pcm = g711.decode(codec, b"".join(slot.payload for slot in played.slots if not slot.key))
    return clip_sound(pcm) if played.turn.clip else None


def silence(codec: str) -> Slot:
    """What leaves between turns."""
    return Slot(bytes([g711.SILENCE[codec]]) * PACKET_SAMPLES)


def _keys(turn: Turn, codec: str) -> Played:
    slots: list[Slot] = []
    last = 0
    for key in turn.keys:
        for packet in dtmf.key_packets(key):
            slots.append(Slot(packet.payload, key=True, marker=packet.marker, back=packet.offset))
            last = last if packet.end and slots[-2].payload == packet.payload else len(slots) - 1
        slots.extend([silence(codec)] * _BETWEEN_KEYS)
    return Played(turn=turn, slots=tuple(slots), voice=(0, last))
