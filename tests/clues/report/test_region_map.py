import re
import xml.etree.ElementTree as ET

from clues.regions import load_regions
from clues.report.region_map import STEPS, page, region_map


def fills(svg: str) -> list[str]:
    return re.findall(r'<path class="(m-p\d|m-land)"', svg)


def test_a_region_is_shaded_by_its_share_and_the_rest_stays_pale():
    svg = region_map({"BR": 0.4}, load_regions(), "Palms")
    assert ET.fromstring(svg).find("{*}title").text == "Palms"
    assert fills(svg).count("m-p1") == 1
    assert set(fills(svg)) == {"m-p1", "m-land"}


def test_a_part_or_zone_hides_the_whole_and_a_continent_reaches_its_countries():
    svg = region_map(
        {"europe": 0.02, "RU": 0.1, "RU-CHE": 0.8, "zone.ru-lupine-belt": 0.3},
        load_regions(),
        "Birches",
    )
    shades = [one for one in fills(svg) if one != "m-land"]
    assert shades[-2:] == ["m-p0", "m-p1"]  # drawn last: the subdivision, then the zone
    assert shades.count("m-p2") == 1
    assert shades.count("m-p3") > 30


def test_a_share_below_the_last_step_is_not_drawn():
    assert set(fills(region_map({"BR": STEPS[-1] / 2}, load_regions(), "None"))) == {"m-land"}


def test_a_page_escapes_its_texts():
    drawn = page("a < b", [("<svg/>", "fish & chips")])
    assert "a &lt; b" in drawn
    assert "fish &amp; chips" in drawn
