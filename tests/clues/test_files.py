import os
from pathlib import Path

import pytest

from clues.files import replacing, write_text


def test_a_failure_in_the_middle_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def overflow():
        with replacing(path) as temporary:
            temporary.write_text("half")
            Path("/dev/full").write_text("full")

    with pytest.raises(OSError, match="No space"):
        overflow()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_rights_are_kept_and_folders_made(tmp_path):
    path = tmp_path / "new" / "a.txt"
    write_text(path, "one")
    path.chmod(0o640)
    write_text(path, "two")
    assert path.read_text() == "two"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_device_is_written_and_not_replaced():
    write_text(Path("/dev/null"), "x")
    assert not os.path.isfile("/dev/null")


def test_a_folder_that_is_missing_is_told_of_the_file_asked_for(tmp_path):
    path = tmp_path / "none" / "a.txt"
    with pytest.raises(FileNotFoundError) as told, replacing(path):
        pass
    assert told.value.filename == str(path)
