import io
import zipfile

import numpy as np
import pytest

from clues.arrays import open_arrays
from clues.errors import CluesError


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, n=np.arange(6).reshape(2, 3), f=np.ones((2, 2), order="F"))
    return path


def member(array: np.ndarray, **options) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def test_arrays_read_back_as_written(path):
    with open_arrays(path) as data:
        assert data["n"].tolist() == [[0, 1, 2], [3, 4, 5]]
        assert data["f"].shape == (2, 2)


@pytest.mark.parametrize(
    "content",
    [
        member(np.array([{}], dtype=object), allow_pickle=True),
        member(np.zeros(8)).replace(b"(8,)", b"(9" + b",)"),
        b"\x93NUMPY\x09\x00" + bytes(100),
        b"",
    ],
)
def test_objects_lies_and_noise_are_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "bad.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("n.npy", content)
    with pytest.raises(CluesError, match="damaged") as caught, open_arrays(path):
        pass
    assert "\n" not in str(caught.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("n.npy", "w") as stream,
    ):
        for _ in range(65):
            stream.write(bytes(2**20))
    with pytest.raises(CluesError, match="unpacks"), open_arrays(path):
        pass


def test_a_reader_that_misses_an_array_says_that_the_file_is_damaged(path):
    with pytest.raises(CluesError, match="damaged"), open_arrays(path) as data:
        data["other"]


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(CluesError, match="no such file"), open_arrays(tmp_path / "no.npz"):
        pass
