"""Addresses as recognisers write what callers say."""

from __future__ import annotations

import pytest

from voicebot.identifiers import find
from voicebot.identifiers.email import find_emails
from voicebot.identifiers.email_domains import provider, sound_key


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("john dot smith at gmail dot com", "john.smith@gmail.com"),
        ("John.Smith at gmail.com.", "john.smith@gmail.com"),
        ("J-O-H-N dot S-M-I-T-H at gmail dot com", "john.smith@gmail.com"),
        ("j o h n at gmail dot com", "john@gmail.com"),
        ("J.O.H.N. at gmail.com", "john@gmail.com"),
        ("maria double s at my shop dot com thanks", "mariass@myshop.com"),
        ("john underscore smith at yahoo dot com", "john_smith@yahoo.com"),
        ("john under score smith at yahoo dot com", "john_smith@yahoo.com"),
        ("mary dash jane at outlook dot com", "mary-jane@outlook.com"),
        ("mary-jane at outlook.com", "mary-jane@outlook.com"),
        ("mary hyphen jane at outlook dot com", "mary-jane@outlook.com"),
        ("john smith ninety nine at hotmail dot com", "johnsmith99@hotmail.com"),
        ("john smith nineteen eighty four at hotmail dot com", "johnsmith1984@hotmail.com"),
        ("john the number four at gmail dot com", "john4@gmail.com"),
        ("john smith all lower case at gmail dot com", "johnsmith@gmail.com"),
        ("john smith all one word at gmail dot com", "johnsmith@gmail.com"),
        ("john smith, no dots, at gmail dot com", "johnsmith@gmail.com"),
        ("john dot smith at gee mail dot com", "john.smith@gmail.com"),
        ("john dot smith at g mail dot com", "john.smith@gmail.com"),
        ("john dot smith at G-mail dot com", "john.smith@gmail.com"),
        ("john dot smith at hot mail dot com", "john.smith@hotmail.com"),
        ("john dot smith at hot male dot com", "john.smith@hotmail.com"),
        ("john dot smith at out look dot com", "john.smith@outlook.com"),
        ("john dot smith at i cloud dot com", "john.smith@icloud.com"),
        ("john dot smith at eye cloud dot com", "john.smith@icloud.com"),
        ("john dot smith at yahu dot com", "john.smith@yahoo.com"),
        ("john dot smith at a o l dot com", "john.smith@aol.com"),
        ("john.smith@gmail com", "john.smith@gmail.com"),
        ("john.smith @gmail.com", "john.smith@gmail.com"),
        ("john.smith@ gmail.com", "john.smith@gmail.com"),
        ("john.smith at gmail", "john.smith@gmail.com"),
        ("john.smithatgmail.com", "john.smith@gmail.com"),
        ("johnsmithatgmail.com", "johnsmith@gmail.com"),
        ("john.smith.gmail.com", "john.smith@gmail.com"),
        ("john.smithgmail.com", "john.smith@gmail.com"),
        ("john dot smith gmail dot com", "john.smith@gmail.com"),
        ("john dot smith at the rate gmail dot com", "john.smith@gmail.com"),
        ("john dot smith at sign gmail dot com", "john.smith@gmail.com"),
        ("john dot smith at gmail dotcom", "john.smith@gmail.com"),
        ("john dot smith at gmail dot calm", "john.smith@gmail.com"),
        ("john dot smith at gmail dot c o m", "john.smith@gmail.com"),
        ("It's J O H N underscore smith ninety nine at yahoo dot co dot uk please", "john_smith99@yahoo.co.uk"),
        ("john at yahoo dot co uk", "john@yahoo.co.uk"),
        ("john at yahoo.co.uk", "john@yahoo.co.uk"),
        ("info at acme tools dot com", "info@acmetools.com"),
        ("orders at my company dot org", "orders@mycompany.org"),
        ("peter at schmidt dash partner dot de", "peter@schmidt-partner.de"),
        ("p dot jones at university dot edu", "p.jones@university.edu"),
        ("my email is sam at proton mail dot com", "sam@protonmail.com"),
        ("s as in sam, a, m at gmail dot com", "sam@gmail.com"),
        ("alpha bravo charlie at gmail dot com", "abc@gmail.com"),
        ("john with a k at gmail dot com", "john@gmail.com"),
        ("carl with a k at gmail dot com", "karl@gmail.com"),
        ("smyth s m y t h at gmail dot com", "smyth@gmail.com"),
        ("smith, that's s m y t h, at gmail dot com", "smyth@gmail.com"),
        ("john dot smith spelled s m y t h at gmail dot com", "john.smyth@gmail.com"),
        ("anna oh seven at gmail dot com", "anna07@gmail.com"),
        ("bob double oh seven at gmail dot com", "bob007@gmail.com"),
        ("two thousand and one odyssey at gmail dot com", "2001odyssey@gmail.com"),
        ("capital J john at gmail dot com", "jjohn@gmail.com"),
        ("yes it is jane plus shop at gmail dot com", "jane+shop@gmail.com"),
        ("jo at gmail, no, at yahoo dot com", "jo@yahoo.com"),
        ("john smith at comcast dot net", "johnsmith@comcast.net"),
        ("john smith@gmail.com", "johnsmith@gmail.com"),
        ("john dot smith@gmail.com", "john.smith@gmail.com"),
        ("crystal, crystalminh838,crystalminh838@email.com, 1932822145", "crystalminh838@email.com"),
        ("you can write to smith@gmail.com", "smith@gmail.com"),
        ("my account is under elena at example dot org", "elena@example.org"),
        ("Elena@Example.org.", "elena@example.org"),
        ("r dot 2 dot d 2 at gmail dot com", "r.2.d2@gmail.com"),
        ("anne marie 22 at live dot com", "annemarie22@live.com"),
        ("tim at b t internet dot com", "tim@btinternet.com"),
        ("john period smith at gmail period com", "john.smith@gmail.com"),
        ("kathy, k-a-t-h-y at gmail dot com", "kathy@gmail.com"),
        ("k-a-t-h-y, kathy, at gmail dot com", "kathy@gmail.com"),
        ("sarah with an h dot jones at gmail dot com", "sarah.jones@gmail.com"),
        ("d as in david, b as in boy, 77, at gmail dot com", "db77@gmail.com"),
        ("ben and jerry at gmail dot com", "benandjerry@gmail.com"),
        ("reach me at dave at gmail dot com", "dave@gmail.com"),
        ("john at at and t dot net", "john@att.net"),
        ("jane doe o one at gmail dot com", "janedoe01@gmail.com"),
        ("j dot doe 2 thousand 1 at gmail dot com", "j.doe2001@gmail.com"),
        ("order 4481207 and the email is jane at gmail dot com", "jane@gmail.com"),
        ("jane at gmail dot com and my order number is 4481207", "jane@gmail.com"),
        ("my email's jane at gmail.com", "jane@gmail.com"),
        ("John. Smith at gmail.com", "john.smith@gmail.com"),
        ("Sure. John Smith at gmail.com", "johnsmith@gmail.com"),
        ("k dot o'brien at gmail dot com", "k.obrien@gmail.com"),
        ("lee add gmail dot com", "lee@gmail.com"),
        ("double u at gmail dot com", "w@gmail.com"),
        ("x y z 1 2 3 at gmail dot com", "xyz123@gmail.com"),
        ("z zero at gmail dot com", "z0@gmail.com"),
        ("mike at gmail dot com", "mike@gmail.com"),
        ("m i k e at jimail dot com", "mike@gmail.com"),
        ("victor dot hugo at orange dot fr", "victor.hugo@orange.fr"),
        ("support at voice-bot.io", "support@voice-bot.io"),
    ],
)
def test_addresses(text: str, value: str) -> None:
    found = find("email", text)
    assert found, "nothing was found"
    assert found[0].value == value


