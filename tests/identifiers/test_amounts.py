from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.identifiers import find
from voicebot.identifiers.amounts import find_amounts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("twenty four ninety nine", "2499 USD"),
        ("$24.99", "2499 USD"),
        ("$ 24 99", "2499 USD"),
        ("24.99", "2499 USD"),
        ("fifty bucks", "5000 USD"),
        ("a dollar", "100 USD"),
        ("twenty-four dollars and ninety-nine cents", "2499 USD"),
        ("24 dollars 99", "2499 USD"),
        ("twenty four point nine nine", "2499 USD"),
        ("one hundred twenty four ninety nine", "12499 USD"),
        ("twelve oh five", "1205 USD"),
        ("two fifty", "250 USD"),
        ("a hundred and five euros and ten cents", "10510 EUR"),
        ("€1,249.50", "124950 EUR"),
        ("1.249,50 euros", "124950 EUR"),
        ("twelve pounds fifty", "1250 GBP"),
        ("three quid", "300 GBP"),
        ("20 pounds and 5 pence", "2005 GBP"),
        ("fifty p", "50 GBP"),
        ("fifty cents", "50 USD"),
        ("three thousand yen", "3000 JPY"),
        ("30 USD", "3000 USD"),
        ("1,250 dollars", "125000 USD"),
        ("2 thousand dollars", "200000 USD"),
        ("it cost about twenty dollars I think", "2000 USD"),
        ("5 dollars two weeks ago", "500 USD"),
        ("thirty dollars, sorry, forty dollars", "4000 USD"),
        ("fifty", "5000 USD"),
    ],
)
def test_amounts(text: str, value: str) -> None:
    assert find("amount", text)[0].value == value


@pytest.mark.parametrize(
    "text", ["", "two shirts", "4481207", "order number 4481207", "at 5 pm", "20%", "three weeks ago", "the second one"]
)
def test_what_is_no_amount(text: str) -> None:
    assert find_amounts(text) == []


def test_the_currency_of_the_region_is_meant_where_none_is_said() -> None:
    assert find("amount", "twenty four ninety nine", region="GB")[0].value == "2499 GBP"
    assert find("amount", "fifty cents", region="DE")[0].value == "50 EUR"
    assert find("amount", "five dollars", region="CA")[0].value == "500 CAD"


def test_only_with_cents_an_amount_is_surely_all() -> None:
    assert find_amounts("$24.99")[0].score >= 0.95 > find_amounts("twenty four dollars")[0].score
    assert find_amounts("fifty")[0].score <= 0.5


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for found in find_amounts(text):
        minor, currency = found.value.split()
        assert int(minor) >= 0
        assert len(currency) == 3
