"""Answers to what the engine asked for, and what the caller's line tells: silence, playback, faults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.dialogue import acting
from voicebot.dialogue.inputs import (
    Answered,
    CallbackBooked,
    Decided,
    Failed,
    HandoffResult,
    Heard,
    QueryAnswered,
    UserSilent,
)
from voicebot.dialogue.turn import Turn

#: Silences in a row after which an answer that does not come is given up.
_PATIENCE_WITH_ANSWERS = 3
#: Requests that are always answered, however long it takes: nobody gives them up from outside.
DEEDS = frozenset({"handoff", "callback", "commit"})
#: Requests that are not made a second time because the caller says something meanwhile: wrong proofs are counted, and
#: codes and messages arrive.
NOT_TWICE = DEEDS | {"proof", "code", "message"}
#: Where a fault may have swallowed an answer that was on its way.
_ENGINE_ROOM = frozenset({"dialogue", "talk"})
#: `Failed.where` of noise without words: nothing is broken.
HEARING = "hearing"
UNANSWERED: Mapping[str, Mapping[str, Any] | None] = {
    "query": {"status": "timeout", "orders": []},
    "decide": None,
    "handoff": {"status": "failed"},
    "callback": {"status": "failed"},
    **acting.UNANSWERED,
}


def silent(turn: Turn, _event: UserSilent) -> None:
    turn.silences += 1
    if turn.pending is None:
        turn.waiting = False
        turn.pattern("silence")
    elif turn.silences < _PATIENCE_WITH_ANSWERS or turn.pending.kind in DEEDS:
        turn.pattern("still_waiting")
    else:
        turn.silences = 0
        turn.answered(UNANSWERED[turn.pending.kind])


def query_answered(turn: Turn, event: QueryAnswered) -> None:
    for request in turn.background:
        if request.id == event.request:
            turn.background.remove(request)
            turn.facts[request.into] = _plain(event.result)
            return
    if turn.pending is not None and turn.pending.id == event.request:
        turn.answered(_plain(event.result))


def decided(turn: Turn, event: Decided) -> None:
    if turn.pending is not None and turn.pending.id == event.request:
        turn.answered(_plain(event.decision))


def handoff_result(turn: Turn, event: HandoffResult) -> None:
    if turn.pending is None or turn.pending.id != event.request:
        return
    if event.status == "transferred":
        turn.close()
    else:
        turn.answered({"status": event.status})


def callback_booked(turn: Turn, event: CallbackBooked) -> None:
    if turn.pending is not None and turn.pending.id == event.request:
        turn.answered({"status": "ok", "number": event.number, "due": event.due})


def answered(turn: Turn, event: Answered) -> None:
    pending = turn.pending
    awaited = pending is not None and pending.id == event.request and pending.kind in acting.UNANSWERED
    kind = pending.kind if pending is not None and awaited else None
    result = acting.learn(turn, event.request, _plain(event.result), kind)
    if awaited:
        turn.answered(result)


def heard(turn: Turn, event: Heard) -> None:
    acting.heard(turn, event)
    if not event.complete:
        turn.cut_off = (event.utterance, event.heard)


def failed(turn: Turn, event: Failed) -> None:
    """An answer that will not come, or a fault elsewhere in the house."""
    request = event.detail.get("request")
    if turn.pending is not None:
        ours = turn.pending.kind not in DEEDS and event.where in _ENGINE_ROOM
        if request == turn.pending.id or (request is None and ours):
            turn.answered(UNANSWERED[turn.pending.kind])
    elif request is None:
        turn.waiting = False
        turn.misses += event.where == HEARING
        turn.pattern("not_understood" if event.where == HEARING else "internal_failure")


def _plain(value: Any) -> Any:
    """JSON values as plain dicts and lists, so that the state stays JSON whatever the connector returned."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
