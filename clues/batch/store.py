"""Results on disk: Parquet files that are whole or not there, so that a run can be killed.

A part is written under another name, flushed and renamed. What counts as done is what whole parts
say: a photo is in exactly one of them. A lock keeps two runs out of one folder.
"""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args, get_type_hints

from clues import __version__
from clues.batch.row import COLUMNS, Row, Settings
from clues.batch.source import missing_extra
from clues.errors import CluesError, brief_reason
from clues.files import replacing, write_text

_ABOUT = "_clues.json"  # pyarrow's datasets pass over names with an underscore


class ResultStore:
    """The folder of a batch.

    Parameters
    ----------
    folder
        Made if need be.
    settings, kb_version
        What the rows depend on; a folder holds rows of one kind.

    Raises
    ------
    CluesError
        If the folder cannot be written, or holds rows that were made otherwise.
    MissingExtraError
        If pyarrow is not installed.
    """

    def __init__(self, folder: Path, settings: Settings, kb_version: str) -> None:
        self.folder = folder
        self._arrow, self._parquet = _pyarrow()
        about = {"clues": __version__, "kb": kb_version, **json.loads(json.dumps(asdict(settings)))}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            known = folder / _ABOUT
            if known.exists():
                self._compare(json.loads(known.read_text("utf-8")), about)
            else:
                write_text(known, json.dumps(about, indent=1) + "\n")
        except OSError as error:
            raise CluesError(f"{folder}: cannot be written ({error.strerror}).") from None
        except ValueError:
            raise CluesError(f"{folder / _ABOUT}: is damaged; choose another --out.") from None

    def _compare(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        changed = sorted(key for key in new if old.get(key) != new[key])
        if changed:
            raise CluesError(
                f"{self.folder}: holds results made with another {', '.join(changed)}; "
                "choose another --out."
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; parts that a killed run left unfinished are removed."""
        with (self.folder / "_lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with the process
            except OSError:
                raise CluesError(f"{self.folder}: another run is writing here; wait.") from None
            for left in self.folder.glob(".part-*"):
                left.unlink()
            yield

    def parts(self) -> list[Path]:
        """Return the whole parts, in order."""
        return sorted(self.folder.glob("part-*.parquet"))

    def done(self) -> set[str]:
        """Return the files that have a row."""
        found: set[str] = set()
        for path in self.parts():
            try:
                column = self._parquet.read_table(path, columns=["file"]).column("file")
            except (OSError, ValueError) as error:
                raise CluesError(
                    f"{path}: cannot be read ({brief_reason(error)}); remove it."
                ) from None
            found.update(column.to_pylist())
        return found

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows as the next part.

        Raises
        ------
        CluesError
            If it cannot be written; nothing of it is left then.
        """
        if not rows:
            return
        table = self._arrow.Table.from_pylist([r.as_dict() for r in rows], schema=self._schema())
        parts = self.parts()
        number = int(parts[-1].stem.rpartition("-")[2]) + 1 if parts else 0
        path = self.folder / f"part-{number:07d}.parquet"
        try:
            with replacing(path) as temporary:
                self._parquet.write_table(table, temporary, compression="zstd")
        except OSError as error:
            raise CluesError(
                f"{path}: cannot be written ({brief_reason(error)}); make room and run it again."
            ) from None

    def _schema(self) -> Any:
        a = self._arrow
        kinds = {
            str: a.string(),
            float: a.float64(),
            int: a.int32(),
            list[str]: a.list_(a.string()),
            list[float]: a.list_(a.float64()),
        }
        hints = get_type_hints(Row)
        return a.schema([(name, kinds[_without_none(hints[name])]) for name in COLUMNS])


def _without_none(hint: Any) -> Any:
    options = [kind for kind in get_args(hint) if kind is not type(None)]
    return options[0] if type(None) in get_args(hint) else hint


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise missing_extra() from None
    return pyarrow, pyarrow.parquet
