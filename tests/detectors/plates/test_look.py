import numpy as np
import pytest
from PIL import Image

from clues.cue import Box
from clues.knowledge import load_kb
from detectors.plates.look import (
    COLOURS,
    Look,
    LookModel,
    colour_features,
    normal_size,
    strip_features,
)
from detectors.plates.look_cues import COLOUR_VARIABLES, STRIP_VARIABLE, look_cues

BOX = Box(0, 0, 100, 24)


def plate(ground, ink=(0, 0, 0), strip=None):
    pixels = np.full((24, 100, 3), ground, np.uint8)
    pixels[6:18, 20:90:8] = ink
    if strip:
        pixels[:, :9] = strip
    return normal_size(Image.fromarray(pixels))


def model(**changes):
    sizes = {"weight": np.zeros((6, 6)), "bias": np.zeros(6), "prior": np.full(6, 1 / 6)}
    sizes |= {"strip": np.zeros(4), "bounds": np.ones(2)}
    return LookModel(**(sizes | changes))


def test_yellow_is_warm_blue_is_cool_and_white_is_neither_in_any_light():
    warmth = {name: colour_features(plate(rgb))[0] for name, rgb in {
        "yellow": (230, 180, 20), "blue": (20, 60, 200), "white": (230, 230, 230),
        "dim white": (90, 90, 90),
    }.items()}  # fmt: skip
    assert warmth["yellow"] > 1 > abs(warmth["white"])
    assert warmth["blue"] < -1
    assert warmth["dim white"] == pytest.approx(warmth["white"], abs=0.01)


def test_ink_brighter_than_its_ground_is_told_from_dark_ink():
    dark, bright = plate((20, 20, 20), (230, 230, 230)), plate((230, 230, 230))
    assert colour_features(dark)[4] > 0.3 > -0.3 > colour_features(bright)[4]


def test_a_blue_left_end_stands_out():
    without = strip_features(plate((230, 230, 230)))
    with_strip = strip_features(plate((230, 230, 230), strip=(10, 50, 190)))
    assert (with_strip[:2] > without[:2] + 1).all()


def test_ratios_stay_within_what_the_examples_support():
    bias = np.array([9.0, 0, 0, 0, 0, 0])
    look = model(bias=bias, strip=np.array([0, 0, 0, 9.0]))(Image.new("RGB", (50, 12)))
    assert look.best == "white"
    assert look.strip == 1.0
    assert min(look.colour.values()) == pytest.approx(np.exp(-1))


def test_a_model_is_read_back_as_it_was_written(tmp_path):
    model(bias=np.arange(6.0)).save(tmp_path / "look.npz")
    assert (LookModel.load(tmp_path / "look.npz").bias == np.arange(6)).all()


def likely(best, strip=0.0):
    return Look({name: 1.0 if name == best else 0.05 for name in COLOURS}, strip)


def test_a_colour_speaks_half_for_front_and_half_for_rear_plates():
    cues = look_cues(likely("yellow"), BOX, sharp=False, detector="plates")
    assert {cue.variable for cue in cues} == set(COLOUR_VARIABLES)
    kb = load_kb()
    for cue in cues:
        kb.check(cue)
        assert cue.value == "yellow"
        assert 2 < cue.likelihood["yellow"] / cue.likelihood["white"] < 10
        assert set(cue.likelihood) == set(kb.variables[cue.variable].values)


def test_an_unclear_colour_and_a_blurred_strip_are_not_reported():
    even = Look(dict.fromkeys(COLOURS, 1.0), 2.0)
    assert look_cues(even, BOX, sharp=False, detector="plates") == []
    (cue,) = look_cues(even, BOX, sharp=True, detector="plates")
    assert (cue.variable, cue.value) == (STRIP_VARIABLE, "present")
    unseen = Look(dict.fromkeys(COLOURS, 1.0), -2.0)
    assert look_cues(unseen, BOX, sharp=True, detector="plates") == []


def test_a_blurred_plate_shows_no_colour_but_yellow():
    assert look_cues(likely("blue"), BOX, sharp=False, detector="plates") == []
    assert len(look_cues(likely("blue"), BOX, sharp=True, detector="plates")) == 2
