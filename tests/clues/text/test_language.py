import pytest

from clues.text.language import fold, read_language, tokens
from tests.clues.text.samples import line


def language_of(text, confidence=0.97):
    cues = read_language([line(text, confidence)])
    return cues[0].value if cues else None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("cero emisiones", "es"),
        ("COZINHAS PROJETADAS NO COMPUTADOR", "pt"),
        ("HIER IHRE SCHICKE MODE", "de"),
        ("TARIM ARAZİLERİNİN ORTASINDA ÇÖPLÜK", "tr"),
        ("sklep spożywczy otwarte", "pl"),
        ("Беларускі народны банк", "be"),
        ("центральная аптека", "ru"),
        ("toko bangunan menjual", "id"),
        ("boulangerie pâtisserie ouvert", "fr"),
        ("кафе їдальня вхід", "uk"),
    ],
)
def test_plain_words_name_their_language(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["XQZ", "12 34", "EMT", "", "🙂", "a b c", "www.abc.com"])
def test_too_little_text_cannot_tell(text):
    assert read_language([line(text)] if text else []) == []


def test_one_word_bounds_what_it_can_say():
    (cue,) = read_language([line("ayuntamiento")])
    values = sorted(cue.likelihood.values())
    assert values[-1] / values[0] < 2**8


def test_an_unsure_reading_says_less():
    def lead(confidence):
        (cue,) = read_language([line("oficina de radiadores", confidence)])
        return cue.likelihood["es"] / cue.likelihood["de"]

    assert lead(0.85) < lead(0.99)


def test_a_language_without_a_table_follows_its_relatives():
    (cue,) = read_language([line("cero emisiones")])
    assert cue.likelihood["gl"] > cue.likelihood["de"]


def test_fold_takes_accents_off_and_tokens_are_letters():
    assert fold("Ñandú") == "nandu"
    assert tokens("L'Été-2021, O'Neil") == ["l", "été", "o", "neil"]
