import pytest

from clues.knowledge.likeness import compare, look_alikes
from tests.tiny import tiny_kb, tiny_world

KB, WORLD = tiny_kb(), tiny_world()


def test_neighbours_in_what_is_said_of_them_look_alike():
    alike = look_alikes(KB, WORLD, "ES")
    assert {one.region for one in alike[:2]} == {"PT", "FR"}
    assert all(0 < one.likeness <= 1 for one in alike)
    tells = {(d.a.variable.id, d.a.value) for d in alike[0].tells}
    assert ("text.language", "es") in tells


def test_what_is_no_country_has_no_look_alikes():
    assert look_alikes(KB, WORLD, "ES-MD") == []


def test_regions_side_by_side_keep_their_order_and_leave_out_what_they_share():
    found = {(one.variable.id, one.value): one for one in compare(KB, WORLD, ["PT", "JP", "ES"])}
    plates = found["plates.blue-strip", "present"]
    assert plates.shares == pytest.approx((0.8, 0.02, 0.8))
    assert plates.clues[1] is None
    assert ("text.language", "ru") not in found


def test_a_thing_that_few_photos_show_tells_less():
    variables = {
        name: v.model_copy(update={"judged": 0.01}) if name == "plates.blue-strip" else v
        for name, v in KB.variables.items()
    }
    rarely = type(KB)(variables, KB.clues)
    often = compare(KB, WORLD, ["ES", "JP"])
    seldom = compare(rarely, WORLD, ["ES", "JP"])

    def rank(found):
        return [one.variable.id for one in found].index("plates.blue-strip")

    assert rank(seldom) > rank(often)
