from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from voicebot.records.events import CallEvent, Record, audio, call, dialogue, hearing, oms, turn
from voicebot.records.live import Gap, LiveLog, LiveLogs, stamp
from voicebot.records.settings import RecordsSettings

NOON = datetime(2026, 11, 21, 12, 0, 0, 123_456, tzinfo=UTC)
CARD = "4111 1111 1111 1111"
ENDED = call.CallEnded(by="caller", reason="hung up")


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)


def live(**options: object) -> LiveLog:
    return LiveLog("c", clock=lambda: 42.0, wall=lambda: NOON, **options)  # type: ignore[arg-type]


def test_events_are_numbered_and_stamped() -> None:
    log = live()
    log.append(call.CallStarted(transport="sip", caller=None))
    log.begin_turn(2)
    log.append(hearing.Final(text="hello"))
    log.append(hearing.Final(text="earlier"), at_ms=7, turn=1)
    assert [(r.seq, r.at_ms, r.turn, r.wall) for r in log.records] == [
        (1, 42, 0, "2026-11-21T12:00:00.123Z"),
        (2, 42, 2, "2026-11-21T12:00:00.123Z"),
        (3, 7, 1, "2026-11-21T12:00:00.123Z"),
    ]


def test_every_event_goes_to_the_store_at_once() -> None:
    kept = Kept()
    log = live(store=kept)
    first = log.append(hearing.Final(text="hello"))
    assert kept.records == [first]


def test_the_end_is_the_last_event(caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept()
    log = live(store=kept)
    log.append(ENDED)
    late = log.append(hearing.Final(text="too late"))
    assert late.event == hearing.Final(text="too late")
    assert [r.event.kind for r in kept.records] == ["call.ended"]
    assert "hearing.final came after the end" in caplog.text
    assert "too late" not in caplog.text


@pytest.mark.parametrize(
    "event",
    [
        hearing.Final(text=f"it is {CARD}", nbest=(f"it's {CARD}",)),
        hearing.Partial(text=CARD, audio_ms=1, decode_ms=1),
        dialogue.Understood(text=CARD, intent=None, confidence=0, slots={"order_number": CARD.replace(" ", "")}),
        dialogue.Said(utterance="u", text=CARD),
        dialogue.EngineInput(input={"understanding": {"text": CARD, "alternatives": [CARD]}}),
        turn.TurnCommitted(text=CARD, speculated=False),
        audio.PlaybackEnded(utterance="u", position_ms=0, complete=True, heard_ms=0, heard=CARD),
    ],
)
def test_card_numbers_are_taken_out_of_words(event: CallEvent) -> None:
    record = live().append(event)
    assert "[card number]" in str(record.event)
    assert "1111" not in str(record.event)
    assert type(record.event) is type(event)


def test_what_is_not_words_is_not_touched() -> None:
    event = oms.OmsRequested(request="q", op="track", args={"tracking_number": CARD})
    assert live().append(event).event is event
    facts = dialogue.EngineInput(input={"kind": "query_answered", "result": {"tracking_number": CARD}})
    assert live().append(facts).event is facts
    words = hearing.Final(text="order 4481207")
    assert live().append(words).event is words
    assert CARD in str(live(settings=RecordsSettings(redact_cards=False)).append(hearing.Final(text=CARD)))


def test_memory_is_bounded_and_keeps_the_beginning() -> None:
    log = live(settings=RecordsSettings(memory_limit_events=300))
    for n in range(1_000):
        log.append(hearing.Final(text=str(n)))
        log.append(hearing.Partial(text="p", audio_ms=1, decode_ms=1))
    seqs = [r.seq for r in log.records]
    assert len(seqs) == 300
    assert seqs[:200] == list(range(1, 201))
    assert seqs[-1] == 1_999


async def test_a_subscriber_gets_records_until_the_call_ends() -> None:
    log = live()
    subscription = log.subscribe()

    async def read() -> list[str]:
        return [r.event.kind async for r in subscription if isinstance(r, Record)]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    log.append(hearing.Final(text="one"))
    log.append(ENDED)
    assert await reading == ["hearing.final", "call.ended"]


async def test_a_slow_subscriber_misses_the_oldest_and_is_told() -> None:
    log = live()
    subscription = log.subscribe(limit=3)
    for n in range(10):
        log.append(hearing.Final(text=str(n)))
    log.append(ENDED)
    seen = [item async for item in subscription]
    assert seen[0] == Gap(8)
    assert [item.seq for item in seen[1:] if isinstance(item, Record)] == [9, 10, 11]


async def test_a_closed_subscription_gets_nothing_more() -> None:
    log = live()
    subscription = log.subscribe()
    subscription.close()
    log.append(hearing.Final(text="x"))
    assert [item async for item in subscription] == []


async def test_subscribing_after_the_end_ends_at_once() -> None:
    log = live()
    log.append(ENDED)
    assert [item async for item in log.subscribe()] == []


async def test_all_live_calls_share_one_feed() -> None:
    kept = Kept()
    logs = LiveLogs(kept, wall=lambda: NOON)
    everything = logs.feed.subscribe()
    one, two = logs.open("one", clock=lambda: 0.0), logs.open("two", clock=lambda: 0.0)
    one.append(hearing.Final(text="x"))
    two.append(hearing.Final(text="y"))
    assert {log.call_id for log in logs.live()} == {"one", "two"}
    assert logs.get("one") is one
    one.append(ENDED)
    assert logs.get("one") is None
    assert [log.call_id for log in logs.live()] == ["two"]
    two.append(hearing.Final(text="z"))
    logs.feed.end()
    seen = [item.call_id async for item in everything if isinstance(item, Record)]
    assert seen == ["one", "two", "one", "two"]
    assert len(kept.records) == 4


def test_walls_are_utc() -> None:
    assert stamp(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-11-21T12:00:00.123Z"
