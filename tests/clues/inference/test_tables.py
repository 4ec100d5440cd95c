import numpy as np
import pytest

from clues.inference.tables import Atoms
from tests.tiny import tiny_kb, tiny_world


def atom_of(engine, code: str) -> int:
    """Return an atom that lies in a region."""
    return int(np.flatnonzero(engine.tables.atoms.mask(code))[0])


def test_the_values_of_every_variable_share_a_probability_of_1_in_each_place(engine):
    for variable in tiny_kb().variables.values():
        if variable.value_ids:
            p = engine.tables.probability(variable)
            assert p.sum(axis=0) == pytest.approx(1)
            assert ((p > 0) & (p < 1)).all()


def test_a_clue_holds_in_the_regions_below_the_one_that_it_names(engine):
    side = engine.tables.probability(tiny_kb().variables["traffic.driving-side"])
    left, right = side[:, atom_of(engine, "JP")], side[:, atom_of(engine, "ES-MD")]
    assert left[0] > 0.9 > right[0]


def test_the_smaller_region_decides_and_elsewhere_fills_the_rest(engine):
    atoms = engine.tables.atoms
    filled = atoms.fill({"europe": 0.2, "ES": 0.5, "ES-AN": 0.9}, 0.1)
    said = {code: filled[atom_of(engine, code)] for code in ("ES-AN", "ES-MD", "PT-11", "BR")}
    assert said == {"ES-AN": 0.9, "ES-MD": 0.5, "PT-11": 0.2, "BR": 0.1}


def test_atoms_of_a_class_lie_in_the_same_ones_of_the_regions():
    atoms = Atoms(tiny_world())
    first, of_atom = atoms.classes(["europe", "ES"])
    assert len(first) == 3  # in Spain, in Europe beside it, and outside
    for code in ("europe", "ES"):
        inside = atoms.mask(code)
        assert (inside[first][of_atom] == inside).all()
