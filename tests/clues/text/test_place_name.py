from clues.cue import ELSEWHERE
from clues.text.place_name import background, read_as, read_place_names
from tests.clues.text.samples import line


def ratio(text, confidence=0.97):
    """Return how much likelier the best place is than anywhere else; 1 if nothing is said."""
    cues = read_place_names([line(text, confidence)])
    return max(max(c.likelihood.values()) / c.likelihood[ELSEWHERE] for c in cues) if cues else 1.0


def test_a_rare_name_leads_to_its_town():
    (cue,) = read_place_names([line("JIUTEPEC")])
    assert cue.value.startswith("geo:18.8")
    assert cue.likelihood["MX"] > cue.likelihood[ELSEWHERE]


def test_a_name_run_together_with_a_small_word_is_found():
    ((match, probability),) = read_as("ENJIUTEPEC")
    assert match.key == "jiutepec"
    assert probability < 1


def test_a_name_inside_thai_words_without_spaces_is_found():
    (cue,) = read_place_names([line("เทศบาลนครเชียงใหม่")])
    assert cue.value.startswith("geo:18.7")  # Chiang Mai
    assert cue.likelihood["TH"] > cue.likelihood[ELSEWHERE]


def test_ordinary_words_that_are_also_towns_say_little():
    assert ratio("BANK") == ratio("cafe") == 1
    assert ratio("Nice hotel") < ratio("Kemerovo") / 20
    assert background("bank", 1) > 20 * background("jiutepec", 1)


def test_a_name_in_a_street_name_says_less_than_alone():
    assert 1 < ratio("Calle Kemerovo") < ratio("Kemerovo") / 3


def test_a_distance_widens_the_circle():
    def radius(text):
        (cue,) = read_place_names([line(text)])
        return int(cue.value.split("u=")[1])

    assert radius("Vrbas 40 km") > radius("Vrbas") + 20_000


def test_a_name_that_many_bear_is_spread_over_them():
    (cue,) = read_place_names([line("San José")])
    assert sum(key.startswith("geo:") for key in cue.likelihood) > 20


def test_the_longest_name_wins():
    (cue,) = read_place_names([line("San José del Monte")])
    assert cue.value.startswith("geo:14.8")


def test_a_name_in_a_listed_phrase_is_no_place():
    assert read_place_names([line("Lincoln")])
    assert not read_place_names([line("Land of Lincoln")])


def test_lower_confidence_and_misread_letters_weaken():
    assert ratio("Birminghan") < ratio("Birmingham")
    assert ratio("Kemerovo", 0.72) < ratio("Kemerovo", 0.99)


def test_a_name_of_a_region_leads_to_it_most_beside_an_authority():
    (cue,) = read_place_names([line("Saskatchewan")])
    (office,) = read_place_names([line("Government of Saskatchewan")])
    for one in (cue, office):
        assert one.value == "CA-SK"
        assert one.likelihood["CA"] > one.likelihood[ELSEWHERE]
    assert office.likelihood["CA-SK"] > 3 * cue.likelihood["CA-SK"]


def test_a_region_whose_name_is_a_listed_word_is_not_told_twice():
    assert read_place_names([line("Kerala")]) == []


def test_a_name_of_a_country_leads_to_it():
    (cue,) = read_place_names([line("Digicel Fiji")])
    assert cue.value == "FJ"
    assert read_place_names([line("السودان")])[0].value == "SD"


def test_ordinary_words_that_are_also_regions_say_little():
    assert ratio("Central") == ratio("North") == 1
    assert ratio("China") < ratio("Tonga") / 3


def test_a_name_after_a_small_word_in_a_street_name_says_less_than_alone():
    assert 1 < ratio("Rue de Kemerovo") < ratio("Kemerovo") / 3


def test_a_ward_or_postcode_after_a_hyphen_is_no_part_of_the_name():
    assert ratio("Pokhara-8") == ratio("Pokhara") > 10


def test_what_shops_and_streets_are_called_everywhere_says_less_of_a_town():
    assert ratio("Carrefour") < 10  # in Haiti
    assert ratio("Loja") < 20  # in Ecuador; a shop in Portuguese


def test_an_elided_article_is_no_part_of_a_name():
    assert ratio("Province d'Errachidia") == ratio("Province Errachidia") > 10
