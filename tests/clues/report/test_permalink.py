import base64
import zlib

import pytest

from clues.cue import Box, Cue
from clues.errors import CluesError
from clues.report.permalink import decode_cues, encode_cues
from tests.tiny import tiny_location


def test_a_link_gives_the_same_ranking_without_notes_and_boxes():
    cues = [
        Cue(variable="text.language", likelihood={"es": 3.0, "pt": 1.0}, detector="ocr",
            note="reads a name", box=Box(1, 2, 3, 4)),
        Cue(variable="text.place-name", likelihood={"geo:40.4,-3.7;u=15000": 1, "elsewhere": 0.01}),
    ]  # fmt: skip
    text = encode_cues(cues)
    assert text.replace("-", "").replace("_", "").isalnum()
    back = decode_cues(text)
    assert all(cue.note == "" and cue.box is None for cue in back)
    before, after = tiny_location(cues), tiny_location(back)
    for one in before.fusion.posterior.regions("subdivision"):
        p = after.fusion.posterior.probability_of(one.region.code)
        assert p == pytest.approx(one.probability, abs=1e-3)


def test_a_link_may_be_written_by_hand():
    first, second = decode_cues("vegetation.palm, traffic.driving-side=left")
    assert (first.variable, first.value) == ("vegetation.palm", "present")
    assert (second.variable, second.value) == ("traffic.driving-side", "left")


@pytest.mark.parametrize("text", ["!!", "abc", "x" * 30_000, "="])
def test_a_link_that_cannot_be_read_is_refused_in_a_sentence(text):
    with pytest.raises(CluesError, match="copy"):
        decode_cues(text)


def test_a_small_link_that_unpacks_to_a_huge_one_is_refused():
    bomb = base64.urlsafe_b64encode(zlib.compress(b"[" * 5_000_000, 9)).decode().rstrip("=")
    with pytest.raises(CluesError, match="copy"):
        decode_cues(bomb)
