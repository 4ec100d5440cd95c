from clues.text.letters import confusions, read_letters
from tests.clues.text.samples import line


def test_a_peculiar_letter_is_a_cue_even_in_a_half_read_word():
    (cue,) = read_letters([line("XKŁWT")])
    assert cue.value == "ł"
    assert cue.likelihood["none"] > 0


def test_the_same_letter_counts_once():
    assert len(read_letters([line("señor"), line("niño")])) == 1


def test_other_accents_on_the_same_letter_stay_likelier_than_the_rest():
    of = confusions("ő")
    assert of["ő"] == 1 > of["ö"] > of["ž"] > 0


def test_lone_letters_and_unsure_readings_say_nothing():
    assert read_letters([line("é"), line("señor", 0.5), line("12é")]) == []
