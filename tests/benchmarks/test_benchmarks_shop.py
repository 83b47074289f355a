"""The shop benchmark: what its callers say, what counts as a difference and as forbidden, a pack without mistakes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import _benchmarks_path  # noqa: F401
import pytest
import shop
import yaml
from _shop_caller import OR, Caller, GaveUp, Script, facts_of
from _shop_truth import Snapshot, differences, expected, forbidden, snapshot

from voicebot.oms.demo.schema import ShopFile
from voicebot.oms.demo.store import ShopStore
from voicebot.oms.demo.transfer import import_shop
from voicebot.versions.contents import Folders, load

SCRIPTS: dict[str, Any] = yaml.safe_load(shop.CALLERS.read_text(encoding="utf-8"))
ORDER = {
    "customer": "c",
    "status": "open",
    "sent": [],
    "lines": {"l1": ["A", 100, 0]},
    "ship_to": {"postcode": "1"},
    "refunds": [],
    "returns": [],
    "exchanges": [],
}
DELIVERED = {**ORDER, "status": "completed", "sent": ["Delivered"]}
CUSTOMER = {"address": {"postcode": "1"}, "store_credit": 100}
PRODUCTS, STOCK = {"A": "p", "B": "p", "X": "q", "S": "p"}, {"A": 1, "B": 1, "X": 1, "S": 0}


def shop_with(**orders: dict[str, Any]) -> Snapshot:
    return {"customer c": CUSTOMER, "customer d": CUSTOMER, **{f"order {number}": o for number, o in orders.items()}}


def caller(wishes: list[dict[str, Any]], **defaults: Any) -> Caller:
    openers = {"cancel": "Cancel it. || Stop it."}
    script = Script(wishes=wishes, defaults=defaults, openers=openers)
    return Caller(script=script, facts={"zip": "01970"}, phrasing=1, code=lambda: "123456")


def asked(slot: str, kind: str = "text", say: str = "?", choices: tuple[str, ...] = (), *more: str) -> dict[str, Any]:
    expect = {"kind": "expect", "slot": slot, "expects": kind, "choices": choices}
    done = [{"kind": name} for name in more]
    return {"say": [say], "flow": "f", "step": slot, "effects": [*done, expect], "ended": False}


def test_a_pack_has_no_mistake(tmp_path: Path) -> None:
    shop.lay_out(tmp_path, ShopFile(format="voicebot-shop/1"))
    flows, _ = load(Folders(flows=tmp_path / "pack/flows", policies=tmp_path / "pack/policies"))
    assert {"who", "pick", "which_kind", "swap", "return", "cancel", "address"} <= set(flows.flows)


def test_facts_come_from_the_instructions() -> None:
    instructions = {
        "known_info": "You are Ada Ba in zip code 01970.",
        "reason_for_call": "Order #W1234567, then #W7654321, to 5 Quay Street, Salem, MA, 01971; item 1234567890.",
    }
    facts = facts_of(instructions)
    assert (facts["name"], facts["zip"], facts["order2"]) == ("Ada Ba", "01970", "W7654321")
    assert (facts["street"], facts["city"], facts["state"], facts["new_zip"]) == (
        "5 Quay Street",
        "Salem",
        "MA",
        "01971",
    )
    assert facts["item1"] == "1234567890"
    assert "remember" in facts["email"]
    assert facts_of({"known_info": "ada_ba_12 and a@b.example", "reason_for_call": ""})["name"] == "Ada Ba"


def test_a_caller_answers_what_it_is_asked() -> None:
    here = caller([{"want": "cancel", "answers": {"which": ["one", "two"]}}], who_zip="{zip}")
    assert here.reply(asked("wish", "wish")) == "Stop it."
    assert here.reply(asked("who_zip")) == "01970"
    assert [here.reply(asked("which")) for _ in range(3)] == ["one", "two", "two"]
    assert here.reply(asked("proof_code", "digits")) == "123456"
    assert here.reply(asked("sure", "yes_no")) == "Yes."
    with pytest.raises(GaveUp):
        here.reply(asked("colour"))


def test_a_caller_takes_the_option_that_fits() -> None:
    here = caller([{"want": "cancel", "answers": {"swap_sku": {"prefer": ["red.*XL", "red"], "or": "No."}}}])
    here.reply(asked("wish", "wish"))
    assert here.reply(asked("swap_sku", "choice", "?", ("blue, XL, at 2", "red, S, at 3"))) == "red, S."
    assert here.reply(asked("swap_sku", "choice", "?", ("blue",))) == "No."
    assert here.reply(asked("take_it", "yes_no", "There is a red one.")) == "Yes."
    assert here.reply(asked("take_it", "yes_no", "There is a blue one.")) == "No."


def test_what_was_not_done_is_followed_by_something_else() -> None:
    other = {"say": "Then return it.", "answers": {}}
    here = caller([{"want": "cancel", "answers": {}, "unless_done": [other]}])
    here.reply(asked("wish"))
    assert here.reply(asked("wish")) == "Then return it."
    here = caller([{"want": "cancel", "answers": {}, "unless_done": [other]}])
    here.reply(asked("wish"))
    assert "Goodbye" in here.reply(asked("wish", "wish", "?", (), "commit_action"))


def test_a_caller_hangs_up_when_asked_the_same_over_and_over() -> None:
    here = caller([{"want": "cancel", "answers": {"which": "one"}}])
    here.reply(asked("wish"))
    assert [here.reply(asked("which")) for _ in range(5)] == ["one"] * 5
    with pytest.raises(GaveUp, match="too often"):
        here.reply(asked("which"))


def test_every_opener_has_several_phrasings_and_every_wish_one() -> None:
    assert all(len(words.split(OR)) == shop.PHRASINGS for words in SCRIPTS["openers"].values())
    for wishes in SCRIPTS["tasks"].values():
        for wish in wishes:
            assert wish.get("want", "return") in SCRIPTS["openers"]
            assert ("want" in wish) != ("say" in wish)


def test_no_numbers_of_the_shop_are_in_the_scripts() -> None:
    text = shop.CALLERS.read_text(encoding="utf-8")
    assert not re.findall(r"W\d{7}|\d{10}|\w@\w|\b\d{5}\b", text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (DELIVERED, {**DELIVERED, "status": "cancelled"}),
        (ORDER, {**ORDER, "status": "cancelled", "refunds": [[100, "original", "found cheaper"]]}),
        (DELIVERED, {**DELIVERED, "ship_to": {"postcode": "2"}}),
        (ORDER, {**ORDER, "lines": {"l1": ["X", 100, 0]}}),
        (ORDER, {**ORDER, "lines": {"l1": ["S", 100, 0]}}),
        (ORDER, {**ORDER, "returns": [["l1", 1, "refund"]]}),
        (DELIVERED, {**DELIVERED, "returns": [["l1", 1, "exchange"]], "exchanges": [["X", 1, 0, "confirmed"]]}),
        (DELIVERED, {**DELIVERED, "returns": [["l1", 1, "exchange"], ["l2", 1, "refund"]]}),
    ],
)
def test_what_the_shop_forbids_is_seen(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert forbidden(shop_with(n=before), shop_with(n=after), PRODUCTS, STOCK)


def test_two_customers_in_one_call_and_an_overdrawn_card_are_seen() -> None:
    before = shop_with(n=ORDER)
    after = {**before, "customer c": {**CUSTOMER, "store_credit": -1}, "customer d": {**CUSTOMER, "address": None}}
    assert len(forbidden(before, after, PRODUCTS, STOCK)) == 2


def test_what_the_shop_allows_is_allowed() -> None:
    cancelled = {**ORDER, "status": "cancelled", "refunds": [[100, "original", "by_mistake"]]}
    swapped = {**DELIVERED, "returns": [["l1", 1, "exchange"]], "exchanges": [["B", 1, 0, "confirmed"]]}
    before = shop_with(n=ORDER, m=ORDER, o=DELIVERED)
    after = shop_with(n=cancelled, m={**ORDER, "lines": {"l1": ["B", 100, 0]}, "ship_to": {"postcode": "2"}}, o=swapped)
    assert forbidden(before, after, PRODUCTS, STOCK) == []


def test_right_actions_are_done_on_a_fresh_shop() -> None:
    address = {"street": "1 Quay", "city": "Salem", "postcode": "01970", "country": "US"}
    line = {"id": "l1", "sku": "A", "name": "Hook", "quantity": 1, "unit_price": 100}
    paid = {"reference": "card_1", "method": "card", "amount": 100, "captured_at": "2024-05-01T16:00:00Z"}
    order: dict[str, Any] = {
        "id": "#W1",
        "number": "W1",
        "customer_id": "c",
        "placed_at": "2024-05-01T16:00:00Z",
        "currency": "USD",
    }
    order |= {"total": 100, "status": "open", "payment_status": "paid", "lines": [line], "payments": [paid]}
    customer = {"id": "c", "first_name": "Ada", "addresses": [address]}
    variants = [{"sku": sku, "price": 100, "stock": 5} for sku in ("A", "B")]
    product = {"id": "p", "name": "Hook", "product_type": "hook", "currency": "USD", "variants": variants}
    doc: dict[str, Any] = {"format": "voicebot-shop/1", "products": [product], "customers": [customer]}
    file = ShopFile.model_validate({**doc, "orders": [{**order, "ship_to": address}]})
    store = ShopStore(":memory:")
    import_shop(store, file)
    before = snapshot(store)
    new = {"address1": "2 Pier", "address2": "", "city": "Salem", "state": "MA", "zip": "01971", "country": "USA"}
    swap = {"order_id": "#W1", "item_ids": ["A"], "new_item_ids": ["B"], "payment_method_id": "card_1"}
    after = expected(
        file,
        [
            {"name": "get_order_details", "arguments": {"order_id": "#W1"}},
            {"name": "modify_user_address", "arguments": {"user_id": "c", **new}},
            {"name": "modify_pending_order_items", "arguments": swap},
        ],
    )
    assert after["customer c"]["address"]["postcode"] == "01971"
    assert after["order W1"]["lines"] == {"l1": ["B", 100, 0]}
    assert len(differences(after, before)) == 2
    assert differences(after, after) == []
