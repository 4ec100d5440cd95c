import pytest

from clues.knowledge.distil.brands import distil, normalise
from clues.text.brands import brand_cue, find_brand, read_brands
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("OXXO", "MX"),
        ("Żabka", "PL"),
        ("ZABKA", "PL"),
        ("Пятёрочка", "RU"),
        ("Indomaret", "ID"),
        ("Pick n Pay", "ZA"),
        ("Bunnings Warehouse", "AU"),
        ("セブンイレブン", "JP"),
        ("Petronas", "MY"),
        ("Rimi", "LV"),
    ],
)
def test_a_brand_supports_its_countries(text, place):
    cue = brand_cue(text, 0.95)
    assert cue.likelihood[place] > 4 * cue.likelihood["elsewhere"]


@pytest.mark.parametrize(
    ("text", "home", "abroad"),
    [("LAWSON", "JP", "PH"), ("7-ELEVEN", "TH", "DK"), ("Tim Hortons", "CA", "US")],
)
def test_a_chain_speaks_for_its_home_more_than_for_branches_abroad(text, home, abroad):
    likelihood = brand_cue(text).likelihood
    assert likelihood[home] > 3 * likelihood.get(abroad, likelihood["elsewhere"])


def test_three_letters_are_read_of_large_chains_only():
    assert brand_cue("PTT").likelihood["TH"] > 4 * brand_cue("PTT").likelihood["elsewhere"]
    assert brand_cue("ptt") is None
    assert find_brand("LMT") is None


def test_one_wrong_letter_in_a_long_name_counts_less():
    exact, near = brand_cue("Biedronka"), brand_cue("Biedrnka")
    assert near.likelihood["elsewhere"] > exact.likelihood["elsewhere"]


@pytest.mark.parametrize(
    "text",
    ["", "Shell", "Casa", "Market", "Martin", "Sofia", "Toyota", "xyzzy", "1234", "é" * 9_000],
)
def test_ordinary_words_and_worldwide_names_are_no_brands(text):
    assert find_brand(text) is None


def test_a_name_of_several_words_is_one_cue():
    cues = read_brands([line("big Bunnings Warehouse now")])
    assert [cue.value for cue in cues] == ["AU"] or cues[0].value == "NZ"
    assert len(cues) == 1


def test_distilling_keeps_local_brands_only():
    def item(name, include):
        return {"locationSet": {"include": include}, "tags": {"name": name}}

    index = {
        "nsi": {
            "brands/shop/supermarket": {
                "items": [
                    item("Rema 1000", ["no", "dk"]),
                    item("Everywhere", ["001"]),
                    item("Texan", ["us-tx.geojson"]),
                    item("Point", [[7.5, 47.6, 30]]),
                ]
            },
            "operators/amenity/school": {"items": [item("School", ["no"])]},
        }
    }
    assert distil(index) == [
        ("point", "supermarket", "geo:47.60,7.50;u=30000"),
        ("rema1000", "supermarket", "DK NO"),
        ("texan", "supermarket", "US-TX"),
    ]


def test_names_are_compared_without_accents_spaces_and_case():
    assert normalise("Pick n' Pay") == normalise("PICK N PAY") == "picknpay"
