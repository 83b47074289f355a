from __future__ import annotations

import pytest

from voicebot.oms import carriers
from voicebot.oms.status import Reason, ShipmentStatus

S = ShipmentStatus
R = Reason


@pytest.mark.parametrize(
    ("vocabulary", "code", "status", "reason"),
    [
        ("aftership", "OutForDelivery", S.OUT_FOR_DELIVERY, None),
        ("aftership", "Exception_017", S.DELAYED, R.WEATHER),
        ("aftership", "Exception_004", S.DELAYED, R.CUSTOMS),
        ("aftership", "Exception_013", S.LOST, R.LOST),
        ("aftership", "Delivered_005", S.DELIVERED, None),
        ("easypost", "return_to_sender", S.RETURNING, None),
        ("easypost", "in_transit/weather_delay", S.DELAYED, R.WEATHER),
        ("easypost", "in_transit/a_detail_of_tomorrow", S.IN_TRANSIT, None),
        ("shippo", "TRANSIT/notice_left", S.DELIVERY_ATTEMPT_FAILED, R.NOBODY_HOME),
        ("17track", "InTransit_CustomsInspection", S.IN_TRANSIT, R.CUSTOMS),
        ("17track", "DeliveryFailure_Other", S.DELIVERY_ATTEMPT_FAILED, None),
        ("17track", "Exception_Destroyed", S.LOST, R.LOST),
        ("ship24", "failed_attempt", S.DELIVERY_ATTEMPT_FAILED, None),
        ("karrio", "delivery_delayed/customs_inspection", S.DELAYED, R.CUSTOMS),
        ("karrio", "ready_for_pickup", S.AVAILABLE_FOR_PICKUP, None),
    ],
)
def test_words_of_carriers(vocabulary: str, code: str, status: S, reason: R | None) -> None:
    meaning = carriers.normalise(vocabulary, code)
    assert (meaning.status, meaning.reason) == (status, reason)


@pytest.mark.parametrize(
    ("vocabulary", "code"), [("ups", "D"), ("easypost", "lunch"), ("karrio", ""), ("easypost", "in_transit_x")]
)
def test_what_nobody_mapped_stays_unknown(vocabulary: str, code: str) -> None:
    assert carriers.normalise(vocabulary, code) == carriers.UNMAPPED


def test_case_does_not_matter() -> None:
    assert carriers.normalise("AfterShip", " delivered ").status is S.DELIVERED


def test_receivers_duty_is_kept() -> None:
    assert carriers.normalise("shippo", "TRANSIT/address_issue").action_required
    assert not carriers.normalise("shippo", "TRANSIT").action_required


def test_all_services_can_say_the_ordinary_words() -> None:
    ordinary = (S.LABEL_CREATED, S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.AVAILABLE_FOR_PICKUP, S.DELIVERED)
    for vocabulary in carriers.vocabularies():
        for status in ordinary:
            code = carriers.code_for(vocabulary, status)
            assert code is not None, (vocabulary, status)
            assert carriers.normalise(vocabulary, code).status is status


@pytest.mark.parametrize(
    "row", ["x\ta\tlost", "x\ta\tmislaid\t-\t-", "x\ta\tlost\tgremlins\t-", "x\tb\tlost\t-\t-\nx\tB\tlost\t-\t-"]
)
def test_broken_tables_are_refused(row: str) -> None:
    with pytest.raises(ValueError, match="carrier status row"):
        carriers.parse_table(f"# comment\nvocabulary\tcode\tstatus\treason\taction\n{row}\n")
