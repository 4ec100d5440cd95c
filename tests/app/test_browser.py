"""The app in a real browser, with the real models: `make test-browser`."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from clues.knowledge import load_kb
from clues.paths import ROOT

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
SPEC = importlib.util.find_spec("ultralytics")
BUS = Path(SPEC.origin).parent / "assets" / "bus.jpg" if SPEC and SPEC.origin else None
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SLOW_MS = 200_000  # models load with the first photo, on whatever machine this is

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None, reason="needs Playwright (clues[dev])"
    ),
    pytest.mark.skipif(
        BUS is None or not BUS.is_file(), reason="needs the sample photo of ultralytics"
    ),
]


@pytest.fixture(scope="module")
def address():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "clues", "app", "--port", str(port), "--headless"]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        os.killpg(server.pid, 15)
        server.wait(20)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        folder = tmp_path_factory.mktemp("chromium")
        context = play.chromium.launch_persistent_context(
            str(folder), executable_path=CHROMIUM, headless=True, args=FLAGS,
            viewport={"width": 1440, "height": 1000},
        )  # fmt: skip
        context.set_default_timeout(90_000)
        yield context
        context.close()


@pytest.fixture(scope="module")
def located(browser, address):
    """A page on which the bus has been located."""
    page = browser.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(address)
    page.get_by_text("what says so").first.wait_for()
    page.locator("input[type=file]").first.set_input_files(str(BUS))
    page.locator(".ledger .sum").wait_for(timeout=SLOW_MS)
    return page


RANKING = "[...document.querySelectorAll('.rank')].map(e => e.innerText).join()"


def ranking(page) -> str:
    return page.locator(".rank").all_inner_texts()


def view(page) -> str:
    return page.locator(".map canvas").first.get_attribute("data-view")


def settled(page) -> None:
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(300)


def test_the_bus_is_in_spain(located):
    assert "Spain" in ranking(located)[0]
    assert located.locator(".photo rect").count() > 0
    assert "MADRID" in located.locator(".ledger").inner_text()
    assert located.problems == []


def test_switching_a_cue_off_changes_the_ranking_while_the_map_stays(located):
    located.get_by_label("Zoom in").click()
    settled(located)
    before, place = ranking(located), view(located)
    switch = located.get_by_label("Count 'Language of the writing: Spanish'")
    switch.uncheck()
    located.wait_for_function(f"old => {RANKING} !== old", arg=",".join(before))
    settled(located)
    assert view(located) == place
    switch.check()
    located.wait_for_function(f"old => {RANKING} === old", arg=",".join(before))
    assert view(located) == place


def test_hovering_a_row_lights_up_its_box(located):
    row = located.locator(".item", has_text="Language of the writing").first
    row.hover()
    located.locator(".photo rect.hot").wait_for(state="attached")
    assert row.get_attribute("data-cue") == located.locator("rect.hot").get_attribute("data-cue")


def test_hovering_a_tag_of_the_scene_shows_where_the_network_looked(located):
    located.locator(".photo rect.area").first.hover(force=True)
    located.locator(".photo .glow canvas").wait_for(state="attached")
    located.mouse.move(5, 5)
    located.locator(".photo .glow canvas").wait_for(state="detached")


def test_an_opened_row_names_file_line_and_source(located):
    located.get_by_role("button", name="Language of the writing").first.click()
    more = located.locator(".more").first
    more.wait_for()
    assert "kb/clues/text/" in more.inner_text()
    assert more.locator("img").count() == 1


def test_a_question_is_answered_by_a_click(located):
    located.get_by_role("tab", name="What to look for next").click()
    question = located.locator("[data-testid=stVerticalBlock] strong").first
    question.wait_for()
    settled(located)
    text = question.inner_text()
    located.get_by_role("button", name="%)").first.click()
    located.get_by_text(text, exact=True).wait_for(state="detached")


def test_a_broken_file_gives_a_sentence(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.get_by_text("what says so").first.wait_for()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"this is no image"}
    )
    page.get_by_text("this is not an image that Clues can read").wait_for()
    page.close()


def test_editing_a_clue_shows_its_diff(browser, address):
    page = browser.new_page()
    clue = next(c for c in load_kb().clues if c.status == "authored")
    page.goto(f"{address}/knowledge?edit-clue={clue.id}")
    says = page.get_by_label("What it says, in one sentence").first
    says.wait_for()
    settled(page)
    says.fill(f"{says.input_value()} So it is.")
    says.press("Control+Enter")
    page.locator("[data-testid=stCode]").get_by_text("So it is.").first.wait_for()
    page.close()


def test_a_click_on_the_map_is_a_guess(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/play")
    page.get_by_role("button", name="Try one round").click()
    canvas = page.locator(".map canvas")
    canvas.wait_for()
    page.wait_for_function("document.querySelector('body') && true")
    settled(page)
    canvas.click(position={"x": 200, "y": 150})
    page.get_by_role("button", name="Guess").click()
    page.get_by_text("What would have told you Spain").wait_for(timeout=SLOW_MS)
    page.close()
