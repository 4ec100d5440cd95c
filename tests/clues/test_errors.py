"""Reasons are short, and never show an error number."""

from pathlib import Path

import pytest

from clues.errors import CluesError, reason
from clues.tabular import read_rows


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            FileNotFoundError(2, "No such file", "x.csv"),
            "no such file; check the path",
        ),
        (IsADirectoryError(21, "Is a directory", "x"), "this is a folder; name a file"),
        (PermissionError(13, "Permission denied", "x"), "Permission denied"),
        (ValueError("line 3 is too long"), "line 3 is too long"),
    ],
)
def test_a_reason_is_said_in_words(error: Exception, words: str) -> None:
    assert reason(error) == words


def test_a_missing_table_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CluesError, match=r"gone\.csv: .*no such file; check the path"):
        read_rows(tmp_path / "gone.csv")
