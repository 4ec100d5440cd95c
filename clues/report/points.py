"""Many locations as points, for spreadsheets and maps: CSV, GeoJSON (RFC 7946), KML 2.2."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from xml.sax.saxutils import escape

from clues.report import words
from clues.report.models import LocationReport

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would work out


@dataclass(frozen=True, slots=True)
class Row:
    """One photo's place.

    Attributes
    ----------
    country, region
        The likeliest country (ISO 3166-1) and its likeliest subdivision (ISO 3166-2).
    probability
        Of the country.
    """

    file: str
    lat: float
    lon: float
    country: str
    region: str
    probability: float


def row(report: LocationReport) -> Row:
    """Return the point of a report."""
    return Row(
        file=report.file,
        lat=report.lat,
        lon=report.lon,
        country=report.country,
        region=report.region,
        probability=round(report.top.country[0].probability, 6),
    )


def to_csv(reports: Iterable[LocationReport]) -> str:
    """Return a table with one line a photo, and a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    for report in reports:
        cells = asdict(row(report))
        if cells["file"][:1] in _FORMULA:
            cells["file"] = f"./{cells['file']}"  # the same path, and no formula
        writer.writerow(cells)
    return out.getvalue()


def to_geojson(reports: Iterable[LocationReport]) -> str:
    """Return a FeatureCollection of points."""
    features = []
    for one in map(row, reports):
        properties = asdict(one)
        lat, lon = properties.pop("lat"), properties.pop("lon")
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": properties,
            }
        )
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=True, allow_nan=False) + "\n"


def to_kml(reports: Iterable[LocationReport]) -> str:
    """Return a document of placemarks."""
    marks = []
    for one in map(row, reports):
        text = f"{one.country}, {one.region}, {words.percent(one.probability)}"
        marks.append(
            f"<Placemark><name>{escape(words.safe(one.file))}</name>"
            f"<description>{escape(text)}</description>"
            f"<Point><coordinates>{one.lon},{one.lat}</coordinates></Point></Placemark>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        + "\n".join(marks)
        + "</Document></kml>\n"
    )
