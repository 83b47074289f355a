"""What the full-duplex callers of the turn-taking benchmark do; makes their clips: pieces, exact pauses, loudness."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
from _common import FIXTURES

from voicebot.caller import clips
from voicebot.caller.voiced import PACKET_SAMPLES, clip_voice

#: What a cue is. A turn wants an answer; an interruption wants the bot silent, and an answer; the rest wants nothing.
TURN, INTERRUPTION, BACKCHANNEL, TIC, NOT_FOR_US = "turn", "interruption", "back-channel", "tic", "not for us"
#: Other people in the room, and the caller turned away from the telephone.
AWAY_DB = -14.0
_EDGE_MS, _MARGIN_MS = 100, 80
_NOISE_DBFS = -62.0

Signal = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One thing that the caller's side of the line gives.

    Attributes:
        pieces: clips, and milliseconds of silence between the voice of one and the voice of the next.
        over_ms: how long the bot must have been speaking; None waits until it has finished.
        gain_db: louder or quieter than a caller usually is.
        group: what the figures are also reported by.
    """

    kind: str
    pieces: tuple[str | int | Path, ...]
    over_ms: int | None = None
    gain_db: float = 0.0
    group: str = ""

    @property
    def name(self) -> str:
        return "+".join(one.stem if isinstance(one, Path) else str(one) for one in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: its cues in order. The first is a turn, so that the bot knows how loud this caller is."""

    cues: tuple[Cue, ...]
    quick: bool = False


@dataclass(slots=True)
class Studio:
    """Makes the clips of cues, once each."""

    folder: Path
    _made: dict[tuple[tuple[str, ...], float], Path] = field(default_factory=dict)

    def clip(self, cue: Cue) -> Path:
        key = tuple(str(one) for one in cue.pieces), cue.gain_db
        if key not in self._made:
            path = self.folder / f"cue_{len(self._made):03d}.wav"
            soundfile.write(path, joined(cue.pieces, cue.gain_db), clips.RATE_HZ, subtype="PCM_16")
            self._made[key] = path
        return self._made[key]


def joined(pieces: Sequence[str | int | Path], gain_db: float) -> npt.NDArray[np.int16]:
    """8 kHz: the pieces cut to their voice, with exactly these pauses between them, on a line that hisses a little."""
    parts: list[Signal] = []
    for one in pieces:
        if isinstance(one, int):
            parts.append(np.zeros((one - 2 * _MARGIN_MS) * clips.RATE_HZ // 1000))
            continue
        pcm = clips.load(one if isinstance(one, Path) else FIXTURES / f"{one}.flac")
        if isinstance(one, Path):
            start = int(np.argmax(np.abs(pcm) > 0.1 * np.abs(pcm.astype(np.float64)).max()))
            pcm = pcm[start : start + _BURST_MS * clips.RATE_HZ // 1000]
        parts.append(_cut(pcm).astype(np.float64) * 10 ** (gain_db / 20))
    edge = np.zeros(_EDGE_MS * clips.RATE_HZ // 1000)
    line = np.concatenate([edge, *parts, edge])
    line += np.random.default_rng(len(line)).standard_normal(len(line)) * 32768 * 10 ** (_NOISE_DBFS / 20)
    made: npt.NDArray[np.int16] = np.clip(line, -32767, 32767).astype(np.int16)
    return made


def _cut(pcm: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """From a little before the voice to a little behind it: "stop" begins with a hiss that is no voice."""
    voice, margin = clip_voice(pcm), _MARGIN_MS * clips.RATE_HZ // 1000
    if voice is None:
        return pcm
    padded = np.pad(pcm, margin)
    return padded[voice[0] * PACKET_SAMPLES : (voice[1] + 1) * PACKET_SAMPLES + 2 * margin]


PAUSES_MS = (300, 500, 700, 950)
_OVER_MS = (700, 1100, 1500)
_BACKCHANNELS = ("mhm", "okay", "right", "uh_huh", "yeah", "mhm_low", "i_see", "okay_low")
_TICS = ("um", "cough", "uh", "um_high")
_ASIDES = ("side_door", "side_table", "side_phone")
_INTERRUPTIONS = (
    "wait",
    "other_order",
    "how_long",
    "have_question",
    "stop",
    "when_will_it_arrive",
    "human_please",
    "no",
)
#: Recorded noise that comes in bursts, when the development data is there.
_BURSTS = ("esc10_person_sneeze_*.flac", "esc10_dog_bark_*.flac", "esc10_baby_cry_*.flac")
_BURST_DB, _BURST_MS = -3.0, 1200
#: How many of each are said over the bot's answers of one call, before the caller interrupts it.
_PER_ANSWER = 3


#: While the bot waits for an answer.
_IN_SILENCE: tuple[tuple[Cue, ...], ...] = (
    (),
    (Cue(kind=NOT_FOR_US, pieces=("side_table",), gain_db=AWAY_DB),),
    (Cue(kind=TIC, pieces=("um",)),),
    (Cue(kind=NOT_FOR_US, pieces=("side_door",), gain_db=AWAY_DB),),
)


def calls(data: Path | None) -> list[Call]:
    """The script; with noise out of `data` when that is a folder."""
    found = [sorted((data / "noise").glob(pattern)) for pattern in _BURSTS] if data else []
    bursts: Sequence[str | Path] = [one for same in zip(*found, strict=False) for one in same] or ["cough"]
    quiet = itertools.cycle(
        itertools.chain.from_iterable(
            zip(
                (_over(BACKCHANNEL, one) for one in itertools.cycle(_BACKCHANNELS)),
                (_over(NOT_FOR_US, one, gain_db=AWAY_DB) for one in itertools.cycle(_ASIDES)),
                (_over(BACKCHANNEL, one) for one in itertools.cycle(_BACKCHANNELS[4:] + _BACKCHANNELS[:4])),
                (_over(TIC, one) for one in itertools.cycle(_TICS)),
                (_over(TIC, one, gain_db=_BURST_DB, group="noise") for one in itertools.cycle(bursts)),
                strict=False,
            )
        )
    )
    numbers = [(pause_ms, low) for low in (False, True) for pause_ms in PAUSES_MS]
    script: list[Call] = []
    for number, ((pause_ms, low), sharp) in enumerate(zip(numbers, _INTERRUPTIONS, strict=True)):
        opening = _sentence(pause_ms) if low else Cue(kind=TURN, pieces=("where_is_my_order_flowing",), group="plain")
        first, second = ([next(quiet) for _ in range(_PER_ANSWER)] for _ in range(2))
        cues = [
            *(opening, *_IN_SILENCE[number % len(_IN_SILENCE)], _dictated(pause_ms, low=low)),
            *(*first, _over(INTERRUPTION, "repeat_please_flowing")),
            *(*second, _over(INTERRUPTION, sharp)),
            _over(INTERRUPTION, "no_thanks_bye_flowing"),
        ]
        script.append(Call(cues=tuple(_spread(cues)), quick=number in (0, 3, 7)))
    return script


def _dictated(pause_ms: int, *, low: bool) -> Cue:
    first, second, third = ("piece_448_low", "piece_00", "piece_22") if low else ("piece_448", "piece_12", "piece_07")
    group = f"number, pauses {pause_ms} ms"
    return Cue(kind=TURN, pieces=(first, pause_ms, second, pause_ms, third), group=group)


def _sentence(pause_ms: int) -> Cue:
    group = f"sentence, pause {pause_ms} ms"
    return Cue(kind=TURN, pieces=("piece_like_to_know", pause_ms, "piece_where_order"), group=group)


def _over(kind: str, piece: str | Path, *, gain_db: float = 0.0, group: str = "") -> Cue:
    return Cue(kind=kind, pieces=(piece,), over_ms=_OVER_MS[0], gain_db=gain_db, group=group or kind)


def _spread(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Not always after the same time into what the bot says."""
    for index, cue in enumerate(cues):
        yield cue if cue.over_ms is None else replace(cue, over_ms=_OVER_MS[index % len(_OVER_MS)])
