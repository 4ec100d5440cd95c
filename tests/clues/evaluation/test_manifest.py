import pytest

from clues.errors import CluesError
from clues.evaluation.manifest import read_manifest
from tests.tiny import tiny_world

WORLD = tiny_world()


def manifest(tmp_path, text: str):
    path = tmp_path / "photos.csv"
    path.write_text(text)
    return path


def test_coordinates_decide_the_country_and_subdivision(tmp_path):
    path = manifest(tmp_path, "file,lat,lon,country\na.jpg,40.4,-3.7,FR\n")
    (truth,) = read_manifest(path, WORLD)
    assert (truth.country, truth.subdivision) == ("ES", "ES-MD")
    assert truth.path == tmp_path / "a.jpg"


def test_a_country_is_enough(tmp_path):
    path = manifest(tmp_path, "file,country,split\na.jpg,JP,val\nb.jpg,RU,train\n")
    (truth,) = read_manifest(path, WORLD, {"split": "val"})
    assert (truth.file, truth.country, truth.lat, truth.subdivision) == ("a.jpg", "JP", None, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lat,lon\n1,2\n", "file"),
        ("file\na.jpg\n", "lat and lon, or country"),
        ("file,lat,lon\na.jpg,95,0\n", r":2: lat '95'"),
        ("file,lat,lon\na.jpg,north,0\n", r":2: lat 'north'"),
        ("file,lat,lon\na.jpg,0,-150\n", r":2: no land"),
        ("file,country\na.jpg,XX\n", r":2: no land"),
    ],
)
def test_a_bad_manifest_is_named_with_its_line(tmp_path, text: str, says: str):
    with pytest.raises(CluesError, match=says):
        read_manifest(manifest(tmp_path, text), WORLD)


def test_a_cell_of_two_lines_is_still_one_sentence(tmp_path):
    path = manifest(tmp_path, 'file,lat,lon\na.jpg,"1\n2",3\n')
    with pytest.raises(CluesError) as caught:
        read_manifest(path, WORLD)
    assert "\n" not in str(caught.value)
