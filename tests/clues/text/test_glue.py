import pytest

from clues.cue import Box
from clues.text import Word, interpret
from clues.text.glue import parts_of, unglue


def word(text: str) -> Word:
    box = Box(100, 40, 100 + 10 * len(text), 60)
    corners = ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
    return Word(text, 0.9, box, corners)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("CENTRODESALUD", "CENTRO DE SALUD"),
        ("SPECIALENGLISH", "SPECIAL ENGLISH"),
        ("MATERIAISDECONSTRUÇÃO", "MATERIAIS DE CONSTRUÇÃO"),
        ("ПРОДУКТЫМАГАЗИН", "ПРОДУКТЫ МАГАЗИН"),
        ("ENJIUTEPEC", "EN JIUTEPEC"),  # a town ends it
    ],
)
def test_words_run_together_are_split(read, meant):
    assert " ".join(parts_of(read)) == meant


@pytest.mark.parametrize(
    "read",
    ["odontologia", "Ingolstadt", "Volkswagen", "Fanthorpes", "BERNARDINI", "Recrultment",
     "forsale", "x" * 500, "1234567890", "東京都庁舎展望室前", "صيدليةالشفاء", ""],
)  # fmt: skip
def test_a_known_word_a_surname_and_other_scripts_stay_whole(read):
    assert parts_of(read) == (read,)


def test_each_part_has_its_share_of_the_pixels():
    parts = unglue([word("CENTRODESALUD"), word("BAR")])
    assert [part.text for part in parts] == ["CENTRO", "DE", "SALUD", "BAR"]
    edges = [(part.box.x0, part.box.x1) for part in parts]
    assert edges == [(100, 160), (160, 180), (180, 230), (100, 130)]
    assert parts[1].polygon == ((160, 40), (180, 40), (180, 60), (160, 60))


def test_a_town_that_was_run_together_is_found():
    names = [c for c in interpret([word("ENJIUTEPEC")]) if c.variable == "text.place-name"]
    assert names
    assert names[0].note == 'reads "JIUTEPEC"'


def test_a_word_of_a_listed_phrase_is_a_word():
    assert parts_of("Overtaking") == ("Overtaking",)
