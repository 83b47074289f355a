"""The guard on a clock that jumps: nothing here waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from oms_builders import NOW, jumping, timed

from voicebot.oms.breaker import Phase
from voicebot.oms.connector import BadAnswer, Deadline, NotFound, OmsError, Throttled, Unavailable, UnderWay
from voicebot.oms.guard import Guard
from voicebot.oms.settings import OmsSettings

SETTINGS = OmsSettings(retries=1, retry_pause_ms=40, cache_ttl_s=20, absent_ttl_s=3, hedge_after_ms=0)
KEY = ("find_orders", "number", "1")


class Backend:
    """A fetch that counts, takes a while, and fails in the way the script says."""

    def __init__(self, takes_s: float = 0.1, script: tuple[Exception | None, ...] = ()) -> None:
        self.takes_s = takes_s
        self.script = list(script)
        self.calls = 0
        self.at_once = 0
        self.most_at_once = 0
        self.cancelled = 0

    async def __call__(self, deadline: Deadline) -> str:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.takes_s)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.at_once -= 1
        error = self.script.pop(0) if self.script else None
        if error is not None:
            raise error
        return f"answer {self.calls}"


def test_answers_and_keeps_a_snapshot_for_a_while() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend()
        first = await guard.read(KEY, backend, Deadline.after(1))
        assert (first.status, first.value, first.cached) == ("ok", "answer 1", False)
        await asyncio.sleep(19)
        kept = await guard.read(KEY, backend, Deadline.after(1))
        assert (kept.value, kept.cached, kept.fetched_at) == ("answer 1", True, first.fetched_at)
        assert kept.saved_ms == pytest.approx(100)
        await asyncio.sleep(2)
        assert (await guard.read(KEY, backend, Deadline.after(1))).value == "answer 2"

    jumping(story)


def test_absence_is_kept_shorter() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(script=(NotFound("no"), NotFound("no")))
        for wait in (2.0, 2.0):
            assert (await guard.read(KEY, backend, Deadline.after(1))).status == "not_found"
            await asyncio.sleep(wait)
        assert backend.calls == 1
        await guard.read(KEY, backend, Deadline.after(1))
        assert backend.calls == 2

    jumping(story)


def test_snapshots_are_bounded() -> None:
    async def story() -> None:
        guard, backend = Guard(replace(SETTINGS, cache_entries=2)), Backend()
        for name in ("a", "b", "c", "a"):
            await guard.read((name,), backend, Deadline.after(1))
        assert backend.calls == 4

    jumping(story)


def test_same_key_flies_once() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(takes_s=0.3)
        first = asyncio.create_task(guard.read(KEY, backend, Deadline.after(1), speculative=True))
        await asyncio.sleep(0.2)
        second, took_s = await timed(guard.read(KEY, backend, Deadline.after(1)))
        assert took_s == pytest.approx(0.1)
        assert second.saved_ms == pytest.approx(200)
        assert second.cached is False
        assert (await first).value == second.value
        assert backend.calls == 1

    jumping(story)


def test_one_waiter_gone_does_not_hurt_the_other() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(takes_s=0.3)
        first = asyncio.create_task(guard.read(KEY, backend, Deadline.after(1)))
        second = asyncio.create_task(guard.read(KEY, backend, Deadline.after(1)))
        await asyncio.sleep(0.1)
        first.cancel()
        assert (await second).status == "ok"
        assert backend.cancelled == 0

    jumping(story)


def test_last_waiter_gone_cancels_the_read() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(takes_s=0.3)
        only = asyncio.create_task(guard.read(KEY, backend, Deadline.after(1)))
        await asyncio.sleep(0.1)
        only.cancel()
        await asyncio.sleep(0.01)
        assert backend.cancelled == 1
        assert (await guard.read(KEY, Backend(), Deadline.after(1))).status == "ok"

    jumping(story)


def test_deadline_is_kept_to_the_moment() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(takes_s=60)
        answer, took_s = await timed(guard.read(KEY, backend, Deadline.after(0.25)))
        assert answer.status == "timeout"
        assert took_s == pytest.approx(0.25)
        assert backend.calls == 1

    jumping(story)


def test_short_deadline_joins_and_the_late_answer_is_still_kept() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(takes_s=0.5)
        patient = asyncio.create_task(guard.read(KEY, backend, Deadline.after(2)))
        await asyncio.sleep(0)
        assert (await guard.read(KEY, backend, Deadline.after(0.1))).status == "timeout"
        assert (await patient).status == "ok"
        assert (await guard.read(KEY, backend, Deadline.after(0.1))).cached is True

    jumping(story)


def test_longer_deadline_outlives_the_shorter_one_it_joined() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(takes_s=0.5)
        hasty = asyncio.create_task(guard.read(KEY, backend, Deadline.after(0.2)))
        await asyncio.sleep(0.1)
        assert (await guard.read(KEY, backend, Deadline.after(2))).status == "ok"
        assert (await hasty).status == "timeout"

    jumping(story)


@pytest.mark.parametrize("error", [Unavailable("503"), BadAnswer("html")])
def test_failed_read_is_tried_once_more(error: OmsError) -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(script=(error,))
        answer, took_s = await timed(guard.read(KEY, backend, Deadline.after(1)))
        assert answer.status == "ok"
        assert took_s == pytest.approx(0.24)

    jumping(story)


def test_no_second_try_without_time_for_it() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(script=(Unavailable("503"),))
        answer = await guard.read(KEY, backend, Deadline.after(0.15))
        assert (answer.status, backend.calls) == ("unavailable", 1)
        assert "503" in answer.cause

    jumping(story)


def test_throttling_is_waited_out_when_it_fits() -> None:
    async def story() -> None:
        for retry_after_s, status in ((0.2, "ok"), (5.0, "unavailable")):
            backend = Backend(script=(Throttled("429", retry_after_s=retry_after_s),))
            assert (await Guard(SETTINGS).read(KEY, backend, Deadline.after(1))).status == status

    jumping(story)


def test_failures_are_not_kept() -> None:
    async def story() -> None:
        guard = Guard(replace(SETTINGS, retries=0))
        backend = Backend(script=(BadAnswer("html"),))
        assert (await guard.read(KEY, backend, Deadline.after(1))).status == "bad_answer"
        assert (await guard.read(KEY, backend, Deadline.after(1))).status == "ok"

    jumping(story)


def test_breaker_opens_answers_at_once_and_recovers() -> None:
    async def story() -> None:
        guard = Guard(replace(SETTINGS, retries=0, breaker_failures=3, breaker_pause_s=2.0))
        backend = Backend(script=tuple(Unavailable("503") for _ in range(3)))
        for index in range(3):
            await guard.read((f"{index}",), backend, Deadline.after(1))
        assert guard.breaker.phase.value == "open"
        answer, took_s = await timed(guard.read(KEY, backend, Deadline.after(1)))
        assert (answer.status, took_s, backend.calls) == ("unavailable", 0.0, 3)
        await asyncio.sleep(2.1)
        assert (await guard.read(KEY, backend, Deadline.after(1))).status == "ok"
        assert guard.breaker.phase is Phase.CLOSED

    jumping(story)


@pytest.mark.parametrize("error", [NotFound("no"), Throttled("429", retry_after_s=9), UnderWay("may come")])
def test_answers_that_are_no_faults_do_not_open_the_breaker(error: OmsError) -> None:
    async def story() -> None:
        guard = Guard(replace(SETTINGS, breaker_failures=1, absent_ttl_s=0))
        await guard.read(KEY, Backend(script=(error,)), Deadline.after(1))
        assert guard.breaker.phase is Phase.CLOSED

    jumping(story)


def test_only_patient_timeouts_count() -> None:
    async def story() -> None:
        guard = Guard(replace(SETTINGS, breaker_failures=1, breaker_patience_s=1.0))
        await guard.read(("a",), Backend(takes_s=60), Deadline.after(0.5))
        assert guard.breaker.phase is Phase.CLOSED
        await guard.read(("b",), Backend(takes_s=60), Deadline.after(1.5))
        await asyncio.sleep(0.01)
        assert guard.breaker.phase.value == "open"

    jumping(story)


def test_concurrency_is_bounded_and_waiting_is_in_the_deadline() -> None:
    async def story() -> None:
        guard, backend = Guard(replace(SETTINGS, concurrent_reads=2)), Backend(takes_s=0.1)
        reads = [guard.read((f"{index}",), backend, Deadline.after(0.25)) for index in range(6)]
        statuses = sorted(answer.status for answer in await asyncio.gather(*reads))
        assert backend.most_at_once == 2
        assert statuses == ["ok"] * 4 + ["timeout"] * 2

    jumping(story)


def test_speculation_leaves_room() -> None:
    async def story() -> None:
        guard, backend = Guard(replace(SETTINGS, concurrent_prefetches=1)), Backend()
        first = asyncio.create_task(guard.read(("a",), backend, Deadline.after(1), speculative=True))
        await asyncio.sleep(0)
        assert (await guard.read(("b",), backend, Deadline.after(1), speculative=True)).status == "unavailable"
        assert (await guard.read(("c",), backend, Deadline.after(1))).status == "ok"
        assert (await first).status == "ok"
        assert (await guard.read(("d",), backend, Deadline.after(1), speculative=True)).status == "ok"

    jumping(story)


def test_connectors_own_mistake_is_an_answer_too(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        backend = Backend(script=(KeyError("id"), KeyError("id")))
        answer = await Guard(SETTINGS).read(KEY, backend, Deadline.after(1))
        assert answer.status == "bad_answer"
        assert "KeyError" in answer.cause

    jumping(story)
    assert "not an OmsError: KeyError" in caplog.text


def test_kept_parts_are_answered_without_asking() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend()
        guard.keep(KEY, "part", NOW, took_ms=80.0)
        answer = await guard.read(KEY, backend, Deadline.after(1))
        assert (answer.value, answer.cached, answer.saved_ms, backend.calls) == ("part", True, 80.0, 0)

    jumping(story)


def test_close_ends_everything() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend(takes_s=60)
        reads = [asyncio.create_task(guard.read((f"{i}",), backend, Deadline.after(90))) for i in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await guard.close()
        assert {answer.status for answer in await asyncio.gather(*reads)} == {"unavailable"}
        assert backend.cancelled == 3

    jumping(story)


def test_cancelled_probe_does_not_lock_the_breaker() -> None:
    async def story() -> None:
        guard = Guard(replace(SETTINGS, retries=0, breaker_failures=1, breaker_pause_s=1.0))
        await guard.read(("a",), Backend(script=(Unavailable("x"),)), Deadline.after(1))
        await asyncio.sleep(1.1)
        probe = asyncio.create_task(guard.read(("b",), Backend(takes_s=9), Deadline.after(20)))
        await asyncio.sleep(0.1)
        probe.cancel()
        await asyncio.sleep(0.1)
        assert (await guard.read(("c",), Backend(), Deadline.after(1))).status == "ok"

    jumping(story)


def test_a_change_makes_snapshots_old_and_such_reads_under_way_make_none() -> None:
    async def story() -> None:
        guard, backend = Guard(SETTINGS), Backend()
        await guard.read(KEY, backend, Deadline.after(1))
        await guard.read(("other",), backend, Deadline.after(1))
        changed = asyncio.create_task(guard.read(("slow",), backend, Deadline.after(1)))
        unchanged = asyncio.create_task(guard.read(("calm",), backend, Deadline.after(1)))
        await asyncio.sleep(0.05)
        guard.forget(lambda key, value: key in (KEY, ("slow",)))
        joined_later = asyncio.create_task(guard.read(("slow",), backend, Deadline.after(1)))
        assert (await changed).outdated
        assert not (await unchanged).outdated
        later = await joined_later
        assert (later.status, later.outdated, later.cached) == ("ok", False, False)
        assert later.value != (await changed).value
        assert (await guard.read(("other",), backend, Deadline.after(1))).cached
        assert (await guard.read(("calm",), backend, Deadline.after(1))).cached
        assert (await guard.read(("slow",), backend, Deadline.after(1))).cached
        assert not (await guard.read(KEY, backend, Deadline.after(1))).cached
        await guard.close()

    jumping(story)


def test_nothing_found_is_no_snapshot_either_when_something_was_made_meanwhile() -> None:
    async def story() -> None:
        guard = Guard(SETTINGS)
        under_way = asyncio.create_task(guard.read(KEY, Backend(script=(NotFound("x"),)), Deadline.after(1)))
        await asyncio.sleep(0.05)
        guard.forget(lambda key, value: value is None)
        assert (await under_way).status == "not_found"
        assert (await guard.read(KEY, Backend(), Deadline.after(1))).status == "ok"
        await guard.close()

    jumping(story)


def test_a_write_is_sent_once_and_reads_do_not_keep_it_waiting() -> None:
    async def story() -> None:
        guard = Guard(replace(SETTINGS, concurrent_reads=1))
        slow, broken = Backend(takes_s=5), Backend(script=(Unavailable("down"),))
        reading = asyncio.create_task(guard.read(KEY, slow, Deadline.after(9)))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await guard.send(broken, Deadline.after(1))
        assert broken.calls == 1
        assert await guard.send(broken, Deadline.after(1)) == "answer 2"
        with pytest.raises(OmsError):
            await guard.send(slow, Deadline.after(1))
        await guard.close()
        await asyncio.gather(reading, return_exceptions=True)

    jumping(story)


def test_a_read_that_takes_long_is_asked_for_again() -> None:
    async def story() -> None:
        guard, asked = Guard(replace(SETTINGS, hedge_after_ms=150)), list[float]()

        async def fetch(deadline: Deadline) -> str:
            asked.append(asyncio.get_running_loop().time())
            await asyncio.sleep(2.0 if len(asked) == 1 else 0.1)
            return f"answer {len(asked)}"

        answer, took_s = await timed(guard.read(KEY, fetch, Deadline.after(4)))
        assert (answer.status, answer.value) == ("ok", "answer 2")
        assert took_s == pytest.approx(0.25)
        assert asked[1] - asked[0] == pytest.approx(0.15)

    jumping(story)


def test_reads_beyond_what_is_allowed_wait_and_writes_go_first() -> None:
    async def story() -> None:
        limits = replace(SETTINGS, requests_per_s=1.0, requests_at_once=3.0, requests_for_writes=1.0)
        guard, backend = Guard(limits), Backend(takes_s=0.0)
        reads = [timed(guard.read((name,), backend, Deadline.after(9))) for name in "abc"]
        took = [round(took_s, 3) for _, took_s in await asyncio.gather(*reads)]
        assert took == [0.0, 0.0, 1.0]
        _, write_s = await timed(guard.send(backend, Deadline.after(9)))
        assert write_s == pytest.approx(0.0)
        late = await guard.read(("d",), backend, Deadline.after(0.5))
        assert late.status == "timeout"

    jumping(story)
