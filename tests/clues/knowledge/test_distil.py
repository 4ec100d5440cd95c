import io
import json
import tarfile
from datetime import date

import pytest

from clues.errors import CluesError
from clues.knowledge.distil import distil
from clues.knowledge.distil.country_coder import Country, countries_of, read_countries
from clues.knowledge.distil.run import sign_languages
from clues.knowledge.distil.signage import letter_shares, ruled_parts, script_shares
from clues.knowledge.distil.write import Fact, share_text, write_facts
from clues.knowledge.load import read_kb
from clues.paths import KB_DIR

WALES = {"nameEn": "Wales", "country": "GB", "groups": ["154"], "driveSide": "left",
         "roadSpeedUnit": "mph", "callingCodes": ["44"]}  # fmt: skip
PROPERTIES = [
    {"iso1A2": "GB", "nameEn": "United Kingdom", "ccTLD": ".uk"},
    WALES,
    {**WALES, "nameEn": "England"},
    {"nameEn": "Akrotiri", "country": "GB", "callingCodes": ["357"]},
    {"iso1A2": "GG", "nameEn": "Guernsey", "country": "GB"},
    {**WALES, "nameEn": "Sark", "groups": ["GG"], "callingCodes": ["44 01481"]},
    {"iso1A2": "JM", "nameEn": "Jamaica", "groups": ["029"], "driveSide": "left",
     "callingCodes": ["1 876", "1 658"]},
    {"iso1A2": "RU", "nameEn": "Russia", "callingCodes": ["7"]},
    {"iso1A2": "EU", "nameEn": "European Union", "level": "union"},
]  # fmt: skip


def countries():
    return {country.code: country for country in countries_of(PROPERTIES)}


def package(folder):
    text = json.dumps({"features": [{"properties": p} for p in PROPERTIES]}).encode()
    path = folder / "rapideditor-country-coder-5.6.1.tgz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("package/src/data/borders.json")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return path


def test_a_country_without_own_facts_has_those_of_its_parts():
    kingdom = countries()["GB"]
    assert kingdom.drives_left
    assert kingdom.miles_per_hour
    assert kingdom.domain == "uk"


def test_a_stray_military_base_does_not_lend_its_calling_code():
    assert countries()["GB"].calling_codes == ("44",)


def test_a_part_belongs_to_the_territory_it_names_as_group():
    assert countries()["GG"].drives_left
    assert countries()["GG"].calling_codes == ("44",)


def test_north_american_codes_keep_their_area_and_missing_facts_mean_the_common_case():
    assert countries()["JM"].calling_codes == ("1658", "1876")
    russia = countries()["RU"]
    assert (russia.drives_left, russia.miles_per_hour, russia.domain) == (False, False, "ru")


def test_unions_are_no_countries():
    assert "EU" not in countries()


@pytest.mark.parametrize("name", ["", "nothing.tgz"])
def test_a_missing_package_says_how_to_get_it(tmp_path, name):
    with pytest.raises(CluesError, match="npm pack"):
        read_countries(tmp_path / name)


def test_a_damaged_package_is_one_sentence_not_a_traceback(tmp_path):
    path = tmp_path / "rapideditor-country-coder-1.0.0.tgz"
    path.write_bytes(b"no archive")
    with pytest.raises(CluesError, match="country-coder borders"):
        read_countries(path)


def test_shares_on_signs_sum_to_one_in_every_place():
    kb, _ = read_kb(KB_DIR)
    known = frozenset(kb.variables["text.language"].value_ids)
    for code, shares in sign_languages(list(countries().values()), known).items():
        assert sum(shares.values()) == pytest.approx(1), code
        assert sum(script_shares(code, shares).values()) == pytest.approx(1), code
        assert sum(letter_shares(shares).values()) == pytest.approx(1), code


def test_a_part_of_a_country_has_its_own_signs():
    shares = sign_languages(list(countries().values()), frozenset({"en", "cy", "gd", "ru", "tt"}))
    assert shares["GB-WLS"]["cy"] > 10 * shares["GB"]["cy"]


