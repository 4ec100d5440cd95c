import csv
import io
import json
import xml.etree.ElementTree as ET

from clues.cue import Cue
from clues.report.build import build
from clues.report.points import to_csv, to_geojson, to_kml
from tests.tiny import tiny_location

NAME = 'a "b", <c> & d.jpg'
REPORT = build(tiny_location([Cue.certain("text.language", "es")]), file=NAME)


def test_csv_reads_back():
    (row,) = csv.DictReader(io.StringIO(to_csv([REPORT])))
    assert row["file"] == NAME
    assert row["country"] == "ES"
    assert float(row["lat"]) == REPORT.lat
    assert 0.5 < float(row["probability"]) < 1


def test_geojson_puts_longitude_first():
    (feature,) = json.loads(to_geojson([REPORT]))["features"]
    assert feature["geometry"]["coordinates"] == [REPORT.lon, REPORT.lat]
    assert feature["properties"]["file"] == NAME


def test_kml_is_well_formed_whatever_the_file_name():
    root = ET.fromstring(to_kml([REPORT, REPORT.model_copy(update={"file": "\x00\x0b]]>"})]))
    names = [node.text for node in root.findall(".//{*}name")]
    assert names[0] == NAME
    assert root.find(".//{*}coordinates").text == f"{REPORT.lon},{REPORT.lat}"


def test_a_file_name_is_no_formula_in_a_spreadsheet():
    report = REPORT.model_copy(update={"file": "=HYPERLINK(evil).jpg"})
    (row,) = csv.DictReader(io.StringIO(to_csv([report])))
    assert row["file"] == "./=HYPERLINK(evil).jpg"
