"""P(value | place) for every variable, compiled from the knowledge base's rules.

Places are *atoms*: the distinct combinations of subdivision and zones that leaves lie in. All
leaves of an atom share every rule, so what cues say is added up over some thousand atoms and spread
over the leaves once. One variable tells few atoms apart: its table has a column for each *class* of
atoms that lie in the same regions of those that its clues name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from clues.cue import PRESENT
from clues.inference.places import leaf_vectors, subdivisions_in
from clues.knowledge.base import KnowledgeBase, Rule, default_elsewhere, share_the_rest
from clues.knowledge.model import Clue, Kind, Variable
from clues.regions import RegionGraph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]  # numpy gathers by these twice as fast as by shorter ones

# the later, the more specific
_LEVELS = ("world", "continent", "country", "group", "subdivision", "zone")
_FLOOR = 1e-6  # nothing is ever exactly 0 or 1
_JOINTS = 8  # sets of variables whose joint classes are kept


class Atoms:
    """The distinct combinations of subdivision and zones over the leaves of a region graph.

    Attributes
    ----------
    of_leaf : ndarray, shape (leaves,), int32
        The atom of each leaf.
    subdivision : ndarray, shape (atoms,), int32
        Index of each atom's subdivision.
    count : int
        Number of atoms.
    """

    def __init__(self, world: RegionGraph) -> None:
        self.world = world
        key = world.leaves.subdivision.astype(np.int64)
        for code, region in world.regions.items():
            if region.level == "zone":  # its leaves become atoms apart from the others
                inside = np.flatnonzero(world.leaf_mask(code))
                key[inside] = key.max() + 1 + np.unique(key[inside], return_inverse=True)[1]
        _, first, of_leaf = np.unique(key, return_index=True, return_inverse=True)
        self.of_leaf: Ints = of_leaf.reshape(-1).astype(np.int32)
        self._first_leaf = first
        self.subdivision = world.leaves.subdivision[first]
        self.count = len(first)
        self._members: dict[str, npt.NDArray[np.bool_]] = {}
        self._indices: dict[str, Indices] = {}

    @cached_property
    def _rank(self) -> dict[str, tuple[int, float, str]]:
        """How specific each region is: what sorts later is more so."""
        return {
            code: (_LEVELS.index(region.level), -region.area_km2, code)
            for code, region in self.world.regions.items()
        }

    def mask(self, code: str) -> npt.NDArray[np.bool_]:
        """Return which atoms lie in a region, shape (atoms,)."""
        if code not in self._members:
            parts = subdivisions_in(self.world, code)
            self._members[code] = (
                parts[self.subdivision]
                if parts is not None
                else self.world.leaf_mask(code)[self._first_leaf]
            )
        return self._members[code]

    def _inside(self, code: str) -> Indices:
        if code not in self._indices:
            self._indices[code] = np.flatnonzero(self.mask(code))
        return self._indices[code]

    def fill(
        self, values: Mapping[str, float], elsewhere: float, at: Indices | None = None
    ) -> Floats:
        """Spread values per region over the atoms; the most specific region wins.

        Among zones, which may overlap, the smaller one is the more specific.

        Parameters
        ----------
        at
            Indices of the atoms wanted; all by default.
        """
        out = np.full(self.count if at is None else len(at), elsewhere)
        for code in sorted(values.keys() & self._rank.keys(), key=self._rank.__getitem__):
            mask = self.mask(code)
            out[mask if at is None else mask[at]] = values[code]
        return out

    def classes(self, codes: Iterable[str]) -> tuple[Indices, Indices]:
        """Return one atom of each class, and the class of each atom.

        Atoms of a class lie in the same ones of the regions.
        """
        named = sorted(set(codes) & self.world.regions.keys())
        key = np.zeros(self.count, dtype=np.uint64)
        for code, number in zip(named, _random_numbers(len(named)), strict=True):
            key[self._inside(code)] += number
        return _alike(key)

    def total(self, leaf_values: Floats) -> Floats:
        """Sum values over the leaves of each atom: shape (leaves,) to (atoms,)."""
        sums = np.bincount(self.of_leaf, weights=leaf_values, minlength=self.count)
        return sums.astype(np.float64, copy=False)


def _random_numbers(count: int) -> npt.NDArray[np.uint64]:
    """Return random 64-bit numbers: two sets of them have the same sum once in 10^19 pairs."""
    return np.random.default_rng(0).integers(2**64, size=count, dtype=np.uint64)


def _alike(key: npt.NDArray[np.uint64]) -> tuple[Indices, Indices]:
    """Return one index of each distinct number, and which of them each number is."""
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    return first, of.reshape(-1)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """P(value | place) of one variable.

    Attributes
    ----------
    columns : ndarray, shape (values, classes)
        A column for each class of atoms, summing to 1; rows follow ``variable.value_ids``.
    of_atom : ndarray, shape (atoms,), intp
        The class of each atom.
    """

    columns: Floats
    of_atom: Indices

    def total(self, atom_values: Floats) -> Floats:
        """Sum values over the atoms of each class: shape (atoms,) to (classes,)."""
        sums = np.bincount(self.of_atom, weights=atom_values, minlength=self.columns.shape[1])
        return sums.astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """The classes of atoms that some tables tell apart together.

    Attributes
    ----------
    index : ndarray, shape (tables, classes), intp
        For each joint class its class in each table, counted through all tables.
    of_atom : ndarray, shape (atoms,), intp
        The joint class of each atom.
    """

    index: Indices
    of_atom: Indices

    def total(self, values: Floats) -> Floats:
        """Sum values of the classes of all tables, one table after the other, over each atom."""
        return np.asarray(values.take(self.index).sum(axis=0)[self.of_atom])


class Tables:
    """P(value | place) for every variable, compiled on demand and kept."""

    def __init__(self, kb: KnowledgeBase, world: RegionGraph) -> None:
        self.kb = kb
        self.world = world
        self._tables: dict[str, Table] = {}
        # photos looked at by the same detectors have much the same variables
        self.joint = lru_cache(maxsize=_JOINTS)(self._joint)

    @cached_property
    def atoms(self) -> Atoms:
        """The atoms of the region graph."""
        return Atoms(self.world)

    @cached_property
    def leaf_vectors(self) -> npt.NDArray[np.float32]:
        """Unit vectors of the leaves' points, shape (leaves, 3); exact to about 2 km."""
        return leaf_vectors(self.world).astype(np.float32)

    def table(self, variable: Variable) -> Table:
        """Return P(value | place)."""
        if variable.id not in self._tables:
            self._tables[variable.id] = self._compile(variable)
        return self._tables[variable.id]

    def probability(self, variable: Variable) -> Floats:
        """Return P(value | atom), shape (values, atoms); see `Table.columns`."""
        table = self.table(variable)
        return np.asarray(table.columns[:, table.of_atom])

    def _joint(self, variables: tuple[str, ...]) -> Joint:
        """Return what the tables of variables tell apart together; see `joint`."""
        tables = [self.table(self.kb.variables[variable]) for variable in variables]
        sizes = [table.columns.shape[1] for table in tables]
        starts = np.cumsum([0, *sizes])
        number = _random_numbers(int(starts[-1]))
        key = np.zeros(self.atoms.count, dtype=np.uint64)
        for table, start in zip(tables, starts, strict=False):
            key += number[start:][table.of_atom]
        first, of_atom = _alike(key)
        index = [start + table.of_atom[first] for table, start in zip(tables, starts, strict=False)]
        return Joint(np.array(index, dtype=np.intp).reshape(len(tables), len(first)), of_atom)

    def _compile(self, variable: Variable) -> Table:
        rules = self.kb.rules.get(variable.id, {})
        at, of_atom = self.atoms.classes(code for rule in rules.values() for code in rule.where)
        return Table(self._columns(variable, rules, at), of_atom)

    def _columns(self, variable: Variable, rules: Mapping[str, Rule], at: Indices) -> Floats:
        rest = default_elsewhere(variable)
        if variable.kind is Kind.BINARY:
            present = self._row(rules.get(PRESENT), rest, at)
            return np.vstack([present, 1 - present])
        rows = np.vstack([self._row(rules.get(value), rest, at) for value in variable.value_ids])
        said = np.vstack([self._said(rules.get(value), at) for value in variable.value_ids])
        named = (rows * said).sum(axis=0)
        keep, scale = share_the_rest(named, rows.sum(axis=0) - named)
        return np.asarray(rows * np.where(said > 0, keep, scale))

    def _said(self, rule: Rule | None, at: Indices) -> Floats:
        """Return 1 where a clue names the atom or anything above it, else 0."""
        named = dict.fromkeys(rule.where, 1.0) if rule is not None else {}
        return self.atoms.fill(named, 0.0, at)

    def _row(self, rule: Rule | None, elsewhere: float, at: Indices) -> Floats:
        if rule is None:
            return np.full(len(at), elsewhere)
        shares = {code: says for code, (says, _) in rule.where.items()}
        return np.clip(self.atoms.fill(shares, rule.elsewhere, at), _FLOOR, 1 - _FLOOR)

    def authority(self, variable: str, value: str, region: str) -> Clue | None:
        """Return the clue that sets P(value | region): that of the most specific region named.

        None where no clue names the region or anything above it, and none sets `elsewhere`.
        """
        rule = self.kb.rules.get(variable, {}).get(value)
        return rule.says_of(self.world.lineage(region))[1] if rule is not None else None
