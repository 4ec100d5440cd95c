"""Uploaded files and zip archives as a stream of photos, bounded against bombs."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Protocol

from clues.errors import CluesError, PhotoError
from clues.limits import MAX_BYTES, SUFFIXES

MOST_PHOTOS = 300
MOST_UPLOAD_MB = 500  # of an archive; each photo in it is bounded on its own
_MOST_MEMBERS = 5_000
_MOST_TABLE_BYTES = 2_000_000


class Uploaded(Protocol):
    """A file that somebody uploaded."""

    name: str

    def getvalue(self) -> bytes:
        """Return its bytes."""
        ...


def photos(files: Iterable[Uploaded]) -> Iterator[tuple[str, bytes | PhotoError]]:
    """Yield name and bytes of each photo, one at a time; or why a file cannot be read."""
    count = 0
    for file in files:
        for name, data in _members(file):
            count += 1
            if count > MOST_PHOTOS:
                return
            yield name, data


def count_photos(files: Iterable[Uploaded]) -> int:
    """Return how many photos there are, at most `MOST_PHOTOS`."""
    total = sum(len(_entries(f)) if _is_zip(f) else 1 for f in files)
    return min(total, MOST_PHOTOS)


def read_table(file: Uploaded) -> tuple[str, bytes]:
    """Return name and bytes of the CSV file in a zip archive.

    Raises
    ------
    CluesError
        If there is none, or it is no readable zip file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(file.getvalue())) as archive:
            for entry in archive.infolist()[:_MOST_MEMBERS]:
                if entry.filename.lower().endswith(".csv") and not _hidden(entry.filename):
                    if entry.file_size > _MOST_TABLE_BYTES:
                        raise CluesError(f"{entry.filename}: is over 2 MB; name fewer photos.")
                    return entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
        raise CluesError(_unreadable(file.name)) from None
    raise CluesError(f"{file.name}: holds no CSV file; add one with the columns file, lat, lon.")


def _members(file: Uploaded) -> Iterator[tuple[str, bytes | PhotoError]]:
    if not _is_zip(file):
        yield file.name, file.getvalue()
        return
    entries = _entries(file)
    if not entries:
        yield file.name, PhotoError(_unreadable(file.name))
        return
    with zipfile.ZipFile(io.BytesIO(file.getvalue())) as archive:
        for entry in entries:
            if entry.file_size > MAX_BYTES:
                yield (
                    entry.filename,
                    PhotoError(f"{entry.filename}: is over 25 MB; save it smaller."),
                )
                continue
            try:
                yield entry.filename, archive.read(entry)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
                yield (
                    entry.filename,
                    PhotoError(f"{entry.filename}: is damaged inside the zip file."),
                )


def _entries(file: Uploaded) -> list[zipfile.ZipInfo]:
    """Return the photos of a zip archive; none if it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(file.getvalue())) as archive:
            members = archive.infolist()[:_MOST_MEMBERS]
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return []
    return [
        entry
        for entry in members
        if PurePosixPath(entry.filename).suffix.lower() in SUFFIXES and not _hidden(entry.filename)
    ]


def _is_zip(file: Uploaded) -> bool:
    return file.name.lower().endswith(".zip")


def _hidden(name: str) -> bool:
    """Whether a member is one of the shadows that macOS adds, or a hidden file."""
    path = PurePosixPath(name)
    return path.name.startswith(".") or "__MACOSX" in path.parts


def _unreadable(name: str) -> str:
    return f"{name}: holds no photo that can be read; make the zip file again, without a password."
