"""What must not be in any output: where the camera says it was, and people's number plates."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from clues.cue import Box, Cue
from clues.report.private import hidden, hide

# Its digits, but not inside a number, a picture or the path of a map: "M9595 1234l45 9".
PLATE = r"(?<![\w.+/])(?<!\d )1234(?![\da-z])"
SECRET = ("48.8583", "48,51", "2.2945", "EiffelSecret", "48.858")
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    b'exif:GPSLatitude="48,51.498N" exif:GPSLongitude="2,17.67E" exif:City="EiffelSecret"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


@pytest.fixture
def located(tmp_path, scene):
    """A photo whose EXIF and XMP say it was taken at the Eiffel Tower, and one that says naught."""
    exif = Image.Exif()
    exif[0x010E] = "EiffelSecret"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.88), 3: "E", 4: (2.0, 17.0, 40.2)})
    scene.save(tmp_path / "told.png", exif=exif, xmp=XMP)
    scene.save(tmp_path / "told.jpg", exif=exif, xmp=XMP, comment=b"EiffelSecret 48.8583")
    scene.save(tmp_path / "plain.png")
    return tmp_path


@pytest.mark.parametrize("kind", ["text", "json", "jsonl", "md", "csv", "geojson", "kml"])
def test_gps_in_exif_and_xmp_is_in_no_output_and_moves_nothing(clues, located, kind):
    told = clues("locate", located / "told.png", "--format", kind, "--keep-plates")
    plain = clues("locate", located / "plain.png", "--format", kind, "--keep-plates")
    assert told.code == 0
    if kind in ("csv", "geojson", "kml"):
        assert told.out.replace("told.", "plain.") == plain.out
    assert not [secret for secret in SECRET if secret in told.out + told.err]
    if kind == "json":
        a, b = json.loads(told.out), json.loads(plain.out)
        assert (a["lat"], a["lon"], a["photo"]) == (b["lat"], b["lon"], b["photo"])


def test_gps_is_in_no_page_and_no_picture(clues, located, tmp_path):
    ran = clues("locate", located / "told.jpg", "--format", "html", "--out", tmp_path / "p.html")
    assert ran.code == 0, ran.err
    page = (tmp_path / "p.html").read_text("utf-8")
    picture = base64.b64decode(re.search(r"data:image/jpeg;base64,([^\"']+)", page)[1])
    assert not Image.open(io.BytesIO(picture)).getexif()
    for secret in SECRET:
        assert secret not in page
        assert secret.encode() not in picture


def test_plates_are_reduced_to_their_region_unless_asked(clues, located):
    for command in (["locate", "--format", "json"], ["locate"], ["cues"], ["cues", "--json"]):
        ran = clues(*command, located / "plain.png")
        kept = clues(*command, located / "plain.png", "--keep-plates")
        assert ran.code == 0, ran.err
        assert not re.search(PLATE, ran.out)
        assert re.search(PLATE, kept.out)
        assert "ES" in ran.out or "Spain" in ran.out


def test_the_shared_page_hides_plates_in_the_picture(clues, located, tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")

    def spread(*options: str) -> float:
        page = tmp_path / "noise.html"
        ran = clues("locate", tmp_path / "noise.png", "--format", "html", "--out", page, *options)
        assert ran.code == 0, ran.err
        text = page.read_text("utf-8")
        picture = base64.b64decode(re.search(r"data:image/jpeg;base64,([^\"']+)", text)[1])
        pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("L"), dtype=float)
        assert bool(re.search(PLATE, text)) == bool(options)
        return float(pixels[172:188, 200:248].std())

    assert spread() < 15
    assert spread("--keep-plates") > 40


def test_every_note_with_the_plates_text_is_cleaned():
    notes = ["plate А123ВС 186 fits RU: code 186 = Khanty-Mansi", 'reads "а123вс186"', 'reads "а1"']
    assert hidden(notes) == [
        "plate (hidden) fits RU: code 186 = Khanty-Mansi", 'reads "(hidden)"', 'reads "а1"',
    ]  # fmt: skip


def test_a_box_that_covers_the_photo_is_no_plate():
    image = Image.fromarray(np.random.default_rng(2).integers(0, 255, (40, 60, 3)).astype(np.uint8))
    whole = Cue(variable="plates.plate", likelihood={"present": 1.0}, box=Box(0, 0, 60, 40))
    assert hide(image, [whole]).tobytes() == image.tobytes()


def test_heads_are_hidden_in_the_shared_page_even_where_the_detector_is_left_out(tmp_path):
    from clues.pipeline import Locator
    from clues.report.private import shareable

    class Watcher:
        name, variables = "vehicles", frozenset()

        def detect(self, photo):
            return []

        def private(self, photo):
            return [Box(10, 10, 30, 30)]

    noise = np.random.default_rng(3).integers(0, 255, (60, 60, 3)).astype(np.uint8)
    found = Locator(detectors=[Watcher()]).locate(noise, without=["vehicles"])
    assert found.extraction.seconds == {}
    pixels = shareable(found.photo, found).pixels
    assert pixels[12:28, 12:28].std() < 30 < pixels[40:, 40:].std()


def test_gps_is_in_no_cache(located, tmp_path):
    from clues.evaluation.cache import ExtractionCache
    from clues.photo import open_photo
    from tests.clues.cli.conftest import StubDetector

    ExtractionCache(tmp_path / "cache").extract([StubDetector()], open_photo(located / "told.jpg"))
    kept = [path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert not [secret for secret in SECRET if secret.encode() in kept[0]]
