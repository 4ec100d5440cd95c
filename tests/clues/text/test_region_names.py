import pytest

from clues.text.region_names import regions_named


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KERALA", "IN-KL"),
        ("Republic of Kenya", "KE"),
        ("Bayern", "DE-BY"),
        ("Bavaria", "DE-BY"),
        ("السودان", "SD"),
        ("广东省", "CN-GD"),
        ("广东省深圳市", "CN-GD"),
    ],
)
def test_regions_are_known_by_their_names(text, code):
    assert code in regions_named(text)


@pytest.mark.parametrize("text", ["", "12", "CIV", "USA", "bakery", "Фиджи", "テキサス州", "🙂"])
def test_short_forms_and_names_in_foreign_letters_are_left_out(text):
    assert regions_named(text) == {}


def test_a_name_borne_by_two_regions_means_either():
    assert {"IN-PB", "PK-PB"} <= regions_named("Punjab").keys()
