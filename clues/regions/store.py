"""Read and write the region graph's files in ``kb/regions``: CSV and npz, no pickle."""

import csv
import gzip
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.arrays import open_arrays
from clues.errors import CluesError
from clues.files import finish_replacing
from clues.regions.model import Leaves

_MEND = "reinstall Clues, or run `clues regions build` in a checkout"
COORDINATE_DEG = 1e-4  # unit of stored coordinates, about 11 m
SUBDIVISIONS = "subdivisions.csv"
COUNTRIES = "countries.csv"
GROUPS = "groups.csv"
ALIASES = "aliases.csv"
ADJACENCY = "adjacency.csv"
NAMES = "names.tsv.gz"
LEAVES = "leaves.npz"
BORDERS = "borders.npz"
MAPS = {"country": "map-countries.npz", "subdivision": "map-subdivisions.npz"}


def finish_build(folder: Path) -> None:
    """Put in place what `clues regions build` had complete when it was killed: never a mix."""
    try:
        finish_replacing(folder)
    except OSError as error:
        raise CluesError(
            f"{folder}: a build that was stopped cannot be finished ({error.strerror}); {_MEND}."
        ) from None


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with a header."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise CluesError(f"{path}: cannot be read ({error}); {_MEND}.") from None


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_names(path: Path) -> list[tuple[str, str]]:
    """Return (code, name) of every name in every language, best known first."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            pairs = (line.rstrip("\n").split("\t") for line in file)
            return [(code, name) for code, name in pairs]
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise CluesError(f"{path}: the file is damaged ({error}); {_MEND}.") from None


def write_names(path: Path, names: Iterable[tuple[str, str]]) -> None:
    """Write (code, name) pairs; the bytes depend on nothing but the content."""
    text = "".join(f"{code}\t{name}\n" for code, name in names)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def read_leaves(path: Path) -> Leaves:
    """Return the leaves."""
    with open_arrays(path, _MEND) as data:
        return Leaves(
            lat=(data["lat"].astype(np.float64) * COORDINATE_DEG).astype(np.float32),
            lon=(data["lon"].astype(np.float64) * COORDINATE_DEG).astype(np.float32),
            area_km2=data["area_km2"],
            population=data["population"],
            subdivision=np.repeat(
                np.arange(len(data["leaves_of_subdivision"]), dtype=np.int32),
                data["leaves_of_subdivision"],
            ),
            h3=data["h3"],
        )


def write_leaves(path: Path, leaves: Leaves, subdivisions: int) -> None:
    """Write the leaves, which must be sorted by subdivision."""
    np.savez_compressed(
        path,
        lat=np.round(leaves.lat / COORDINATE_DEG).astype(np.int32),
        lon=np.round(leaves.lon / COORDINATE_DEG).astype(np.int32),
        area_km2=_shorten(leaves.area_km2),
        population=leaves.population,
        leaves_of_subdivision=np.bincount(leaves.subdivision, minlength=subdivisions),
        h3=leaves.h3,
    )


def read_borders(path: Path) -> npt.NDArray[Any]:
    """Return (multi)polygons in degrees, in the order of the table that they belong to."""
    import shapely

    with open_arrays(path, _MEND) as data:
        xy = np.cumsum(np.column_stack([data["dx"], data["dy"]]), axis=0, dtype=np.int64)
        offsets = tuple(
            np.concatenate([[0], np.cumsum(data[n])]) for n in ("rings", "parts", "shapes")
        )
    shapes: npt.NDArray[Any] = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, xy * COORDINATE_DEG, offsets
    )
    return shapes


def write_borders(path: Path, shapes: npt.NDArray[Any]) -> None:
    """Write (multi)polygons as differences of whole units, which compress well."""
    import shapely

    multi = np.array([shapely.multipolygons(shapely.get_parts(s)) for s in shapes], dtype=object)
    _, coordinates, offsets = shapely.to_ragged_array(multi)
    whole = np.round(coordinates / COORDINATE_DEG).astype(np.int32)
    step = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int32))
    rings, parts, counts = (np.diff(o).astype(np.int32) for o in offsets)
    np.savez_compressed(path, dx=step[:, 0], dy=step[:, 1], rings=rings, parts=parts, shapes=counts)


def _shorten(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Clear the last bits of the mantissa: 1 in 4,096 is exact enough, and compresses better."""
    bits = values.astype(np.float32).view(np.uint32) + np.uint32(1 << 10)
    cleared: npt.NDArray[np.float32] = (bits & np.uint32(0xFFFFFFFF << 11 & 0xFFFFFFFF)).view(
        np.float32
    )
    return cleared
