"""Where photos come from: a folder, a list, a Parquet file or object storage."""

import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clues.errors import CluesError, MissingExtraError, PhotoError, brief_reason, reason
from clues.limits import MAX_BYTES, SUFFIXES
from clues.photo import Photo, find_photos, open_photo
from clues.report.words import valid

_LIST_SUFFIXES = (".txt", ".lst")


@dataclass(frozen=True, slots=True)
class Item:
    """A photo to locate.

    Attributes
    ----------
    name
        What identifies it in the results: its path within the source.
    address
        Path or URL to read it from; empty if the bytes are here.
    data
        Its bytes, where the source holds them.
    """

    name: str
    address: str = ""
    data: bytes | None = None

    def open(self) -> Photo:
        """Open it safely.

        Raises
        ------
        PhotoError
            With one sentence, if it cannot be read.
        """
        if self.data is not None:
            return open_photo(self.data, name=self.name)
        if "://" not in self.address:
            return open_photo(self.address)
        try:
            system, path = _fsspec().core.url_to_fs(self.address)
            with system.open(path, "rb") as stream:
                data = stream.read(MAX_BYTES + 1)  # one more: too long is then noticed
        except Exception as error:  # each storage has errors of its own
            raise PhotoError(f"{self.address}: cannot be read ({brief_reason(error)}).") from None
        return open_photo(data, name=self.address)


def items(source: str, done: Collection[str] = ()) -> Iterator[Item]:
    """Yield the photos of a source that are not done yet, in a fixed order.

    Their names can be written and differ: a row is found again by its name.

    Parameters
    ----------
    source
        A folder; a text file with a path or URL a line; a Parquet file or a folder of them with
        the columns ``file`` and ``bytes``; or a URL that fsspec knows (``s3://bucket/photos``).
    done
        Names to leave out.

    Raises
    ------
    CluesError
        If the source cannot be read or holds no photos.
    """
    if "://" in source:
        found: Iterator[Item] = _from_storage(source)
    elif source.lower().endswith(".parquet"):
        found = _from_parquet([Path(source)])
    elif source.lower().endswith(_LIST_SUFFIXES):
        found = _from_list(Path(source))
    else:
        found = _from_folder(Path(source))
    return (item for item in _named_apart(found) if item.name not in done)


def _named_apart(found: Iterable[Item]) -> Iterator[Item]:
    """Give a number to names that are empty or came before: else a second run would lose them."""
    seen: set[str] = set()
    for number, item in enumerate(found, 1):
        name = valid(item.name)
        if not name or name in seen:
            name = f"{name}#{number}"
        seen.add(name)
        yield replace(item, name=name)


def _from_folder(folder: Path) -> Iterator[Item]:
    if folder.is_file():
        raise CluesError(
            f"{folder}: is no source of photos; name a folder, a list (.txt) or a Parquet file."
        )
    if not folder.is_dir():
        raise CluesError(f"{folder}: no such folder; name a folder, a list or a Parquet file.")
    if tables := sorted(folder.glob("*.parquet")):
        return _from_parquet(tables)
    photos = find_photos(folder)
    if not photos:
        raise CluesError(f"{folder}: this folder holds no photos.")
    return (Item(path.relative_to(folder).as_posix(), str(path)) for path in photos)


def _from_list(path: Path) -> Iterator[Item]:
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise CluesError(f"{path}: cannot be read as a list of photos ({reason(error)}).") from None
    names = dict.fromkeys(line for line in lines if line)
    if not names:
        raise CluesError(f"{path}: the list is empty; write one path a line.")
    base = path.parent
    return (Item(name, name if "://" in name else str(base / name)) for name in names)


def _from_parquet(paths: list[Path]) -> Iterator[Item]:
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise missing_extra() from None
    for path in paths:
        try:
            schema = pq.read_schema(path)
        except (OSError, ValueError) as error:
            raise _not_parquet(path, error) from None
        if not {"file", "bytes"} <= set(schema.names):
            raise CluesError(f"{path}: lacks the columns file and bytes.")
        kinds = [str(schema.field(name).type).removeprefix("large_") for name in ("file", "bytes")]
        if kinds != ["string", "binary"]:
            raise CluesError(f"{path}: file must hold text and bytes binary, not {kinds}.")
    return _rows(pq, paths)


def _rows(pq: Any, paths: list[Path]) -> Iterator[Item]:
    for path in paths:
        try:
            for batch in pq.ParquetFile(path).iter_batches(16, columns=["file", "bytes"]):
                columns = batch.column("file"), batch.column("bytes")
                for name, data in zip(*columns, strict=True):
                    yield Item(name.as_py() or "", data=data.as_py() or b"")
        except (OSError, ValueError) as error:
            raise _not_parquet(path, error) from None


def _not_parquet(path: Path, error: Exception) -> CluesError:
    """Return the error of a damaged table; pyarrow's own are kinds of OSError and ValueError."""
    return CluesError(f"{path}: cannot be read as Parquet ({brief_reason(error)}).")


def _from_storage(url: str) -> Iterator[Item]:
    try:
        system, root = _fsspec().core.url_to_fs(url)
        paths = sorted(system.find(root))
    except MissingExtraError:
        raise
    except Exception as error:
        raise CluesError(f"{url}: cannot be read ({brief_reason(error)}).") from None
    chosen = [p for p in paths if posixpath.splitext(p)[1].lower() in SUFFIXES]
    if not chosen:
        raise CluesError(f"{url}: holds no photos.")
    prefix = root.rstrip("/") + "/"
    chain = "".join(url.partition("::")[1:])  # zip://photos::s3://bucket/photos.zip
    return (Item(p.removeprefix(prefix), f"{system.unstrip_protocol(p)}{chain}") for p in chosen)


def _fsspec() -> Any:
    try:
        import fsspec
    except ImportError:
        raise missing_extra() from None
    return fsspec


def missing_extra() -> MissingExtraError:
    """Return the error for what the extra ``scale`` would bring."""
    return MissingExtraError("batches need pyarrow and fsspec; type: pip install 'clues[scale]'")
