"""What the bot is saying while the caller may speak: audible or not, guarded or not, and its words. Pure."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import islice

#: Echo reaches us so long after the bot fell silent.
ECHO_MS = 800.0
#: The bot's latest words, by which its echo is known.
_CLAUSES = 4
_UTTERANCES = 32
_SENTENCE_ENDS = (".", "!", "?", "…")


@dataclass(slots=True)
class _Said:
    """An utterance: its clauses in order, how many of them have begun, and whether there will be more."""

    clauses: list[str] = field(default_factory=list)
    begun: int = 0
    closed: bool = False

    @property
    def has_asked(self) -> bool:
        """Its last question has begun; an utterance without a question asks from its beginning on."""
        questions = [index for index, clause in enumerate(self.clauses) if clause.rstrip().endswith("?")]
        if not questions:
            return self.begun > 0 and self.closed
        first = questions[-1]
        while first and not self.clauses[first - 1].rstrip().endswith(_SENTENCE_ENDS):
            first -= 1
        return self.begun > first


class BotVoice:
    """The bot's side of one call. Times are milliseconds on the media clock."""

    def __init__(self) -> None:
        self._playing: set[str] = set()
        self._guarded: set[str] = set()
        self._said: OrderedDict[str, _Said] = OrderedDict()
        self._clauses: list[str] = []
        self._question = ""
        self._since_ms = 0.0
        self._ended_ms = float("-inf")

    @property
    def audible(self) -> bool:
        return bool(self._playing)

    @property
    def guarded(self) -> bool:
        """What is audible must be heard to its end."""
        return bool(self._guarded)

    @property
    def since_ms(self) -> float:
        """When the bot began to speak, last."""
        return self._since_ms

    @property
    def words(self) -> str:
        """The latest clauses that were given to be played."""
        return " ".join(self._clauses)

    @property
    def has_asked(self) -> bool:
        """The caller hears the question, or has heard it; before that an "okay" answers nothing."""
        return not self._question or self._utterance(self._question).has_asked

    def asks(self, utterance: str) -> None:
        """What is waited for from now on is asked in this utterance; empty when nobody knows."""
        self._question = utterance

    def says(self, clause: str, utterance: str, *, last: bool) -> None:
        """A clause of an utterance will be played behind those before it; empty when only its end is told."""
        said = self._utterance(utterance)
        said.closed = said.closed or last
        if clause:
            said.clauses.append(clause)
            self._clauses = [*self._clauses[1 - _CLAUSES :], clause]

    def started(self, utterance: str, now_ms: float, *, interruptible: bool) -> None:
        self._since_ms = self._since_ms if self._playing else now_ms
        self._playing.add(utterance)
        self._utterance(utterance).begun = 1
        if not interruptible:
            self._guarded.add(utterance)

    def went_on(self, utterance: str) -> None:
        """Its next clause has begun."""
        self._utterance(utterance).begun += 1

    def ended(self, utterance: str, now_ms: float) -> None:
        if utterance in self._playing:
            self._ended_ms = now_ms
        self._playing.discard(utterance)
        self._guarded.discard(utterance)

    def audible_at(self, at_ms: float) -> bool:
        """Whether its echo may be what was heard at `at_ms`, of now or of its last speech."""
        return at_ms >= self._since_ms and (self.audible or at_ms <= self._ended_ms + ECHO_MS)

    def _utterance(self, name: str) -> _Said:
        said = self._said.setdefault(name, _Said())
        for old in list(islice(self._said, max(0, len(self._said) - _UTTERANCES))):
            del self._said[old]
        return said
