"""What is said over the bot without meaning to interrupt it, told by its words alone. Pure."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from voicebot.identifiers.vocabulary import words
from voicebot.listening.guards import normalised

#: "Mhm", "uh", "hmm", "um" in every spelling of the recogniser.
_HUM = re.compile(r"(?:m+[\s-]?)?h*m+h*m*|h+m+|u+[hm]+(?:[\s-]?h*u+h+)?|uh[\s-]?huh|a+h+|o+h+|e+[rh]+m*|e+m+")
_BACKCHANNEL_WORDS = frozenset(
    words(
        "mhm mm hm hmm mmm mmhm mmhmm uh huh um ah oh aha ok okay yeah yes yep yup right sure alright all got it i see",
        "good great cool nice fine perfect exactly really wow so true understood",
    )
)
_MAX_BACKCHANNEL_WORDS = 3
#: "Yes. … Please.": said when the bot speaks already, these belong to the turn that it answers.
_COURTESY_WORDS = frozenset({"please", "thanks", "thank", "you", "sir", "madam", "ma'am"})
#: Said over the bot's goodbye, these take leave too and want no answer.
_PARTING_WORDS = _BACKCHANNEL_WORDS | frozenset(
    words("bye goodbye cheers ta thanks thank you too that's that is all it nothing else no have a day evening one")
)
_MAX_PARTING_WORDS = 10
#: Alone, these are what the recogniser makes of a breath or a cough more often than what a caller says.
_PARTICLES = frozenset(words("you the a i and so it is to of but he she they we that this"))
#: Who is called so is in the caller's room; the agent on the telephone is not.
_ELSEWHERE = re.compile(
    r"(?:hey |oh |yes |yeah |no |not now |wait |stop it |come here )?"
    r"(?:honey|sweetie|sweetheart|darling|babe|baby|mom|mum|mommy|mummy|dad|daddy|grandma|grandpa|kids|guys|buddy)\b.*"
    r"|.*\b(?:i'm|i am) (?:still |just )?on (?:the|a) (?:phone|call|line)\b.*"
)
_ECHO_WORDS, _ECHO_LIKENESS = 2, 0.75


def is_hum(text: str) -> bool:
    """Only sounds: "mhm", "um", "uh, hmm"."""
    said = re.findall(r"[\w'-]+", normalised(text))
    return bool(said) and (_HUM.fullmatch(" ".join(said)) is not None or all(_HUM.fullmatch(word) for word in said))


def is_backchannel(text: str) -> bool:
    """ "Mhm", "okay", "I see": encouragement, no wish to speak."""
    said = normalised(text).split()
    few = 0 < len(said) <= _MAX_BACKCHANNEL_WORDS
    return is_hum(text) or (few and all(word in _BACKCHANNEL_WORDS or _HUM.fullmatch(word) for word in said))


def is_courtesy(text: str) -> bool:
    """ "Please", "thank you, sir"."""
    said = normalised(text).split()
    return bool(said) and _COURTESY_WORDS.issuperset(said)


def is_parting(text: str) -> bool:
    """ "Thanks, bye", "that's all, you too": a leave-taking, and nothing besides."""
    said = normalised(text).split()
    return 0 < len(said) <= _MAX_PARTING_WORDS and _PARTING_WORDS.issuperset(said) and set(said) != {"no"}


def is_particle(text: str) -> bool:
    """One small word that says nothing by itself."""
    return normalised(text) in _PARTICLES


def is_for_somebody_else(text: str) -> bool:
    """ "Honey, can you close the door?", "I'm on the phone": said to a person in the caller's room."""
    return _ELSEWHERE.fullmatch(normalised(text)) is not None


@lru_cache(maxsize=256)
def echoes(heard: str, said: str) -> bool:
    """Whether `heard` is a stretch of what the bot itself has just `said`, give or take a misheard word."""
    ours, theirs = normalised(said).split(), normalised(heard).split()
    if len(theirs) < _ECHO_WORDS:
        return False
    blocks = difflib.SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    matched = sum(block.size for block in blocks)
    # The words must come from one place: scattered matches of "the" and "is" are no echo.
    found = [block for block in blocks if block.size]
    reach = found[-1].b + found[-1].size - found[0].b if found else 0
    return matched >= _ECHO_LIKENESS * len(theirs) and reach <= len(theirs) + 2