@pytest.mark.parametrize(
    ("language", "home", "others"),
    [("ca", "ES-CT", ["ES-AN", "ES-MD"]), ("fr", "CA-QC", ["CA-AB"]), ("fr", "CH-VD", ["CH-ZH"])],
)
def test_a_regional_language_does_not_spread_over_its_country(language, home, others):
    drawn = [Country(c, c, False, False, (), None, frozenset()) for c in ("ES", "CA", "CH")]
    shares = sign_languages(drawn, frozenset({"ca", "es", "en", "fr", "de"}))
    for other in others:
        assert shares[home][language] > 20 * shares[other].get(language, 0.0)


def test_a_part_is_ruled_once(monkeypatch):
    twice = {"parts": {"ES-AN ES-MD": {"es": 1.0}, "ES-MD": {"es": 0.9}}}
    monkeypatch.setattr("clues.knowledge.distil.signage.rules", lambda name: twice)
    with pytest.raises(ValueError, match="ES-MD"):
        ruled_parts.__wrapped__()


def test_latin_lettering_is_mixed_into_other_scripts():
    russian = script_shares("RU", {"ru": 1.0})
    assert 0.02 < russian["latin"] < 0.2
    assert russian["cyrillic"] > 0.8


def test_letters_follow_the_language():
    polish, english = letter_shares({"pl": 1.0}), letter_shares({"en": 1.0})
    assert polish["ł"] > polish["ź"] > 0
    assert english == {"none": 1.0}


def test_written_facts_load_without_problems_and_do_not_change_when_written_again(tmp_path):
    (tmp_path / "kb" / "cues").mkdir(parents=True)
    for name in ("text", "traffic"):
        text = (KB_DIR / "cues" / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / "kb" / "cues" / f"{name}.yaml").write_text(text, encoding="utf-8")
    source = package(tmp_path)
    written = distil(source, tmp_path / "kb", date(2026, 11, 24))
    first = {p: p.read_bytes() for p in (tmp_path / "kb" / "clues").rglob("*.yaml")}
    distil(source, tmp_path / "kb", date(2026, 11, 24))
    kb, problems = read_kb(tmp_path / "kb")
    assert problems == []
    assert len(kb.clues) == sum(written.values()) > 50
    assert first == {p: p.read_bytes() for p in first}
    assert {"GB", "GG", "JM"} == set(kb.by_id["traffic.driving-side.left.facts"].where)


def test_regions_that_do_not_exist_are_left_out(tmp_path):
    (tmp_path / "cues").mkdir()
    text = (KB_DIR / "cues" / "text.yaml").read_text(encoding="utf-8")
    (tmp_path / "cues" / "text.yaml").write_text(text, encoding="utf-8")
    distil(package(tmp_path), tmp_path, date(2026, 11, 24), regions={"GB", "JM"})
    left = (tmp_path / "clues" / "traffic" / "facts-driving-side.yaml").read_text()
    assert "GG" not in left
    assert "JM" in left


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.98, "always"), (1.0, "always"), (0.0005, "never"), (0.0, "0.00001"), (0.12345, "0.12")],
)
def test_shares_are_words_at_the_ends_and_two_digits_between(share, text):
    assert share_text(share) == text


def test_odd_values_are_quoted(tmp_path):
    fact = Fact("text.language", "no", "Norwegian.", {"NO": 0.9}, 0.01, sources=(("title", "x"),))
    write_facts(tmp_path / "a.yaml", "Heading", [fact], "2026-11-24")
    assert 'value: "no"' in (tmp_path / "a.yaml").read_text()


def test_the_facts_that_ship_cover_every_country_with_a_full_distribution():
    kb, _ = read_kb(KB_DIR)
    for variable in ("text.script", "text.language", "text.letter"):
        totals = dict.fromkeys(("RU", "JP", "BR", "IN", "ZA", "US", "KZ"), 0.0)
        for rule in kb.rules[variable].values():
            for code in totals:
                totals[code] += rule.where.get(code, (rule.elsewhere,))[0]
        for code, total in totals.items():
            assert total == pytest.approx(1, abs=0.1), (variable, code)
