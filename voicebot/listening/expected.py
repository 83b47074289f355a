"""What the words of an utterance are to the flow's question, and all that its end is decided by. Pure."""

from __future__ import annotations

from voicebot.identifiers import Completeness, completeness
from voicebot.identifiers.completeness import holds
from voicebot.listening.endpointing import Evidence, dictating
from voicebot.listening.recognition import Expectation, Recognition
from voicebot.listening.utterance import Utterance


def complete(expectation: Expectation, whole: Recognition) -> Completeness:
    """How far the words complete what is waited for."""
    return completeness(expectation.kind, whole.text, expectation.choices)


def answers(expectation: Expectation, whole: Recognition) -> bool:
    """Whether the words hold what was asked for, in full."""
    kind = expectation.kind
    return complete(expectation, whole) is Completeness.COMPLETE and (kind == "choice" or holds(kind, whole.text))


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
