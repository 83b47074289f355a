"""Yes, no, and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers import yes_no
from voicebot.identifiers.yes_no import find_yes_no

YES = (
    "I'd love to",
    "I would like that",
    "yes",
    "Yeah, that's right.",
    "um yes please",
    "uh-huh",
    "okay",
    "yep",
    "yup",
    "mm-hmm",
    "mhm",
    "Mm hmm.",
    "sure",
    "sure thing",
    "of course",
    "absolutely",
    "correct",
    "right",
    "that's right",
    "that is correct",
    "exactly",
    "sounds good",
    "go ahead",
    "please do",
    "I think so",
    "I guess",
    "I guess so",
    "I suppose",
    "why not",
    "you bet",
    "it is",
    "I do",
    "yes I do",
    "that would be great",
    "that works",
    "works for me",
    "yes sir",
    "no problem",
    "I don't mind",
    "no yeah",
    "yes it is",
    "oh yes",
    "that's the one",
    "that's it",
    "fine",
    "perfect",
    "great, thanks",
    "alright",
    "all right",
    "please",
    "yes, if you don't mind",
    "sure, if that's possible",
    "no wait, yes",
    "no, sorry, I mean yes",
    "yeah yeah",
    "yes yes yes",
    "Yes, actually.",
    "probably",
    "ok",
    "okay thank you",
    "you got it",
    "aye",
    "by all means",
    "I'd like that",
    "yes, that's what I said",
    "ok thank you",
    "yes, please",
    "Yes.",
    "I don't see why not",
    "it is, yes",
    "it does",
    "definitely",
    "I am",
    "yes I would",
    "that's correct, yes",
    "yes, the blue one",
    "Sure, go ahead",
    "yeah I guess",
)
NO = (
    "I do not have it",
    "I haven't received it",
    "I cannot",
    "no",
    "no thanks",
    "that's not right",
    "Not really.",
    "uh-uh",
    "nope",
    "nah",
    "no no no",
    "no no that's fine",
    "yeah no",
    "Yeah, no.",
    "yeah nah",
    "no thank you",
    "I don't think so",
    "I'd rather not",
    "absolutely not",
    "of course not",
    "not at all",
    "not now",
    "I guess not",
    "probably not",
    "no way",
    "never",
    "wrong",
    "that's wrong",
    "incorrect",
    "it isn't",
    "it's not",
    "no it's not",
    "I do not",
    "I'm not",
    "I didn't",
    "please don't",
    "yes, actually no",
    "yes, sorry, I mean no",
    "no need",
    "that won't be necessary",
    "I doubt it",
    "no, I'm good",
    "I'm good",
    "no that's all",
    "mm-mm",
    "hell no",
    "not yet",
    "I can't",
    "no I don't",
    "No, it's four four eight",
    "negative",
    "nuh-uh",
    "not that I know of",
    "no, that is wrong",
)
NEITHER = (
    "please increase your volume",
    "order more bread please",
    "I would like to know the price",
    "I cannot sign up",
    "can ya help me",
    "what options do I have",
    "it's not working since it was delivered last week",
    "I am not good with the internet you know",
    "No, that's right.",
    "I don't know",
    "yes but only if it's free",
    "I ordered it last week",
    "maybe",
    "perhaps",
    "I'm not sure",
    "it depends",
    "yes if it's free",
    "only if it's free",
    "as long as it's free yes",
    "what?",
    "why?",
    "can I do that?",
    "is it free?",
    "do I have to",
    "how much is it",
    "you have my address, don't you",
    "you'll send it tomorrow, right?",
    "I have another order",
    "I have a question",
    "right now I'm driving",
    "I have no order number",
    "there was no one",
    "it never arrived at my house you know",
    "hello",
    "good morning",
    "no idea",
    "I'm not certain",
    "my name is Noah",
    "sorry what",
    "the shoes are great but I got the other ones",
    "",
)


@pytest.mark.parametrize("text", YES)
def test_yes(text: str) -> None:
    assert yes_no(text) is True


@pytest.mark.parametrize("text", NO)
def test_no(text: str) -> None:
    assert yes_no(text) is False


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str) -> None:
    assert yes_no(text) is None


@pytest.mark.parametrize("text", ["yes but only if it's free", "if it's free, yes", "okay, as long as it's quick"])
def test_a_conditional_yes_is_found_but_is_no_yes(text: str) -> None:
    (found,) = find_yes_no(text)
    assert (found.value, found.score) == ("yes", 0.3)


@pytest.mark.parametrize("text", ["no, but thanks", "no, only if I must"])
def test_a_conditional_no_is_a_no(text: str) -> None:
    assert yes_no(text) is False


def test_a_hesitant_answer_scores_less() -> None:
    assert find_yes_no("I guess")[0].score < find_yes_no("yes")[0].score


def test_what_is_taken_back_does_not_count() -> None:
    assert yes_no("yes, sorry, I mean no") is False
    assert yes_no("no wait, yes") is True
    assert find_yes_no("yes no")[0].score == 0.5


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for found in find_yes_no(text):
        assert found.value in ("yes", "no")
        assert 0.0 < found.score <= 1.0
