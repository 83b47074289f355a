from __future__ import annotations

import pytest

from voicebot.oms.connector import DeadlineExceeded, NotAllowed, Unavailable
from voicebot.oms.connectors.addresses import wanted_address
from voicebot.oms.connectors.marks import Lost, Sent, stamp, with_stamp
from voicebot.oms.model import Address

NOW = Address(name="Nora", street="12 Alder Street", city="Albany", region="NY", postcode="12207", country="US")


def test_a_stamp_is_the_keys_alone() -> None:
    assert stamp("k") == stamp("k") != stamp("l")
    assert with_stamp("k", "") == f"({stamp('k')})"
    assert "secret" not in with_stamp("secret key", "why")


@pytest.mark.parametrize("longest", [0, 20, 40, 255])
def test_what_is_too_long_is_cut_off_the_words(longest: int) -> None:
    noted = with_stamp("k", "y" * 300, longest)
    mark = f"({stamp('k')})"
    assert noted.endswith(mark)
    assert len(noted) == max(longest, len(mark))
    assert with_stamp("k", "why", 255) == with_stamp("k", "why") == f"why {mark}"
    assert len(with_stamp("k", "y" * 300)) == 301 + len(mark)


@pytest.mark.parametrize(
    ("error", "lost"), [(Lost("x"), True), (DeadlineExceeded("x"), True), (Unavailable("x"), False), (KeyError(), True)]
)
async def test_only_a_write_without_an_answer_may_be_under_way(error: Exception, lost: bool) -> None:
    sent = Sent()
    with pytest.raises(type(error)):
        async with sent.watching("m"):
            raise error
    assert sent.lost("m") is lost
    if lost:
        with pytest.raises(DeadlineExceeded, match="under way"):
            sent.told("m")
    sent.told("another")


def test_what_is_left_out_of_an_address_stays() -> None:
    assert wanted_address({"street": " 9 Lindenallee "}, NOW).street == "9 Lindenallee"
    assert wanted_address({"street": "x"}, NOW).city == "Albany"


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        "x",
        {"street": " "},
        {"street": 7},
        {"planet": "Mars"},
        {"country": "CA"},
        {"country": "usa"},
        {"street": "x" * 201},
    ],
)
def test_a_bad_address_is_refused(given: object) -> None:
    with pytest.raises(NotAllowed) as error:
        wanted_address(given, NOW)
    assert error.value.reason == "bad_address"
