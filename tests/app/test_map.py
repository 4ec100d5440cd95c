from clues.cue import Cue
from ui.resources import locator
from ui.widgets.map import WORLD, view_of


def test_of_places_far_apart_the_map_shows_the_likelier_first():
    places = Cue(variable="text.place-name", likelihood={"ES": 1.0, "JP": 0.2, "elsewhere": 1e-6})
    found = locator().locate(cues=[places], prior="uniform-land")
    west, south, east, north = view_of(found.fusion.posterior, found.point)
    assert west < -9 < 3 < east  # all of Spain
    assert south < 37 < 43 < north
    assert east - west < 60


def test_without_evidence_the_map_shows_the_world():
    found = locator().locate(prior="uniform-land")
    assert view_of(found.fusion.posterior, found.point) == WORLD
