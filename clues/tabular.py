"""Read CSV files that users name."""

import csv
import itertools
from collections.abc import Collection
from pathlib import Path

from clues.errors import CluesError

MAX_ROWS = 1_000_000


def read_rows(path: Path, needs: Collection[str] = ()) -> tuple[list[dict[str, str]], set[str]]:
    """Read a CSV file as rows and the set of its columns; a missing cell is an empty string.

    Raises
    ------
    CluesError
        If it cannot be read, lacks a column of ``needs``, or holds over a million rows.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, restval="")
            rows = list(itertools.islice(reader, MAX_ROWS + 1))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CluesError(f"{path}: cannot be read as CSV ({error}).") from None
    if len(rows) > MAX_ROWS:
        raise CluesError(f"{path}: holds over {MAX_ROWS:,} rows; split it.")
    columns = set(reader.fieldnames or ())
    if missing := set(needs) - columns:
        raise CluesError(f"{path}: lacks the column {', '.join(sorted(missing))}.")
    return rows, columns
