"""Nothing is told as done that somebody else did, or that did not come about."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from shopify_fake import ID, MARK, PLACED, TOKEN, Json, Shop, delivered, parcel, plan, refund, refunding, soon

from voicebot.oms.actions import ActionKind
from voicebot.oms.connector import BadAnswer, Conflict, DeadlineExceeded, Unavailable
from voicebot.oms.connectors import shopify
from voicebot.oms.connectors.shopify import queries, writes
from voicebot.oms.settings import OmsSettings
from voicebot.oms.start import CONNECTORS

POLICIES = Path(__file__).parents[3] / "policies"
#: What Shopify is told for each reason of ours.
REASONS = {
    "changed_mind": "UNWANTED",
    "too_small": "SIZE_TOO_SMALL",
    "too_big": "SIZE_TOO_LARGE",
    "damaged": "DEFECTIVE",
    "defective": "DEFECTIVE",
    "wrong_item": "WRONG_ITEM",
    "missing": "OTHER",
    "not_as_described": "NOT_AS_DESCRIBED",
    "late": "OTHER",
    "other": "OTHER",
}
#: Of cancellations that are not that of the key `k`.
FOREIGN = [
    None,
    {"staffNote": None},
    {"staffNote": "called us"},
    {"staffNote": "changed_mind (voicebot-0123456789abcdef)"},
]


# -- cancellations


@pytest.mark.parametrize("cancellation", FOREIGN)
async def test_a_colleagues_cancellation_is_not_ours(cancellation: Json | None) -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL)
    assert planned.preview["refund_minor"] == 2900
    shop.order |= {"cancelledAt": PLACED, "cancellation": cancellation}
    with pytest.raises(Conflict):
        await connector.commit(planned, key="k", deadline=soon())
    assert "Cancel" not in shop.names
    assert await connector.outcome(planned, key="k", deadline=soon()) is None


@pytest.mark.parametrize("cancellation", FOREIGN)
async def test_a_colleague_who_is_faster_than_our_job_is_not_us(cancellation: Json | None) -> None:
    shop = Shop()
    shop.answers["Job"] = {"job": None}
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL)

    def cancelled(_: Json) -> Json:
        shop.order |= {"cancelledAt": PLACED, "cancellation": cancellation}
        return {"orderCancel": {"job": {"id": "j", "done": False}, "orderCancelUserErrors": []}}

    shop.answers["Cancel"] = cancelled
    with pytest.raises(Unavailable, match="not cancelled by it"):
        await connector.commit(planned, key="k", deadline=soon())


async def test_a_cancellation_of_ours_is_known_again() -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL)
    await connector.commit(planned, key="k", deadline=soon())
    again = await connector.commit(planned, key="k", deadline=soon())
    assert (again.status, again.facts["refund_minor"], shop.names.count("Cancel")) == ("committed", 2900, 1)
    with pytest.raises(Conflict):
        await connector.commit(planned, key="another", deadline=soon())


@pytest.mark.parametrize(("status", "told"), [("SUCCESS", 2900), ("PENDING", 2900), ("FAILURE", None), ("ERROR", None)])
async def test_a_cancellation_tells_of_no_money_that_could_not_be_given_back(status: str, told: int | None) -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.CANCEL)
    job = shop.answers["Job"]

    def done(given: Json) -> Any:
        shop.order["refunds"] = [refund("29.00", status=status)]
        assert callable(job)
        return job(given)

    shop.answers["Job"] = done
    result = await connector.commit(planned, key="k", deadline=soon())
    assert (result.status, result.facts.get("refund_minor")) == ("committed", told)
    assert ("method" in result.facts) is (told is not None)


# -- refunds


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        (["SUCCESS"], "committed"),
        (["PENDING"], "committed"),
        ([], "committed"),
        (["FAILURE"], "failed"),
        (["ERROR"], "failed"),
    ],
)
async def test_a_refund_is_told_as_its_money_went(statuses: list[str], told: str) -> None:
    shop = Shop()
    shop.answers["Refund"] = refunding(*statuses)
    connector = shop.connector()
    planned = await plan(connector, ActionKind.REFUND, amount_minor=150)
    assert (await connector.commit(planned, key="k", deadline=soon())).status == told


@pytest.mark.parametrize(
    ("status", "made"), [("SUCCESS", True), ("PENDING", True), ("FAILURE", False), ("ERROR", False)]
)
async def test_a_refund_that_failed_is_not_found_as_done(status: str, made: bool) -> None:
    shop = Shop()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.REFUND, amount_minor=150)
    shop.order["refunds"] = [refund("1.50", f"goodwill ({MARK})", status)]
    assert (await connector.outcome(planned, key="k", deadline=soon()) is not None) is made


async def test_an_answer_without_a_refund_tells_nothing() -> None:
    shop = Shop()
    shop.answers["Refund"] = {"refundCreate": {"refund": None, "userErrors": []}}
    connector = shop.connector()
    planned = await plan(connector, ActionKind.REFUND, amount_minor=150)
    with pytest.raises(BadAnswer):
        await connector.commit(planned, key="k", deadline=soon())
    with pytest.raises(DeadlineExceeded, match="under way"):
        await connector.outcome(planned, key="k", deadline=soon())


def test_the_money_is_asked_for_with_the_refund() -> None:
    assert "transactions(first: 2) { nodes { status } }" in queries.REFUND


# -- notes and reasons


@pytest.mark.parametrize("length", [0, 20, 228, 229, 230, 255, 2000])
async def test_long_words_do_not_take_the_mark_off(length: int) -> None:
    words = "x" * length
    shop = Shop()
    connector = shop.connector()
    cancel = await plan(connector, ActionKind.CANCEL, reason=words)
    assert (await connector.commit(cancel, key="k", deadline=soon())).status == "committed"
    shop_back = delivered()
    connector = shop_back.connector()
    back = await plan(connector, ActionKind.RETURN, reason=words)
    await connector.commit(back, key="k", deadline=soon())
    (line,) = shop_back.sent("Return")["returnInput"]["returnLineItems"]
    for note in (shop.sent("Cancel")["staffNote"], line["returnReasonNote"]):
        assert note.endswith(f"({MARK})")
        assert len(note) == min(255, len(f"{words} ({MARK})".strip()))


def test_every_reason_of_the_policy_has_a_word_of_shopifys() -> None:
    vocabulary = yaml.safe_load((POLICIES / "returns.yaml").read_text(encoding="utf-8"))["vocab"]
    assert set(vocabulary["reason"]["values"]) == set(writes.RETURN_REASONS) == set(REASONS)


@pytest.mark.parametrize(
    ("reason", "code"), [*REASONS.items(), ("Too big", "SIZE_TOO_LARGE"), ("ugly", "OTHER"), ("", "UNKNOWN")]
)
async def test_a_reason_is_sent_as_shopifys_word_for_it(reason: str, code: str) -> None:
    shop = delivered()
    connector = shop.connector()
    planned = await plan(connector, ActionKind.RETURN, reason=reason)
    await connector.commit(planned, key="k", deadline=soon())
    (line,) = shop.sent("Return")["returnInput"]["returnLineItems"]
    assert (line["returnReason"], line["returnReasonNote"]) == (code, f"{reason} ({MARK})".strip())


# -- days


async def test_the_shops_zone_is_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(fulfillments=[{**parcel(), "estimatedDeliveryAt": "2026-11-22T02:00:00Z"}])
    made = partial(shopify.ShopifyConnector, transport=httpx.MockTransport(shop))
    monkeypatch.setattr(shopify, "ShopifyConnector", made)
    for zone, day in (("America/New_York", "2026-11-21"), ("Europe/Berlin", "2026-11-22")):
        settings = OmsSettings(connector="shopify", shop_zone=zone)
        connector = CONNECTORS["shopify"]("https://shop.test", settings, {settings.shopify_token_env: TOKEN})
        order = await connector.get_order(ID, deadline=soon())
        assert str(order.shipments[0].eta) == day
        await connector.close()