@pytest.mark.parametrize(
    "text",
    [
        "I am at home",
        "meet me at five",
        "yes at gmail dot com",
        "I was at the store. My order is late",
        "where is my order at gmail",
        "look at that dot",
        "john dot",
        "john dot smith at",
        "",
        "@",
        "at at at",
        "dot com",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert find_emails(text) == []


def test_words_side_by_side_may_have_had_a_dot_between_them() -> None:
    first, second = find_emails("john smith at gmail dot com")[:2]
    assert (first.value, second.value) == ("johnsmith@gmail.com", "john.smith@gmail.com")
    assert second.score < 0.5 < first.score


def test_a_domain_that_only_sounds_like_a_provider_stays_possible() -> None:
    values = [found.value for found in find_emails("ann at jimail dot com")]
    assert values == ["ann@gmail.com", "ann@jimail.com"]


def test_an_ending_that_was_not_said_makes_it_doubtful() -> None:
    (found,) = find_emails("jo at gmail")
    assert (found.value, found.score < 0.45) == ("jo@gmail.com", True)
    assert find_emails("jo at gmail dot com")[0].score > 0.9


def test_a_lost_at_sign_is_worth_a_question() -> None:
    assert 0.2 < find_emails("john.smith.gmail.com")[0].score < 0.7


def test_the_span_covers_the_address_and_not_the_sentence() -> None:
    text = "my e-mail is john dot smith at gmail dot com, thank you"
    start, end = find_emails(text)[0].span
    assert text[start:end] == "john dot smith at gmail dot com"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("geemail", "gmail"),
        ("jimail", "gmail"),
        ("hotmale", "hotmail"),
        ("yahu", "yahoo"),
        ("outlock", "outlook"),
        ("eyecloud", "icloud"),
        ("gmail", "gmail"),
        ("homedepot", None),
        ("example", None),
        ("me", "me"),
    ],
)
def test_providers_by_their_sound(name: str, meant: str | None) -> None:
    assert provider(name) == meant


def test_spellings_of_a_sound_have_one_key() -> None:
    assert sound_key("gmail") == sound_key("geemail") == sound_key("jeemail")
    assert sound_key("gmail") != sound_key("email")
