import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from clues.cue import Cue
from clues.errors import CluesError, PhotoError
from clues.photo import open_photo
from clues.sphere import score
from tests.tiny import tiny_location, tiny_world
from ui.archive import count_photos, photos
from ui.game import HEALTH, Card, Duel, cards_of_folder, cards_of_zip, points

MADRID = (40.4, -3.7)
PHOTO = open_photo(np.zeros((32, 32, 3), np.uint8))


def jpeg() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30)).save(stream, "JPEG")
    return stream.getvalue()


class File:
    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.data = name, data

    def getvalue(self) -> bytes:
        return self.data


def zipped(members: dict[str, bytes]) -> File:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return File("round.zip", stream.getvalue())


def duel(rounds: int = 1) -> Duel:
    card = Card("a.jpg", MADRID, "ES", lambda: PHOTO)
    game = Duel([card] * rounds)
    game.deal()
    return game


def points_at(km: float) -> int:
    return round(float(score(km)))


def test_the_exact_place_is_worth_5000_points():
    assert points(MADRID, MADRID) == 5000
    assert points(MADRID, (-40.4, 176.3)) == 0


def test_the_better_guess_costs_the_other_side_the_difference():
    game = duel()
    found = tiny_location([])
    played = game.settle(MADRID, found)
    assert played.yours == 5000
    assert played.km == 0
    assert points_at(played.engine_km) == played.engine
    assert game.you == HEALTH
    assert game.engine == HEALTH - (5000 - played.engine)


def test_damage_grows_from_the_fifth_round_on():
    game = duel(rounds=7)
    seen = []
    while not game.over:
        seen.append(game.multiplier)
        game.settle(MADRID, tiny_location([]))
        game.engine = HEALTH
        game.deal()
    assert seen == [1, 1, 1, 1, 1.5, 2, 2.5]


def test_countries_guessed_right_in_a_row_are_counted_until_one_is_wrong():
    game = duel(rounds=3)
    for guess, streak in ((MADRID, 1), (MADRID, 2), (None, 0)):
        game.settle(guess, tiny_location([]))
        assert game.streak == streak
        game.you = game.engine = HEALTH
        game.deal()


def test_without_a_guess_the_time_limit_costs_all_points():
    game = duel()
    game.limit_s = 60
    assert 0 < game.seconds_left <= 60
    played = game.settle(None, tiny_location([]), seconds=60.0)
    assert (played.yours, played.km, played.right) == (0, None, False)


def test_a_lost_round_counts_what_told_the_engine():
    game = duel()
    found = tiny_location([Cue.certain("text.language", "es")])
    game.settle((-33.0, 151.0), found)
    assert game.you < HEALTH
    assert game.missed["text"] > 0
    game.deal()
    assert game.over


def test_a_photo_that_cannot_be_opened_is_skipped_with_its_reason():
    def broken():
        raise PhotoError("b.jpg: the image is damaged.")

    game = Duel([Card("a.jpg", MADRID, "ES", lambda: PHOTO), Card("b.jpg", MADRID, "ES", broken)])
    game.deal()
    assert game.card is not None
    assert game.card.name == "a.jpg"
    assert game.skipped == ["b.jpg: the image is damaged."]


def test_a_zip_with_photos_and_places_makes_a_round():
    table = b"file,lat,lon\na.jpg,40.4,-3.7\nmissing.jpg,40.4,-3.7\n"
    (card,) = cards_of_zip(zipped({"places.csv": table, "a.jpg": jpeg()}), tiny_world())
    assert card.place == MADRID
    assert card.open().width == 40


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (File("round.zip", b"no zip"), "make the zip file again"),
        (zipped({"a.jpg": jpeg()}), "holds no CSV file"),
        (zipped({"places.csv": b"file,lat,lon\n", "a.jpg": jpeg()}), "names no photo"),
    ],
)
def test_a_zip_that_makes_no_round_says_why(file, says):
    with pytest.raises(CluesError, match=says):
        cards_of_zip(file, tiny_world())


def test_a_folder_makes_a_round(tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "places.csv").write_text("file,lat,lon\na.jpg,40.4,-3.7\n")
    (card,) = cards_of_folder(tmp_path / "places.csv", tiny_world())
    assert card.open().name == "a.jpg"


def test_an_archive_is_read_photo_by_photo_without_hidden_shadows():
    members = {"in/a.jpg": jpeg(), "notes.txt": b"hello", "__MACOSX/a.jpg": b"shadow"}
    file = zipped(members)
    loose = File("b.jpg", jpeg())
    assert [name for name, _ in photos([file, loose])] == ["in/a.jpg", "b.jpg"]
    assert count_photos([file, loose]) == 2


def test_a_broken_archive_gives_a_sentence():
    ((_, reason),) = photos([File("x.zip", b"PK\x03\x04 broken")])
    assert "make the zip file again" in str(reason)
