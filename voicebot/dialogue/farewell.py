"""After the goodbye: who goes on talking is heard again, and who only says "bye" once more is let go."""

from __future__ import annotations

from voicebot.dialogue.flowset import MAIN
from voicebot.dialogue.inputs import Failed, Heard, Input, KeysPressed, UserSaid, UserSilent
from voicebot.dialogue.state import Frame
from voicebot.dialogue.turn import Turn

#: Step of the main pattern at which a conversation is taken up again.
AGAIN = "anything_else"
#: Pattern of the goodbye to a caller who took leave over the first one and so did not hear it.
AGAIN_GOODBYE = "goodbye_again"
#: Moves with which people take their leave; words nobody understood count as such here.
_PARTING = frozenset({"goodbye", "thanks", "deny", "affirm", "greet", "not_understood"})


def goes_on(turn: Turn, event: Input) -> bool:
    """Whether the event takes the conversation up again; if not, all that it needs has been done."""
    match event:
        case UserSaid() if any(command.name not in _PARTING for command in event.understanding.commands):
            _take_up(turn)
            return True
        case KeysPressed():
            _take_up(turn)
            return True
        case Heard(complete=False):
            turn.cut_off = (event.utterance, event.heard)
        case UserSaid() if turn.cut_off[0] == f"u{turn.utterances}" and f"patterns/{AGAIN_GOODBYE}" in turn.flows.flows:
            _reopen(turn)
            turn.pattern(AGAIN_GOODBYE)
            turn.run()
        case UserSaid() | UserSilent() | Failed():
            turn.hang_up("goodbye")  # the first one was forgotten when the goodbye was interrupted
    return False


def _reopen(turn: Turn) -> None:
    turn.ended = turn.leaving = False


def _take_up(turn: Turn) -> None:
    _reopen(turn)
    turn.stack = [Frame(MAIN, AGAIN if turn.flows.place(MAIN, AGAIN) else turn.flows.first(MAIN))]
    turn.waiting = True
