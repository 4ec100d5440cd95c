import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import numpy as np
from PIL import Image

from clues.cue import Box, Cue
from clues.photo import open_photo
from clues.pipeline import Failure
from clues.report.build import build
from clues.report.html import location_html
from clues.report.json import to_json
from clues.report.markdown import location_markdown
from tests.tiny import tiny_location

HOSTILE = "</title></svg><script>alert(1)</script>\"' onmouseover=alert(2) x=<img src=//evil.org/x>"


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def cue(note: str = "", box: Box | None = None, **likelihood: float) -> Cue:
    return Cue(
        variable="text.language", likelihood=likelihood or {"es": 1}, detector="ocr", note=note,
        box=box,
    )  # fmt: skip


def test_hostile_text_stays_text():
    photo = open_photo(np.zeros((40, 60, 3), np.uint8))
    location = tiny_location(
        [cue(HOSTILE, Box(1, 2, 30, 20))], photo, failures=(Failure(HOSTILE, HOSTILE),)
    )
    page = Page(location_html(location, file=HOSTILE))
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert "img" not in [tag for tag, _ in page.tags]
    assert any("alert(1)" in text for text in page.text)


def test_nothing_is_loaded_from_outside():
    photo = open_photo(np.zeros((40, 60, 3), np.uint8))
    html = location_html(tiny_location([cue()], photo))
    for tag, attrs in Page(html).tags:
        assert tag not in ("link", "iframe", "object", "embed")
        for name in ("src", "href"):
            address = attrs.get(name) or "#"
            assert tag == "a" or address.startswith(("#", "data:image/jpeg;base64,"))
    assert "url(http" not in html
    assert "@import" not in html


def test_the_security_policy_allows_the_pages_own_script_alone():
    html = location_html(tiny_location([cue()]))
    script = re.search(r"<script>(.*?)</script>", html, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html


def test_no_metadata_of_the_photo_reaches_any_output():
    image = Image.fromarray(np.full((48, 64, 3), 90, np.uint8))
    exif = Image.Exif()
    exif[0x010E] = "SECRET-DESCRIPTION"
    exif.get_ifd(0x8825).update({1: "N", 2: (41.0, 23.0, 45.6), 3: "E", 4: (2.0, 10.0, 26.4)})
    data = io.BytesIO()
    image.save(data, "JPEG", exif=exif)
    assert b"SECRET" in data.getvalue()
    location = tiny_location([cue()], open_photo(data.getvalue(), "a.jpg"))
    html, report = location_html(location), build(location)
    embedded = base64.b64decode(re.search(r"data:image/jpeg;base64,([^\"]+)", html)[1])
    assert not Image.open(io.BytesIO(embedded)).getexif()
    for text in (html, to_json(report), location_markdown(report), embedded.decode("latin-1")):
        assert "SECRET" not in text
        assert "gps" not in text.lower()
        assert "exif" not in text.lower()


def test_a_huge_noisy_photo_still_gives_a_small_page():
    noise = np.random.default_rng(0).integers(0, 256, (1500, 2000, 3), dtype=np.uint8)
    html = location_html(tiny_location([cue()], open_photo(noise)))
    assert len(html) < 1_500_000


def test_cues_of_one_box_share_it_and_can_be_told_apart():
    photo = open_photo(np.zeros((40, 60, 3), np.uint8))
    box = Box(1, 2, 30, 20)
    location = tiny_location([cue("a", box), cue("b", box, pt=1), cue("c", Box(0, 0, 5, 5))], photo)
    marks = [
        a["data-cue"] for t, a in Page(location_html(location)).tags if t == "g" and "data-cue" in a
    ]
    assert marks == ["0 1", "2"]


def test_headings_tables_and_pictures_are_named_for_readers_of_the_page():
    photo = open_photo(np.zeros((40, 60, 3), np.uint8))
    page = Page(location_html(tiny_location([cue(box=Box(1, 2, 30, 20))], photo)))
    pictures = [a for t, a in page.tags if t == "svg"]
    assert len(pictures) == 3
    assert all(a.get("aria-label") or a.get("aria-labelledby") for a in pictures)
    assert all(a.get("scope") for t, a in page.tags if t == "th")
    assert [t for t, _ in page.tags].count("h1") == 1


def test_without_photo_and_cues_the_page_has_no_empty_sections():
    text = "".join(Page(location_html(tiny_location([]))).text)
    assert "Not enough evidence" in text
    assert "What was seen" not in text
    assert "Why " not in text
