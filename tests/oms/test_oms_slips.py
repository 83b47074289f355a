from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.oms.demo.slips import one_edit, two_edits


def test_slips_of_one() -> None:
    for heard in ("4481201", "448120", "44812077", "4841207"):
        assert "4481207" in one_edit(heard), heard
    assert "4481207" not in one_edit("4481207") | one_edit("4481251")


@given(st.text("0123456789", min_size=7, max_size=7), st.data())
def test_every_pair_of_changes_is_reached(number: str, data: st.DataObject) -> None:
    i = data.draw(st.integers(0, 6))
    j = data.draw(st.integers(0, 6))
    digits = list(number)
    digits[i] = data.draw(st.sampled_from("0123456789"))
    digits[j] = data.draw(st.sampled_from("0123456789"))
    other = "".join(digits)
    assert other == number or other in one_edit(number) | two_edits(number)
