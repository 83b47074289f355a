"""How things come back, are exchanged, and are sent again."""

from __future__ import annotations

from voicebot.oms.actions import ActionKind as Kind
from voicebot.oms.conformance.backend import Backend, CannotMake, State, Wanted
from voicebot.oms.conformance.behaviour import behaviour, expect
from voicebot.oms.conformance.steps import act, ample, first, part, plain, plan, read, refused
from voicebot.oms.connector import Cap

_DELIVERED = Wanted(state=State.DELIVERED, pieces=(2,))


@behaviour("a return is opened for the pieces named, and for no more", Cap.RETURN)
async def send_back(backend: Backend) -> None:
    made = await backend.make_order(_DELIVERED)
    line = first(await read(backend, made))
    result = await act(backend, made, Kind.RETURN, lines=part(line), reason="too small", method="label")
    expect(bool(result.reference), "there is no reference")
    expect(result.facts.get("refund_minor") == line.unit_price.minor, f"it promises {plain(result)}")
    order = await read(backend, made)
    expect((first(order).return_requested, first(order).returnable) == (1, 1), "the pieces are not counted right")
    expect(len(order.returns) == 1 and order.returns[0].lines[0].quantity == 1, "the return is not on the order")
    expect(order.refundable_minor == made.total_minor, "money went back before anything came back")


@behaviour("more than was delivered is not returned", Cap.RETURN)
async def too_many(backend: Backend) -> None:
    made = await backend.make_order(_DELIVERED)
    line = first(await read(backend, made))
    await refused(act(backend, made, Kind.RETURN, lines=part(line, 99), reason="too small"))
    expect(not (await read(backend, made)).returns, "a return was opened")


@behaviour("what is on its way back is not returned again", Cap.RETURN)
async def twice(backend: Backend) -> None:
    made = await backend.make_order(_DELIVERED)
    line = first(await read(backend, made))
    await act(backend, made, Kind.RETURN, lines=part(line, 2), reason="too small")
    await refused(act(backend, made, Kind.RETURN, lines=part(line), reason="too small"), "already_requested")


@behaviour("what has not arrived is not returned", Cap.RETURN)
async def undelivered(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.SHIPPED))
    line = first(await read(backend, made))
    await refused(act(backend, made, Kind.RETURN, lines=part(line), reason="too small"), "not_delivered")


@behaviour("a line that the order does not have is not returned", Cap.RETURN)
async def foreign_line(backend: Backend) -> None:
    made = await backend.make_order(_DELIVERED)
    other = first(await read(backend, await backend.make_order(_DELIVERED)))
    mine = first(await read(backend, made))
    wrong = part(other) if other.id != mine.id else [{"line": f"{mine.id}-not", "quantity": 1}]
    await refused(act(backend, made, Kind.RETURN, lines=wrong, reason="too small"), "not_found")


@behaviour("an abandoned plan leaves no lock: the next one goes through", Cap.RETURN)
async def abandoned(backend: Backend) -> None:
    made = await backend.make_order(_DELIVERED)
    line = first(await read(backend, made))
    planned = await plan(backend, made, Kind.RETURN, lines=part(line, 2), reason="too small")
    for _ in range(2):
        await backend.connector.abandon(planned, deadline=ample())
    order = await read(backend, made)
    expect(first(order).returnable == 2, "pieces are still taken by the abandoned plan")
    await act(backend, made, Kind.RETURN, lines=part(line, 1), reason="too small")


@behaviour("an even exchange costs nothing, and takes the new piece from the shelf", Cap.EXCHANGE)
async def exchange(backend: Backend) -> None:
    made = await backend.make_order(_DELIVERED)
    line = first(await read(backend, made))
    sku = backend.shelf.other_variant
    before = await _stock(backend, sku)
    planned = await plan(backend, made, Kind.EXCHANGE, lines=part(line), sku=sku, reason="too small")
    expect(not planned.preview.get("to_pay_minor"), f"the quote is {plain(planned)}")
    await backend.connector.abandon(planned, deadline=ample())
    result = await act(backend, made, Kind.EXCHANGE, lines=part(line), sku=sku, reason="too small")
    expect(not result.facts.get("to_pay_minor"), f"it costs {result.facts.get('to_pay_minor')}")
    order = await read(backend, made)
    expect([swap.sku for swap in order.exchanges] == [sku], "the exchange is not on the order")
    expect(first(order).returnable == 1, "the piece that goes back can be returned again")
    expect(order.open_minor == 0, f"{order.open_minor} seems to be open")
    after = await _stock(backend, sku)
    expect(before is None or after == before - 1, f"the stock went from {before} to {after}")


@behaviour("a dearer exchange tells what is to pay", Cap.EXCHANGE)
async def dearer(backend: Backend) -> None:
    sku = backend.shelf.dearer
    if sku is None:
        raise CannotMake(f"{backend.name} has nothing dearer on the shelf")
    made = await backend.make_order(_DELIVERED)
    line = first(await read(backend, made))
    result = await act(backend, made, Kind.EXCHANGE, lines=part(line), sku=sku, reason="prefer this one")
    to_pay = result.facts.get("to_pay_minor")
    expect(isinstance(to_pay, int) and to_pay > 0, f"it tells {plain(result)}")
    order = await read(backend, made)
    expect(order.exchanges[0].difference.minor == to_pay, "the order tells another difference")


@behaviour("what is sold out is not promised in exchange", Cap.EXCHANGE)
async def sold_out(backend: Backend) -> None:
    sku = backend.shelf.sold_out
    if sku is None:
        raise CannotMake(f"{backend.name} has nothing that is sold out")
    made = await backend.make_order(_DELIVERED)
    line = first(await read(backend, made))
    await refused(act(backend, made, Kind.EXCHANGE, lines=part(line), sku=sku, reason="too small"), "out_of_stock")
    expect(first(await read(backend, made)).returnable == 2, "a return was opened all the same")


@behaviour("what is sent again is free of charge", Cap.RESEND)
async def resend(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    line = first(await read(backend, made))
    planned = await plan(backend, made, Kind.RESEND, lines=part(line), reason="damaged")
    expect(planned.preview.get("to_pay_minor", 0) == 0, f"the quote is {plain(planned)}")
    await backend.connector.commit(planned, key=f"resend-{made.order_id}", deadline=ample())
    order = await read(backend, made)
    expect(order.open_minor == 0, f"{order.open_minor} seems to be open")
    expect(order.captured_minor == made.total_minor, "something was charged")
    expect(bool(order.replacements), "it is not on the order")


@behaviour("what was never sent is not sent again", Cap.RESEND)
async def resend_unsent(backend: Backend) -> None:
    made = await backend.make_order(Wanted())
    line = first(await read(backend, made))
    await refused(act(backend, made, Kind.RESEND, lines=part(line), reason="lost"), "not_shipped")


@behaviour("a piece is sent again once", Cap.RESEND)
async def resend_once(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    line = first(await read(backend, made))
    await act(backend, made, Kind.RESEND, lines=part(line), reason="damaged")
    await refused(act(backend, made, Kind.RESEND, lines=part(line), reason="damaged"), "already_requested")


async def _stock(backend: Backend, sku: str) -> int | None:
    try:
        return await backend.stock(sku)
    except CannotMake:
        return None
