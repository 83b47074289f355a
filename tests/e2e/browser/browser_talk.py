"""The talk page in a real Chromium whose microphone plays a recorded caller."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CONNECT_WITHIN_MS = 15_000


@contextmanager
def chromium(microphone: Path | None = None) -> Iterator[Page]:
    """A page; no script on it may fail, and no content policy may be violated."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    flags += ["--autoplay-policy=no-user-gesture-required"]
    if microphone is not None:
        flags += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        flags += [f"--use-file-for-fake-audio-capture={microphone}%noloop"]
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=flags)
        page = browser.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        try:
            yield page
        finally:
            browser.close()
    assert problems == []


def dial(page: Page, address: str) -> None:
    """Press Call and wait until the agent's first caption is there."""
    page.goto(f"{address}/talk")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.locator(".said.bot").first).to_be_visible(timeout=CONNECT_WITHIN_MS)


def said(page: Page, words: str, *, within_ms: float) -> bool:
    """Whether the captions hold these words in time."""
    try:
        expect(page.locator("#captions")).to_contain_text(words, timeout=within_ms)
    except AssertionError:
        return False
    return True


def bubbles(page: Page, who: str) -> list[str]:
    """The captions of one side, in order."""
    return [text.strip() for text in page.locator(f".said.{who}").all_inner_texts()]


def ended_call(page: Page, *, within_ms: float) -> str:
    """Wait until the page says that the call is over; returns its id."""
    replay = page.locator("#replay")
    expect(replay).to_be_visible(timeout=within_ms)
    return str(replay.get_attribute("href")).rsplit("/", 1)[-1]


def until(page: Page, condition: Callable[[], bool], *, within_s: float = 10.0) -> None:
    """Wait for a condition. The pages' content policy forbids playwright's own polling, which evaluates strings."""
    end_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end_s, "it did not happen in time"
        page.wait_for_timeout(100)


def audio_state(page: Page) -> dict[str, Any]:
    """Of the replay's player: position and length in seconds, readiness, whether it plays, and its error."""
    state: dict[str, Any] = page.evaluate(
        "({currentTime: at, duration: length, readyState: ready, paused, error}) =>"
        " ({at, length, ready, paused, error})",
        page.evaluate_handle("document.getElementById('audio')"),
    )
    return state
