from __future__ import annotations

from voicebot.oms.status import OrderStatus, RefundStatus, normalised


def test_known_words_are_normalised_and_others_never_invented() -> None:
    assert normalised(OrderStatus, " On_Hold ") is OrderStatus.ON_HOLD
    assert normalised(OrderStatus, "awaiting_llama") is OrderStatus.UNKNOWN
    assert normalised(RefundStatus, "") is RefundStatus.UNKNOWN
