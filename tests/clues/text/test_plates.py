import pytest

from clues.text.plates import (
    FORMAT_VARIABLE,
    REGION_VARIABLE,
    parse_plate,
    plate_cues,
    plate_regions,
    read_plates,
)
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "country", "code", "region"),
    [
        ("A123BC186", "RU", "186", "RU-KHM"),
        ("А 123 ВС 777", "RU", "777", "RU-MOW"),  # Cyrillic letters
        ("K456MH716", "RU", "716", "RU-TA"),
        ("AX 1234 BC", "UA", "AX", "UA-63"),
        ("1234 AA-7", "BY", "7", "BY-HM"),
        ("123 ABC 02", "KZ", "02", "KZ-75"),
        ("34 ABC 123", "TR", "34", "TR-34"),
        ("CJ 12 ABC", "RO", "CJ", "RO-CJ"),
        ("MH 12 AB 1234", "IN", "MH", "IN-MH"),
        ("岡崎 300", "JP", "岡崎", "JP-23"),
        ("京A12345", "CN", "京", "CN-BJ"),
        ("1234 УБА", "MN", "YБ", "MN-1"),  # some letters have Latin twins
        ("BBC 123 GP", "ZA", "GP", "ZA-GP"),
        ("ZG 4321-AB", "HR", "ZG", "HR-21"),
        ("WA 1234A", "PL", "WA", "PL-14"),
        ("DX 12 YUB", "RO", "", None),  # DX is no Romanian county: no Romanian reading
    ],
)
def test_a_plate_names_its_region(text, country, code, region):
    readings = parse_plate(text)
    if region is None:
        assert all(reading.country != country for reading in readings[:3])
        return
    best = next(reading for reading in readings if reading.country == country)
    assert best.code == code
    assert region in {r.region for r in readings if r.code == code}
    assert readings.index(best) < 5


def test_readings_are_a_distribution():
    readings = parse_plate("B 123 ABC")
    assert sum(reading.probability for reading in readings) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("01", "RU-AD"),
        ("28", "RU-AMU"),
        ("123", "RU-KDA"),
        ("186", "RU-KHM"),
        ("750", "RU-MOS"),
        ("777", "RU-MOW"),
        ("799", "RU-MOW"),
        ("95", "RU-CE"),
        ("761", "RU-ROS"),
        ("778", "RU-SPE"),
        ("354", "RU-NVS"),  # not listed: the last two digits decide
    ],
)
def test_russian_codes_follow_the_constitution_and_the_last_two_digits(code, region):
    assert list(plate_regions("RU", code)) == [region]


def test_an_unknown_code_has_no_region():
    assert plate_regions("RU", "999") == {"RU-MOW": 1.0}
    assert plate_regions("TR", "82") == {}
    assert plate_regions("XX", "1") == {}


def test_a_confused_character_still_parses_but_weighs_less():
    exact, confused = parse_plate("A123BC77")[0], parse_plate("A1Z3BC77")
    assert exact.region == "RU-MOW"
    assert confused[0].region == "RU-MOW"
    two_errors = [reading for reading in parse_plate("7123BC77X") if reading.country == "RU"]
    assert not two_errors


def test_the_cue_says_what_was_read():
    (cue,) = plate_cues("A123BC186", 0.95)
    assert cue.variable == REGION_VARIABLE
    assert cue.value == "RU-KHM"
    assert "186" in cue.note
    assert "Khanty-Mansi" in cue.note
    assert cue.likelihood["RU-KHM"] > 50 * cue.likelihood["elsewhere"]


def test_a_layout_without_codes_points_to_countries():
    (cue,) = plate_cues("1-ABC-123", 0.95)
    assert cue.likelihood["BE"] > cue.likelihood["elsewhere"]
    (swedish,) = plate_cues("QKX 12W", 0.95)
    assert swedish.variable == FORMAT_VARIABLE or "SE" not in swedish.likelihood


def test_a_hyphen_tells_layouts_of_the_same_letters_and_digits_apart():
    assert parse_plate("GR 1234-20")[0].region == "GH-AA"
    swiss = {reading.region: reading.probability for reading in parse_plate("GR 123420")}
    assert swiss["CH-GR"] > swiss["GH-AA"]


def test_low_confidence_flattens_the_likelihood():
    sure, unsure = plate_cues("A123BC186", 1.0)[0], plate_cues("A123BC186", 0.5)[0]
    ratio = [cue.likelihood["RU-KHM"] / cue.likelihood["elsewhere"] for cue in (sure, unsure)]
    assert ratio[0] > ratio[1] > 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "STOP",
        "PARKING",
        "1234",
        "12",
        "Hello World",
        "!!!",
        "🚗🚗🚗🚗🚗🚗",
        "\x00" * 9,
    ],
)
def test_other_text_is_no_plate(text):
    assert plate_cues(text, 0.9, in_plate=False) == []


@pytest.mark.parametrize("text", ["A" * 100_000, "1" * 100_000, "А1" * 9_999, "\u202e" * 500])
def test_hostile_text_is_harmless(text):
    assert parse_plate(text) == []
    assert plate_cues(text) == []


def test_a_plate_split_into_words_is_read_from_the_line():
    (cue,) = read_plates([line("A 123 BC 186")])
    assert cue.value == "RU-KHM"
    assert cue.box is not None


def test_sentences_prices_and_dates_are_not_plates():
    assert read_plates([line("Open 24 hours"), line("2.50 EUR"), line("12/05/2019")]) == []


@pytest.mark.parametrize(
    ("country", "code", "region"),
    [("RU", "1", "RU-AD"), ("BY", "5", "BY-MI"), ("PL", "K", "PL-12"), ("AL", "KU", "AL-07")],
)
def test_a_code_may_lack_its_zero_or_be_the_group_of_others(country, code, region):
    assert plate_regions(country, code) == {region: 1.0}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("EG-472-KL", "FR"),
        ("EG 472 KL", "IT"),
        ("1-ABC-482", "BE"),
        ("ZD 482-KF", "HR"),
        ("482 BKL", "EE"),
        ("43A-482.13", "VN"),
    ],
)
def test_spaces_and_hyphens_tell_layouts_apart(text, country):
    assert parse_plate(text)[0].country == country


def test_a_plate_run_together_may_be_grouped_either_way():
    def ratio(text):
        shares = {}
        for reading in parse_plate(text):
            shares[reading.country] = shares.get(reading.country, 0) + reading.probability
        return shares["FR"] / shares["IT"]

    assert ratio("EG-472-KL") > 3 * ratio("EG472KL") > 9 * ratio("EG 472 KL") / 2


def test_a_plate_with_a_dot_is_no_price():
    assert [c.value for c in read_plates([line("43A-482.13")])] == ["VN-DN"]
    assert read_plates([line("A 12.50")]) == []
