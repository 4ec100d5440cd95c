import pytest

from clues.text.watermark import drop_watermarks
from tests.clues.text.samples import word, words


@pytest.mark.parametrize(
    "text",
    [
        "© 2021 Google",
        "2019 Gooqle",
        "©2022 G00gle",
        "2O19 Google",
        "©2012Google",
        "20246ooule",
        "2B23.foogl",
    ],
)
def test_the_watermark_goes_with_all_its_parts(text):
    kept = drop_watermarks([*words(text.replace("2O19", "2019"), 0.8), word("BAR", y=300)])
    assert [w.text for w in kept] == ["BAR"]


def test_a_year_without_google_stays():
    assert [w.text for w in drop_watermarks(words("SINCE 1998 2012"))] == ["SINCE", "1998", "2012"]


def test_words_that_only_resemble_google_stay():
    assert len(drop_watermarks(words("goggles golf Gorge google.maps.shop"))) == 4


def test_a_telephone_number_is_no_watermark():
    assert len(drop_watermarks(words("21600600 0201 600 60 66"))) == 5
