"""What each kind of step does. One small function a kind; `Turn` calls them by the table at the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from voicebot.dialogue import acting, doubts, questions, schema, spotting
from voicebot.dialogue.effects import BookCallback, Decide, Handoff, Query
from voicebot.dialogue.render import Template, UnspeakableError
from voicebot.dialogue.state import Frame
from voicebot.dialogue.wording import Wording

if TYPE_CHECKING:
    from voicebot.dialogue.turn import Turn


def _say(turn: Turn, step: schema.Say, onwards: str) -> None:
    turn.speak(turn.render(step.say), step.role, step.interruptible)
    turn.goto(onwards)


def _ask(turn: Turn, step: schema.Ask, onwards: str) -> None:
    frame = turn.stack[-1]
    slot = turn.flows.flows[frame.flow].slots[step.ask]
    if _is_answered(turn, step, slot):
        turn.goto(onwards)
        return
    if step.choices is not None:
        turn.choice, turn.options = step.ask, questions.options(turn, step.choices)
        if not turn.options:
            raise UnspeakableError(step.ask)
    if turn.take_from_wish(step.ask, slot):
        turn.goto(onwards)
        return
    frame = turn.stack[-1]
    if not turn.quiet:
        turn.speak(turn.render(_question(turn, step, frame.asked)), "repair" if frame.asked and turn.misses else "ask")
        if step.confirms is not None:
            acting.asked(turn, step.confirms)
        turn.stack[-1] = dataclasses.replace(frame, asked=frame.asked + 1)
        turn.silence_ms = step.silence_ms
    turn.quiet = False
    turn.waiting = True
    turn.effects.append(questions.expectation(turn, step, slot))


def _question(turn: Turn, step: schema.Ask, times: int) -> Mapping[str, tuple[Template, ...]]:
    """Its wording after so many times: what is to be agreed to is said in full until it was heard."""
    first = not times or (step.confirms is not None and not acting.was_heard(turn, step.confirms))
    return step.prompt if first or not step.again else step.again[min(times, len(step.again)) - 1]


def _is_answered(turn: Turn, step: schema.Ask, slot: schema.Slot) -> bool:
    """An answer to an older plan is none to this one."""
    if step.confirms is not None:
        return acting.is_answered(turn, step.confirms)
    return slot.type != "wish" and turn.facts.get(step.ask) is not None


def _query(turn: Turn, step: schema.Query, onwards: str) -> None:
    request = turn.request("query", step.into, background=step.background)
    args = {name: value for name, value in turn.values(step.args).items() if value is not None}
    filler = turn.render(step.filler) if step.filler else ()
    turn.effects.append(Query(request=request, op=step.query, args=args, filler=filler))
    if step.background:
        turn.goto(onwards)


def _decide(turn: Turn, step: schema.Decide, _onwards: str) -> None:
    request = turn.request("decide", step.into)
    turn.effects.append(Decide(request=request, policy=step.decide, facts=turn.values(step.facts)))


def _handoff(turn: Turn, step: schema.Handoff, _onwards: str) -> None:
    what = step.handoff
    summary = _text(what.summary.render(turn.scope())) if what.summary is not None else ""
    request = turn.request("handoff", step.into)
    turn.effects.append(Handoff(request=request, reason=what.reason, queue=what.queue, summary=summary))


def _callback(turn: Turn, step: schema.Callback, _onwards: str) -> None:
    number = step.callback.number.value(turn.scope())
    if not isinstance(number, str) or not number:
        raise UnspeakableError("callback.number")
    request = turn.request("callback", step.into)
    turn.effects.append(BookCallback(request=request, number=number, reason=step.callback.reason))


def _branch(turn: Turn, step: schema.Branch, _onwards: str) -> None:
    scope = turn.scope()
    cases = enumerate(step.branch, 1)
    number, case = next((n, case) for n, case in cases if case.if_ is None or case.if_.holds(scope))
    turn.took(step, f"case {number}")
    turn.goto(case.next)


def _set(turn: Turn, step: schema.Set, onwards: str) -> None:
    values = turn.values(step.set)
    turn.facts.update(values)
    slots = turn.flows.flows[turn.stack[-1].flow].slots
    given = {name: value for name, value in values.items() if name in slots and value is not None}
    turn.previous.update(given)
    for name in given:
        doubts.settle(turn, name)
    turn.goto(onwards)


def _spot(turn: Turn, step: schema.Spot, onwards: str) -> None:
    scope = turn.scope()
    given = step.spot.value(scope)
    words, wish = given if isinstance(given, str) else "", turn.wish()
    said_as = turn.flows.shop.get("said_as") if step.said_as is None else step.said_as.value(scope)
    among = spotting.flat(step.among.value(scope))
    also = {str(value): str(how) for value, how in said_as.items()} if isinstance(said_as, Mapping) else {}
    unasked = bool(wish) and wish in words
    turn.facts[step.into] = list(spotting.spotted(words, among, also, unasked=unasked))
    turn.goto(onwards)


def _link(turn: Turn, step: schema.Link, _onwards: str) -> None:
    left = turn.stack.pop()
    turn.push(step.link, intent=left.intent, wish=left.wish)
    if turn.stack[-1].flow == step.link:
        turn.stack[-1] = dataclasses.replace(turn.stack[-1], saved=left.saved, wished=left.wished)


def _call(turn: Turn, step: schema.Call, onwards: str) -> None:
    turn.goto(onwards)
    turn.push(step.call)


def _end(turn: Turn, step: schema.End, _onwards: str) -> None:
    turn.hang_up(step.end)


def _wait(turn: Turn, step: schema.Wait, _onwards: str) -> None:
    turn.stack.pop()
    if turn.asking is not None:
        turn.quiet = True
        if turn.asking.confirms is not None and turn.says_again():
            acting.asked(turn, turn.asking.confirms)
        turn.silence_ms = step.wait.silence_ms


def _cancel(turn: Turn, _step: schema.Cancel, onwards: str) -> None:
    pattern = turn.stack[-1].flow
    turn.drop_to_main()
    turn.stack.append(Frame(pattern, onwards))


def _text(wording: Wording) -> str:
    return "".join(part.value for part in wording)


RUN: Mapping[type[schema.Step], Callable[[Turn, Any, str], None]] = {
    schema.Say: _say,
    schema.Ask: _ask,
    schema.Query: _query,
    schema.Ground: doubts.run_ground,
    schema.Spot: _spot,
    schema.Decide: _decide,
    schema.Branch: _branch,
    schema.Set: _set,
    schema.Link: _link,
    schema.Call: _call,
    schema.Plan: acting.run_plan,
    schema.Commit: acting.run_commit,
    schema.Verify: acting.run_verify,
    schema.Prove: acting.run_prove,
    schema.SendCode: acting.run_send_code,
    schema.Message: acting.run_message,
    schema.Handoff: _handoff,
    schema.Callback: _callback,
    schema.End: _end,
    schema.Wait: _wait,
    schema.Confirm: doubts.run_confirm,
    schema.Instead: doubts.run_instead,
    schema.Cancel: _cancel,
}
