"""Yes and no in the forms that callers use. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from voicebot.identifiers.found import Found

_Verdict = Literal["yes", "no", "open", ""]
"""`open`: the caller does not decide. Empty: these words look like an answer and are none."""

_END = r"(?=\s*(?:$|[,.!;:?]|\b(?:indeed|too|actually|please|thanks|thank|sir|ma'am|yes|yeah)\b))"
_IT = r"(?:it|that|this|he|she|they|we|you|there|i)"
_THATS = r"(?:that(?:'s| is|s| was)|it(?:'s| is| was)|this is|you(?:'re| are)|they(?:'re| are))"
_PERHAPS = r"(?:probably|i (?:guess|suppose|think|believe|hope|imagine)|maybe|perhaps|apparently)"


@dataclass(frozen=True, slots=True)
class _Form:
    """Words for yes or no. `weak`: everyday words, believed only where little else is said."""

    verdict: _Verdict
    words: str
    score: float = 1.0
    weak: bool = False


#: More particular forms first: what they cover is not read again.
_FORMS: tuple[_Form, ...] = (
    # Neither
    _Form(
        "open",
        r"(?:i )?(?:do not|don't|dont) (?:really )?know"
        r"|(?:i(?: am|'m) )?not (?:so |too |really )?(?:sure|certain)",
    ),
    _Form(
        "open",
        r"no (?:idea|clue)|it depends|depends(?: on)?|hard to say"
        r"|i(?:'d| would| will|'ll)? have to (?:check|think)",
    ),
    _Form("open", r"no+,? (?:no,? )*that(?:'s| is| was) (?:right|correct|true|the one)"),
    _Form("", r"(?:can|could|will|would|do|see|thank|love) ya"),
    _Form("", r"right (?:now|away|there|here|after|before|in|on|at)|all right then"),
    _Form(
        "",
        r"(?:have|has|had|got|there's|there is|there was|with|see|find|received?|gave|getting) (?:got )?no"
        r"|no (?:one|longer|matter|more|other)",
    ),
    _Form(
        "",
        r"good (?:morning|afternoon|evening|day|night)|(?:thank you|thanks) very much"
        r"|(?:a|the|my|any|that) (?:good|great|fine|right|wrong|perfect)\b",
    ),
    _Form("", r"(?:not )?(?:until|till|since|before|after|by|next|this) (?:it's )?(?:fine|right|good)"),
    # No, in words that look like yes
    _Form("no", rf"{_PERHAPS} not|i (?:don't|do not) (?:think|believe|guess|suppose) so|i doubt (?:it|that)", 0.8),
    _Form(
        "no",
        r"(?:of course|absolutely|certainly|definitely|obviously|sure(?:ly)?|please|why|hell|heck|god|oh)"
        r" (?:do )?(?:not|no|don't|nope)(?<!why not)",
    ),
    _Form("no", r"(?:yeah|yep|ya|yea|well),? (?:no|nah|nope)(?!,? (?:yeah|yes|yep|problem|worries|doubt))", 0.8),
    _Form(
        "no",
        r"no+,? (?:no,? )*(?:thanks?(?: you)?,? )?(?:that(?:'s| is|'ll be)|i(?:'m| am)|it(?:'s| is)|we're)"
        r" (?:fine|ok(?:ay)?|all ?right|good|all(?: set)?|it|everything)",
        0.7,
    ),
    _Form("no", r"(?:i'm|i am|we're) (?:good|fine|ok(?:ay)?|all set)(?! with| to go)", 0.6, weak=True),
    _Form(
        "no",
        r"(?:that|it)(?: will|'ll| would| wo|'d)?(?:n't| not) be necessary|no need|not necessary"
        r"|no (?:thanks?|thank you|sir|ma'am|way)",
    ),
    # Yes, in words that look like no
    _Form(
        "yes",
        r"(?:no|not a) (?:problem|worries|doubt|objections?)|(?:i )?(?:don't|do not|wouldn't) mind"
        r"|(?:i )?(?:don't|can't) see why not",
        0.8,
    ),
    _Form("yes", r"(?:no|nah),? (?:yeah|yes|yep)(?!,? no)", 0.7),
    _Form("yes", r"why not|can't hurt|couldn't hurt", 0.9),
    # No
    _Form(
        "no",
        rf"{_THATS} (?:not (?:right|correct|it|true|the one|quite right|what i)|wrong|incorrect|false)"
        rf"|{_THATS} not{_END}",
    ),
    _Form(
        "no",
        r"not (?:right|correct|really|at all|now|today|yet|quite|exactly"
        r"|particularly|that i know(?: of)?|necessarily|true|this time|me)",
    ),
    _Form(
        "no",
        r"(?:i )?(?:do not|don't|dont) (?:want|think so|need|like|do (?:that|it)|bother)"
        rf"|i(?:'d| would) (?:rather|prefer) not|i can(?:'t|not){_END}",
    ),
    _Form("no", r"(?:nope|nah|naw|nay|negative|nuh[- ]?uh|uh[- ]uh|unh[- ]unh|m+[- ]m+|no+|na+h)"),
    _Form(
        "no",
        r"i (?:do|did|am|have|would|could|will|was) not|i'm not"
        r"|i (?:did|have|would|could|wo|was|had|should)n't",
        weak=True,
    ),
    _Form(
        "no",
        rf"{_IT} (?:is|was|does|did|has|have|do|will|would|can|could|are|were)(?:n't| not){_END}"
        rf"|{_IT} (?:won't|ain't|can't|cannot){_END}",
    ),
    _Form("no", r"don't|do not|hardly|never ever|no chance|not (?:a|by any) (?:chance|means)|forget it"),
    _Form("no", r"incorrect|wrong|never|false", 0.8, weak=True),
    # Yes
    _Form(
        "yes",
        rf"{_THATS} (?:absolutely |quite |exactly |all |totally )?"
        r"(?:right|correct|the one|true|it|what i (?:said|want(?:ed)?|mean))",
    ),
    _Form(
        "yes",
        rf"{_THATS} (?:absolutely |totally |perfectly )?(?:fine|good|great|perfect|ok(?:ay)?|all ?right|me|mine)",
        0.8,
    ),
    _Form("yes", r"(?:yes|yeah|yep|yup|yea|yah|aye|ya),? (?:please|sir|ma'am|indeed|sure|of course)"),
    _Form(
        "yes",
        r"yes+(?:sir|ir)?|yeah+|yep|yup|yea|yah|aye|ya|affirmative|exactly|precisely|indeed|absolutely"
        r"|definitely|certainly|totally",
    ),
    _Form(
        "yes",
        r"of course|for sure|sure(?: thing)|by all means|please do|go (?:right )?ahead|go for it"
        r"|you (?:bet|got it)|(?:without|no) (?:a )?doubt",
    ),
    _Form("yes", r"uh[- ]?huh|a-?ha|m+[- ]?h+m+|m+[- ]?h+u+h|mhm+|mhmm+|si"),
    _Form(
        "yes",
        r"i (?:think|believe|hope|would say) so|i(?:'d| would) (?:like|love) (?:that|to|it)(?= *(?:$|[,.!]|please))"
        r"|that(?:'d| would| will|'ll) (?:be )?(?:great|nice|good|fine|perfect|lovely|work|do)",
    ),
    _Form("yes", r"(?:i (?:guess|suppose)(?: so)?|probably|i imagine so|more or less|kind of|sort of)", 0.6),
    _Form("yes", rf"{_IT} (?:is|was|do|does|did|has|have|am|would|could|can|will|were|are){_END}", 0.9, weak=True),
    _Form(
        "yes",
        r"sounds (?:good|great|fine|right|perfect|like a plan)|(?:that )?works(?: for me)?"
        r"|do (?:it|that|so)\b",
        0.9,
    ),
    _Form(
        "yes",
        r"sure|correct|right|true|ok(?:ay)?|okey|k|alright|all right|fine|perfect|great|good|cool"
        r"|excellent|wonderful|please|got it|agreed|deal",
        1.0,
        weak=True,
    ),
)
_KNOW = re.compile(
    r"^\W*know(?=\W+(?:thanks|thank you|that(?:'s| is| was)|it(?:'s| is)|i(?:'m| am)|not|no|please|sir|ma'am)\b)",
    re.IGNORECASE,
)
_READER = re.compile(
    "|".join(f"(?P<f{number}>(?<![\\w'])(?:{form.words})(?![\\w']))" for number, form in enumerate(_FORMS)),
    re.IGNORECASE,
)
#: Said when no question was answered: it is one.
_QUESTION = re.compile(
    r"\W*(?:(?:um|uh|er|so|and|but|oh|well|hm+|wait|sorry|okay|ok)\W+)*"
    r"(?:(?:what|how|why|when|where|who|which)\b(?! not)"
    r"|(?:can|could|do|does|did|is|are|am|will|would|should|have|has) "
    r"(?:i|you|it|they|we|that|this|there|he|she|my|the|your)\b)",
    re.IGNORECASE,
)
#: "…, isn't it": asks for agreement and gives none.
_TAG = re.compile(
    r"\W+(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|wo|should)(?:n't|nt| not)? "
    r"(?:it|you|they|he|she|we|i|there)|(?:right|correct|okay|ok|yeah|yes|no|eh|huh)(?=\?))\W*$",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|unless|only|except|as long as|so long as|provided|providing|however|depends|depending|on condition)\b",
    re.IGNORECASE,
)
_BUT = re.compile(r"\bbut\b", re.IGNORECASE)
#: Courtesy, no condition.
_POLITE = re.compile(
    r"\bif (?:you (?:don't mind|can|could|would|like|want|please|wouldn't mind)"
    r"|(?:that|it)(?:'s| is) (?:ok(?:ay)?|possible|all ?right|no (?:trouble|problem))|possible"
    r"|i (?:may|might|can|could))\b"
    r"|\bonly (?:one|the one)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(r"\b(?:sorry|wait|actually|i mean|hold on|scratch that|on second thought)\b", re.IGNORECASE)
#: So many words beside the answers leave everyday words their meaning as answers.
_FEW_WORDS = 2
_EARLY = 12
_UNCLEAR, _CONDITIONAL, _LATE = 0.5, 0.3, 0.6


def as_answered(text: str) -> str:
    """The text with a leading "know" that was a "no" ("Know, that is all, thanks") written so; as long as before."""
    return _KNOW.sub(lambda match: match[0][:-4] + "no  ", text)


def find_yes_no(text: str) -> list[Found]:
    """At most one reading, `yes` or `no`.

    The first clear word decides, unless it is taken back. Contradictions and hesitation lower the score; a yes under a
    condition has 0.3. "I don't know", "no, that's right" and questions are neither.
    """
    text = as_answered(text.replace("’", "'"))
    plain = _TAG.sub(_blank, text) if len(text.split()) > 2 else text
    answers = _answers(plain)
    if not answers or (_QUESTION.match(plain) and answers[0][1][0] > 0 and not _answers_first(plain, answers[0][1])):
        return []
    verdict, span, score = answers[0]
    if len(answers) > 1 and any(other != verdict for other, _, _ in answers):
        last = answers[-1]
        if _TAKEN_BACK.search(plain, span[1], last[1][0]):
            verdict, span, score = last[0], last[1], 0.8
        else:
            score = min(score, _UNCLEAR)
    elif span[0] > _EARLY:
        score = min(score, _LATE)
    if verdict == "yes" and (_CONDITION.search(_POLITE.sub(" ", plain)) or _BUT.search(plain, span[1])):
        score = _CONDITIONAL
    return [Found(verdict, span, score)]


def yes_no(text: str) -> bool | None:
    """True, False, or None when it is neither or unclear."""
    found = find_yes_no(text)
    return found[0].value == "yes" if found and found[0].score >= _UNCLEAR else None


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _answers(plain: str) -> list[tuple[Literal["yes", "no"], tuple[int, int], float]]:
    """Verdicts with their places and scores, in order; nothing when the caller says that he does not decide."""
    few = len(re.findall(r"[\w']+", _READER.sub(" ", plain))) <= _FEW_WORDS
    found: list[tuple[Literal["yes", "no"], tuple[int, int], float]] = []
    for match in _READER.finditer(plain):
        form = _FORMS[int(str(match.lastgroup)[1:])]
        if form.verdict == "open":
            return []
        if form.verdict == "":
            continue
        if form.weak and not few and not (_opens(plain, match) or found):
            continue
        found.append((form.verdict, match.span(), form.score))
    return found


def _opens(plain: str, match: re.Match[str]) -> bool:
    """An everyday word at the beginning, with a pause behind it: "Right, so the thing is …"."""
    return not re.search(r"\w", plain[: match.start()]) and bool(re.match(r"\s*[,.!;]", plain[match.end() :]))


def _answers_first(plain: str, span: tuple[int, int]) -> bool:
    """Nothing but hesitation stands before the answer."""
    return re.fullmatch(r"\W*(?:(?:um|uh|er|so|and|but|oh|well|hm+|okay|ok)\W*)*", plain[: span[0]], re.I) is not None
