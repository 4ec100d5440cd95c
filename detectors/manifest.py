"""The manifest of shipped weight files: what they are, how large, and whether they are intact."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clues.errors import CluesError
from clues.files import replacing, write_text
from clues.paths import WEIGHTS_DIR

FILE_NAME = "manifest.json"
_MAX_BYTES = 4 * 1024 * 1024


class WeightsError(CluesError):
    """A weight file that is missing, altered or not described by the manifest."""


class WeightFile(BaseModel):
    """One weight file of a model.

    Attributes
    ----------
    file
        Name within the folder of weights.
    model
        Name of the model that it belongs to; its card is ``<model>.md``.
    sha256, size_bytes
        Of the file.
    classes
        What the model tells apart, in the order of its outputs.
    licence
        Of the weights, and of what they were trained on.
    date
        When they were trained, ISO 8601.
    metrics
        What was measured: a name to ``[value, low, high]`` (95 % interval) or ``[value]``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    model: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(gt=0)
    classes: tuple[str, ...] = ()
    licence: str
    date: str
    metrics: dict[str, tuple[float, ...]] = {}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def load_manifest(folder: Path = WEIGHTS_DIR) -> dict[str, WeightFile]:
    """Return the described files by name; an absent manifest describes none.

    Raises
    ------
    WeightsError
        If the manifest is not what this module writes.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ValueError(f"over {_MAX_BYTES // 2**20} MB")
        entries = [WeightFile.model_validate(row) for row in json.loads(data)]
    except (OSError, ValueError, TypeError, RecursionError, ValidationError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise WeightsError(
            f"{path}: not a manifest of weights ({reason}); restore the file."
        ) from None
    return {entry.file: entry for entry in entries}


def record(entry: WeightFile, folder: Path = WEIGHTS_DIR) -> None:
    """Add an entry to the manifest of a folder, or replace the one of the same file."""
    entries = {**load_manifest(folder), entry.file: entry}
    rows = [entries[name].model_dump(mode="json") for name in sorted(entries)]
    text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    write_text(folder / FILE_NAME, text)


def version_of(names: Sequence[str], folder: Path = WEIGHTS_DIR) -> str:
    """Return 12 hexadecimal digits that change whenever one of the listed weight files does."""
    entries = load_manifest(folder)
    known = [entries[name].sha256 if name in entries else "" for name in names]
    return hashlib.sha256(" ".join(known).encode()).hexdigest()[:12]


def install(source: Path, folder: Path = WEIGHTS_DIR) -> list[str]:
    """Copy the weights that a training left in ``source``, with cards and entries; return names."""
    entries = load_manifest(source)
    if not entries:
        raise WeightsError(f"{source}: no manifest of weights; name the folder of a training.")
    for entry in entries.values():
        with replacing(folder / entry.file) as temporary:
            shutil.copyfile(weight_file(entry.file, source), temporary)
        card = source / f"{entry.model}.md"
        if card.is_file():
            shutil.copyfile(card, folder / card.name)
        record(entry, folder)
    return sorted(entries)


@cache
def weight_file(name: str, folder: Path = WEIGHTS_DIR) -> Path:
    """Return the path of a weight file after checking it against the manifest, once a process.

    Raises
    ------
    WeightsError
        If it is missing, not in the manifest, or altered.
    """
    path = folder / name
    entry = load_manifest(folder).get(name)
    if entry is None:
        raise WeightsError(f"{name}: not listed in {folder / FILE_NAME}; reinstall Clues.")
    if not path.is_file():
        raise WeightsError(f"{path}: the weight file is missing; reinstall Clues.")
    try:
        intact = path.stat().st_size == entry.size_bytes and sha256_of(path) == entry.sha256
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}).") from None
    if not intact:
        raise WeightsError(f"{path}: its sha256 is not the manifest's; reinstall Clues.")
    return path
