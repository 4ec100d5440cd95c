import pycountry
import pytest

from clues.errors import KnowledgeError
from clues.knowledge import tables
from clues.regions import load_regions
from clues.text.patterns import expand
from clues.text.plate_index import code_set


def places():
    for table in tables.plate_tables().values():
        yield table.country
        yield from (f.region for f in table.formats if f.region)
        yield from (region for regions in table.codes.values() for region in regions)
    for table in tables.phone_tables().values():
        yield from table.areas
    for country, table in tables.postcode_tables().items():
        yield from (country, *table.regions)
    for entry in (*tables.road_numbers().values(), *tables.word_entries().values()):
        yield from entry.where
    for row in tables.brand_rows():
        yield from row.places


def test_every_place_is_drawn_in_the_region_graph():
    drawn = {code for place in set(places()) for code in tables.drawn(place)}
    known = load_regions().regions
    assert not [c for c in drawn if c not in known and c != "elsewhere" and c[:4] != "geo:"]


def test_subdivisions_are_those_of_their_country():
    for country, table in tables.plate_tables().items():
        for regions in table.codes.values():
            for region in regions:
                own = region.startswith(("geo:", country))
                assert own or (country, region[:2]) in {("RU", "UA"), ("RU", "KZ")}, region


def test_the_tables_are_as_broad_as_promised():
    coded = [t for t in tables.plate_tables().values() if t.codes]
    assert len(coded) >= 40
    assert len(tables.plate_tables()) >= 110
    assert len(tables.phone_tables()) >= 25
    assert len(tables.postcode_tables()) >= 120
    words = {w for entry in tables.word_entries().values() for w in entry.words}
    languages = {entry.language.split(" (")[0] for entry in tables.word_entries().values()}
    assert len(words) >= 400
    assert len(languages) >= 45
    assert len(tables.brand_rows()) >= 10_000


def test_all_of_russia_turkey_japan_and_germany_is_there():
    def regions(country):
        return {r for codes in tables.plate_tables()[country].codes.values() for r in codes}

    subjects = {s.code for s in pycountry.subdivisions if s.country_code == "RU"}
    assert subjects <= regions("RU")
    assert subjects <= set(tables.phone_tables()["RU"].areas)
    assert len(regions("TR")) == 81
    assert len(regions("JP")) == 47
    assert len(regions("DE")) == 16
    assert len(code_set(tables.plate_tables()["DE"], "code").by_code) > 700


def test_every_pattern_is_well_formed_and_names_an_existing_code_set():
    for table in tables.plate_tables().values():
        for plate in table.formats:
            for sequence in expand(plate.pattern):
                assert sequence.code is None or sequence.code in table.codes
    for postcodes in tables.postcode_tables().values():
        for pattern in postcodes.patterns:
            assert expand(pattern)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("RU:\n  patterns: ['\\d{6}']\n  colour: red\n", "colour"),
        ("RU:\n  patterns: []\n", "patterns"),
        ("RU:\n  patterns: ['\\d{6}']\nRU:\n  patterns: ['\\d{6}']\n", "repeats the key"),
        ("- a list\n", "mapping"),
        ("RU: &a {patterns: ['x']}\n", "anchor"),
    ],
)
def test_bad_tables_give_file_and_line(tmp_path, text, says):
    (tmp_path / "postcodes.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=rf"postcodes\.yaml:\d+: .*{says}"):
        tables.postcode_tables(tmp_path)


def test_a_bad_brand_row_is_reported_with_its_line(tmp_path):
    (tmp_path / "brands").mkdir()
    for name in ("brands.csv", "more.csv"):
        (tmp_path / "brands" / name).write_text("name,kind,places\nx,shop,Nowhere\n")
    with pytest.raises(KnowledgeError, match=r"brands\.csv:2"):
        tables.brand_rows(tmp_path)


def test_a_brand_may_have_many_branches_at_home(tmp_path):
    (tmp_path / "brands").mkdir()
    for name in ("brands.csv", "more.csv"):
        (tmp_path / "brands" / name).write_text("name,kind,places\nlawson,shop,JP*100 PH\n")
    (row,) = tables.brand_rows(tmp_path)
    assert row.places == ("JP", "PH")
    assert row.weights == {"JP": 100.0}


@pytest.mark.parametrize("place", ["JP*", "JP*0", "JP*x", "*5"])
def test_a_bad_weight_of_a_brand_is_reported(tmp_path, place):
    (tmp_path / "brands").mkdir()
    (tmp_path / "brands" / "brands.csv").write_text(f"name,kind,places\nx,shop,{place}\n")
    (tmp_path / "brands" / "more.csv").write_text("name,kind,places\n")
    with pytest.raises(KnowledgeError, match=r"brands\.csv:2"):
        tables.brand_rows(tmp_path)


def test_a_bad_list_of_stop_words_is_named_with_its_line(tmp_path):
    (tmp_path / "brands").mkdir()
    (tmp_path / "brands" / "stop-words.yaml").write_text("en: [shell]\nde: kaufland\n")
    with pytest.raises(KnowledgeError, match=r"stop-words.yaml:2: `de` is no list"):
        tables.brand_stop_words(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("road-numbers.yaml", "a:\n  pattern: 'E[4'\n  where: {SE: 1}\n", ":2: "),
        ("road-numbers.yaml", "a:\n  pattern: 'E[4--9]'\n  where: {SE: 1}\n", ":2: "),
        ("postcodes.yaml", "SE:\n  says: Five digits.\n  patterns: ['(']\n", ":3: "),
        ("plates/se.yaml", "country: SE\nformats:\n  - {pattern: 'A{9', weight: 1}\n", ":3: "),
    ],
)
def test_a_pattern_that_cannot_be_used_is_named_with_its_line(tmp_path, name, text, says):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    (found,) = [p for p in tables.table_problems(tmp_path) if p.file.endswith(name) and p.line > 1]
    assert says in str(found)
    assert "attern" in found.what
