"""The pages about calls, in a real browser: audio and transcript in step, live calls, hostile words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from console_bench import CALL, FakeStore, deps_for, records_of, wismo_call, write_recording
from playwright.async_api import Page, expect
from web_bench import chromium

from voicebot.console.app import build_app
from voicebot.console.serve import serving
from voicebot.console.settings import ConsoleSettings
from voicebot.records.events import CallEvent, Record, actions, call, policy, verification

pytestmark = pytest.mark.e2e


@asynccontextmanager
async def showing(store: FakeStore, data_dir: Path) -> AsyncIterator[tuple[Page, str]]:
    """A page, and the console's address; nothing may go wrong in the page's scripts."""
    settings = ConsoleSettings(http_port=0)
    problems: list[str] = []
    app = build_app(deps_for(data_dir, store), settings)
    async with serving(app, settings) as port, chromium() as browser:
        page = await browser.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        yield page, f"http://127.0.0.1:{port}"
    assert problems == []


async def test_replay_in_step_with_the_audio(tmp_path: Path) -> None:
    write_recording(tmp_path / "recordings" / f"{CALL}.wav", wismo_call())
    async with showing(FakeStore({CALL: wismo_call()}), tmp_path) as (page, address):
        await page.goto(f"{address}/calls/{CALL}")
        lines = page.locator("#transcript li")
        await expect(lines).to_have_count(8)
        await expect(lines.nth(4).locator("s")).to_contain_text("The carrier is Royal Mail")
        await expect(lines.nth(4).locator(".badge")).to_have_text("interrupted")
        await expect(lines.nth(3)).to_contain_text("<script>alert(1)</script>")

        await lines.nth(4).get_by_role("button").click()
        await expect(lines.nth(4)).to_have_attribute("aria-current", "true")
        at_s = await page.evaluate("document.getElementById('audio').currentTime")
        assert 10.3 < at_s < 13.0
        await page.evaluate("document.getElementById('audio').currentTime = 16.5")
        await expect(lines.nth(6)).to_have_attribute("aria-current", "true")
        await expect(page.locator("#transcript [aria-current]")).to_have_count(1)

        await expect(page.locator(".turn")).to_have_count(3)
        await expect(page.locator(".turn").nth(1)).to_contain_text("380 ms")
        await expect(page.locator(".turn").nth(2).locator(".track.failed")).to_have_count(1)
        await expect(page.locator("#decisions")).to_contain_text("the order is 3 days late")
        await expect(page.locator("#decisions")).to_contain_text("only vip fails")
        await expect(page.get_by_role("link", name="h-1")).to_have_attribute("href", "/api/handoffs/h-1")


def cancelling() -> list[Record]:
    """A policy, a proof, a plan, a yes, a cancelled order; then a note, which takes no yes."""
    done: list[CallEvent] = [
        call.CallStarted(transport="sip", caller="+16465550101"),
        policy.PolicyDecided(
            policy="cancellations",
            version="7",
            rule="not-packed",
            outcome={"outcome": "cancel"},
            facts={"fulfillment": "unfulfilled"},
            reasons=("it was not packed yet",),
            near_misses=("made-to-order: only custom made fails",),
        ),
        verification.VerificationAttempted(request="r1", factor="postcode", outcome="ok", level=2, left=3),
        actions.ActionPlanned(
            request="r2", action="cancel", order="o-1", status="ok", plan="p1", needs=2, preview={"refund_minor": 14200}
        ),
        actions.ActionBegun(request="r3", plan="p1", action="cancel", key="k1"),
        actions.ActionCommitted(request="r3", plan="p1", action="cancel", key="k1", reference="3310460"),
        actions.ActionPlanned(request="r4", action="note", order="o-1", status="ok", plan="p2", needs=1),
        actions.ActionBegun(request="r5", plan="p2", action="note", key="k2"),
        actions.ActionCommitted(request="r5", plan="p2", action="note", key="k2"),
        call.CallEnded(by="caller", reason="hung up", duration_ms=9000),
    ]
    return records_of(CALL, [(1000.0 * at, at, event) for at, event in enumerate(done)])


async def test_what_was_done_with_whose_yes_and_why(tmp_path: Path) -> None:
    async with showing(FakeStore({CALL: cancelling()}), tmp_path) as (page, address):
        await page.goto(f"{address}/calls/{CALL}")
        decisions = page.locator("#decisions .decision")
        await expect(decisions.locator("b")).to_have_text(
            [
                "cancellations → rule not-packed",
                "Proof by postcode",
                "Plan: cancel",
                "The caller's yes: cancel",
                "Done: cancel",
                "Plan: note",
                "Begun: note",
                "Done: note",
            ]
        )
        await expect(decisions.nth(0)).to_contain_text("it was not packed yet")
        await expect(decisions.nth(0)).to_contain_text("only custom made fails")
        await expect(decisions.nth(2)).to_contain_text("needs proof of level 2")
        await expect(decisions.nth(4)).to_contain_text("reference 3310460")
        await expect(decisions.nth(6)).to_contain_text("no yes needed")


async def test_events_can_be_filtered_and_unfolded(tmp_path: Path) -> None:
    write_recording(tmp_path / "recordings" / f"{CALL}.wav", wismo_call())
    async with showing(FakeStore({CALL: wismo_call()}), tmp_path) as (page, address):
        await page.goto(f"{address}/calls/{CALL}")
        partials = page.locator("#events details", has_text="hearing.partial")
        await expect(partials.first).to_be_hidden()
        await page.get_by_role("button", name="partials").click()
        await expect(partials.first).to_be_visible()
        await page.get_by_label("Filter events").fill("mood")
        shown = page.locator("#events details:visible")
        await expect(shown).to_have_count(1)
        await shown.locator("summary").click()
        await expect(shown.locator("pre")).to_contain_text('"mood": "cross"')
        await expect(page.locator("#count")).to_contain_text("1 of")


async def test_a_live_call_grows_until_it_ends(tmp_path: Path) -> None:
    records = wismo_call()
    write_recording(tmp_path / "recordings" / f"{CALL}.wav", records)
    store = FakeStore({CALL: records[:13]})
    async with showing(store, tmp_path) as (page, address):
        await page.goto(f"{address}/calls/{CALL}")
        await expect(page.locator("#live")).to_be_visible()
        await expect(page.locator("#player")).to_be_hidden()
        store.kept[CALL] = records
        await expect(page.locator("#outcome")).to_have_text("handed off")
        await expect(page.locator("#live")).to_be_hidden()
        await expect(page.locator("#player")).to_be_visible()
        await expect(page.locator("#events details")).to_have_count(len(records))


async def test_list_and_home(tmp_path: Path) -> None:
    store = FakeStore({f"c{number:03}": wismo_call(f"c{number:03}") for number in range(60)})
    async with showing(store, tmp_path) as (page, address):
        await page.goto(address)
        await expect(page.locator("#ready")).to_have_text("Ready for calls")
        await page.get_by_role("navigation").get_by_role("link", name="Calls").click()
        await expect(page.locator("#calls tr")).to_have_count(50)
        await page.get_by_role("button", name="Older calls").click()
        await expect(page.locator("#calls tr")).to_have_count(60)
        await page.get_by_label("Outcome").select_option("contained")
        await expect(page.locator("#none")).to_be_visible()


async def test_a_call_that_is_not_there(tmp_path: Path) -> None:
    async with (
        chromium() as browser,
        serving(build_app(deps_for(tmp_path, FakeStore())), ConsoleSettings(http_port=0)) as port,
    ):
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{port}/calls/gone")
        await expect(page.get_by_role("alert")).to_contain_text("No such call.")
