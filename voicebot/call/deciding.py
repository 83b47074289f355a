"""A policy's decision as the call's log keeps it, whoever in the call asked for it."""

from __future__ import annotations

from voicebot.policy.decision import Decision
from voicebot.records.events.policy import PolicyDecided


def decided(decision: Decision) -> PolicyDecided:
    """The event with all that a person may ask about: outcome, reasons, law, wording and trace."""
    return PolicyDecided(
        policy=decision.policy,
        version=decision.version,
        rule=decision.rule,
        outcome=decision.outcome,
        facts=decision.facts,
        reasons=decision.reasons,
        near_misses=decision.near_misses,
        layer=decision.layer,
        say=decision.say,
        because=decision.because,
        statute=decision.statute,
        floor=decision.floor,
        trace=tuple(verdict._asdict() for verdict in decision.trace),
    )
