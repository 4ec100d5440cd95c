"""The app in a real browser, with the real models: `make test-browser`."""

import base64
import importlib.util
import io
import shutil

import pytest
from PIL import Image

from clues.knowledge import load_kb
from clues.paths import ROOT
from tests.app.chromium import (
    BUS,
    CHROMIUM,
    SLOW_MS,
    browsing,
    copy_to,
    locate_bus,
    serving,
    settled,
)
from tests.detectors.vision_language import server as vision_language


def _png() -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((96, 64), 60).save(stream, "PNG")
    return stream.getvalue()


PICTURE = _png()

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
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with browsing(tmp_path_factory.mktemp("chromium")) as context:
        context.asked = []
        context.on("request", lambda request: context.asked.append(request.url))
        yield context


@pytest.fixture(scope="module")
def located(browser, address):
    """A page on which the bus has been located."""
    page = browser.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    locate_bus(page, address)
    return page


COPY = """async text => {
    const blob = await (await fetch(`data:image/png;base64,${text}`)).blob();
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""
RANKING = "[...document.querySelectorAll('.rank')].map(e => e.innerText).join()"


def ranking(page) -> str:
    return page.locator(".rank").all_inner_texts()


def view(page) -> str:
    return page.locator(".map canvas").first.get_attribute("data-view")


def test_the_bus_is_in_spain(located):
    assert "Spain" in ranking(located)[0]
    assert located.locator(".photo rect").count() > 0
    assert "MADRID" in located.locator(".ledger").inner_text()
    assert located.problems == []


def test_switching_a_cue_off_changes_the_ranking_while_the_map_stays(located):
    located.get_by_label("Zoom in").click()
    settled(located)
    before, place = ranking(located), view(located)
    tall = located.locator(".ledger").bounding_box()["height"]
    switch = located.get_by_label("Count 'Language of the writing: Spanish'")
    switch.uncheck()
    located.wait_for_function(f"old => {RANKING} !== old", arg=",".join(before))
    settled(located)
    assert view(located) == place
    assert located.locator(".ledger").bounding_box()["height"] == tall  # nothing jumps
    switch.check()
    located.wait_for_function(f"old => {RANKING} === old", arg=",".join(before))
    assert view(located) == place


def test_the_first_visitor_of_an_app_makes_it_ask_nobody_else(browser):
    with serving() as address:
        page = browser.new_page()
        before = len(browser.asked)
        page.goto(address)
        page.locator("img.sample").wait_for()  # the library has been imported
        settled(page)
        asked = browser.asked[before:]
        page.close()
    assert any(url.startswith(address) for url in asked)
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_another_visitor_sees_nothing_of_the_photo(browser, address, located):
    page = browser.new_page()
    page.goto(address)
    page.locator("img.sample").wait_for()
    assert page.locator(".photo").count() == 0
    page.close()
    assert located.locator(".photo").count() == 1


def test_a_cue_that_is_turned_down_to_nothing_is_off(located):
    located.get_by_role("button", name="Language of the writing").first.click()
    slider = located.get_by_label("Strength of 'Language of the writing: Spanish'")
    before = ranking(located)
    slider.fill("0")
    located.wait_for_function(f"old => {RANKING} !== old", arg=",".join(before))
    settled(located)
    assert not located.get_by_label("Count 'Language of the writing: Spanish'").is_checked()
    slider.fill("1")
    located.wait_for_function(f"old => {RANKING} === old", arg=",".join(before))
    located.get_by_role("button", name="Language of the writing").first.click()


def test_tabs_stay_where_they_are_at_each_level_of_the_ranking(located):
    tab = located.get_by_role("tab", name="Why", exact=True)
    places = set()
    for level in ("Region", "Continent", "Cell", "Country"):
        located.get_by_text(level, exact=True).first.click()
        settled(located)
        places.add(round(tab.bounding_box()["y"]))
    assert max(places) - min(places) <= 2


def test_tiles_are_shown_once_they_come_and_the_own_map_until_then(located):
    tiles = "**/tile.openstreetmap.org/**"
    located.route(tiles, lambda route: route.abort())
    settled(located)
    located.get_by_role("button", name="Options").click()
    located.get_by_text("Map from the internet").click()
    located.locator(".credit", has_text="own map").wait_for()
    located.unroute(tiles)
    located.route(tiles, lambda route: route.fulfill(body=PICTURE, content_type="image/png"))
    located.get_by_label("Zoom out").click()
    located.locator(".credit", has_text="OpenStreetMap").wait_for()
    located.get_by_role("button", name="Options").click()
    located.get_by_text("Map from the internet").click()
    located.locator(".credit").wait_for(state="hidden")
    located.keyboard.press("Escape")


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
    located.mouse.move(5, 5)  # the open row stays lit in the photo
    assert located.locator(".photo rect.hot").count() == 1


def test_photo_and_ranking_stay_in_sight_while_the_ledger_scrolls(located):
    located.get_by_role("button", name="more cues").click()
    located.locator(".ledger .sum").scroll_into_view_if_needed()
    for part in (".photo", ".map", ".rank"):
        box = located.locator(part).first.bounding_box()
        assert 0 < box["y"] < 200, part
    located.get_by_role("button", name="more cues").click()
    located.locator(".photo rect:not(.area)").last.click()  # its row opens in sight, too
    located.wait_for_timeout(1000)  # while it scrolls there
    row, above = located.locator(".item.open").last, located.locator(".st-key-overview")
    assert row.bounding_box()["y"] >= sum(above.bounding_box()[k] for k in ("y", "height")) - 1


def test_a_question_is_answered_by_a_click(located):
    located.get_by_role("tab", name="What to look for next").click()
    question = located.locator("[data-testid=stVerticalBlock] strong").first
    question.wait_for()
    settled(located)
    text = question.inner_text()
    located.get_by_role("button", name="%)").first.click()
    located.get_by_text(text, exact=True).wait_for(state="detached")


def test_a_cue_is_found_by_its_value_and_then_speaks_for_and_against(located):
    located.get_by_role("tab", name="Add a cue").click()
    search = located.get_by_label("What do you see?")
    search.click()
    search.press_sequentially("driving side: right")
    located.get_by_role("option").first.click()
    located.get_by_text("Counted: ").wait_for()
    located.get_by_role("tab", name="Why", exact=True).click()
    located.locator(".item", has_text="your own").first.wait_for()
    located.get_by_label("Why not ...?").click()
    located.keyboard.type("United Kin")
    located.keyboard.press("Enter")
    located.get_by_text("United Kingdom is ").wait_for()


def test_a_clue_is_edited_with_its_effect_on_the_photo_at_hand(located):
    located.get_by_role("button", name="Language of the writing").first.click()
    located.locator(".more a[href*=edit-clue]").first.click()
    located.get_by_text("Preview what it changes").click()
    located.get_by_text(BUS.name, exact=True).wait_for()
    located.get_by_role("link", name="Locate").click()
    located.locator(".ledger .sum").wait_for()


def test_a_model_that_is_asked_sees_the_photo_and_speaks_along(browser):
    with vision_language.serving() as model:
        model.script = vision_language.good()
        options = ("--ask-model", model.url, "--model", "stub", "--yes-send-photo")
        with serving(ROOT, *options) as address:
            page = browser.new_page()
            locate_bus(page, address)
            assert len(model.requests) == len(model.paths) == 5
            assert "Japan" in " ".join(ranking(page))
            page.close()


def test_an_image_is_pasted(browser, address):
    page = browser.new_page()
    browser.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page.goto(address)
    page.get_by_text("what says so").first.wait_for()
    settled(page)
    page.evaluate(COPY, base64.b64encode(PICTURE).decode())
    page.keyboard.press("Control+v")
    page.get_by_alt_text("The photo pasted image").first.wait_for(timeout=SLOW_MS)
    page.close()


def test_a_folder_is_located(browser, address, tmp_path):
    (tmp_path / "a.png").write_bytes(PICTURE)
    page = browser.new_page()
    page.goto(f"{address}/batch")
    page.get_by_text("A folder").first.click()
    page.locator("input[webkitdirectory]").set_input_files(tmp_path)
    page.get_by_role("button", name="Locate them all").click()
    page.get_by_role("button", name="KML").wait_for(timeout=SLOW_MS)
    page.close()


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
    says.press("End")
    says.press_sequentially(" So it is.")  # checked while typing, without a key to confirm
    page.locator("[data-testid=stCode]").get_by_text("So it is.").first.wait_for()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the patch").click()
    assert f"+++ b/{clue.file}" in download.value.path().read_text("utf-8")
    page.close()


def test_a_saved_clue_stays_chosen_and_is_taken_back(browser, tmp_path):
    clue = next(c for c in load_kb().clues if c.status == "authored")
    root = copy_to(tmp_path)
    path = root / clue.file
    before = path.read_text("utf-8")
    with serving(root) as address:
        page = browser.new_page()
        page.goto(f"{address}/knowledge?edit-clue={clue.id}")
        page.get_by_label("What it says, in one sentence").fill(f"{clue.says} So it is.")
        page.get_by_role("button", name="Save to the file").click()
        undo = page.get_by_role("button", name="Undo the last save")
        undo.wait_for()
        assert "So it is." in path.read_text("utf-8")
        undo.click()
        undo.wait_for(state="detached")
        assert path.read_text("utf-8") == before
        assert clue.id in page.get_by_label("Clue", exact=True).first.input_value()
        page.close()


def test_a_file_that_is_too_large_is_refused_in_a_sentence(browser, address, tmp_path):
    (tmp_path / "large.jpg").write_bytes(bytes(26 * 2**20))
    page = browser.new_page()
    page.goto(address)
    page.locator("input[type=file]").first.set_input_files(tmp_path / "large.jpg")
    sentence = page.get_by_role("alert").filter(has_text="25.0MB or smaller")
    sentence.wait_for()
    assert sentence.bounding_box()["width"] > 100  # for all to see, not for screen readers alone
    page.close()


def test_nothing_is_wider_than_a_phone(browser, address):
    page = browser.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("", "play", "knowledge", "compare", "batch", "evaluate"):
        page.goto(f"{address}/{name}")
        page.locator(".hero, .answer").first.wait_for()
        settled(page)
        wide = page.get_by_test_id("stMain").evaluate("e => e.scrollWidth - e.clientWidth")
        assert wide == 0, name
    page.close()


def test_a_folder_is_played_by_clicking_the_map(browser, address, tmp_path):
    shutil.copy(BUS, tmp_path)
    (tmp_path / "places.csv").write_text(f"file,lat,lon\n{BUS.name},40.417,-3.701\n")
    page = browser.new_page()
    page.goto(f"{address}/play")
    page.get_by_text("2 minutes").click()
    path = page.get_by_label("Or the CSV file's path")
    path.fill(str(tmp_path / "places.csv"))
    path.press("Enter")
    page.get_by_role("button", name="Play with this folder").click()
    page.get_by_role("timer").wait_for()
    canvas = page.locator(".map canvas")
    canvas.wait_for()
    page.wait_for_function("document.querySelector('body') && true")
    settled(page)
    canvas.click(position={"x": 200, "y": 150})
    page.get_by_role("button", name="Guess").click()
    page.get_by_text("What would have told you Spain").wait_for(timeout=SLOW_MS)
    page.get_by_role("button", name="See how it went").click()
    page.get_by_text("Cue families that you missed").wait_for()
    page.close()
