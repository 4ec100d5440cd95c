"""Read CSV files that users name."""

import csv
import itertools
from collections.abc import Collection
from pathlib import Path

from clues.errors import CluesError, reason

MAX_ROWS = 300_000
MAX_BYTES = 32 * 1024 * 1024


def read_rows(path: Path, needs: Collection[str] = ()) -> tuple[list[dict[str, str]], set[str]]:
    """Read a CSV file as rows and the set of its columns; a missing cell is an empty string.

    Raises
    ------
    CluesError
        If it cannot be read, lacks a column of ``needs``, is over 32 MB or 300,000 rows.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CluesError(f"{path}: is over {MAX_BYTES // 2**20} MB; split it.")
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, restval="")
            rows = list(itertools.islice(reader, MAX_ROWS + 1))
            columns = set(reader.fieldnames or ())
    except (OSError, ValueError, csv.Error) as error:
        raise CluesError(f"{path}: cannot be read as CSV ({reason(error)}).") from None
    if len(rows) > MAX_ROWS:
        raise CluesError(f"{path}: holds over {MAX_ROWS:,} rows; split it.")
    if missing := set(needs) - columns:
        raise CluesError(f"{path}: lacks the column {', '.join(sorted(missing))}.")
    return rows, columns
