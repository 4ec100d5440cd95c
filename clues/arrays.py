"""Read arrays from ``.npz`` files that may be damaged or hostile: bounded, without pickle."""

import io
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError, brief_reason

MAX_BYTES = 64 * 1024 * 1024
MAX_ARRAYS = 1_000
_KINDS = "biufUS"

Arrays = dict[str, npt.NDArray[Any]]


@contextmanager
def open_arrays(
    path: Path, mend: str = "reinstall Clues", most: int = MAX_BYTES
) -> Iterator[Arrays]:
    """Yield the arrays of an ``.npz`` file by name.

    Whatever goes wrong inside the block, such as an array that lacks or has another shape than
    its reader expects, means that the file is not what its writer wrote.

    Raises
    ------
    CluesError
        If the file cannot be read, unpacks to over ``most`` bytes, holds objects or is damaged.
    """
    try:
        yield _read(path, most)
    except CluesError:
        raise
    except FileNotFoundError:
        raise CluesError(f"{path}: no such file; {mend}.") from None
    except Exception as error:  # damaged archives fail in a dozen ways
        raise CluesError(f"{path}: the file is damaged ({brief_reason(error)}); {mend}.") from None


def _read(path: Path, most: int) -> Arrays:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MAX_ARRAYS or sum(m.file_size for m in members) > most:
            raise ValueError("it unpacks to more than such a file holds")
        return {m.filename.removesuffix(".npy"): _array(archive.read(m)) for m in members}


def _array(data: bytes) -> npt.NDArray[Any]:
    """Read one array; the header's shape must agree with the bytes before memory is taken."""
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    reader = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if reader is None:
        raise ValueError(f"version {version} of the array format")
    shape, fortran, dtype = reader(stream)
    if dtype.kind not in _KINDS:
        raise ValueError(f"it holds {dtype.name[:40]}, neither numbers nor text")
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(data) - stream.tell():
        raise ValueError("a shape does not agree with its data")
    flat = np.frombuffer(data, dtype=dtype, count=math.prod(shape), offset=stream.tell())
    return flat.reshape(shape, order="F" if fortran else "C").copy()
