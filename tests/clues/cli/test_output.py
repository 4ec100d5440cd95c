import csv
import json
from xml.etree import ElementTree

import pytest


@pytest.fixture
def two(tmp_path, scene):
    for name in ("a.jpg", "b.png"):
        scene.save(tmp_path / name)
    return tmp_path


def test_points_are_written_in_each_format(clues, two):
    rows = list(csv.DictReader(clues("locate", two, "-f", "csv").out.splitlines()))
    assert [row["country"] for row in rows] == ["ES", "ES"]
    features = json.loads(clues("locate", two, "-f", "geojson").out)["features"]
    lon, lat = features[0]["geometry"]["coordinates"]
    assert (f"{lat}", f"{lon}") == (rows[0]["lat"], rows[0]["lon"])
    kml = ElementTree.fromstring(clues("locate", two, "-f", "kml").out)
    assert len(kml.findall(".//{*}Placemark")) == 2
    assert clues("locate", two, "-f", "markdown").out.count("\n## ") == 1


def test_json_is_one_object_for_one_photo_and_a_list_for_many(clues, two):
    assert isinstance(json.loads(clues("locate", two / "a.jpg", "-f", "json").out), dict)
    assert len(json.loads(clues("locate", two, "-f", "json").out)) == 2


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "md", "text"])
def test_output_goes_to_a_file_if_asked(clues, two, kind):
    path = two / "new" / "out.any"
    ran = clues("locate", two, "-f", kind, "--out", path)
    assert ran.code == 0, ran.err
    assert str(path) in ran.out
    assert "a.jpg" in path.read_text("utf-8")
    assert [p.name for p in path.parent.iterdir()] == ["out.any"]


def test_what_was_located_before_a_stop_is_written(clues, two, monkeypatch, stub_locator):
    plain = type(stub_locator).locate

    def stopped(self, source=None, **options):
        if source is not None and source.name == "b.png":
            raise KeyboardInterrupt
        return plain(self, source, **options)

    monkeypatch.setattr(type(stub_locator), "locate", stopped)
    ran = clues("locate", two, "-f", "csv")
    assert ran.code == 130
    assert len(ran.out.splitlines()) == 2
