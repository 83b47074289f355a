"""Yes and no in the forms that callers use. Pure."""

from __future__ import annotations

import re

from voicebot.identifiers.found import Found

#: Longer phrases first: what they cover is not read again.
_FORMS: tuple[tuple[str, str | None], ...] = (
    (
        r"(?:i )?(?:do not|don't|dont) know|(?:i(?: am|'m) )?not (?:sure|certain)|no idea"
        r"|maybe|perhaps|possibly|it depends",
        None,
    ),
    (r"no,? that(?:'s| is| was) (?:right|correct|fine|it|all|everything)", None),
    (r"(?:that(?:'s| is)|it(?:'s| is)|you(?:'re| are)) (?:not (?:right|correct|it|true)|wrong|incorrect|false)", "no"),
    (r"not (?:right|correct|really|at all|now|today|yet|quite|exactly)", "no"),
    (
        r"(?:i )?(?:do not|don't|dont) (?:want|think so|need|do (?:that|it))|i(?:'d| would) rather not|i can(?:'t|not)",
        "no",
    ),
    (
        r"no,? (?:thanks|thank you|sir|ma'am|way)|nope|nah|naw|negative|incorrect|wrong|never|nuh[- ]uh|uh[- ]uh|no",
        "no",
    ),
    (r"i (?:do|did|am|have|would|could|can|will|was) not|i'm not|i (?:did|have|would|could|wo|was)n't", "no"),
    (r"don't|do not|absolutely not|certainly not|definitely not|of course not", "no"),
    (
        r"(?:that(?:'s| is|s)|it(?:'s| is)|you(?:'re| are)|you got it) ?(?:right|correct|it|the one|true|fine|good)?",
        "?",
    ),
    (r"(?:yes|yeah|yep|yup|yea|yah|aye|ya),? (?:please|sir|ma'am|indeed|sure|of course)", "yes"),
    (
        r"yes|yeah|yep|yup|yea|yah|aye|affirmative|correct|exactly|precisely|indeed|absolutely|definitely|certainly",
        "yes",
    ),
    (r"of course|for sure|sure(?: thing)?|right|true|please do|go (?:ahead|for it)|do (?:it|that|so)|please", "yes"),
    (r"i (?:do|did|am|have|would|think so|guess so|believe so)|sounds (?:good|great|fine)|works for me|why not", "yes"),
    (r"ok(?:ay)?|alright|all right|fine|perfect|great|good|uh[- ]huh|mm[- ]?hm+|m+hm+|mhm|you bet|si", "yes"),
)
_READER = re.compile("|".join(f"(?P<f{i}>\\b(?:{form})\\b)" for i, (form, _) in enumerate(_FORMS)), re.IGNORECASE)
_ASSENT = re.compile(r"(?:right|correct|it|the one|true|fine|good)$", re.IGNORECASE)
#: A conditional yes is not a yes.
_CONDITION = re.compile(r"\b(?:but|if|unless|only|except|as long as|provided|however|depends)\b", re.IGNORECASE)


def find_yes_no(text: str) -> list[Found]:
    """At most one reading, `yes` or `no`. The first clear word decides; contradictions and conditions lower the score.

    "I don't know" and "no, that's right" are neither.
    """
    plain = text.replace("’", "'")
    verdicts: list[tuple[str, tuple[int, int]]] = []
    for match in _READER.finditer(plain):
        verdict = _FORMS[int(str(match.lastgroup)[1:])][1]
        if verdict == "?":
            if not _ASSENT.search(match.group()):
                continue
            verdict = "yes"
        if verdict is None:
            return []
        verdicts.append((verdict, match.span()))
    if not verdicts:
        return []
    value, span = verdicts[0]
    score = 1.0 if span[0] <= 12 else 0.6
    if any(other != value for other, _ in verdicts[1:]):
        score = 0.5
    if value == "yes" and _CONDITION.search(plain, span[1]):
        score = 0.3
    return [Found(value, span, score)]


def yes_no(text: str) -> bool | None:
    """True, False, or None when it is neither or unclear."""
    found = find_yes_no(text)
    return found[0].value == "yes" if found and found[0].score >= 0.5 else None
