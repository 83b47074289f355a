"""What happens when an order changes under our feet, answers get lost, or somebody pretends."""

from __future__ import annotations

from voicebot.oms.actions import ActionKind as Kind
from voicebot.oms.actions import ActionPlan
from voicebot.oms.conformance.backend import Backend, Made, State, Wanted
from voicebot.oms.conformance.behaviour import Broken, behaviour, expect
from voicebot.oms.conformance.steps import act, ample, conflicts, first, fresh_key, part, plan, read
from voicebot.oms.connector import Cap, Conflict, NotAllowed, OmsError

_REFUND = 100


@behaviour("an order that was changed since the plan is not written to", Cap.REFUND)
async def changed(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    planned = await plan(backend, made, Kind.REFUND, amount_minor=_REFUND)
    await backend.touch(made.order_id)
    await conflicts(backend.connector.commit(planned, key=fresh_key(), deadline=ample()))
    expect(not (await read(backend, made)).refunds, "it was done all the same")


@behaviour("a plan that was carried out is not carried out again under another key", Cap.REFUND)
async def same_plan_twice(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    planned = await plan(backend, made, Kind.REFUND, amount_minor=_REFUND)
    await backend.connector.commit(planned, key=fresh_key(), deadline=ample())
    try:
        await backend.connector.commit(planned, key=fresh_key(), deadline=ample())
    except (Conflict, NotAllowed):
        await _refunded_once(backend, made)
        return
    raise Broken("it was done twice")


@behaviour("a commit repeated with its key is done once and answered alike", Cap.REFUND, Cap.IDEMPOTENT_WRITES)
async def same_key_twice(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    planned = await plan(backend, made, Kind.REFUND, amount_minor=_REFUND)
    key = fresh_key()
    results = [await backend.connector.commit(planned, key=key, deadline=ample()) for _ in range(3)]
    expect(len({result.reference for result in results}) == 1, f"answered {[r.reference for r in results]}")
    await _refunded_once(backend, made)


@behaviour("a key that was used for something else is refused", Cap.REFUND, Cap.IDEMPOTENT_WRITES)
async def key_of_another(backend: Backend) -> None:
    key = fresh_key()
    made = [await backend.make_order(Wanted(state=State.DELIVERED)) for _ in range(2)]
    one, two = [await plan(backend, each, Kind.REFUND, amount_minor=_REFUND) for each in made]
    await backend.connector.commit(one, key=key, deadline=ample())
    await conflicts(backend.connector.commit(two, key=key, deadline=ample()))
    expect(not (await read(backend, made[1])).refunds, "it was done all the same")


@behaviour("after a lost answer the order tells that a refund was made", Cap.REFUND)
async def lost_refund(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    planned = await plan(backend, made, Kind.REFUND, amount_minor=_REFUND)
    await _told_done(backend, planned)
    await _refunded_once(backend, made)


@behaviour("after a lost answer the order tells that it was cancelled", Cap.CANCEL)
async def lost_cancel(backend: Backend) -> None:
    made = await backend.make_order(Wanted())
    await _told_done(backend, await plan(backend, made, Kind.CANCEL))


@behaviour("after a lost answer the order tells that a return was opened", Cap.RETURN)
async def lost_return(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    line = first(await read(backend, made))
    await _told_done(backend, await plan(backend, made, Kind.RETURN, lines=part(line), reason="too small"))
    expect(len((await read(backend, made)).returns) == 1, "there is not exactly one return")


@behaviour("a write that never arrived is told as not done", Cap.REFUND)
async def dropped(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    planned = await plan(backend, made, Kind.REFUND, amount_minor=_REFUND)
    key = fresh_key()
    async with backend.dropping_writes():
        await _fails(backend, planned, key)
    told = await backend.connector.outcome(planned, key=key, deadline=ample())
    expect(told is None, f"it is told as {told}")
    expect(not (await read(backend, made)).refunds, "it was done")
    await backend.connector.commit(planned, key=key, deadline=ample())
    await _refunded_once(backend, made)


@behaviour("an equal refund that somebody else made is not taken for ours", Cap.REFUND)
async def somebody_elses(backend: Backend) -> None:
    made = await backend.make_order(Wanted(state=State.DELIVERED))
    await act(backend, made, Kind.REFUND, amount_minor=_REFUND)
    planned = await plan(backend, made, Kind.REFUND, amount_minor=_REFUND)
    told = await backend.connector.outcome(planned, key=fresh_key(), deadline=ample())
    expect(told is None, "a commit that was never made is told as done")


@behaviour("a webhook is believed once, and neither forged nor altered", Cap.WEBHOOKS)
async def webhooks(backend: Backend) -> None:
    made = await backend.make_order(Wanted())
    headers, body = await backend.webhook(made.order_id)
    altered = {name: f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}" for name, value in headers.items()}
    for fake_headers, fake_body in ((headers, body + b" "), (altered, body), ({}, body), (headers, b"")):
        try:
            orders = backend.connector.verify_webhook(fake_headers, fake_body)
        except OmsError:
            continue
        raise Broken(f"a forged webhook was believed: {orders}")
    expect(made.order_id in backend.connector.verify_webhook(headers, body), "a genuine webhook was not believed")
    try:
        backend.connector.verify_webhook(headers, body)
    except OmsError:
        return
    raise Broken("a replayed webhook was believed")


async def _told_done(backend: Backend, planned: ActionPlan) -> None:
    key = fresh_key()
    async with backend.losing_answers():
        await _fails(backend, planned, key)
    told = await backend.connector.outcome(planned, key=key, deadline=ample())
    if told is None:
        raise Broken("what was done is told as not done")
    expect(told.status == "committed", f"what was done is told as {told.status}")


async def _fails(backend: Backend, planned: ActionPlan, key: str) -> None:
    """The commit must fail without saying that it was refused: that would be certain knowledge."""
    try:
        result = await backend.connector.commit(planned, key=key, deadline=ample())
    except (NotAllowed, Conflict) as error:
        raise Broken(f"a broken answer was taken for a refusal: {error.what}") from error
    except OmsError:
        return
    raise Broken(f"an answer that never came was taken for {result.status}")


async def _refunded_once(backend: Backend, made: Made) -> None:
    refunds = (await read(backend, made)).refunds
    expect([refund.amount.minor for refund in refunds] == [_REFUND], f"there are {len(refunds)} refunds")
