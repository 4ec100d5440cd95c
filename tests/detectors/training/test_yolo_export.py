import pickle

import pytest

from detectors.manifest import WeightsError

pytest.importorskip("ultralytics")

from detectors.training.yolo_export import load_model


def test_a_start_checkpoint_with_code_in_it_is_warned_of_and_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "written"), "w"))

    path = tmp_path / "evil.pt"
    path.write_bytes(pickle.dumps({"model": Evil()}))
    with (
        pytest.warns(UserWarning, match="can run any code"),
        pytest.raises(WeightsError, match="safe to open"),
    ):
        load_model(path, tmp_path / "settings")
    assert not (tmp_path / "written").exists()
