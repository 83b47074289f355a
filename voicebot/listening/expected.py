"""What the words of an utterance are to the flow's question, and all that its end is decided by. Pure."""

from __future__ import annotations

from voicebot.identifiers import Completeness, completeness
from voicebot.identifiers.completeness import holds
from voicebot.listening.endpointing import Evidence, dictating
from voicebot.listening.recognition import Expectation, Recognition
from voicebot.listening.utterance import Utterance

_MARKS = " .,;…-?!"


def complete(expectation: Expectation, whole: Recognition) -> Completeness:
    """How far the words complete what is waited for: alone, or with the piece that was said before.

    The value made of them does not count: a form finishes what the caller has not said.
    """
    kind, choices = expectation.kind, expectation.choices
    joined = f"{expectation.begun.rstrip(_MARKS)} {whole.text}" if expectation.begun and whole.text else None
    found = [completeness(kind, text, choices) for text in (whole.text, joined) if text is not None]
    return Completeness.COMPLETE if Completeness.COMPLETE in found else found[-1] if joined else found[0]


def answers(expectation: Expectation, whole: Recognition) -> bool:
    """Whether the words hold what was asked for, in full."""
    kind, text = expectation.kind, f"{expectation.begun} {whole.text}".strip()
    return complete(expectation, whole) is Completeness.COMPLETE and (kind == "choice" or holds(kind, text))


def evidence(
    u: Utterance, whole: Recognition | None, expectation: Expectation, now_ms: float, usual_pause_ms: float
) -> Evidence:
    """What is known of the utterance now; `whole` are its words when all of it was decoded."""
    return Evidence(
        silence_ms=max(0.0, now_ms - u.voice_end_ms),
        voiced_ms=u.voiced_ms,
        text=None if whole is None else complete(expectation, whole),
        wordless=whole is not None and not whole.text,
        turn_probability=u.probability if u.probability_end_ms >= u.voice_end_ms else None,
        turn_awaited=u.score_awaited_ms >= u.voice_end_ms,
        patience=expectation.patience,
        answers=whole is not None and answers(expectation, whole),
        dictating=whole is not None and dictating(whole.text),
        usual_pause_ms=usual_pause_ms,
        stirring=u.stirring,
    )
