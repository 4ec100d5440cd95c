from types import SimpleNamespace

import numpy as np
import pytest

from detectors.ocr.lines import HEIGHT, prepare, run_batched
from detectors.ocr.routing import Router, _likelier, script_of_crop
from detectors.ocr.script_net import CLASSES

WORDS = {"cyrillic": "улица", "thai": "ถนน"}


def crop(width=100, height=20, value=128):
    return np.full((height, width, 3), value, np.uint8)


def probability(**shares):
    rest = (1 - sum(shares.values())) / len(CLASSES)
    named = {name.replace("_", "-"): share for name, share in shares.items()}
    return np.array([named.get(name, 0.0) + rest for name in CLASSES])


class FakeReader:
    """RapidOCR as far as routing sees it: reads every crop as its width."""

    def __init__(self):
        self.read = []

    def recognize_txt(self, crops):
        self.read = [c.shape[1] for c in crops]
        return SimpleNamespace(
            imgs=list(crops),
            txts=tuple(str(width) for width in self.read),
            scores=[0.85] * len(crops),
            word_results=(),
        )


def routed(judged):
    router, reader = Router(), FakeReader()
    router._strokes = SimpleNamespace(see=list)
    router._net = SimpleNamespace(judge=lambda seen: np.array(judged))
    router._readers = SimpleNamespace(read=lambda script, seen: [(WORDS[script], 0.8)] * len(seen))
    crops = [crop(width=10 * (i + 1)) for i in range(len(judged))]
    output = router.into(reader).recognize_txt(crops)
    return reader, output, [router.resolve(text) for text in output.txts]


def test_each_crop_goes_to_the_recogniser_that_knows_its_script():
    reader, output, told = routed(
        [probability(latin=0.95), probability(cyrillic=0.95), probability(khmer=0.98),
         probability(not_text=0.97), probability(digits=0.9), probability(thai=0.9)]
    )  # fmt: skip
    assert reader.read == [10, 20, 40, 50, 60]
    assert [text for text, _ in told] == ["10", "улица", "", "40", "50", "ถนน"]
    assert output.scores[2] == pytest.approx(0.98, abs=0.01)
    assert output.scores[3] == 0  # read, but not with certainty
    assert max(told[2][1], key=lambda item: item[1])[0] == "khmer"


def test_doubtful_crops_are_read_as_before():
    reader, _, told = routed([probability(latin=0.4, khmer=0.5), probability(not_text=0.6)])
    assert reader.read == [10, 20]
    assert [text for text, _ in told] == ["10", "20"]


def test_the_likelier_of_two_readings_counts():
    _, _, told = routed([probability(cyrillic=0.3, latin=0.68), probability(cyrillic=0.8)])
    assert [text for text, _ in told] == ["10", "улица"]


def test_a_word_that_latin_letters_spell_as_well_stays_latin():
    assert _likelier(("ТАХІ", 0.99), 0.9, ("TAXI", 0.3)) == ("TAXI", 0.3)
    assert _likelier(("БАНК", 0.9), 0.9, ("6AHK", 0.9)) == ("БАНК", 0.9)


def test_crops_of_which_the_engine_knows_none_are_survived():
    _, output, told = routed([probability(cyrillic=0.9)])
    assert told[0][0] == "улица"
    assert output.scores == [0.8]


def test_another_version_of_the_reader_stays_as_it_is():
    other = SimpleNamespace()
    assert Router().into(other) is other
    assert Router().resolve("12:30") == ("12:30", ())


def test_what_is_no_text_or_a_number_says_nothing_about_scripts():
    for judged in (probability(not_text=0.99), probability(digits=0.99)):
        likelihood = dict(script_of_crop(judged))
        assert min(likelihood.values()) > 0.8
    sure = dict(script_of_crop(probability(thai=0.9, lao=0.08)))
    assert sure["thai"] == 1
    assert sure["latin"] < sure["lao"] < 0.2


@pytest.mark.parametrize("width", [1, 40, 5000])
def test_lines_of_any_length_fit_the_networks(width):
    line = prepare(crop(width))
    assert line.shape[:2] == (3, HEIGHT)
    assert line.shape[2] % 32 == 0
    assert line.shape[2] <= 640


def test_outputs_come_back_in_the_order_of_the_crops():
    crops = [crop(20 * (1 + i % 3), value=10 * i) for i in range(20)]
    means = run_batched(lambda batch: batch[:, :, :, :8].mean((1, 2, 3)), crops)
    assert [round(float(m + 1) * 12.75) for m in means] == list(range(20))
